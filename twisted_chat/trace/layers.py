"""A packet of a capture, taken apart into its layers.

Only what chat travels on: the common link layers, IPv4, IPv6, UDP, TCP, the
ICMP errors about them, and the tunnels that carry all of it once more. Headers
that do not fit in what was captured, or contradict themselves, are a WireError
that says so.
"""

import struct
from functools import lru_cache

from msgspec import Struct
from msgspec.structs import replace

from twisted_chat.addresses import Address
from twisted_chat.errors import WireError
from twisted_chat.trace import transport, tunnels
from twisted_chat.trace.link import MAX_LAYERS, PLAIN, Header, Headers, Plain, strip
from twisted_chat.trace.packet import Flag, Fragment, Packet, Protocol, new_packet, new_segment
from twisted_chat.trace.transport import Hosts, host

_UDP, _TCP = 17, 6
_DATAGRAM, _STREAM = Protocol.UDP, Protocol.TCP
_SYN = int(Flag.SYN)
_PORTS = struct.Struct("!HH")
_SIMPLE = struct.Struct("!BxHxxHxB14xH")
"""An IPv4 header without options, as far as it matters, and the length of UDP behind it."""
_SIMPLE_BYTES = 28
_SEGMENT = struct.Struct("!IIBBH")
_SEGMENT_BYTES = 40
_NO_OPTIONS = 0x45
_ANY_FRAGMENT = 0x3FFF
_KNOWN_ENDS = 1_024
"""Pairs of addresses that are kept as what they are."""


def dissect(linktype: int, data: bytes) -> Packet:
    """Take a frame apart; `linktype` is a number of the registry of link
    types. Raises WireError with why it is nothing that chat travels on, and
    Fragment where that is because the rest of it is in other frames."""
    simple = _SIMPLEST.get(linktype)
    if simple is not None and data[simple.mark_at] == simple.mark:
        found = _simple(data, simple)
        if found is not None:
            return found
    try:
        below = strip(linktype, data)
        return _internet(data, below[-1].end if below else 0, below)
    except (struct.error, IndexError):
        raise WireError("cut off inside its headers") from None


# --- What nearly all packets are


class _Simplest:
    """A link layer with nothing between it and an IPv4 header, which it says by this mark:
    where that begins, and the headers of all such packets, which are always the same."""

    def __init__(self, plain: Plain) -> None:
        self.mark_at, self.mark = plain.mark_at, plain.mark
        self.start = start = plain.below[-1].end if plain.below else 0
        over = (*plain.below, Header("IPv4", start, start + 20))
        self.datagram = (*over, Header("UDP", start + 20, start + 28))
        self.segments = {
            size: (*over, Header("TCP", start + 20, start + 20 + size))
            for size in range(20, 64, 4)
        }
        """By how long their TCP header is."""


_SIMPLEST = {linktype: _Simplest(plain) for linktype, plain in PLAIN.items()}


def _simple(data: bytes, simple: _Simplest) -> Packet | None:
    """An IPv4 packet with UDP or TCP, where nothing about it is unusual."""
    start, captured = simple.start, len(data)
    if captured < start + _SIMPLE_BYTES:
        return None
    first, length, part, protocol, size = _SIMPLE.unpack_from(data, start)
    if first != _NO_OPTIONS or part & _ANY_FRAGMENT:
        return None
    end = start + length
    if protocol == _UDP:
        source, destination = _ends(data[start + 12 : start + 24])
        at = start + 28
        if destination[1] in tunnels.BY_PORT or size < 8 or at - 8 + size > end:
            return None
        end = at - 8 + size
        payload = data[at:end]
        missing = size - 8 - len(payload)
        headers = simple.datagram
        if end > captured:
            end = captured
        return new_packet(
            (_DATAGRAM, source, destination, payload, missing, headers, end, None, None, "")
        )
    if protocol != _TCP or captured < start + _SEGMENT_BYTES:
        return None
    sequence, acknowledged, offset, flags, window = _SEGMENT.unpack_from(data, start + 24)
    size = (offset >> 4) * 4
    at = start + 20 + size
    if flags & _SYN or size < 20 or at > end or at > captured:
        return None
    source, destination = _ends(data[start + 12 : start + 24])
    payload = data[at:end]
    missing = end - at - len(payload)
    headers = simple.segments[size]
    segment = new_segment((sequence, acknowledged, flags, window, None))
    if end > captured:
        end = captured
    return new_packet(
        (_STREAM, source, destination, payload, missing, headers, end, segment, None, "")
    )


@lru_cache(maxsize=_KNOWN_ENDS)
def _ends(packed: bytes) -> tuple[Address, Address]:
    """The source and the destination, as the headers have them one after the other."""
    source_port, port = _PORTS.unpack_from(packed, 8)
    return (host(packed[:4]), source_port), (host(packed[4:8]), port)


# --- IP

_EXTENSIONS = frozenset({0, 43, 60, 135, 139, 140})
"""IPv6 extension headers that say their length in units of eight bytes (RFC 8200, 4)."""
_FRAGMENT = 44


def _internet(data: bytes, start: int, below: Headers) -> Packet:
    if len(below) >= MAX_LAYERS:
        raise WireError("too many layers")
    version = data[start] >> 4
    if version == 4:
        return _version_4(data, start, below)
    if version == 6:
        return _version_6(data, start, below)
    raise WireError("not IP")


def _version_4(data: bytes, start: int, below: Headers) -> Packet:
    size = (data[start] & 15) * 4
    length, identity, fragment, _, protocol, source, destination = struct.unpack_from(
        "!HHHBBxx4s4s", data, start + 2
    )
    if size < 20:
        raise WireError("an IP header that contradicts itself")
    # A length of zero is left for the network card to fill in.
    end = start + length if length else len(data)
    hosts = host(source), host(destination)
    headers = (*below, Header("IPv4", start, start + size))
    above = _Above(start + size, end, protocol, hosts, headers)
    if fragment & 0x3FFF:
        of = source, destination, identity, protocol
        last = not fragment & 0x2000
        raise above.part(data, of, (fragment & 0x1FFF) * 8, last=last)
    return above.packet(data)


def _version_6(data: bytes, start: int, below: Headers) -> Packet:
    length, following, source, destination = struct.unpack_from("!HBx16s16s", data, start + 4)
    hosts = host(source), host(destination)
    at = start + 40
    end = at + length if length else len(data)
    while following in _EXTENSIONS or following == _FRAGMENT:
        if following == _FRAGMENT:
            following, where, identity = struct.unpack_from("!BxHI", data, at)
            at += 8
            if where & 0xFFF9:  # Where neither is set it is whole (RFC 6946).
                above = _Above(at, end, following, hosts, (*below, Header("IPv6", start, at)))
                of = source, destination, identity
                raise above.part(data, of, where & 0xFFF8, last=not where & 1)
        else:
            following, units = data[at], data[at + 1]
            at += 8 * (units + 1)
    return _transport(data, at, end, following, hosts, (*below, Header("IPv6", start, at)))


class _Above(Struct, frozen=True):
    """Where what is above IP stands in a frame, and whose it is."""

    at: int
    end: int
    protocol: int
    hosts: Hosts
    headers: Headers

    def packet(self, data: bytes) -> Packet:
        return _transport(data, self.at, self.end, self.protocol, self.hosts, self.headers)

    def part(self, data: bytes, of: tuple[object, ...], offset: int, *, last: bool) -> Fragment:
        if len(data) < self.end:
            raise WireError("an IP fragment that was not captured whole")
        piece = data[self.at : self.end]
        return Fragment(of, offset, piece, data[: self.at], self._whole, last=last)

    def _whole(self, frame: bytes) -> Packet:
        try:
            return replace(self, end=len(frame)).packet(frame)
        except (struct.error, IndexError):
            raise WireError("cut off inside its headers") from None


# --- Above IP


def _transport(
    data: bytes, at: int, end: int, protocol: int, hosts: Hosts, below: Headers
) -> Packet:
    if protocol in tunnels.BY_PROTOCOL:
        inside = tunnels.BY_PROTOCOL[protocol](data, at, below)
        return _internet(data, inside[-1].end, inside)
    if protocol == _UDP:
        (port,) = struct.unpack_from("!H", data, at + 2)
        if port in tunnels.BY_PORT and (inner := _tunnelled(data, at, port, below)):
            return inner
    reader = transport.BY_PROTOCOL.get(protocol)
    if reader is None:
        raise WireError("neither UDP nor TCP")
    return reader(data, at, end, hosts, below)


def _tunnelled(data: bytes, at: int, port: int, below: Headers) -> Packet | None:
    """The packet inside a datagram, where there is one: anybody may use these ports."""
    try:
        above = (*below, Header("UDP", at, at + 8))
        inside = tunnels.BY_PORT[port](data, at + 8, above)
        return _internet(data, inside[-1].end, inside)
    except Fragment:
        raise
    except (WireError, struct.error, IndexError):
        return None
