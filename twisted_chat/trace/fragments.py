"""IP fragments put together (RFC 791, 3.2; RFC 8200, 4.5).

Bounded in all and for each packet, whatever a capture holds. Parts that
contradict each other are said; those that came first count, as in most hosts.
"""

from collections import OrderedDict
from dataclasses import dataclass, field

from msgspec import Struct

from twisted_chat.trace.frame import Frame
from twisted_chat.trace.packet import Fragment

MAX_PACKETS = 256
"""Packets that wait for their parts; the oldest is given up for a newer one."""
MAX_PARTS = 128
"""Parts that one packet may come in."""
MAX_BYTES = 64 * 1024 * 1024
"""Bytes of parts that wait; the oldest packets are given up for more."""
PATIENCE = 30_000_000_000
"""Nanoseconds that the parts of one packet may be apart (RFC 1122, 3.3.2: 60 s at least
in a host; identifications are used again sooner)."""


@dataclass(slots=True)
class _Parts:
    since: int
    pieces: dict[int, bytes] = field(default_factory=dict)
    frames: list[Frame] = field(default_factory=list)
    head: bytes = b""
    length: int = -1
    overlap: bool = False


class Whole(Struct, frozen=True):
    """A packet put together: its frame, as if it had come in one, those that it came
    in, and whether they contradicted each other."""

    frame: bytes
    parts: tuple[Frame, ...]
    overlap: bool


class Fragments:
    """Waits for the parts of packets."""

    def __init__(self) -> None:
        self._waiting: OrderedDict[tuple[object, ...], _Parts] = OrderedDict()
        self._bytes = 0

    def add(self, fragment: Fragment, frame: Frame) -> Whole | None:
        """A part. Returns the packet that it completes."""
        parts = self._waiting.get(fragment.of)
        if parts is not None and (
            abs(frame.at - parts.since) > PATIENCE or len(parts.frames) >= MAX_PARTS
        ):
            self._forget(fragment.of)
            parts = None
        if parts is None:
            parts = self._waiting[fragment.of] = _Parts(frame.at)
        self._bytes += len(frame.data)
        while len(self._waiting) > MAX_PACKETS or self._bytes > MAX_BYTES:
            self._forget(next(iter(self._waiting)))
        self._place(parts, fragment, frame)
        whole = self._joined(parts)
        if whole is None:
            return None
        self._forget(fragment.of)
        return Whole(parts.head + whole, tuple(parts.frames), parts.overlap)

    def _forget(self, of: tuple[object, ...]) -> None:
        parts = self._waiting.pop(of, None)
        if parts is not None:
            self._bytes -= sum(len(frame.data) for frame in parts.frames)

    def _place(self, parts: _Parts, fragment: Fragment, frame: Frame) -> None:
        parts.frames.append(frame)
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
