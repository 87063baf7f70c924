"""What another server has asked to have carried for a user who is not here yet.

Servers learn from their log that somebody is at another one now, perhaps before that one itself.
"""

from collections import OrderedDict
from typing import Literal

EARLY = 10_000
"""Asks that are remembered, the latest."""


class EarlyAsks:
    """By the tags of pairs: for which user it is, and between that one and whom."""

    def __init__(self) -> None:
        self._asked: OrderedDict[bytes, tuple[str, str]] = OrderedDict()

    def __bool__(self) -> Literal[True]:
        return True

    def __len__(self) -> int:
        return len(self._asked)

    def keep(self, tag: bytes, user: str, asker: str) -> None:
        """Remember this."""
        self._asked[tag] = user, asker
        self._asked.move_to_end(tag)
        if len(self._asked) > EARLY:
            self._asked.popitem(last=False)

    def take(self, tag: bytes) -> tuple[str, str] | None:
        """What was asked, once."""
        return self._asked.pop(tag, None)
