"""What was handed on of a room, until it is told."""

from twisted.trial.unittest import SynchronousTestCase

from tests.peer.gen2.history.test_log import said
from twisted_chat.moments import NEVER
from twisted_chat.peer.events.event import Someone
from twisted_chat.peer.gen2.history.handed import GATHERED, TOLD_BY, HandedLines

ALICE, BOB = Someone("alice", "a"), Someone("bob", "b")
ONE, TWO, THREE = (said(number, number) for number in (1, 2, 3))


class Gathered(SynchronousTestCase):
    """Lines are told together and in order."""

    def setUp(self) -> None:
        self.handed = HandedLines()

    def test_all(self) -> None:
        """All that there is, in the order of the room, and each who has handed on something."""
        for message, giver in ((THREE, BOB), (ONE, ALICE), (TWO, BOB)):
            self.handed.hold(message, giver, 10.0)
        self.assertEqual(self.handed.take(None), ([ONE, TWO, THREE], (ALICE, BOB)))
        self.assertEqual(self.handed.take(None), ([], ()))
        self.assertFalse(self.handed.waits)

    def test_until(self) -> None:
        """Or that which stands before what is said now, and that itself: the rest waits."""
        for message in (THREE, ONE, TWO):
            self.handed.hold(message, BOB, 10.0)
        self.assertEqual(self.handed.take(TWO)[0], [ONE, TWO])
        self.assertNotIn(TWO, self.handed)
        self.assertIn(THREE, self.handed)
        self.assertTrue(self.handed.waits)
        self.assertEqual(self.handed.tell_at, 10.0 + GATHERED)

    def test_when(self) -> None:
        """They are told a moment after the last, and soon after the first at most."""
        self.assertEqual(self.handed.tell_at, NEVER)
        for step in range(20):
            self.handed.hold(said(step + 1, step + 1), BOB, 10.0 + step * 0.4)
        self.assertEqual(self.handed.tell_at, 10.0 + TOLD_BY)
        self.handed.take(None)
        self.handed.hold(ONE, BOB, 30.0)
        self.assertEqual(self.handed.tell_at, 30.0 + GATHERED)
