"""Which of two dials the other."""

from itertools import permutations

from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.peer.gen2.who_dials import dials

KEYS = [digit * 64 for digit in "0189af"]


class WhoDials(SynchronousTestCase):
    """Two fingerprints."""

    def test_one(self) -> None:
        """Of any two exactly one dials, the one with the smaller fingerprint."""
        for own, other in permutations(KEYS, 2):
            self.assertNotEqual(dials(own, other), dials(other, own))
        self.assertTrue(dials(KEYS[0], KEYS[1]))
