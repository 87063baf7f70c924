"""When the first of several things is due."""

from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.moments import NEVER, Soonest


class Soonests(SynchronousTestCase):
    """Parts that say when they have something to do."""

    def test_soonest(self) -> None:
        """It is the earliest of what was said, and never before anything was."""
        soonest = Soonest()
        self.assertEqual(soonest.at, NEVER)
        for said, at in ((7.0, 7.0), (9.0, 7.0), (NEVER, 7.0), (3.0, 3.0)):
            soonest.by(said)
            self.assertEqual(soonest.at, at)
