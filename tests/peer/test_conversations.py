"""Nothing private ever gets to a room, and nothing of one room to another, whatever happens."""

import re
from dataclasses import dataclass, field

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from tests.peer.keyed import Chatter, KeyedWorld
from tests.support.strategies import many, sequences
from twisted_chat.events import Event
from twisted_chat.peer.events.event import Talk
from twisted_chat.peer.events.said import Said
from twisted_chat.peer.events.talk import TalkingTo
from twisted_chat.terminal.wording.line import LineWording

PEOPLE = ("alice", "bob", "carol", "dave")
ROOMS = ("lab", "den", "hall")
WORD = re.compile(r"(\w+) (\d+) (.*)")

WHAT = ["join", "leave", "poke", "to", "msg", "say", "say", "say", "kick", "end", "cut"]
WHAT += ["restart", "wait"]
STEPS = sequences(
    st.tuples(
        st.sampled_from(WHAT),
        st.integers(0, len(PEOPLE) - 1),
        st.integers(0, len(PEOPLE) - 1),
        st.sampled_from(ROOMS),
        st.sampled_from([0.0, 0.0, 0.01, 0.5, 3.0]),
    ),
    60,
)
MOST_WAITS = 1_000
"""Looks, one each 0.2 seconds, until all that was typed is done."""
MET = [("join", number, 0, "lab", 0.5) for number in range(4)]
MET += [("join", number, 0, "den", 0.5) for number in range(2)]
"""All are in lab, and two in den."""


class Noting(LineWording):
    """Notes what is said, and where what is typed goes."""

    def __init__(self, events: list[Said | TalkingTo]) -> None:
        super().__init__()
        self.events = events

    def lines(self, event: Event) -> list[str]:
        if isinstance(event, Said | TalkingTo):
            self.events.append(event)
        return super().lines(event)


@dataclass
class Seen:
    """What one person saw and did."""

    who: Chatter
    events: list[Said | TalkingTo] = field(default_factory=list)
    count: int = 0

    @property
    def here(self) -> Talk:
        """Where what they type goes, as they were told last."""
        told = [one for one in self.events if isinstance(one, TalkingTo)]
        return told[-1].conversation if told else Talk()


class Conversations(SynchronousTestCase):
    """Four people, three rooms, and whatever they do."""

    def play(self, steps: list[tuple[str, int, int, str, float]]) -> list[Seen]:
        """Let them do it. What is said names the conversation that it is for."""
        world = KeyedWorld()
        people = [Seen(world.chatter(name)) for name in PEOPLE]
        for one in people:
            one.who.node.wording = Noting(one.events)
        for room in ROOMS:
            people[0].who.type(f"$roomcreate {room}", wait=0.05)
        for what, number, other, room, pause in steps:
            one, name = people[number], PEOPLE[other]
            match what:
                case "say":
                    self.say(one)
                case "msg":
                    one.count += 1
                    one.who.enter(f"$msg {name} {one.who.name} {one.count} private {name}")
                case "join":
                    one.who.enter(f"$roomjoin {room}")
                case "leave":
                    one.who.enter(f"$roomleave {room}")
                case "poke":
                    one.who.enter(f"$poke {name}")
                case "to":
                    one.who.enter(f"$to {room if pause else name}")
                case "kick":
                    one.who.enter(f"$kick {name}")
                case "end":
                    one.who.enter("$kick")
                case "cut":
                    for link in world.network.between(one.who.node, people[other].who.node):
                        world.network.cut(link)
                case "restart" if pause > 1:
                    world.kill_server()
                    world.wait(pause)
                    world.start_server()
                case "wait":
                    world.wait(10 * pause)
            world.wait(pause)
        world.wait(120)
        return people

    def say(self, one: Seen) -> None:
        """Say where it is said, as far as the one who says it can know, once all is settled
        that was typed before."""
        for _ in range(MOST_WAITS):
            if not one.who.session.glance().busy:
                break
            one.who.world.wait(0.2)
        else:
            raise AssertionError(f"{one.who.name} still waits: {one.who.lines[-5:]}")
        one.count += 1
        here = one.here
        where = f"room {here.room}" if here.room else "private"
        whom = here.who.name if here.who is not None else "nobody"
        one.who.enter(f"{one.who.name} {one.count} {where} {'' if here.room else whom}".rstrip())

    @many
    @given(STEPS)
    def test_nothing_elsewhere(self, steps: list[tuple[str, int, int, str, float]]) -> None:
        """What each saw in each conversation is what was said there, once, and in each author's
        order; and no word of another room, or of a private conversation of others."""
        for one in self.play(MET + steps):
            last: dict[tuple[str, str], int] = {}
            for event in one.events:
                if isinstance(event, TalkingTo):
                    continue
                found = WORD.fullmatch(event.text)
                assert found is not None, event
                author, number, where = found[1], int(found[2]), found[3]
                self.assertEqual(author, event.from_.name)
                if event.room:
                    self.assertEqual(where, f"room {event.room}", (one.who.name, event))
                else:
                    self.assertEqual(where, f"private {one.who.name}", (one.who.name, event))
                self.assertGreater(number, last.get((author, where), 0), (one.who.name, event))
                last[author, where] = number

    def test_all_of_it(self) -> None:
        """Where nothing goes wrong each sees all that was said where they were."""
        steps = MET + [("say", number, 0, "", 0.5) for number in range(4)] * 3
        steps += [("poke", 2, 0, "", 0.5), ("say", 2, 0, "", 0.5), ("msg", 3, 0, "", 0.5)]
        alice, bob, carol, dave = self.play(steps)

        def heard(one: Seen, room: str) -> list[str]:
            said = [event for event in one.events if isinstance(event, Said)]
            return [f"{event.from_.name}" for event in said if event.room == room]

        self.assertEqual(heard(alice, "den"), ["bob"] * 3)
        self.assertEqual(heard(bob, "den"), ["alice"] * 3)
        self.assertEqual(heard(alice, "lab"), ["carol", "dave"] * 3)
        self.assertEqual(heard(carol, "lab"), ["dave"] * 3)
        self.assertEqual(heard(dave, "lab"), ["carol"] * 3)
        self.assertEqual(heard(alice, ""), ["carol", "dave"])
        for one in (bob, carol, dave):
            self.assertEqual(heard(one, ""), [])
