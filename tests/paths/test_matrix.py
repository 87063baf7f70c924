"""Who can be linked directly at all, and why the others cannot."""

from collections import Counter

from twisted.trial.unittest import SynchronousTestCase

from tests.paths.kinds import MATRIX, Kind, Why, why_not
from tests.paths.matrix import ALL, why_not_direct


class Reasons(SynchronousTestCase):
    """Of the cells of the matrix."""

    def test_counts(self) -> None:
        """38 of the 70 can, and each of the others has a reason."""
        self.assertEqual(
            Counter(map(why_not_direct, ALL)),
            {None: 38, Why.BLOCKED: 15, Why.FAMILIES: 10, Why.PORT: 5, Why.WITHIN: 2},
        )

    def test_either_role(self) -> None:
        """It does not matter who dials."""
        for one in Kind:
            for other in Kind:
                self.assertIs(why_not(one, other), why_not(other, one))

    def test_all(self) -> None:
        """Each pair of kinds is there once."""
        self.assertEqual(len(set(ALL)), len(ALL))
        self.assertEqual(len(ALL), len(MATRIX) ** 2 + 6)
