"""What we have said, and how far it has come: for those who show it line by line."""

from collections import deque
from collections.abc import Sequence

from msgspec import Struct

from twisted_chat.peer.contacts.line import Line, size_of
from twisted_chat.peer.events.event import Talk

MAX_OWN = 1_000
"""Lines of our own of which it is remembered how far they have come."""
MAX_OWN_BYTES = 1024 * 1024
"""Bytes of them."""


class OwnLine(Struct, frozen=True):
    """A line of ours as it stands now. They are numbered from 1 in the order in which they were
    said."""

    number: int
    text: str
    to: Talk
    receivers: int
    """At how many it is to arrive, as far as they acknowledge it."""
    arrived: int
    lost: int
    """How many will not get it, or may not have got it."""

    @property
    def settled(self) -> bool:
        """Whether nothing is awaited any more."""
        return self.arrived + self.lost >= self.receivers


class OwnLines:
    """The last of them."""

    def __init__(self) -> None:
        self._lines: deque[tuple[Line, Talk, int]] = deque()
        """Each with where it was said, and its size."""
        self._bytes = 0
        self._last = 0

    def add(self, lines: Sequence[Line], to: Talk) -> None:
        """These were said there."""
        self._last += len(lines)
        sizes = [size_of(line.text) for line in lines]
        self._lines += [(line, to, size) for line, size in zip(lines, sizes, strict=True)]
        self._bytes += sum(sizes)
        while len(self._lines) > MAX_OWN or self._bytes > MAX_OWN_BYTES:
            self._bytes -= self._lines.popleft()[2]

    def after(self, number: int) -> list[OwnLine]:
        """Those that were said after the one of this number, as they stand now."""
        first = self._last - len(self._lines) + 1
        start = max(0, number + 1 - first)
        found = range(start, len(self._lines))
        return [_as_it_stands(first + at, *self._lines[at][:2]) for at in found]


def _as_it_stands(number: int, line: Line, to: Talk) -> OwnLine:
    lost = line.lost + line.refused
    return OwnLine(number, line.text, to, line.receivers + line.refused, line.arrived, lost)
