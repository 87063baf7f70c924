"""Ranges of numbers, and the runs that numbers are."""

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from tests.support.strategies import many
from twisted_chat.peer.gen2.ranges import put_in, runs_of, take_out, without

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
