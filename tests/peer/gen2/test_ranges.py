"""Ranges of numbers, and the runs that numbers are."""

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from tests.support.strategies import many
from twisted_chat.moments import NEVER
from twisted_chat.peer.gen2.ranges import (
    FeedRanges,
    merged,
    put_in,
    runs_of,
    take_out,
    without,
)

NUMBERS = st.lists(st.integers(1, 30), unique=True)


class Runs(SynchronousTestCase):
    """They are the same, however they came to be."""

    @many
    @given(NUMBERS, st.randoms())
    def test_one_by_one(self, numbers: list[int], chance: object) -> None:
        """Numbers put in and taken out one by one are the runs of what is left."""
        runs: list[tuple[int, int]] = []
        for at, number in enumerate(numbers):
            put_in(runs, number)
            self.assertEqual(tuple(runs), runs_of(numbers[: at + 1]))
        left = list(numbers)
        chance.shuffle(left)  # type: ignore[attr-defined]
        while left:
            take_out(runs, left.pop())
            self.assertEqual(tuple(runs), runs_of(left))

    @many
    @given(NUMBERS, NUMBERS)
    def test_without(self, wanted: list[int], mine: list[int]) -> None:
        """What is left of runs without others is what is in none of these."""
        parts = [part for run in runs_of(wanted) for part in without(run, runs_of(mine))]
        numbers = [number for first, last in parts for number in range(first, last + 1)]
        self.assertEqual(numbers, sorted(set(wanted) - set(mine)))

    @many
    @given(NUMBERS, NUMBERS)
    def test_merged(self, some: list[int], others: list[int]) -> None:
        """Runs that overlap, in whatever order, are merged into those of all their numbers."""
        runs = (*runs_of(some), *runs_of(others))
        self.assertEqual(tuple(merged(runs)), runs_of(set(some) | set(others)))


class OfFeeds(SynchronousTestCase):
    """Ranges of several feeds."""

    def test_until(self) -> None:
        """Each is there until its moment, and is counted once."""
        ranges = FeedRanges()
        self.assertEqual((ranges.size, ranges.due), (0, NEVER))
        for one, until in ((("a", 1, 2), 5.0), (("a", 3, 3), 7.0), (("b", 1, 2), 6.0)):
            ranges.add(one, until)
        ranges.add(("a", 3, 3), 8.0)
        self.assertEqual((ranges.size, ranges.due, list(ranges.of("b"))), (3, 5.0, [(1, 2)]))
        ranges.end(6.0)
        self.assertEqual((ranges.size, ranges.due, list(ranges.of("b"))), (1, 8.0, []))
        self.assertEqual(list(ranges.of("a")), [(3, 3)])

    def test_discard(self) -> None:
        """One is there no more, or none of a feed, whether it was or not."""
        ranges = FeedRanges()
        for one in (("a", 1, 2), ("b", 1, 2), ("b", 4, 4)):
            ranges.add(one, 5.0)
        for one in (("a", 1, 2), ("a", 1, 2), ("b", 1, 1)):
            ranges.discard(one)
        self.assertEqual(ranges.size, 2)
        ranges.forget("b")
        ranges.forget("c")
        self.assertEqual((ranges.size, ranges.due), (0, NEVER))
