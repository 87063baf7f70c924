"""Many deadlines, each at its own moment, and which of them is next: see `timeouts`
for those that all are equally far away when they are set."""

import heapq
from collections.abc import Hashable, Iterator
from typing import Generic, Literal, TypeVar

from twisted_chat.moments import NEVER

Key = TypeVar("Key", bound=Hashable)

_SPARE = 64


class Deadlines(Generic[Key]):
    """One deadline for each key, in a heap whose entries are not looked for
    when a deadline moves: one that moved away is passed over, or moved, when
    its time comes. So a deadline that is put off again and again costs nothing.
    """

    def __init__(self) -> None:
        self._at: dict[Key, float] = {}
        self._entry: dict[Key, float] = {}
        self._heap: list[tuple[float, int, Key]] = []
        self._count = 0

    def __len__(self) -> int:
        return len(self._at)

    def __bool__(self) -> Literal[True]:
        return True

    def __contains__(self, key: Key) -> bool:
        return key in self._at

    def get(self, key: Key) -> float:
        """The key's deadline; NEVER if it has none."""
        return self._at.get(key, NEVER)

    def set(self, key: Key, at: float) -> None:
        """Let this be the key's deadline; NEVER is none."""
        if at == NEVER:
            self.discard(key)
            return
        self._at[key] = at
        if at < self._entry.get(key, NEVER):
            self._push(key, at)

    def discard(self, key: Key) -> None:
        """Let the key have none."""
        if self._at.pop(key, None) is not None:
            self._entry.pop(key, None)

    @property
    def next(self) -> float:
        """When to look again; at the earliest deadline or before it."""
        while self._heap and self._entry.get(self._heap[0][2]) != self._heap[0][0]:
            heapq.heappop(self._heap)
        return self._heap[0][0] if self._heap else NEVER

    def due(self, now: float) -> Iterator[Key]:
        """Those whose deadline has come, each of which then has none."""
        while self.next <= now:
            _, _, key = heapq.heappop(self._heap)
            del self._entry[key]
            at = self._at[key]
            if at > now:
                self._push(key, at)
            else:
                del self._at[key]
                yield key

    def _push(self, key: Key, at: float) -> None:
        self._entry[key] = at
        self._count += 1  # Keys need no order.
        heapq.heappush(self._heap, (at, self._count, key))
        if len(self._heap) > 2 * len(self._entry) + _SPARE:
            self._heap = [(at, n, key) for n, (key, at) in enumerate(self._entry.items())]
            heapq.heapify(self._heap)
            self._count = len(self._heap)
