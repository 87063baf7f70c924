"""Trying several addresses without waiting for each (RFC 8305, 5)."""

from collections import deque
from collections.abc import Sequence

from twisted_chat.addresses import Address
from twisted_chat.moments import NEVER

STAGGER = 0.25
"""Seconds between two attempts that are under way together: what RFC 8305, 5 recommends."""


class Attempts:
    """Addresses that are still to be tried. `wake` is when the next is due."""

    def __init__(self) -> None:
        self._left: deque[Address] = deque()
        self.wake = NEVER

    def begin(self, addresses: Sequence[Address], now: float) -> None:
        """Try these, the first at once."""
        self._left = deque(addresses)
        self.wake = now

    def next(self, now: float) -> Address | None:
        """The one that is to be tried now, if there is one."""
        if now < self.wake or not self._left:
            return None
        address = self._left.popleft()
        self.wake = now + STAGGER if self._left else NEVER
        return address

    def hurry(self, now: float) -> None:
        """An attempt has failed: the next need not wait."""
        if self._left:
            self.wake = now

    def stop(self) -> None:
        """Try no more."""
        self._left.clear()
        self.wake = NEVER
