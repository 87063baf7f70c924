"""IP fragments put together (RFC 791, 3.2; RFC 8200, 4.5).

Bounded in all and for each packet, whatever a capture holds. Parts that
contradict each other are said; those that came first count, as in most hosts.
"""

from collections import OrderedDict
from dataclasses import dataclass, field

from twisted_chat.trace.packet import Fragment

MAX_PACKETS = 256
"""Packets that wait for their parts; the oldest is given up for a newer one."""
MAX_PARTS = 128
"""Parts that one packet may come in."""
PATIENCE = 30_000_000_000
"""Nanoseconds that the parts of one packet may be apart (RFC 1122, 3.3.2: 60 s at least
in a host; identifications are used again sooner)."""


@dataclass(slots=True)
class _Parts:
    since: int
    pieces: dict[int, bytes] = field(default_factory=dict)
    numbers: list[int] = field(default_factory=list)
    head: bytes = b""
    length: int = -1
    overlap: bool = False


@dataclass(frozen=True, slots=True)
class Whole:
    """A packet put together: its frame, as if it had come in one, the numbers of
    the packets that it came in, and whether parts contradicted each other."""

    frame: bytes
    numbers: tuple[int, ...]
    overlap: bool


class Fragments:
    """Waits for the parts of packets."""

    def __init__(self) -> None:
        self._waiting: OrderedDict[tuple[object, ...], _Parts] = OrderedDict()

    def add(self, fragment: Fragment, number: int, now: int) -> Whole | None:
        """A part. Returns the packet that it completes."""
        parts = self._waiting.get(fragment.of)
        if parts is None or abs(now - parts.since) > PATIENCE or len(parts.numbers) >= MAX_PARTS:
            parts = self._waiting[fragment.of] = _Parts(now)
            if len(self._waiting) > MAX_PACKETS:
                self._waiting.popitem(last=False)
        self._place(parts, fragment, number)
        whole = self._joined(parts)
        if whole is None:
            return None
        del self._waiting[fragment.of]
        return Whole(parts.head + whole, tuple(parts.numbers), parts.overlap)

    def _place(self, parts: _Parts, fragment: Fragment, number: int) -> None:
        parts.numbers.append(number)
        start, end = fragment.offset, fragment.offset + len(fragment.piece)
        if fragment.last:
            parts.overlap |= parts.length not in (-1, end)
            parts.length = end if parts.length < 0 else parts.length
        if not start and not parts.head:
            parts.head = fragment.head
        for at, piece in parts.pieces.items():
            low, high = max(start, at), min(end, at + len(piece))
            if (
                low < high
                and piece[low - at : high - at] != fragment.piece[low - start : high - start]
            ):
                parts.overlap = True
        parts.pieces.setdefault(start, fragment.piece)

    def _joined(self, parts: _Parts) -> bytes | None:
        if parts.length < 0 or not parts.head:
            return None
        whole = bytearray()
        for start in sorted(parts.pieces):
            if start > len(whole):
                return None
            whole += parts.pieces[start][len(whole) - start :]
        return bytes(whole[: parts.length]) if len(whole) >= parts.length else None
