"""People in networks of several kinds find each other: some of what `make paths` tries."""

from twisted.trial.unittest import SkipTest, TestCase

from tests.paths.kinds import Kind, Together
from tests.paths.matrix import Pair, ways
from tests.support.namespaces import NoNamespaces

PAIRS: list[Pair] = [
    (Kind.PUBLIC, Kind.CONE),
    (Kind.CONE, Kind.PUBLIC),
    (Kind.HOME, Kind.PUBLIC),
    (Kind.SYMMETRIC, Kind.CONE),
    (Kind.CARRIER, Kind.CONE),
    Together.HAIRPIN,
]


class Paths(TestCase):
    """Whole programs, behind routers that are made for the test."""

    def test_pairs(self) -> None:
        """Those of each of these pairs hear each other, and no word goes by the server."""
        try:
            for pair, way in ways(PAIRS, at_once=2):
                self.assertIsNotNone(way.seconds, pair)
                self.assertFalse(way.relayed, pair)
        except NoNamespaces as problem:
            raise SkipTest(str(problem)) from None
