"""What is missing between what one has of a room."""

from twisted.trial.unittest import SynchronousTestCase

from tests.peer.gen2.history.test_log import ORIGIN, said
from twisted_chat.peer.gen2.history.gaps import MAX_GAP, missing
from twisted_chat.peer.gen2.history.log import RoomLog


class Gaps(SynchronousTestCase):
    def test_missing(self) -> None:
        """What lacks between two is told with its place, and is less when some of it comes."""
        log = RoomLog("den", ORIGIN)
        log.add(said(2, 2))
        self.assertEqual(missing(log), [])
        log.add(said(6, 6))
        (gap,) = missing(log)
        self.assertEqual((gap.first, gap.last, gap.count, gap.invented), (3, 5, 3, False))
        self.assertEqual(gap.before, said(6, 6).place)
        log.add(said(4, 4))
        self.assertEqual([(gap.first, gap.last) for gap in missing(log)], [(3, 3), (5, 5)])
        log.add(said(6 + MAX_GAP, 7))
        self.assertFalse(missing(log)[-1].invented)
        log.add(said(7 + 2 * MAX_GAP, 8))
        self.assertFalse(missing(log)[-1].invented)
        log.add(said(9 + 3 * MAX_GAP, 9))
        self.assertTrue(missing(log)[-1].invented)
