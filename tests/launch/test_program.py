"""What the programs have in common."""

import gc

from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.launch import loading
from twisted_chat.launch.program import COLLECTED_AFTER, look_for_few_circles


class Garbage(SynchronousTestCase):
    """Where garbage is looked for, and how often."""

    def test_few(self) -> None:
        """What is there is not looked at again, and what comes seldom."""
        self.addCleanup(gc.set_threshold, *gc.get_threshold())
        self.addCleanup(gc.unfreeze)
        gc.unfreeze()
        loading.look_for_no_circles()
        look_for_few_circles()
        self.assertTrue(gc.isenabled())
        self.assertGreater(gc.get_freeze_count(), 1_000)
        self.assertEqual(gc.get_threshold(), COLLECTED_AFTER)
