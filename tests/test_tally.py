"""Counting without being flooded."""

import itertools

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from tests.support.strategies import many
from twisted_chat.tally import EVERY, LINES, LINES_AT_ONCE, LogLines, Tally


class TallyTests(SynchronousTestCase):
    """When there is something to report."""

    def test_the_first_is_reported(self) -> None:
        """The first of a category is reported at once, wherever the clock stands."""
        for now in (0.0, 1.8e9, -5.0):
            self.assertEqual(Tally().count("too long", now), 1)

    def test_then_it_is_quiet(self) -> None:
        """Within a second of a report there is none, and then it covers all of them."""
        tally = Tally()
        tally.count("too long", 10.0)
        self.assertEqual([tally.count("too long", 10.0 + 0.09 * n) for n in range(11)], [0] * 11)
        self.assertEqual(tally.count("too long", 10.0 + EVERY), 12)
        self.assertEqual(tally.count("too long", 10.0 + EVERY), 0)

    def test_categories_do_not_hide_each_other(self) -> None:
        """One flood does not silence the report of another."""
        tally = Tally()
        tally.count("too long", 10.0)
        self.assertEqual(tally.count("over the rate", 10.1), 1)

    def test_totals(self) -> None:
        """Everything was counted, reported or not."""
        tally = Tally()
        for category in ("a", "b", "a"):
            tally.count(category, 1.0)
        self.assertEqual(tally.totals(), {"a": 2, "b": 1})

    @many
    @given(st.lists(st.floats(0, 2)))
    def test_reports_are_apart_and_add_up(self, pauses: list[float]) -> None:
        """Two reports are a second apart, and none is counted twice."""
        tally, now, reports = Tally(), 0.0, list[tuple[float, int]]()
        for pause in pauses:
            now += pause
            if due := tally.count("x", now):
                reports.append((now, due))
        for (before, _), (after, _) in itertools.pairwise(reports):
            self.assertGreaterEqual(after - before, EVERY)
        self.assertLessEqual(sum(due for _, due in reports), tally.totals().get("x", 0))
        self.assertEqual(tally.totals().get("x", 0), len(pauses))


class LineTests(SynchronousTestCase):
    """Which lines are written."""

    def test_bounded(self) -> None:
        """Of each kind so many at once and so many a second; the others are counted, once."""
        lines = LogLines()
        written = sum(lines.may("came", 0.0) for _ in range(LINES_AT_ONCE + 50))
        self.assertEqual((written, lines.left_out()), (LINES_AT_ONCE, {"came": 50}))
        self.assertTrue(lines.may("went", 0.0))
        written = sum(lines.may("came", 10.0) for _ in range(1000))
        self.assertAlmostEqual(written, min(10 * LINES, LINES_AT_ONCE), delta=1)
        self.assertEqual(lines.left_out(), {"came": 1000 - written})
        self.assertEqual(lines.left_out(), {})
