"""An index in order of arrival, to be read piece by piece while it changes."""

from collections.abc import Callable, Hashable, Iterator
from typing import Generic, Literal, TypeVar

K = TypeVar("K", bound=Hashable)
E = TypeVar("E")

SLACK = 32
"""How many entries that have left an index may keep, besides as many as are in it."""


class Index(Generic[K, E]):
    """Entries by key, in the order of their arrival.

    Adding, finding, discarding and starting to read take constant time
    (amortised). A reader copies nothing: it costs the same over ten entries
    and over a million.
    """

    __slots__ = ("_key", "_log", "_present")

    def __init__(self, key: Callable[[E], K]) -> None:
        self._key = key
        self._present: dict[K, E] = {}
        # Every arrival, those that left included. A list that only grows can
        # be read while it does; when too much of it has left, a new one is
        # begun, and readers finish on the one they began with.
        self._log: list[E] = []

    def __len__(self) -> int:
        return len(self._present)

    def __bool__(self) -> Literal[True]:
        return True

    def __contains__(self, key: K) -> bool:
        return key in self._present

    def __iter__(self) -> Iterator[E]:
        return iter(self._present.values())

    def get(self, key: K) -> E | None:
        return self._present.get(key)

    def add(self, entry: E) -> None:
        """Add an entry whose key is not in the index: a new object, even for one that was here."""
        self._present[self._key(entry)] = entry
        self._log.append(entry)

    def discard(self, key: K) -> None:
        if self._present.pop(key, None) is not None and len(self._log) > 2 * len(self) + SLACK:
            self._log = list(self._present.values())

    def read(self, *, newest: int | None = None) -> Iterator[E]:
        """The entries one by one, or only the `newest` so many, while others come and go.

        What is there from the first step to the last is given exactly once;
        what has left by the time its turn comes is not; what is added
        meanwhile may be.
        """
        start = 0 if newest is None else max(0, len(self._log) - newest)
        return self._read(self._log, start)

    def _read(self, log: list[E], at: int) -> Iterator[E]:
        present, key = self._present, self._key
        while at < len(log):
            entry = log[at]
            if present.get(key(entry)) is entry:
                yield entry
            at += 1
