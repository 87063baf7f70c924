"""What is due with a peer, and when it is looked at."""

from itertools import count

from twisted.trial.unittest import SynchronousTestCase

from tests.support.contacts import contact_of
from twisted_chat.moments import NEVER
from twisted_chat.peer.contacts.line import Line
from twisted_chat.peer.gen2.inbox import Inboxes
from twisted_chat.peer.gen2.link import PeerLink
from twisted_chat.peer.gen2.outbox import pieces_of
from twisted_chat.peer.gen2.outboxes import Outboxes
from twisted_chat.peer.gen2.under_way import LATE, PeerDelivery, UnderWay

KEY = "b" * 64


def with_bob() -> PeerDelivery:
    """Nothing is under way with bob."""
    contact = contact_of("bob", KEY)
    return PeerDelivery(contact, PeerLink(contact), Outboxes(count(7).__next__), Inboxes().of(KEY))


def say(bob: PeerDelivery, text: str, room: str, now: float) -> Line:
    """Have something to say to bob."""
    line = Line(text, "alice", room, now)
    pieces = pieces_of(line)
    bob.outbox.put(pieces, sum(piece.size for piece in pieces))
    return line


class Due(SynchronousTestCase):
    """When there is something to do."""

    def test_nothing(self) -> None:
        """Nothing is due where nothing is under way."""
        self.assertEqual(with_bob().due, NEVER)

    def test_earliest(self) -> None:
        """The earliest of showing, acknowledging and telling that a line is late."""
        bob = with_bob()
        bob.acknowledge_at, bob.show_at = 7.0, 8.0
        self.assertEqual(bob.due, 7.0)
        bob.acknowledge_at = 9.0
        self.assertEqual(bob.due, 8.0)
        say(bob, "hello", "lab", 1.0)
        self.assertEqual(bob.due, 1.0 + LATE)

    def test_untold(self) -> None:
        """A line of a conversation of which the person was told is not told again."""
        bob = with_bob()
        say(bob, "hello", "lab", 1.0)
        say(bob, "again", "lab", 2.0)
        psst = say(bob, "psst", "", 3.0)
        bob.behind = frozenset({"lab"})
        self.assertIs(bob.untold, psst)
        self.assertEqual(bob.due, 3.0 + LATE)
        bob.behind = frozenset({"lab", ""})
        self.assertEqual((bob.untold, bob.due), (None, NEVER))


class Watching(SynchronousTestCase):
    """Who is looked at, and when."""

    def test_watched(self) -> None:
        """One is looked at once, at the earliest of the moments, and stays under way."""
        under_way, bob = UnderWay(), with_bob()
        for at in (5.0, 3.0, 4.0):
            under_way.watch(bob, at)
        self.assertEqual((under_way.wake, bob.watched_until), (3.0, 3.0))
        self.assertEqual(list(under_way.due(2.9)), [])
        self.assertEqual(list(under_way.due(3.0)), [bob])
        self.assertEqual((under_way.wake, bob.watched_until), (NEVER, NEVER))
        self.assertEqual(list(under_way), [bob])

    def test_settled(self) -> None:
        """One with whom nothing is under way is not looked at."""
        under_way, bob = UnderWay(), with_bob()
        under_way.watch(bob, 1.0)
        under_way.settle(bob)
        self.assertEqual((list(under_way), under_way.wake), ([], NEVER))
        self.assertEqual(list(under_way.due(1.0)), [])
