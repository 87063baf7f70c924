"""The packets of a pcap or pcapng file, block by block.

pcap is draft-ietf-opsawg-pcap, pcapng draft-ietf-opsawg-pcapng. Interfaces
belong to their section: each section header begins with none, and may have
another order of bytes.
"""

import struct
from collections.abc import Callable, Iterator
from typing import Protocol

from twisted_chat.errors import WireError
from twisted_chat.trace.frame import Frame, new_frame
from twisted_chat.trace.interface import SECOND, Interface, about, interface, options

LARGEST_BLOCK = 16 * 1024 * 1024
"""Bytes in one block of a capture; one that claims to be longer is damaged."""
LATEST = 2**63
"""Nanoseconds since 1970 of the first time, in the year 2262, that cannot be kept."""

_SECTION, _INTERFACE, _OLD_PACKET, _SIMPLE, _STATISTICS, _PACKET, _SECRETS = (
    0x0A0D0D0A,
    1,
    2,
    3,
    5,
    6,
    10,
)
_BYTE_ORDERS = {b"\x1a\x2b\x3c\x4d": ">", b"\x4d\x3c\x2b\x1a": "<"}
_PCAP = {
    b"\xa1\xb2\xc3\xd4": (">", 1_000),
    b"\xd4\xc3\xb2\xa1": ("<", 1_000),
    b"\xa1\xb2\x3c\x4d": (">", 1),
    b"\x4d\x3c\xb2\xa1": ("<", 1),
}
"""What a pcap file begins with: its order of bytes, and the nanoseconds in its unit of time."""
_INTERFACE_DROPS = 5
_TLS_KEY_LOG = 0x544C534B
_PACKETS = frozenset({_PACKET, _OLD_PACKET})
_SMALLEST_PACKET = 32
"""Bytes of a block with a packet that has none."""
_TWO_LENGTHS = "a block ends with another length than it begins with"
_TOO_LONG = "a packet that is longer than its block"


class Source(Protocol):
    """A file as it is read."""

    def some(self) -> bytes:
        """What comes next, as much as is there; nothing where the file ends."""


class CutOff(Exception):
    """The file ends inside a block; the text says in which packet, where it is in one."""


class Reader:
    """Reads one file. `keys` is given the secrets of TLS that the file holds, as text of
    an NSS key log."""

    def __init__(self, source: Source, keys: Callable[[bytes], None] = lambda text: None) -> None:
        self.timeless = 0
        """Packets with a time that cannot be."""
        self._source = source
        self._keys = keys
        self._buffer = b""
        self._at = 0
        self._use("<")
        self._seen = self._number = self._last = self._lost = self._not_captured = 0

    @property
    def dropped(self) -> int:
        """Packets that the file says it lacks: each of its interfaces in all, or one by one."""
        return max(self._lost, self._not_captured)

    def frames(self) -> Iterator[Frame]:
        """The packets. Raises WireError where the file is no capture or goes on
        as none, CutOff where it ends inside a block."""
        begin = self._taken(4)
        if begin in _PCAP:
            return self._pcap(*_PCAP[begin])
        if begin == _SECTION.to_bytes(4):
            self._at = 0
            self._begin_section()
            return self._pcapng_packets()
        raise WireError("neither pcap nor pcapng")

    def _has(self, size: int) -> bool:
        """Whether so many bytes follow; they are in the buffer then."""
        lacking = size - (len(self._buffer) - self._at)
        if lacking <= 0:
            return True
        pieces = [self._buffer[self._at :]]
        while lacking > 0 and (piece := self._source.some()):
            pieces.append(piece)
            lacking -= len(piece)
        self._buffer, self._at = b"".join(pieces), 0
        return lacking <= 0

    def _taken(self, size: int) -> bytes:
        if not self._has(size):
            raise CutOff
        self._at += size
        return self._buffer[self._at - size : self._at]

    @property
    def _ended(self) -> bool:
        return self._at == len(self._buffer)

    # --- pcap

    def _pcap(self, order: str, unit: int) -> Iterator[Frame]:
        # The upper bits of the last field say other things than the link type.
        linktype = struct.unpack(f"{order}16xI", self._taken(20))[0] & 0xFFFF
        return self._pcap_packets(struct.Struct(f"{order}IIII"), unit, linktype)

    def _pcap_packets(self, head: struct.Struct, unit: int, linktype: int) -> Iterator[Frame]:
        number = 0
        while self._has(16):
            seconds, part, captured, length = head.unpack_from(self._buffer, self._at)
            if captured > LARGEST_BLOCK:
                raise WireError(f"a packet claims to have {captured:,} bytes")
            whole = self._has(16 + captured)
            start = self._at + 16
            data = self._buffer[start : start + captured]
            self._at = start + len(data)
            number += 1
            now = seconds * SECOND + part * unit
            yield new_frame((number, now, linktype, data, length, (), 0, ()))
            if not whole:
                raise CutOff(f"inside packet {number:,}")
        if not self._ended:
            raise CutOff

    # --- pcapng

    def _pcapng_packets(self) -> Iterator[Frame]:
        while self._has(12):
            yield from self._at_hand()
            if not self._has(12):
                break
            kind, length = self._two.unpack_from(self._buffer, self._at)
            if kind == _SECTION:
                self._begin_section()
                continue
            if length < 12 or length % 4 or length > LARGEST_BLOCK:
                raise WireError(f"a block claims to have {length:,} bytes")
            if not self._has(length):
                raise CutOff
            if kind in _PACKETS:
                if length < _SMALLEST_PACKET:
                    raise WireError(_TOO_LONG)
                continue
            buffer, at = self._buffer, self._at
            self._at = end = at + length
            if self._one.unpack_from(buffer, end - 4)[0] != length:
                raise WireError(_TWO_LENGTHS)
            try:
                if kind == _SIMPLE:
                    yield self._simple(buffer[at + 8 : end - 4])
                else:
                    self._other(kind, buffer[at + 8 : end - 4])
            except (struct.error, IndexError):
                raise WireError("a block that contradicts itself") from None
        if not self._ended:
            raise CutOff

    def _at_hand(self) -> Iterator[Frame]:
        """The packets that are whole in the buffer, up to a block of another kind: nearly
        everything in a file, so that nothing is called here for one."""
        buffer, at, interfaces = self._buffer, self._at, self._interfaces
        head, tail = self._head.unpack_from, self._one.unpack_from
        size, last = len(buffer), len(buffer) - _SMALLEST_PACKET
        while at <= last:
            kind, block, which, high, low, captured, length = head(buffer, at)
            end = at + block
            if kind not in _PACKETS or block < _SMALLEST_PACKET or block % 4 or end > size:
                return
            if kind == _OLD_PACKET:
                (which,) = self._short.unpack_from(buffer, at + 8)
            if tail(buffer, end - 4)[0] != block:
                raise WireError(_TWO_LENGTHS)
            if which >= len(interfaces):
                raise WireError(f"a packet of interface {which}, which its section does not have")
            origin = interfaces[which]
            start = at + 28
            stop = start + captured
            if stop > end - 4:
                raise WireError(_TOO_LONG)
            comments: tuple[str, ...] = ()
            told = stop + -captured % 4
            if told < end - 4:
                comments, lost = about(self._order, buffer[told : end - 4])
                self._lost += lost
            ticks = high << 32 | low
            if tick := origin.tick:
                now = ticks * tick + origin.offset
            else:
                now = ticks * SECOND // origin.per_second + origin.offset
            if not 0 <= now < LATEST:
                self.timeless += 1
                now = self._last
            self._last = now
            self._number += 1
            self._at = at = end
            yield new_frame(
                (
                    self._number,
                    now,
                    origin.linktype,
                    buffer[start:stop],
                    length,
                    comments,
                    origin.number,
                    (),
                )
            )

    def _other(self, kind: int, body: bytes) -> None:
        if kind == _INTERFACE:
            self._seen += 1
            self._interfaces.append(interface(self._order, body, self._seen))
        elif kind == _STATISTICS:
            for code, value in options(self._order, body, 12):
                if code == _INTERFACE_DROPS:
                    self._not_captured += struct.unpack(f"{self._order}Q", value)[0]
        elif kind == _SECRETS:
            what, size = self._two.unpack_from(body)
            if what == _TLS_KEY_LOG:
                self._keys(body[8 : 8 + size])

    def _begin_section(self) -> None:
        """A section header: its type is the same in both orders of bytes, and tells neither."""
        if not self._has(12):
            raise CutOff
        order = _BYTE_ORDERS.get(self._buffer[self._at + 8 : self._at + 12])
        if order is None:
            raise WireError("a section with an unknown order of bytes")
        self._use(order)
        (length,) = self._one.unpack_from(self._buffer, self._at + 4)
        if length < 16 or length % 4 or length > LARGEST_BLOCK:
            raise WireError(f"a block claims to have {length:,} bytes")
        if self._one.unpack(self._taken(length)[-4:])[0] != length:
            raise WireError(_TWO_LENGTHS)

    def _use(self, order: str) -> None:
        self._order = order
        self._interfaces: list[Interface] = []
        self._one, self._two = struct.Struct(f"{order}I"), struct.Struct(f"{order}II")
        self._head, self._short = struct.Struct(f"{order}IIIIIII"), struct.Struct(f"{order}H")

    def _simple(self, body: bytes) -> Frame:
        """A packet of the first interface that has no time: that of the one before."""
        if not self._interfaces:
            raise WireError("a packet of an interface that its section does not have")
        origin = self._interfaces[0]
        (length,) = self._one.unpack_from(body)
        captured = min(length, len(body) - 4, origin.snapshot or length)
        self._number += 1
        return Frame(
            self._number,
            self._last,
            origin.linktype,
            body[4 : 4 + captured],
            length,
            interface=origin.number,
        )
