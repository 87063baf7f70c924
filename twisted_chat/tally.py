"""Saying what happens, and what was dropped, without being flooded."""

from dataclasses import dataclass, field

from twisted_chat.rate import Rate

EVERY = 1.0
"""Seconds between two lines about the same category."""
LINES, LINES_AT_ONCE = 20.0, 100
"""Lines a second that are written of one kind, and at once after a pause."""


@dataclass(slots=True)
class _Category:
    total: int = 0
    said: int = 0
    since: float = float("-inf")


@dataclass(slots=True)
class Tally:
    """Counts by category. The categories are the program's own words, so they are few."""

    _categories: dict[str, _Category] = field(default_factory=dict)

    def count(self, category: str, now: float, many: int = 1) -> int:
        """Count one, or `many`. Returns how many to report now: 0 while the
        last report is too fresh."""
        entry = self._categories.setdefault(category, _Category())
        entry.total += many
        if now - entry.since < EVERY:
            return 0
        due = entry.total - entry.said
        entry.said, entry.since = entry.total, now
        return due

    def totals(self) -> dict[str, int]:
        """How many of each category there have been so far."""
        return {category: entry.total for category, entry in self._categories.items()}


class LogLines:
    """Which of the lines about what happens are written. The kinds are the program's
    own words, so they are few."""

    def __init__(self) -> None:
        self._rate = Rate(LINES, LINES_AT_ONCE)
        self._left_out: dict[str, int] = {}

    def may(self, kind: str, now: float) -> bool:
        """Whether one more line of this kind is written now; if not, it is counted."""
        if self._rate.spend(kind, now):
            return True
        self._left_out[kind] = self._left_out.get(kind, 0) + 1
        return False

    def left_out(self) -> dict[str, int]:
        """How many lines of each kind were not written since this was last asked."""
        left_out, self._left_out = self._left_out, {}
        return left_out
