"""What was said in one conversation, as text, in the order in which it was to be read."""

from collections.abc import Iterable, Iterator

from twisted_chat.addresses import Address
from twisted_chat.display import safe
from twisted_chat.trace.packet import Flag
from twisted_chat.trace.report import ConversationSummary, Layer, Row, called, count

MAX_HELD = 4 * 1024 * 1024
"""Bytes of one side that wait for those before them."""


def said(conversation: ConversationSummary, rows: Iterable[Row]) -> Iterator[str]:
    """A line for each line that was said, and for each datagram."""
    names = dict(conversation.hosts)
    several = len(names) > 2

    def who(row: Row) -> str:
        told = called(row.source, names.get(row.source, ""))
        if several:
            told += f" > {called(row.destination, names.get(row.destination, ''))}"
        return told

    sides: dict[Address, _Side] = {}
    for row in rows:
        if row.verdict.numbers is not None:
            side = sides.get(row.source) or sides.setdefault(row.source, _Side(who(row)))
            yield from side.take(row)
        elif row.verdict.opened:
            for packet in row.verdict.opened:
                for one in packet.inside:
                    if one.layer == Layer.APPLICATION:
                        yield f"{who(row)}: {one.text}"
        elif row.verdict.layer is Layer.APPLICATION:
            payload = row.frame[row.payload.start : row.payload.end]
            yield f"{who(row)}: {safe(payload.decode('utf-8', 'replace'))}"
    for side in sides.values():
        yield from side.end()


class _Side:
    """One direction of a TCP connection."""

    def __init__(self, who: str) -> None:
        self._who = who
        self._next: int | None = None
        self._held: dict[int, bytes] = {}
        self._size = 0
        self._line = b""

    def take(self, row: Row) -> Iterator[str]:
        """The lines that a segment completes."""
        numbers = row.verdict.numbers
        assert numbers is not None
        start = numbers.sequence + bool(numbers.flags & Flag.SYN)
        if self._next is None:
            self._next = start
        data = row.frame[row.payload.start : row.payload.end]
        if len(data) > len(self._held.get(start, b"")):
            self._size += len(data) - len(self._held.get(start, b""))
            self._held[start] = data
        yield from self._whole()
        while self._size > MAX_HELD:
            yield from self._over_gap()

    def end(self) -> Iterator[str]:
        """What is left when there is no more."""
        while self._held:
            yield from self._over_gap()
        if self._line:
            yield self._told(self._line)
            self._line = b""

    def _whole(self) -> Iterator[str]:
        assert self._next is not None
        for start in sorted(self._held):
            if start > self._next:
                break
            data = self._held.pop(start)
            self._size -= len(data)
            fresh = data[self._next - start :]
            self._next += len(fresh)
            *lines, self._line = (self._line + fresh).split(b"\n")
            yield from map(self._told, lines)

    def _over_gap(self) -> Iterator[str]:
        """Go on behind what is missing."""
        assert self._next is not None
        missing = min(self._held) - self._next
        if self._line:
            yield self._told(self._line)
            self._line = b""
        yield f"{self._who}: [{count(missing, 'byte')} not captured]"
        self._next += missing
        yield from self._whole()

    def _told(self, line: bytes) -> str:
        return f"{self._who}: {safe(line.decode('utf-8', 'replace'))}"
