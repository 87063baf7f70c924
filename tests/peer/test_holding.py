"""For how long typing waits for those who acknowledge too slowly."""

from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.peer.holding import HOLD, HOLD_BYTES, Holding


class Waiting(SynchronousTestCase):
    """What is typed, while somebody has no room for it."""

    def test_no_longer(self) -> None:
        """It waits for so long, and then it is said; and it does not wait where there is room."""
        holding = Holding()
        self.assertEqual(holding.until(1.0, full=False), 1.0)
        self.assertEqual(holding.until(1.0, full=True), 1.0 + HOLD)
        self.assertEqual(holding.until(2.0, full=True), 1.0 + HOLD)
        self.assertEqual(holding.until(1.0 + HOLD, full=True), 1.0 + HOLD)
        self.assertEqual(holding.until(9.0, full=True), 9.0)

    def test_again(self) -> None:
        """What is left of the waiting counts, and grows with what is said."""
        holding = Holding()
        holding.until(1.0, full=True)
        self.assertEqual(holding.until(3.0, full=False), 3.0)
        self.assertEqual(holding.until(4.0, full=True), 4.0 + HOLD - 2.0)
        holding.until(4.0 + HOLD, full=True)
        holding.said(HOLD_BYTES // 2)
        self.assertEqual(holding.until(20.0, full=True), 20.0 + HOLD / 2)

    def test_several_take_nothing(self) -> None:
        """However many are slow, one after the other, it waits no longer for what is said."""
        holding, now, said = Holding(), 0.0, 0
        while said < 40 * HOLD_BYTES:
            until = holding.until(now, full=True)
            if until > now:
                now = until
            else:
                holding.said(1000)
                said += 1000
        self.assertLess(now, 41 * HOLD + 1)
