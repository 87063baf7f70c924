"""How long to wait before trying once more."""

FIRST, LONGEST = 1.0, 30.0
"""Seconds before the first repetition, and at most; they double in between."""
STEADY = 30.0
"""Seconds that a link has to last for the waiting to begin anew."""


class Backoff:
    """Waits of 1, 2, 4, 8, 16 and then 30 seconds."""

    attempts = 0

    def next(self) -> float:
        """Seconds to wait now."""
        wait = min(LONGEST, FIRST * 2.0 ** min(self.attempts, 10))
        self.attempts += 1
        return wait

    def begin_anew(self) -> None:
        self.attempts = 0
