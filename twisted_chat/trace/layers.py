"""A packet of a capture, taken apart into its layers.

Only what chat travels on: the common link layers, IPv4, IPv6, UDP, TCP, the
ICMP errors about them, and the tunnels that carry all of it once more. Headers
that do not fit in what was captured, or contradict themselves, are a WireError
that says so.
"""

import ipaddress
import struct
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import Enum, IntEnum
from functools import lru_cache

from twisted_chat.addresses import Address
from twisted_chat.errors import WireError
from twisted_chat.trace.link import MAX_LAYERS, Header, Headers, by_type, ethernet, strip

ICMP_PORT = 0
"""What stands for the port of a host that speaks ICMP, which has none."""


class Protocol(Enum):
    UDP = "UDP"
    TCP = "TCP"
    ICMP = "ICMP"


class Flag(IntEnum):
    """Control bits of a TCP segment (RFC 9293, 3.1)."""

    FIN = 1
    SYN = 2
    RST = 4
    PSH = 8
    ACK = 16


@dataclass(frozen=True, slots=True)
class Segment:
    """What a TCP header says: sequence numbers modulo 2**32, the window in units as sent."""

    sequence: int
    acknowledged: int
    flags: int
    window: int


@dataclass(frozen=True, slots=True)
class Packet:
    """One packet. `missing` is how many bytes of its payload were not captured;
    `end` is where it ends in its frame, behind which there may be padding.

    `segment` is there for TCP. An ICMP error has `about`, the packet that it
    complains of, as far as it quotes it, and `complaint`.
    """

    protocol: Protocol
    source: Address
    destination: Address
    payload: bytes
    missing: int
    headers: Headers
    end: int
    segment: Segment | None = None
    about: "Packet | None" = None
    complaint: str = ""


class Fragment(WireError):
    """A packet that is only a part of one. `of` is equal for all parts of the
    same, `piece` is what there is from `offset` on above IP, and `last` whether
    it ends there. `head` is the frame before it; `rest` takes the frame apart
    that has all of it behind that."""

    def __init__(
        self,
        of: tuple[object, ...],
        offset: int,
        piece: bytes,
        head: bytes,
        rest: Callable[[bytes], Packet],
        *,
        last: bool,
    ) -> None:
        super().__init__("an IP fragment")
        self.of = of
        self.offset = offset
        self.piece = piece
        self.head = head
        self.rest = rest
        self.last = last


def dissect(linktype: int, data: bytes) -> Packet:
    """Take a frame apart; `linktype` is a number of the registry of link
    types. Raises WireError with why it is nothing that chat travels on, and
    Fragment where that is because the rest of it is in other frames."""
    try:
        below = strip(linktype, data)
        return _internet(data, below[-1].end if below else 0, below)
    except (struct.error, IndexError):
        raise WireError("cut off inside its headers") from None


# --- IP

_EXTENSIONS = frozenset({0, 43, 60, 135, 139, 140})
"""IPv6 extension headers that say their length in units of eight bytes (RFC 8200, 4)."""
_FRAGMENT = 44


@lru_cache(maxsize=65_536)
def _host(packed: bytes) -> str:
    return str(ipaddress.ip_address(packed))


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
    hosts = _host(source), _host(destination)
    headers = (*below, Header("IPv4", start, start + size))
    above = _Above(start + size, end, protocol, hosts, headers)
    if fragment & 0x3FFF:
        of = source, destination, identity, protocol
        last = not fragment & 0x2000
        raise above.part(data, of, (fragment & 0x1FFF) * 8, last=last)
    return above.packet(data)


def _version_6(data: bytes, start: int, below: Headers) -> Packet:
    length, following, source, destination = struct.unpack_from("!HBx16s16s", data, start + 4)
    hosts = _host(source), _host(destination)
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


@dataclass(frozen=True, slots=True)
class _Above:
    """Where what is above IP stands in a frame, and whose it is."""

    at: int
    end: int
    protocol: int
    hosts: tuple[str, str]
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
    data: bytes,
    at: int,
    end: int,
    protocol: int,
    hosts: tuple[str, str],
    below: Headers,
) -> Packet:
    reader = _TRANSPORTS.get(protocol)
    if reader is None:
        raise WireError("neither UDP nor TCP")
    return reader(data, at, end, hosts, below)


def _udp(data: bytes, at: int, end: int, hosts: tuple[str, str], below: Headers) -> Packet:
    source, destination, length = struct.unpack_from("!HHH", data, at)
    if len(data) < at + 8:
        raise WireError("cut off inside its headers")
    end = min(end, at + length) if length else end
    if end < at + 8:
        raise WireError("a UDP header that contradicts itself")
    above = (*below, Header("UDP", at, at + 8))
    if destination in _UDP_TUNNELS and (inner := _tunnelled(data, at + 8, destination, above)):
        return inner
    payload = data[at + 8 : end]
    return Packet(
        Protocol.UDP,
        (hosts[0], source),
        (hosts[1], destination),
        payload,
        end - at - 8 - len(payload),
        above,
        min(end, len(data)),
    )


def _tcp(data: bytes, at: int, end: int, hosts: tuple[str, str], below: Headers) -> Packet:
    source, destination, sequence, acknowledged, offset, flags, window = struct.unpack_from(
        "!HHIIBBH", data, at
    )
    size = (offset >> 4) * 4
    if size < 20 or at + size > end:
        raise WireError("a TCP header that contradicts itself")
    payload = data[at + size : end]
    return Packet(
        Protocol.TCP,
        (hosts[0], source),
        (hosts[1], destination),
        payload,
        end - at - size - len(payload),
        (*below, Header("TCP", at, min(at + size, len(data)))),
        min(end, len(data)),
        Segment(sequence, acknowledged, flags, window),
    )


_COMPLAINTS_4 = {
    (3, 0): "network unreachable",
    (3, 1): "host unreachable",
    (3, 3): "port unreachable",
    (3, 4): "packet too big",
    (3, 9): "network forbidden by a filter",
    (3, 10): "host forbidden by a filter",
    (3, 13): "forbidden by a filter",
    (11, 0): "too many hops",
}
_COMPLAINTS_6 = {
    (1, 0): "no route",
    (1, 1): "forbidden by a filter",
    (1, 3): "host unreachable",
    (1, 4): "port unreachable",
    (2, 0): "packet too big",
    (3, 0): "too many hops",
}


def _icmp(
    version: int, complaints: dict[tuple[int, int], str], errors: frozenset[int]
) -> Callable[..., Packet]:
    """A reader of ICMP errors (RFC 792, RFC 4443), which quote the packet they are about."""

    def read(data: bytes, at: int, end: int, hosts: tuple[str, str], below: Headers) -> Packet:
        kind, code = data[at], data[at + 1]
        if kind not in errors:
            raise WireError("neither UDP nor TCP")
        name = "ICMP" if version == 4 else "ICMPv6"
        return Packet(
            Protocol.ICMP,
            (hosts[0], ICMP_PORT),
            (hosts[1], ICMP_PORT),
            data[at + 8 : end],
            0,
            (*below, Header(name, at, at + 8)),
            min(end, len(data)),
            about=_quoted(data[at + 8 : end]),
            complaint=complaints.get((kind, code), f"type {kind}, code {code}"),
        )

    return read


def _quoted(data: bytes) -> Packet:
    """What an ICMP error quotes: a whole IP header, and at least eight bytes more."""
    if data[0] >> 4 == 6:
        protocol, source, destination, size = data[6], data[8:24], data[24:40], 40
    else:
        protocol, source, destination = data[9], data[12:16], data[16:20]
        size = (data[0] & 15) * 4
    kind = {17: Protocol.UDP, 6: Protocol.TCP}.get(protocol)
    if kind is None or size < 20:
        raise WireError("an ICMP error about something else")
    ports = struct.unpack_from("!HH", data, size)
    return Packet(
        kind,
        (_host(source), ports[0]),
        (_host(destination), ports[1]),
        data[size + 8 :],
        0,
        (),
        len(data),
    )


# --- Tunnels


def _inside(data: bytes, at: int, end: int, hosts: tuple[str, str], below: Headers) -> Packet:
    """IP in IP (RFC 2003; RFC 4213)."""
    return _internet(data, at, below)


def _gre(data: bytes, at: int, end: int, hosts: tuple[str, str], below: Headers) -> Packet:
    """Generic Routing Encapsulation (RFC 2784, RFC 2890)."""
    flags, kind = struct.unpack_from("!HH", data, at)
    if flags & 7:
        raise WireError("GRE of another version")
    size = 4 + 4 * bin(flags & 0xB000).count("1")
    return _behind(data, kind, (*below, Header("GRE", at, at + size)))


def _behind(data: bytes, kind: int, below: Headers) -> Packet:
    below = by_type(data, kind, below[-1].end, below)
    return _internet(data, below[-1].end, below)


def _vxlan(data: bytes, at: int, below: Headers) -> Packet:
    """RFC 7348, 5."""
    below = ethernet(data, at + 8, (*below, Header("VXLAN", at, at + 8)))
    return _internet(data, below[-1].end, below)


def _gtp(data: bytes, at: int, below: Headers) -> Packet:
    """GTP-U, version 1, a user's packet (3GPP TS 29.281, 5.1)."""
    flags, kind = data[at], data[at + 1]
    if flags & 0xF0 != 0x30 or kind != 0xFF:
        raise WireError("GTP without a packet")
    end = at + (12 if flags & 7 else 8)
    following = data[end - 1] if flags & 4 else 0
    while following:
        end += 4 * max(1, data[end])
        following = data[end - 1]
    return _internet(data, end, (*below, Header("GTP-U", at, end)))


_UDP_TUNNELS = {4789: _vxlan, 8472: _vxlan, 2152: _gtp}
"""By the port that they go to."""


def _tunnelled(data: bytes, at: int, port: int, below: Headers) -> Packet | None:
    """The packet inside, where there is one: anybody may use these ports for something else."""
    try:
        return _UDP_TUNNELS[port](data, at, below)
    except Fragment:
        raise
    except (WireError, struct.error, IndexError):
        return None


TUNNELS = frozenset({"GRE", "VXLAN", "GTP-U", "IPv4", "IPv6"})
"""Layers that carry IP once more, where there is more IP behind them."""


def carried_in(headers: Headers) -> tuple[str, ...]:
    """The tunnels that a packet came through, the outermost first."""
    last = max((at for at, one in enumerate(headers) if one.name[:3] == "IPv"), default=0)
    return tuple(one.name for one in headers[:last] if one.name in TUNNELS)


_TRANSPORTS: dict[int, Callable[..., Packet]] = {
    4: _inside,
    41: _inside,
    47: _gre,
    17: _udp,
    6: _tcp,
    1: _icmp(4, _COMPLAINTS_4, frozenset({3, 4, 5, 11, 12})),
    58: _icmp(6, _COMPLAINTS_6, frozenset({1, 2, 3, 4})),
}
