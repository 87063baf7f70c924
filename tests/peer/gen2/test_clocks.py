"""Which clock is followed of those that are claimed."""

from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.peer.gen2.clocks import MAX_AHEAD, usual_clock


class Usual(SynchronousTestCase):
    def test_most(self) -> None:
        """The first of the largest group with nothing far ahead in it, the earlier of two."""
        far = 10 * MAX_AHEAD
        for clocks, first in (
            ([], 0),
            ([7], 7),
            ([1, 2, 3, far], 1),
            ([1, far, far + 1, far + 2, 5 * far], far),
            ([1, far], 1),
            ([1, 1 + MAX_AHEAD, 1 + 2 * MAX_AHEAD, far, far + 1], 1),
            ([1, 2 + MAX_AHEAD, 3 + MAX_AHEAD], 2 + MAX_AHEAD),
        ):
            self.assertEqual(usual_clock(clocks), first, clocks)
