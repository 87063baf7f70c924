"""For how long typing waits for those who acknowledge too slowly.

Whatever they do, and however many they are, it waits HOLD seconds for each
HOLD_BYTES that are said. One who takes that much in that time, which is 26 kB
a second, misses nothing; others are kept waiting for no longer.
"""

from twisted_chat.moments import NEVER

HOLD = 5.0
"""Seconds for which typing waits in all until HOLD_BYTES more are said."""
HOLD_BYTES = 128 * 1024
"""Bytes said for which as much is waited again."""


class Holding:
    """The waiting that is left."""

    def __init__(self) -> None:
        self._left = HOLD
        self._since = NEVER

    def until(self, now: float, *, full: bool) -> float:
        """When the next line is said: now, or later where somebody has no room for it."""
        if self._since == NEVER:
            self._since = now
        until = self._since + self._left
        if full and until > now:
            return until
        self._left = max(0.0, until - now)
        self._since = NEVER
        return now

    def said(self, size: int) -> None:
        """So many bytes were said."""
        self._left = min(HOLD, self._left + HOLD * size / HOLD_BYTES)
