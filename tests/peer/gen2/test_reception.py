"""What others say is shown once, in order and no faster than it can be read, and acknowledged."""

from collections.abc import Sequence
from itertools import count

from twisted.trial.unittest import SynchronousTestCase

from tests.peer.keyed import key_of
from tests.peer.two_rooms import TwoRoomsCase
from tests.support.contacts import contact_of
from tests.support.histories import no_histories
from twisted_chat.events import Event
from twisted_chat.links import Link, SendFrames
from twisted_chat.peer.contacts.contact import Contact
from twisted_chat.peer.effects import Effects
from twisted_chat.peer.events.said import Said
from twisted_chat.peer.gen2.inbox import Inboxes
from twisted_chat.peer.gen2.link import PeerLink, PeerState
from twisted_chat.peer.gen2.outboxes import Outboxes
from twisted_chat.peer.gen2.reception import (
    ACK_DELAY,
    ACK_EVERY,
    ANNOUNCED,
    HEAR_BURST,
    HEAR_RATE,
    LOOK_AGAIN,
    Reception,
)
from twisted_chat.peer.gen2.under_way import PeerDelivery, UnderWay
from twisted_chat.peer.talks.talks import Hearing
from twisted_chat.store.archive import Archive
from twisted_chat.store.records import StoredBefore
from twisted_chat.wire.gen2.roster import Came
from twisted_chat.wire.gen2.speech import NumberedText


class Alone(SynchronousTestCase):
    """Of bob, over a link that carries nothing."""

    def setUp(self) -> None:
        self.effects = Effects()
        self.under_way = UnderWay()
        self.in_lab = Hearing.SHOWN
        self.keep_in(Archive())
        contact = contact_of("bob", key_of("bob"))
        peer = PeerLink(contact)
        peer.enter(PeerState.OPEN, Link(peer.fingerprint, ("192.0.2.1", 1), True))
        inbox = Inboxes().of(contact.fingerprint)
        self.bob = PeerDelivery(contact, peer, Outboxes(count(7).__next__), inbox)

    def keep_in(self, archive: Archive) -> None:
        """What is said is kept there."""
        rates, histories = (HEAR_RATE, HEAR_BURST), no_histories(self.effects)
        self.words = Reception(
            self.effects, self.hearing, rates, self.under_way, archive, histories
        )

    def hearing(self, room: str, contact: Contact, now: float) -> Hearing:
        """What becomes of what bob says in lab, as the test has it."""
        return self.in_lab

    def hear(self, number: int, now: float = 0.0) -> None:
        """Bob says what is this number."""
        self.words.received(self.bob, [NumberedText(1, number, f"{number}\r\n", "lab")], now)

    def told(self) -> Sequence[Event]:
        """What the person was told since, `sent` is what went to others."""
        effects = self.effects.take()
        self.sent = [
            message for one in effects if isinstance(one, SendFrames) for message in one.messages
        ]
        return [one for one in effects if isinstance(one, Event)]

    def said(self, number: int) -> Said:
        """How the person is told of this number."""
        return Said(self.bob.contact.who, str(number), True, None, "lab")

    def test_acknowledged(self) -> None:
        """What was shown is acknowledged after a moment, or so many messages, or at once."""
        self.hear(1)
        self.assertEqual(self.told(), [self.said(1)])
        self.assertEqual((self.under_way.wake, self.sent), (ACK_DELAY, []))
        self.words.acknowledge(self.bob)
        self.told()
        self.assertEqual(self.sent, [b"ok 1 1"])
        for number in range(2, ACK_EVERY + 2):
            self.hear(number, 1.0)
        self.told()
        self.assertEqual(self.sent, [f"ok 1 {ACK_EVERY + 1}".encode()])
        self.hear(ACK_EVERY + 1, 2.0)  # It comes again.
        self.words.acknowledge(self.bob)
        self.assertEqual(self.told(), [])
        self.assertEqual(self.sent, [f"ok 1 {ACK_EVERY + 1}".encode()])

    def test_many_kept(self) -> None:
        """What is kept is acknowledged when it is in the store: of many in one go, at once."""
        archive = Archive("server", StoredBefore())
        self.keep_in(archive)
        for number in range(1, ACK_EVERY + 11):
            self.hear(number, 1.0)
        self.told()
        numbers = [number for number, _ in archive.take()]
        archive.settle(numbers[:-5], 1.0)
        self.told()
        self.assertEqual(self.sent, [f"ok 1 {ACK_EVERY + 5}".encode()])
        archive.settle(numbers[-5:], 1.0)
        self.told()
        self.assertEqual((self.sent, self.under_way.wake), ([], 1.0 + ACK_DELAY))

    def test_ignored(self) -> None:
        """What is said by one who is ignored is acknowledged, and not shown."""
        self.bob.contact.ignored = True
        self.hear(1)
        self.words.acknowledge(self.bob)
        self.assertEqual((self.told(), self.sent), ([], [b"ok 1 1"]))

    def test_dropped(self) -> None:
        """What is said to a room that is not ours is acknowledged, and not shown."""
        self.in_lab = Hearing.DROPPED
        self.hear(1)
        self.words.acknowledge(self.bob)
        self.assertEqual((self.told(), self.sent), ([], [b"ok 1 1"]))

    def test_blocked(self) -> None:
        """What is said by one whose key is not accepted is held, and not acknowledged."""
        self.bob.contact.blocked = True
        self.hear(1)
        self.words.show(self.bob, 1.0)
        self.words.acknowledge(self.bob)
        self.assertEqual((self.told(), self.sent), ([], []))
        self.bob.contact.blocked = False
        self.words.show(self.bob, 1.0)
        self.assertEqual(self.told(), [self.said(1)])

    def test_not_announced(self) -> None:
        """What is said by one who may be about to be called a member waits, in order and not for
        ever."""
        self.in_lab = Hearing.AWAITED
        self.hear(1)
        self.hear(2)
        self.assertEqual((self.told(), self.under_way.wake), ([], LOOK_AGAIN))
        self.words.show(self.bob, LOOK_AGAIN)
        self.assertEqual(self.told(), [])
        self.in_lab = Hearing.SHOWN
        self.words.show(self.bob, 2 * LOOK_AGAIN)
        self.assertEqual(self.told(), [self.said(1), self.said(2)])
        self.in_lab = Hearing.AWAITED
        self.hear(3, 100.0)
        self.words.show(self.bob, 100.0 + ANNOUNCED)
        self.words.acknowledge(self.bob)
        self.assertEqual((self.told(), self.sent), ([], [b"ok 1 3"]))

    def test_faster_than_shown(self) -> None:
        """So many are shown at once; the rest as fast as people can read."""
        for number in range(1, HEAR_BURST + 3):
            self.hear(number)
        self.assertEqual(len(self.told()), HEAR_BURST)
        self.words.show(self.bob, 1 / HEAR_RATE)
        self.assertEqual(self.told(), [self.said(HEAR_BURST + 1)])
        self.words.show(self.bob, 2 / HEAR_RATE)
        self.assertEqual(self.told(), [self.said(HEAR_BURST + 2)])


class Elsewhere(TwoRoomsCase):
    """What is said to rooms in which not both are, by whole peers."""

    def test_no_member(self) -> None:
        """What one says who is not in our room, or to a room that is not ours, is not shown, and
        what they say afterwards is."""
        self.say(
            self.carol,
            self.alice,
            NumberedText(9_000, 1, "to your room", "lab"),
            NumberedText(9_000, 2, "to mine", "den"),
            NumberedText(9_000, 3, "to you"),
        )
        self.world.wait(ANNOUNCED - 1)
        self.assertEqual(self.alice.told("< carol"), [])
        self.world.wait(2)
        self.assertEqual(self.alice.told("< carol"), ["< carol privately: to you"])
        acknowledged = [text for to, text in self.alice.node.said if text == b"ok 9000 3"]
        self.assertEqual(len(acknowledged), 1)

    def test_faster_than_the_server(self) -> None:
        """What one says who is about to be called a member is shown when they are."""
        server, network = self.world.fake_server, self.world.network
        self.say(self.carol, self.alice, NumberedText(9_000, 1, "hello", "lab"))
        self.world.wait(1)
        self.assertEqual(self.alice.told("hello"), [])
        came = Came("lab", server.rooms["lab"].number + 1, server.users["carol"])
        network.carry_out(self.world.server, server.push("alice", came))
        self.world.wait(1)
        self.assertEqual(self.alice.lines[-2:], ["> carol came", "< carol: hello"])
