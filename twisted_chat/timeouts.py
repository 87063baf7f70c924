"""Deadlines that all are equally far away when they are set: see `deadlines` for others."""

from collections import OrderedDict
from collections.abc import Hashable, Iterator
from typing import Generic, TypeVar

from twisted_chat.moments import NEVER

AT_ONCE = 64
"""Things whose time is over that are dealt with in one go."""

K = TypeVar("K", bound=Hashable)


class Timeouts(Generic[K]):
    """Things that are due some `seconds` after they were set. Every step takes constant time."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._due: OrderedDict[K, float] = OrderedDict()

    @property
    def wake(self) -> float:
        """When the first is due."""
        return next(iter(self._due.values()), NEVER)

    def set(self, thing: K, now: float) -> None:
        """Let this be due so many seconds from now, unless its time is running already."""
        self._due.setdefault(thing, now + self._seconds)

    def discard(self, thing: K) -> None:
        self._due.pop(thing, None)

    def over(self, now: float) -> Iterator[K]:
        """Those whose time is over, which are forgotten; so many at once."""
        for _ in range(AT_ONCE):
            if self.wake > now:
                return
            yield self._due.popitem(last=False)[0]
