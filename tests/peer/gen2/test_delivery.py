"""What is said over links arrives once and in order, whatever happens to the links."""

import re
from collections.abc import Sequence
from functools import partial
from itertools import count

from twisted.trial.unittest import SynchronousTestCase

from tests.peer.keyed import SINCE_1970, Chatter, Intruder, KeyedWorld, key_of
from tests.peer.two_rooms import TwoRoomsCase
from tests.support.contacts import LAB, contact_of
from tests.support.histories import no_histories
from twisted_chat.errors import WireError
from twisted_chat.events import Event
from twisted_chat.links import Link, SendFrames
from twisted_chat.moments import NEVER
from twisted_chat.peer.contacts.contact import Contact
from twisted_chat.peer.contacts.line import Line
from twisted_chat.peer.effects import Effects
from twisted_chat.peer.events.said import (
    AllArrived,
    ArrivalUnknown,
    Delivery,
    NeverArrived,
    NotArrived,
    Said,
    Waiting,
)
from twisted_chat.peer.gen2.delivery import Deliveries
from twisted_chat.peer.gen2.inbox import Inboxes
from twisted_chat.peer.gen2.link import PeerLink, PeerState
from twisted_chat.peer.gen2.mesh import LINGER
from twisted_chat.peer.gen2.outbox import MAX_OUTBOX
from twisted_chat.peer.gen2.owed import OwedWords
from twisted_chat.peer.gen2.reception import HEAR_BURST, HEAR_RATE
from twisted_chat.peer.gen2.under_way import LATE
from twisted_chat.peer.talks.talks import Hearing
from twisted_chat.store.archive import Archive
from twisted_chat.wire.gen2.speech import Acknowledgement, NumberedText, parse_speech

MANY = 1000


def heard_from(listener: Chatter, speaker: Chatter, *, handed_on: bool = True) -> list[str]:
    """What was shown of what somebody said, with or without what others handed on of it."""
    handed = rf"|> [-0-9]+ [:0-9]+ {speaker.name}" if handed_on else ""
    begin = re.compile(rf"(?:< {speaker.name}(?: \([-0-9: ]+\))?{handed}): (.*)")
    return [found[1] for line in listener.lines if (found := begin.fullmatch(line))]


class Arriving(SynchronousTestCase):
    """Three people in a room."""

    def _converse(self, seed: int) -> None:
        world = KeyedWorld(seed)
        people = world.room("alice", "bob", "carol")
        chance = world.network.chance
        start = world.network.now
        said: dict[Chatter, list[str]] = {one: [] for one in people}

        def say(one: Chatter) -> None:
            said[one].append(f"{one.name} {len(said[one])}")
            one.enter(said[one][-1])

        def lose_a_link() -> None:
            if links := world.network.links():
                world.network.cut(chance.choice(links))

        for one in people:
            for number in range(MANY):
                world.network.at(start + number * 0.02, lambda one=one: say(one))  # type: ignore[misc]
        for _ in range(60):
            world.network.at(start + chance.uniform(0, 25), lose_a_link)
        world.network.at(start + 8, world.kill_server)
        world.network.at(start + 20, world.start_server)
        world.wait(120)
        for listener in people:
            for speaker in people:
                if speaker is not listener:
                    self.assertEqual(len(said[speaker]), MANY)
                    heard = heard_from(listener, speaker)
                    self.assertEqual(sorted(heard), sorted(said[speaker]))
                    themselves = set(heard_from(listener, speaker, handed_on=False))
                    in_order = [text for text in said[speaker] if text in themselves]
                    self.assertEqual(heard_from(listener, speaker, handed_on=False), in_order)
            self.assertEqual(len(listener.told("the server is back")), 1)
            self.assertEqual(listener.told("never got"), [])
            self.assertEqual(listener.told(" left"), [])
        self.assertEqual(sorted(world.fake_server.rooms["lab"].members), ["alice", "bob", "carol"])

    def test_conversation(self) -> None:
        """What is said to a room is said there, what is said besides in private; both say when,
        also where they are said again over another link."""
        world = KeyedWorld()
        alice, bob = world.room("alice", "bob")
        carol = world.chatter("carol")
        alice.type("$poke carol")
        for other in (bob, carol):
            (link,) = world.network.between(alice.node, other.node)
            world.network.cut(link)
            when = int((world.network.now + SINCE_1970) * 1000)
            alice.type(f"$to {'lab' if other is bob else 'carol'}", "hello", wait=5)
            first, *again = alice.words_to(other)[-2:]
            for message in (first, *again):
                said = parse_speech(message)
                assert isinstance(said, NumberedText)
                room = "lab" if other is bob else ""
                self.assertEqual((said.room, said.text), (room, "hello"))
                self.assertEqual(said.signed is not None, other is bob)
                self.assertLess(abs(said.time - when), 2)

    def test_links_lost_and_server_killed(self) -> None:
        """A thousand lines each, while links are lost at random moments and the server
        is killed and comes back: nothing lost, nothing twice, and what each says to another
        in its order; what a third hands on comes the newest first."""
        for seed in (1, 2):
            self._converse(seed)

    def test_calm(self) -> None:
        """What arrives costs no word; who lags is named once, and when they have everything."""
        world = KeyedWorld()
        alice, bob, carol = world.room("alice", "bob", "carol")
        self.assertEqual(alice.type("one", "two", wait=5), [])
        world.network.nodes.remove(carol.node)
        for link in world.network.between(alice.node, carol.node):
            world.network.cut(link)
        shown = alice.type("three", wait=LATE - 0.1)
        self.assertEqual(shown, [])
        world.wait(0.2)
        self.assertEqual(alice.lines[-1], '> carol has not got "three" yet (1 of 2 have)')
        self.assertEqual(alice.type("four", "five", wait=10), [])
        self.assertEqual(
            alice.type("$status"),
            [
                '> "five" has arrived at 1 of 2',
                "> 3 lines still to arrive at carol, to whom there is no link now",
            ],
        )
        world.network.nodes.append(carol.node)
        world.wait(40)
        self.assertEqual(alice.lines[-1], "> carol has got everything now")
        self.assertEqual(heard_from(carol, alice), ["one", "two", "three", "four", "five"])
        self.assertEqual(alice.type("$status"), ['> "five" has arrived at 2 of 2'])
        self.assertEqual(heard_from(bob, alice), heard_from(carol, alice))

    def test_restarted(self) -> None:
        """Who restarts is heard from its first line on, and hears what it has not got yet."""
        world = KeyedWorld()
        alice, bob = world.room("alice", "bob")
        alice.type("a")
        bob.type("b")
        world.network.kill(bob.node)
        alice.type("c")
        again = world.chatter("bob", key="bob", keeper=bob.node.keeper)
        again.type("$roomjoin lab", "b again", wait=60)
        self.assertEqual(heard_from(alice, bob), ["b", "b again"])
        self.assertEqual(heard_from(again, alice), ["a", "c"])

    def test_full(self) -> None:
        """Nothing that was accepted is lost without a word, and what does not fit is named."""
        world = KeyedWorld()
        alice, bob = world.room("alice", "bob")
        world.network.kill(bob.node)
        world.wait(2)
        text = "x" * 50_000
        shown = [line for _ in range(7) for line in alice.type(text, wait=0.1)]
        lost = [line for line in shown if "is lost for them" in line]
        self.assertEqual(len(lost), 7 - MAX_OUTBOX // 50_064)
        self.assertIn("bob cannot be reached", lost[0])

    def test_held_up(self) -> None:
        """Typing waits for somebody who has a link and is slow, and not for ever."""
        world = KeyedWorld(seed=3)
        alice, bob = world.room("alice", "bob")
        world.network.delay = 3.0
        for _ in range(8):
            alice.enter("x" * 50_000)
        world.wait(60)
        self.assertEqual(alice.told("is lost for them"), [])
        self.assertEqual(len(bob.told("< alice: x")), 8)

    def test_one_takes_nothing(self) -> None:
        """One who says to have got nothing, or one line every four seconds, again and again
        does not keep what is said from others."""
        for pace in (0.0, 0.25):
            world = KeyedWorld()
            alice, bob, eve = world.room("alice", "bob", "eve")
            (link,) = world.network.between(eve.node, alice.node)
            alice.type("hello")
            _, epoch, *_ = alice.words_to(eve)[0].split(b" ")
            eve.node.end, eve.node.keeper = Intruder(), None
            for second in range(1, 120):
                says = b"ok %b %d" % (epoch, pace * second)
                speak = partial(world.network.carry_out, eve.node, [SendFrames(link, [says])])
                world.network.at(world.network.now + second, speak)
            for number in range(800):
                alice.enter(f"{number:0900}")
            world.wait(60)
            self.assertEqual(len(heard_from(bob, alice)), 801)
            self.assertTrue(alice.told("eve cannot be reached"))

    def test_gone(self) -> None:
        """Of one who leaves with something on the way the person is told what waits for them."""
        world = KeyedWorld()
        alice, bob = world.room("alice", "bob")
        bob.node.down = True
        for link in world.network.between(alice.node, bob.node):
            world.network.cut(link)
        alice.type("one", "two")
        world.network.carry_out(world.server, world.fake_server.go("bob"))
        world.wait(LINGER + 1)
        self.assertEqual(alice.lines[-1], '> bob gets 2 lines, from "one" on, when you meet again')

    def test_faster_than_shown(self) -> None:
        """What waits for long is shown at the pace of a reader, and all of it."""
        world = KeyedWorld()
        alice, bob = world.room("alice", "bob")
        world.network.nodes.remove(bob.node)
        for link in world.network.between(alice.node, bob.node):
            world.network.cut(link)
        for number in range(2 * HEAR_BURST):
            alice.type(str(number), wait=0.02)
        world.network.nodes.append(bob.node)
        world.wait(60)
        self.assertEqual(heard_from(bob, alice), [str(n) for n in range(2 * HEAR_BURST)])


class Once(SynchronousTestCase):
    """What was shown is not shown again."""

    def test_stopped_before_the_acknowledgement(self) -> None:
        """A peer that is stopped when its word was shown, and before it knows, is forgotten by
        the other one meanwhile; when it goes on and sends the word again, that is known."""
        world = KeyedWorld()
        alice, bob = world.room("alice", "bob")
        (link,) = world.network.between(alice.node, bob.node)
        alice.enter("hello")
        while not bob.told("< alice: hello"):
            world.wait(0.001)
        alice.node.down = True
        world.network.cut(link)
        world.network.carry_out(world.server, world.fake_server.go("alice"))
        world.wait(LINGER + 1)
        self.assertEqual(bob.lines[-1], "> alice left")
        alice.node.down = False
        world.network.carry_out(alice.node, alice.session.lost(link, "gone", world.network.now))
        self.assertIn("0 of 1", alice.type("$status")[0])
        alice.type("$roomjoin lab", wait=5)
        self.assertIn("1 of 1", alice.type("$status")[0])
        alice.type("again")
        self.assertEqual(heard_from(bob, alice), ["hello", "again"])


class Alone(SynchronousTestCase):
    """Without links that carry anything, to bob in the room and carol outside."""

    def setUp(self) -> None:
        self.effects = Effects()
        rates = HEAR_RATE, HEAR_BURST
        owed = OwedWords(Archive(), count(7).__next__)
        self.words = Deliveries(
            self.effects,
            self.hearing,
            owed,
            Inboxes(),
            rates,
            Archive(),
            no_histories(self.effects),
        )
        self.bob, self.carol = (self.meet(name) for name in ("bob", "carol"))
        self.lines = 0

    def hearing(self, room: str, contact: Contact, now: float) -> Hearing:
        """We are in lab, and so is bob."""
        return Hearing.SHOWN if room == "lab" and contact.name == "bob" else Hearing.DROPPED

    def meet(self, name: str) -> PeerLink:
        """There may be something to say to somebody."""
        peer = PeerLink(contact_of(name, key_of(name)))
        self.words.begin(peer)
        return peer

    def link(self, peer: PeerLink, now: float = 0.0) -> None:
        """A link comes up."""
        link = Link(peer.fingerprint, ("192.0.2.1", 1), True, can=frozenset())
        peer.enter(PeerState.OPEN, link)
        self.words.linked(peer.contact, now)

    def say(self, text: str, now: float, *peers: PeerLink, room: str = "lab") -> Sequence[Contact]:
        """Say something. Returns those who have no room for it."""
        line = Line(text, "alice", room, now)
        lost = self.words.say([line], [peer.contact for peer in peers], now)
        return [contact for _, contact in lost]

    def hear(self, peer: PeerLink, number: int, now: float = 0.0) -> None:
        """Somebody says what is this number."""
        said = NumberedText(1, number, f"{number}\r\n", "lab")
        self.words.received(peer.contact, [said], now)

    def told(self) -> list[Event]:
        """What the person was told since, `sent` is what went to others."""
        effects = self.effects.take()
        self.sent = [
            message for one in effects if isinstance(one, SendFrames) for message in one.messages
        ]
        return [one for one in effects if isinstance(one, Event)]

    def test_where(self) -> None:
        """It is said in the conversation that it is for, with the time of day."""
        for peer in (self.bob, self.carol):
            self.link(peer)
        self.say("hello", 5.0, self.bob)
        self.say("hello", 5.0, self.carol, room="")
        self.told()
        self.assertEqual(self.sent, [b"msg #lab 7 1 5000 hello", b"msg - 8 1 5000 hello"])

    def test_late(self) -> None:
        """Those who lack a line are told of once, and again when they have everything."""
        self.link(self.bob)
        for at in (0.0, 1.0):
            self.say("hello", at, self.bob, self.carol)
        self.words.tick(LATE - 0.1)
        self.assertEqual(self.told(), [])
        for _ in range(2):
            self.words.tick(LATE)
        lacking = (self.bob.contact.who, self.carol.contact.who)
        self.assertEqual(self.told(), [NotArrived("hello", lacking, 0, 2, "lab")])
        self.words.acknowledged(self.bob.contact, Acknowledgement(7, 1), 3.0)
        self.assertEqual(self.told(), [])
        self.words.acknowledged(self.bob.contact, Acknowledgement(7, 2), 3.0)
        self.assertEqual(self.told(), [AllArrived(self.bob.contact.who, "lab")])
        self.assertEqual([one.contact for one in self.words.unsettled], [self.carol.contact])
        waiting = (Waiting(self.carol.contact.who, 2, False),)
        self.assertEqual(self.words.status(), Delivery("hello", 1, 2, waiting))

    def test_in_time(self) -> None:
        """Of what has arrived nothing is told, and nothing is due in the end."""
        self.link(self.bob)
        self.say("hello", 0.0, self.bob)
        self.words.acknowledged(self.bob.contact, Acknowledgement(7, 1), 1.0)
        self.say("again", 1.5, self.bob)
        self.words.tick(LATE)
        self.assertEqual(self.words.wake, 1.5 + LATE)
        self.words.acknowledged(self.bob.contact, Acknowledgement(7, 2), 2.5)
        self.words.tick(1.5 + LATE)
        self.assertEqual((self.told(), self.words.wake), ([], NEVER))
        self.assertEqual(list(self.words._under_way), [])

    def test_given_up(self) -> None:
        """What is given up is told as never sent or perhaps shown, and nothing is told later."""
        self.link(self.bob)
        self.say("hello", 0.0, self.bob, self.carol)
        for peer in (self.bob, self.carol):
            self.words.give_up(peer.contact)
        unknown = ArrivalUnknown(self.bob.contact.who, 1, "hello", "lab")
        never = NeverArrived(self.carol.contact.who, 1, "hello", "lab")
        self.assertEqual(self.told(), [unknown, never])
        self.assertEqual((self.words.wake, self.words.unsettled), (NEVER, []))

    def test_blocked(self) -> None:
        """Of one whose key is not accepted nothing is shown or acknowledged, and nothing goes
        there, until it is."""
        self.bob.contact.blocked = True
        self.link(self.bob)
        self.hear(self.bob, 1)
        self.say("hello", 0.0, self.bob)
        self.words.acknowledge_all()
        self.assertEqual((self.told(), self.sent), ([], []))
        self.bob.contact.blocked = False
        self.words.linked(self.bob.contact, 1.0)
        self.assertEqual(self.told(), [Said(self.bob.contact.who, "1", True, None, "lab")])
        self.assertEqual(self.sent, [b"msg #lab 7 1 0 hello"])

    def test_awaited(self) -> None:
        """What is said waits for one who has yet to return, also where there is a link."""
        self.bob.contact.awaited = (LAB,)
        self.link(self.bob)
        self.say("hello", 0.0, self.bob)
        self.told()
        self.assertEqual(self.sent, [])
        self.bob.contact.awaited = ()
        self.words.flush(self.bob.contact)
        self.told()
        self.assertEqual(self.sent, [b"msg #lab 7 1 0 hello"])

    def test_another_link(self) -> None:
        """Over another link it is sent again, and one may begin with any number."""
        self.link(self.bob)
        self.say("hello", 0.0, self.bob)
        self.hear(self.bob, 1)
        with self.assertRaises(WireError):
            self.hear(self.bob, 7)
        self.told()
        self.link(self.bob, 1.0)
        self.hear(self.bob, 7)
        self.assertEqual(self.told(), [Said(self.bob.contact.who, "7", True, None, "lab")])
        self.assertEqual(self.sent, [b"msg #lab 7 1 0 hello"])

    def test_several(self) -> None:
        """Lines that are said in one step go so, under numbers in a row; one without a link gets
        as many of them as there is room for, and each of the others has arrived at who has it."""
        self.link(self.bob)
        long = "x" * (MAX_OUTBOX // 5)
        texts = ("one", *[long] * 5, "two")
        lines = [Line(text, "alice", "lab", 0.0) for text in texts]
        contacts = [self.bob.contact, self.carol.contact]
        self.assertEqual(self.words.say(lines[:1], contacts, 0.0), [])
        lost = self.words.say(lines[1:], contacts, 0.0)
        self.assertEqual(lost, [(lines[5], self.bob.contact), (lines[5], self.carol.contact)])
        self.assertEqual([line.receivers for line in lines], [2, 2, 2, 2, 2, 0, 2])
        self.assertEqual([line.refused for line in lines], [0, 0, 0, 0, 0, 2, 0])
        self.told()
        self.assertEqual([message.split()[3] for message in self.sent], [b"1", b"2", b"3"])
        self.words.acknowledged(self.bob.contact, Acknowledgement(7, 3), 1.0)
        self.words.acknowledged(self.bob.contact, Acknowledgement(7, 5), 1.0)
        self.told()
        self.assertEqual(self.sent[-1], b"msg #lab 7 6 0 two")
        self.assertEqual([line.arrived for line in lines], [1, 1, 1, 1, 1, 0, 0])

    def test_room(self) -> None:
        """Typing waits for one to whom there is a link and in whose outbox there is no room;
        one without a link goes without."""
        half = "x" * (MAX_OUTBOX // 2)
        self.assertTrue(self.words.has_room([self.bob.contact], len(half)))
        self.assertEqual(self.say(half, 0.0, self.bob), [])
        self.assertEqual(self.say(half, 0.0, self.bob), [self.bob.contact])
        everybody = [self.bob.contact, self.carol.contact]
        self.assertTrue(self.words.has_room(everybody, len(half)))
        self.link(self.bob)
        self.assertFalse(self.words.has_room(everybody, len(half)))
        self.assertTrue(self.words.has_room([self.carol.contact], len(half)))
        for number in (2, 3):
            self.words.acknowledged(self.bob.contact, Acknowledgement(7, number), 1.0)
        self.assertTrue(self.words.has_room(everybody, len(half)))
        self.assertEqual(self.words._crowded, {})


class Elsewhere(TwoRoomsCase):
    """What is said to rooms in which not both are."""

    def test_late(self) -> None:
        """Each conversation has its own notices of what has not arrived."""
        self.alice.type("$poke bob")
        for link in self.world.network.between(self.alice.node, self.bob.node):
            self.world.network.cut(link)
        self.bob.node.deaf = True
        self.alice.type("psst", wait=LATE + 1)
        self.alice.type("$to lab", "hello", wait=LATE + 1)
        self.bob.node.deaf = False
        self.world.wait(40)
        for told in (
            '> privately: bob has not got "psst" yet (0 of 1 have)',
            '> bob has not got "hello" yet (0 of 1 have)',
            "> privately: bob has got everything now",
            "> bob has got everything now",
        ):
            self.assertEqual(len(self.alice.told(told)), 1, (told, self.alice.lines))
