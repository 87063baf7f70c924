"""The names of those who went, each kept for the key that had it."""

from collections.abc import Iterator

from twisted_chat.directory.entries import HeldName
from twisted_chat.directory.queue import Queue
from twisted_chat.directory.shards import Shards


class HeldNames:
    """Names by what they are compared by, in the order in which their holders went."""

    __slots__ = ("_names", "_order")

    def __init__(self) -> None:
        self._names: Shards[str, HeldName] = Shards()
        self._order: Queue[HeldName] = Queue()

    def __len__(self) -> int:
        return len(self._names)

    def get(self, key: str) -> HeldName | None:
        return self._names.get(key)

    def read(self) -> Iterator[HeldName]:
        """The names one by one, in no order, while others come and go."""
        return self._names.read()

    def first(self) -> HeldName | None:
        """The name that has been kept for the longest time."""
        return self._order.first()

    def add(self, held: HeldName) -> None:
        """Keep a name that is not kept."""
        self._names.set(held.key, held)
        self._order.append(held)

    def discard(self, key: str) -> bool:
        """Keep a name no longer. False if it was not kept."""
        held = self._names.get(key)
        if held is None:
            return False
        self._names.discard(key)
        self._order.remove(held)
        return True
