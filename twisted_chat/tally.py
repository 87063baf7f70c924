"""Counting what was dropped, and saying so without being flooded."""

from dataclasses import dataclass, field

EVERY = 1.0
"""Seconds between two lines about the same category."""


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
