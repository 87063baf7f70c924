"""The packets of a pcap or pcapng file, block by block.

pcap is draft-ietf-opsawg-pcap, pcapng draft-ietf-opsawg-pcapng. Interfaces
belong to their section: each section header begins with none, and may have
another order of bytes.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Protocol

from twisted_chat.errors import WireError
from twisted_chat.trace.frame import Frame

LARGEST_BLOCK = 16 * 1024 * 1024
"""Bytes in one block of a capture; one that claims to be longer is damaged."""
LATEST = 2**63
"""Nanoseconds since 1970 of the first time, in the year 2262, that cannot be kept."""

_SECTION, _INTERFACE, _OLD_PACKET, _SIMPLE, _STATISTICS, _PACKET = 0x0A0D0D0A, 1, 2, 3, 5, 6
_BYTE_ORDERS = {b"\x1a\x2b\x3c\x4d": ">", b"\x4d\x3c\x2b\x1a": "<"}
_PCAP = {
    b"\xa1\xb2\xc3\xd4": (">", 1_000),
    b"\xd4\xc3\xb2\xa1": ("<", 1_000),
    b"\xa1\xb2\x3c\x4d": (">", 1),
    b"\x4d\x3c\xb2\xa1": ("<", 1),
}
"""What a pcap file begins with: its order of bytes, and the nanoseconds in its unit of time."""
_COMMENT, _PACKET_DROPS, _RESOLUTION, _OFFSET, _INTERFACE_DROPS = 1, 4, 9, 14, 5
_MICROSECONDS = 1_000_000
_BINARY = 0x80


class Source(Protocol):
    """A file as it is read."""

    def read(self, size: int) -> bytes:
        """So many bytes, or fewer where the file ends."""


class CutOff(Exception):
    """The file ends inside a block; the text says in which packet, where it is in one."""


@dataclass(slots=True)
class _Interface:
    number: int
    linktype: int
    snapshot: int
    per_second: int
    offset: int


@dataclass(slots=True)
class Reader:
    """Reads one file. `timeless` is how many packets have a time that cannot be."""

    source: Source
    timeless: int = 0
    _order: str = "<"
    _interfaces: list[_Interface] = field(default_factory=list)
    _seen: int = 0
    _number: int = 0
    _last: int = 0
    _lost: int = 0
    _not_captured: int = 0

    @property
    def dropped(self) -> int:
        """Packets that the file says it lacks: each of its interfaces in all, or one by one."""
        return max(self._lost, self._not_captured)

    def frames(self) -> Iterator[Frame]:
        """The packets. Raises WireError where the file is no capture or goes on
        as none, CutOff where it ends inside a block."""
        begin = self.source.read(4)
        if begin in _PCAP:
            return self._pcap(*_PCAP[begin])
        if begin == _SECTION.to_bytes(4):
            return self._pcapng()
        raise WireError("neither pcap nor pcapng")

    def _whole(self, size: int, what: str = "") -> bytes:
        if size > LARGEST_BLOCK:
            raise WireError(f"a block claims to have {size:,} bytes")
        data = self.source.read(size)
        if len(data) < size:
            raise CutOff(what)
        return data

    # --- pcap

    def _pcap(self, order: str, unit: int) -> Iterator[Frame]:
        # The upper bits of the last field say other things than the link type.
        linktype = struct.unpack(f"{order}16xI", self._whole(20))[0] & 0xFFFF
        return self._pcap_packets(struct.Struct(f"{order}IIII"), unit, linktype)

    def _pcap_packets(self, head: struct.Struct, unit: int, linktype: int) -> Iterator[Frame]:
        read, number = self.source.read, 0
        while about := read(head.size):
            if len(about) < head.size:
                raise CutOff
            seconds, part, captured, length = head.unpack(about)
            if captured > LARGEST_BLOCK:
                raise WireError(f"a packet claims to have {captured:,} bytes")
            data = read(captured)
            number += 1
            at = seconds * 1_000_000_000 + part * unit
            yield Frame(number, at, linktype, data, length)
            if len(data) < captured:
                raise CutOff(f"inside packet {number:,}")

    # --- pcapng

    def _pcapng(self) -> Iterator[Frame]:
        self._begin_section(self.source.read(8))
        return self._pcapng_packets()

    def _pcapng_packets(self) -> Iterator[Frame]:
        while begin := self.source.read(8):
            if len(begin) < 8:
                raise CutOff
            if begin[:4] == _SECTION.to_bytes(4):
                self._begin_section(begin[4:] + self._whole(4))
                continue
            kind, length = struct.unpack(f"{self._order}II", begin)
            body = self._body(length, 8)
            try:
                if kind in (_PACKET, _OLD_PACKET):
                    yield self._packet(body, old=kind == _OLD_PACKET)
                elif kind == _SIMPLE:
                    yield self._simple(body)
                elif kind == _INTERFACE:
                    self._interface(body)
                elif kind == _STATISTICS:
                    self._statistics(body)
            except (struct.error, IndexError):
                raise WireError("a block that contradicts itself") from None

    def _body(self, length: int, read: int) -> bytes:
        """What is left of a block of this length of which so much was read."""
        if length < 12 or length % 4:
            raise WireError(f"a block claims to have {length:,} bytes")
        body = self._whole(length - read)
        if struct.unpack(f"{self._order}I", body[-4:])[0] != length:
            raise WireError("a block ends with another length than it begins with")
        return body[:-4]

    def _begin_section(self, about: bytes) -> None:
        """Of a section header all but its type: its length, then the order of bytes."""
        order = _BYTE_ORDERS.get(about[4:])
        if order is None:
            raise WireError("a section with an unknown order of bytes")
        self._order, self._interfaces = order, []
        self._body(struct.unpack(f"{order}I", about[:4])[0], 12)

    def _interface(self, body: bytes) -> None:
        linktype, snapshot = struct.unpack_from(f"{self._order}HxxI", body)
        per_second, offset = _MICROSECONDS, 0
        for code, value in self._options(body, 8):
            if code == _RESOLUTION:
                power = value[0] & ~_BINARY
                per_second = 2**power if value[0] & _BINARY else 10**power
            elif code == _OFFSET:
                (offset,) = struct.unpack(f"{self._order}q", value)
        self._seen += 1
        self._interfaces.append(_Interface(self._seen, linktype, snapshot, per_second, offset))

    def _statistics(self, body: bytes) -> None:
        for code, value in self._options(body, 12):
            if code == _INTERFACE_DROPS:
                self._not_captured += struct.unpack(f"{self._order}Q", value)[0]

    def _packet(self, body: bytes, *, old: bool) -> Frame:
        layout = "HxxIIII" if old else "IIIII"
        which, high, low, captured, length = struct.unpack_from(self._order + layout, body)
        if which >= len(self._interfaces):
            raise WireError(f"a packet of interface {which}, which its section does not have")
        interface = self._interfaces[which]
        if 20 + captured > len(body):
            raise WireError("a packet that is longer than its block")
        comments: tuple[str, ...] = ()
        options = 20 + captured + -captured % 4
        if options < len(body):
            comments = self._about(body, options)
        ticks = high << 32 | low
        at = ticks * 1_000_000_000 // interface.per_second + interface.offset * 1_000_000_000
        return self._frame(interface, at, body[20 : 20 + captured], length, comments)

    def _about(self, body: bytes, at: int) -> tuple[str, ...]:
        """The comments on a packet; how many before it are missing is counted."""
        comments: list[str] = []
        for code, value in self._options(body, at):
            if code == _COMMENT:
                comments.append(value.decode("utf-8", "replace"))
            elif code == _PACKET_DROPS:
                self._lost += struct.unpack(f"{self._order}Q", value)[0]
        return tuple(comments)

    def _simple(self, body: bytes) -> Frame:
        """A packet of the first interface that has no time: that of the one before."""
        if not self._interfaces:
            raise WireError("a packet of an interface that its section does not have")
        interface = self._interfaces[0]
        (length,) = struct.unpack_from(f"{self._order}I", body)
        captured = min(length, len(body) - 4, interface.snapshot or length)
        return self._frame(interface, self._last, body[4 : 4 + captured], length, ())

    def _frame(
        self, interface: _Interface, at: int, data: bytes, length: int, comments: tuple[str, ...]
    ) -> Frame:
        if not 0 <= at < LATEST:
            self.timeless += 1
            at = self._last
        self._last = at
        self._number += 1
        return Frame(
            self._number, at, interface.linktype, data, length, comments, interface.number
        )

    def _options(self, body: bytes, at: int) -> Iterator[tuple[int, bytes]]:
        """The options of a block, to their end or that of the block."""
        head = f"{self._order}HH"
        while at + 4 <= len(body):
            code, size = struct.unpack_from(head, body, at)
            if not code:
                return
            if at + 4 + size > len(body):
                raise WireError("an option that is longer than its block")
            yield code, body[at + 4 : at + 4 + size]
            at += 4 + size + -size % 4
