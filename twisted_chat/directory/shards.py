"""An index so large that growing must not hold anything up.

A dictionary grows by copying itself, which takes 55 ms at 700,000 entries. One
that is cut into 256 by the hashes of its keys grows by a 256th at a time.
"""

from collections.abc import Hashable, Iterable, Iterator, Sequence
from typing import Generic, Literal, TypeVar

K = TypeVar("K", bound=Hashable)
E = TypeVar("E")

SHARDS = 256
"""How many dictionaries there are; a power of two."""


class Shards(Generic[K, E]):
    """Entries by key, in no order.

    Every step takes constant time, growing included: about 4,000 entries are
    copied at most while there are a million. A reader costs the same.
    """

    __slots__ = ("_shards", "_size")

    def __init__(self) -> None:
        self._shards: list[dict[K, E]] = [{} for _ in range(SHARDS)]
        self._size = 0

    def __len__(self) -> int:
        return self._size

    def __bool__(self) -> Literal[True]:
        return True

    def __contains__(self, key: K) -> bool:
        return key in self._shards[hash(key) & SHARDS - 1]

    def get(self, key: K) -> E | None:
        return self._shards[hash(key) & SHARDS - 1].get(key)

    def set(self, key: K, entry: E) -> None:
        """Let this be the entry of this key."""
        shard = self._shards[hash(key) & SHARDS - 1]
        before = len(shard)
        shard[key] = entry
        self._size += len(shard) - before

    def add(self, key: K, entry: E) -> bool:
        """Let this be the entry of a key that has none. False, and nothing has changed, if it
        has one."""
        shard = self._shards[hash(key) & SHARDS - 1]
        if key in shard:
            return False
        shard[key] = entry
        self._size += 1
        return True

    def keep(self, key: K, entry: E) -> E:
        """Let this be the entry of a key that has none. Returns the entry that it has then."""
        shard = self._shards[hash(key) & SHARDS - 1]
        kept = shard.setdefault(key, entry)
        self._size += kept is entry
        return kept

    def add_all(self, keys: Sequence[K], entries: Sequence[E]) -> bool:
        """Let these be the entries of keys that have none. False, and nothing has changed, if
        one has one, or is there twice."""
        shards, last = self._shards, SHARDS - 1
        for number, key in enumerate(keys):
            shard = shards[hash(key) & last]
            if key in shard:
                for added in keys[:number]:
                    del shards[hash(added) & last][added]
                return False
            shard[key] = entries[number]
        self._size += len(keys)
        return True

    def has_any(self, keys: Iterable[K]) -> bool:
        """Whether one of these keys has an entry."""
        shards, last = self._shards, SHARDS - 1
        return self._size > 0 and any(key in shards[hash(key) & last] for key in keys)

    def discard(self, key: K) -> None:
        """Let this key have no entry."""
        if self._shards[hash(key) & SHARDS - 1].pop(key, None) is not None:
            self._size -= 1

    def read(self) -> Iterator[E]:
        """The entries one by one, while others come and go.

        What is there from the first step to the last is given exactly once;
        what has left by the time its turn comes is not; what is added
        meanwhile may be.
        """
        for shard in self._shards:
            for key, entry in list(shard.items()):
                if shard.get(key) is entry:
                    yield entry
