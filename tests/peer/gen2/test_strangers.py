"""Those who link to us before the server has said who they are."""

from twisted.trial.unittest import SynchronousTestCase

from tests.peer.keyed import key_of
from twisted_chat.errors import WireError
from twisted_chat.links import CloseLink, Link
from twisted_chat.moments import NEVER
from twisted_chat.peer.effects import Effects
from twisted_chat.peer.gen2.outbox import WINDOW, WINDOW_BYTES
from twisted_chat.peer.gen2.strangers import (
    MAX_STRANGERS,
    STRANGER_PATIENCE,
    WaitingStrangers,
)
from twisted_chat.wire.common import Leave
from twisted_chat.wire.gen2.speech import Acknowledgement, NumberedText


class Waiting(SynchronousTestCase):
    """How long, how many, and what they say meanwhile."""

    def setUp(self) -> None:
        self.effects = Effects()
        self.strangers = WaitingStrangers(self.effects)

    def come(self, name: str, now: float = 0.0) -> Link:
        """Somebody links to us."""
        link = Link(key_of(name), ("192.0.2.1", 5000), False)
        self.strangers.take(link, now)
        return link

    def test_put_off(self) -> None:
        """One of whom nothing is said in time is put off, and not before."""
        first, second = self.come("eve", 1.0), self.come("mallory", 2.0)
        self.assertEqual(self.strangers.wake, 1.0 + STRANGER_PATIENCE)
        self.strangers.tick(self.strangers.wake)
        why = "you are neither in my room nor were we introduced"
        self.assertEqual(self.effects.take(), [CloseLink(first, why)])
        self.assertNotIn(first, self.strangers)
        self.assertIn(second, self.strangers)
        self.strangers.lost(second)
        self.assertEqual(self.strangers.wake, NEVER)

    def test_again(self) -> None:
        """A second link takes the place of the first, whose end is nothing then."""
        first, second = self.come("eve"), self.come("eve")
        self.assertEqual(self.effects.take(), [CloseLink(first, "there is another link now")])
        self.assertNotIn(first, self.strangers)
        self.strangers.lost(first)
        self.assertIn(second, self.strangers)

    def test_many(self) -> None:
        """So many wait; one more is closed."""
        for number in range(MAX_STRANGERS):
            self.come(str(number))
        self.assertEqual(self.effects.take(), [])
        last = self.come("last")
        self.assertEqual(self.effects.take(), [CloseLink(last, "too many whom I do not know")])

    def test_met(self) -> None:
        """What one has said is there for when the server has said who it is."""
        link = self.come("eve")
        said = NumberedText(7, 1, "hello")
        self.strangers.hold(link, [said])
        self.strangers.hold(link, Leave())
        stranger = self.strangers.met(key_of("eve"))
        assert stranger is not None
        self.assertEqual((stranger.link, stranger.said), (link, [said]))
        self.assertIsNone(self.strangers.met(key_of("eve")))

    def test_bounds(self) -> None:
        """No more is kept than may be on the way; one message may be as long as any."""
        link = self.come("eve")
        for number in range(WINDOW):
            self.strangers.hold(link, [NumberedText(7, number + 1, "")])
        with self.assertRaises(WireError):
            self.strangers.hold(link, [NumberedText(7, WINDOW + 1, "")])
        link = self.come("mallory")
        self.strangers.hold(link, [NumberedText(7, 1, "x" * WINDOW_BYTES)])
        with self.assertRaises(WireError):
            self.strangers.hold(link, [NumberedText(7, 2, "")])
        with self.assertRaises(WireError):
            self.strangers.hold(self.come("trudy"), Acknowledgement(7, 1))
