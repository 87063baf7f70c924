"""A queue in which anybody can go to the end at any time.

An OrderedDict does the same with a hash table besides, which takes four times
the memory and grows in one go.
"""

from collections.abc import Iterable
from typing import Generic, TypeVar


class Place:
    """A place in a queue, for what stands there to inherit from."""

    __slots__ = ("_after", "_before")

    _before: "Place"
    _after: "Place"


P = TypeVar("P", bound=Place)


class Queue(Generic[P]):
    """A ring of places; the first comes after the queue's own. Every step takes constant time.

    Each place stands in one queue at most.
    """

    __slots__ = ("_own",)

    def __init__(self) -> None:
        self._own = Place()
        self._own._before = self._own._after = self._own

    def first(self) -> P | None:
        first = self._own._after
        return None if first is self._own else first  # type: ignore[return-value]

    def append(self, place: P) -> None:
        """Let this place, which stands in no queue, be the last."""
        own = self._own
        last = own._before
        place._before, place._after = last, own
        last._after = own._before = place

    def append_all(self, places: Iterable[P]) -> None:
        """Let these, which stand in no queue, be the last."""
        own = self._own
        last = own._before
        for place in places:
            place._before = last
            last._after = last = place  # From left to right.
        last._after, own._before = own, last

    def remove(self, place: P) -> None:
        """Take this place, which stands here, out of the queue."""
        before, after = place._before, place._after
        before._after, after._before = after, before
        del place._before, place._after
