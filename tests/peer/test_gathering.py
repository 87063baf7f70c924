"""Notices that are gathered."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from tests.peer import World, both
from tests.peer.keyed import KeyedWorld, Remembered, key_of
from tests.support.strategies import many, sequences
from twisted_chat.links import SendFrames
from twisted_chat.peer.events.event import Someone
from twisted_chat.peer.events.talk import Doing, Knocking, WantsToTalk
from twisted_chat.peer.gathering import FEW, LONGEST, MINUTE, PROMPT, Gathering, named
from twisted_chat.terminal.wording.line import LineWording
from twisted_chat.terminal.wording.people import several
from twisted_chat.wire.gen2.answers import Introduced
from twisted_chat.wire.gen2.contact import ContactInfo
from twisted_chat.wire.gen2.roster import Came, Went

WORDING = LineWording(marked=False)


def someone(*names: str) -> list[Someone]:
    """People of these names."""
    return [Someone(name) for name in names]


class Telling(SynchronousTestCase):
    """What is told when."""

    def setUp(self) -> None:
        self.lines: list[str] = []
        self.gathering = Gathering(lambda event: self.lines.extend(WORDING.lines(event)))
        self.now = 0.0

    def came(self, name: str) -> None:
        self.gathering.came(Someone(name), "lab", self.now)

    def left(self, name: str) -> None:
        self.gathering.left(Someone(name), "lab", self.now)

    def knocks(self, name: str) -> None:
        knock = WantsToTalk(Someone(name), Knocking.CALLS)
        self.gathering.did(Doing.KNOCK, knock, knock.who, self.now)

    def wait(self, seconds: float) -> list[str]:
        """Let time pass. Returns what is told in it."""
        before, end = len(self.lines), self.now + seconds
        while self.gathering.wake <= end:
            self.now = self.gathering.wake
            self.gathering.tick(self.now)
        self.now = end
        return self.lines[before:]

    def test_alone(self) -> None:
        """One who comes is told at once, and one who leaves later too."""
        self.came("bob")
        self.assertEqual(self.lines, ["> bob came"])
        self.wait(10)
        self.left("bob")
        self.assertEqual(self.lines, ["> bob came", "> bob left"])

    def test_together(self) -> None:
        """After the first few those who come and go within a second are told in one line each."""
        for number in range(PROMPT):
            self.came(f"u{number}")
        for who in ("alice", "bob", "carol"):
            self.came(who)
        self.left("carol")
        self.left("u0")
        self.assertEqual(len(self.lines), PROMPT)
        told = ["> alice, bob came", "> u0 left", "> carol came and left again"]
        self.assertEqual(self.wait(1), told)

    def test_many_names(self) -> None:
        """Of many the first are named."""
        many = several(*named(someone(*map(str, range(57)))))
        self.assertEqual(many, "0, 1, 2, 3, 4, 5, 6, 7 and 49 others")
        self.assertEqual(several(*named(someone(*"abcdefghi"))), "a, b, c, d, e, f, g, h, i")

    def test_one_person(self) -> None:
        """One who comes and goes all the time gets a few lines a minute, and one with a count."""
        for number in range(20):
            (self.left if number % 2 else self.came)("bob")
            self.wait(2)
        self.assertEqual(len(self.lines), FEW)
        told = "> bob came or left 14 times more, and is not here now"
        self.assertEqual(self.wait(MINUTE), [told])

    def test_other_things(self) -> None:
        """So it is with what else can be done again and again."""
        for _ in range(10):
            self.knocks("eve")
        for who in ("bob", "carol"):
            self.knocks(who)
        self.assertEqual(self.lines, ["> eve wants to talk; $poke eve answers"] * PROMPT)
        self.assertEqual(self.wait(1), ["> eve, bob, carol want to talk; $poke NAME answers"])
        self.knocks("bob")
        self.knocks("bob")
        self.assertEqual(self.wait(2), ["> bob wanted to talk 2 times"])

    def test_forgotten(self) -> None:
        """Of one who is of no interest any more nothing is told, whatever was kept back."""
        for _ in range(3):
            for _ in range(PROMPT + 1):
                self.knocks("eve")
            self.gathering.forget(Someone("eve"))
            self.wait(3)
        self.assertEqual(self.lines, ["> eve wants to talk; $poke eve answers"] * FEW)

    def test_end(self) -> None:
        """At the end nothing is kept back."""
        for number in range(FEW + 3):
            self.came(f"u{number}")
        self.gathering.flush()
        self.assertEqual(len(self.lines), PROMPT + 1)
        self.assertEqual(self.wait(1000), [])

    @many
    @given(
        sequences(
            st.tuples(st.sampled_from("abcdef"), st.sampled_from([0.0, 0.0, 0.3, 2.0, 40.0])), 60
        )
    )
    def test_clear_in_the_end(self, steps: list[tuple[str, float]]) -> None:
        """Whoever comes and goes when, the last that is told of each is how it is, within the
        longest stretch and a minute."""
        self.setUp()
        here = dict.fromkeys("abcdef", False)
        for who, pause in steps:
            here[who] = not here[who]
            (self.came if here[who] else self.left)(who)
            self.wait(pause)
        self.wait(LONGEST + MINUTE)
        told = dict.fromkeys("abcdef", False)
        for line in self.lines:
            for who in line.replace(",", "").split():
                if who in told:
                    told[who] = line.endswith(("came", "came back", "is here now"))
        self.assertEqual(told, here)
        self.assertEqual(self.gathering._minutes, {})


class Flooding(SynchronousTestCase):
    """What somebody can do to the screen of another."""

    def test_knocks(self) -> None:
        """Fifty knocks a second for ten seconds, from one or from many, are a handful of lines."""
        for callers in (1, 40):
            world = KeyedWorld()
            vic = world.chatter("vic")
            eves = [world.chatter(f"eve{number}", wait=0.01) for number in range(callers)]
            world.wait(1)
            before = len(vic.lines)
            for number in range(500):
                eves[number % callers].enter("$poke vic")
                world.wait(0.02)
            self.assertLess(len(vic.lines) - before, 20, vic.lines[before:])
            self.assertTrue(vic.told("eve0"))

    def test_broken_links(self) -> None:
        """One who links again and again, and says what is no message, is a handful of lines."""
        world = KeyedWorld()
        alice, eve = world.room("alice", "eve")
        before = len(alice.lines)
        for _ in range(300):
            for link in world.network.between(eve.node, alice.node):
                world.network.carry_out(eve.node, [SendFrames(link, [b"msg nothing"])])
            world.wait(0.05)
            if not world.network.between(eve.node, alice.node):
                world.network.join(eve.node, alice.node)
            world.wait(0.05)
        self.assertLess(len(alice.lines) - before, 10, alice.lines[before:])
        self.assertTrue(alice.told("> the link to eve was closed: it sent"))

    def test_comings_and_goings(self) -> None:
        """Fifty comings and goings a second are a handful of lines, and who is in the room in
        the end is told."""
        world = KeyedWorld()
        alice, bob = world.room("alice", "bob")
        world.wait(2)
        before = len(alice.lines)
        number = world.fake_server.rooms["lab"].number
        where = ("192.0.2.200", 9)
        for turn in range(500):
            who = f"eve{turn // 2 % 25}"
            contact = ContactInfo(who, "f" * 64, *where)
            number += 1
            change = Went("lab", number, who) if turn % 2 else Came("lab", number, contact)
            world.network.carry_out(world.server, world.fake_server.push("alice", change))
            world.wait(0.02)
        world.fake_server.rooms["lab"].number = number
        bob.type("$roomleave")
        world.wait(100)
        lines = alice.lines[before:]
        self.assertLess(len(lines), 20, lines)
        self.assertTrue([line for line in lines if "bob" in line and "left" in line], lines)

    def test_other_keys(self) -> None:
        """Of many who come with another key than is known all are told, in a handful of lines,
        and the first in full."""
        world = KeyedWorld()
        memory = Remembered()
        alice = world.chatter("alice", memory=memory)
        for number in range(200):
            memory.trust(f"u{number}", key_of("another"))
            contact = ContactInfo(f"u{number}", key_of(f"{number}"), "192.0.2.200", 9)
            knock = world.fake_server.push("alice", Introduced(contact))
            world.network.carry_out(world.server, knock)
        world.wait(2)
        self.assertLess(len(alice.lines), 20, alice.lines)
        self.assertEqual(len(alice.told("THE KEY OF")), PROMPT)
        self.assertEqual(len(alice.told("189 others ARE NOT THE ONES YOU KNOW")), 1)


class Speaking(SynchronousTestCase):
    """Whoever hears what is said was shown before."""

    def _shown_before(self, alice: Any, eve: Any) -> str:
        """Say something that eve hears. Returns what was told last of her."""
        alice.type("the password", wait=0)
        told = [*alice.told("eve"), "nothing"]
        eve.type(wait=3)
        self.assertEqual(eve.told("the password"), ["< alice: the password"])
        return str(told[-2])

    def test_came_often(self) -> None:
        """One who came and left until that was not told any more, and stays, is told before
        anything is said to the room; then her leaving is."""
        for world in (KeyedWorld(), World()):
            people: list[Any] = world.room("alice", "eve")
            alice, eve = people
            for _ in range(4):
                eve.type("$roomleave", wait=1)
                eve.type("$roomjoin lab", wait=1)
            self.assertEqual(alice.told("eve")[-1], "> eve left")
            self.assertEqual(self._shown_before(alice, eve), "> eve came")
            eve.type("$roomleave", wait=3)
            alice.type("anybody?")
            self.assertEqual(alice.told("eve")[-1], "> eve left")

    def test_among_many(self) -> None:
        """The same for one whose coming is told together with that of others."""
        world = KeyedWorld()
        (alice,) = world.room("alice")
        others = [world.chatter(f"u{number}", wait=0.01) for number in range(PROMPT)]
        eve = world.chatter("eve")
        for one in (*others, eve):
            one.type("$roomjoin lab", wait=0.05)
        self.assertEqual(alice.told("eve"), [])
        self.assertEqual(self._shown_before(alice, eve), "> eve came")

    def test_before_the_roster_is_whole(self) -> None:
        """In generation 1 one who comes hears at once, and is told then."""
        for world in both():
            (alice,) = world.room("alice")
            eve = world.chatter("eve", 7)
            eve.type("$roomjoin lab", wait=0.1)
            self.assertEqual(alice.lines[-1], "> you are in lab alone")
            alice.type("the password", wait=3)
            heard = eve.told("the password")
            told = alice.lines[alice.lines.index("> you are in lab alone") + 1 :]
            self.assertEqual(len(heard), 1)
            self.assertEqual(told, ["> somebody at 192.0.2.17:5007 came"])

    def test_once(self) -> None:
        """What was told so is not told again."""
        gathering = Gathering(lambda event: lines.extend(WORDING.lines(event)))
        lines: list[str] = []
        for turn in range(FEW + 1):
            (gathering.left if turn % 2 else gathering.came)(Someone("eve"), "lab", turn * 2.0)
        for _ in range(3):
            gathering.tell_moves()
        gathering.tick(LONGEST + MINUTE)
        self.assertEqual(lines[FEW - 1 :], ["> eve left", "> eve came"])
