"""A packet of a capture, taken apart into its layers.

Only what chat travels on: Ethernet and the other common link layers, IPv4,
IPv6, UDP, TCP, and the ICMP errors about them. Headers that do not fit in
what was captured, or contradict themselves, are a WireError that says so.
"""

import ipaddress
import struct
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, IntEnum
from functools import lru_cache

from twisted_chat.addresses import Address
from twisted_chat.errors import WireError
from twisted_chat.trace import link

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
class Header:
    """One layer of a packet: the bytes from `start` to `end` of its frame."""

    name: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Segment:
    """What a TCP header says: sequence numbers modulo 2**32, the window in units as sent."""

    sequence: int
    acknowledged: int
    flags: int
    window: int


@dataclass(frozen=True, slots=True)
class Packet:
    """One packet. `missing` is how many bytes of its payload were not captured.

    `segment` is there for TCP. An ICMP error has `about`, the packet that it
    complains of, as far as it quotes it, and `complaint`.
    """

    protocol: Protocol
    source: Address
    destination: Address
    payload: bytes
    missing: int
    headers: tuple[Header, ...]
    segment: Segment | None = None
    about: "Packet | None" = None
    complaint: str = ""


def dissect(linktype: int, data: bytes) -> Packet:
    """Take a frame apart; `linktype` is a number of the registry of link
    types. Raises WireError with why it is nothing that chat travels on."""
    try:
        name, start = link.strip(linktype, data)
        below = (Header(name, 0, start),) if start else ()
        return _internet(data, start, below)
    except (struct.error, IndexError):
        raise WireError("cut off inside its headers") from None


# --- IP

_EXTENSIONS = frozenset({0, 43, 60, 135, 139, 140})
"""IPv6 extension headers that say their length in units of eight bytes (RFC 8200, 4)."""
_FRAGMENT = 44


@lru_cache(maxsize=65_536)
def _host(packed: bytes) -> str:
    return str(ipaddress.ip_address(packed))


def _internet(data: bytes, start: int, below: tuple[Header, ...]) -> Packet:
    version = data[start] >> 4
    if version == 4:
        return _version_4(data, start, below)
    if version == 6:
        return _version_6(data, start, below)
    raise WireError("not IP")


def _version_4(data: bytes, start: int, below: tuple[Header, ...]) -> Packet:
    size = (data[start] & 15) * 4
    length, _, fragment, _, protocol, source, destination = struct.unpack_from(
        "!HHHBBxx4s4s", data, start + 2
    )
    if size < 20:
        raise WireError("an IP header that contradicts itself")
    if fragment & 0x3FFF:
        raise WireError("an IP fragment")
    # A length of zero is left for the network card to fill in.
    end = start + length if length else len(data)
    hosts = _host(source), _host(destination)
    header = Header("IPv4", start, start + size)
    return _transport(data, start + size, end, protocol, hosts, (*below, header))


def _version_6(data: bytes, start: int, below: tuple[Header, ...]) -> Packet:
    length, following, source, destination = struct.unpack_from("!HBx16s16s", data, start + 4)
    hosts = _host(source), _host(destination)
    at = start + 40
    end = at + length if length else len(data)
    while following in _EXTENSIONS:
        following, units = data[at], data[at + 1]
        at += 8 * (units + 1)
    if following == _FRAGMENT:
        raise WireError("an IP fragment")
    return _transport(data, at, end, following, hosts, (*below, Header("IPv6", start, at)))


# --- Above IP


def _transport(
    data: bytes,
    at: int,
    end: int,
    protocol: int,
    hosts: tuple[str, str],
    below: tuple[Header, ...],
) -> Packet:
    reader = _TRANSPORTS.get(protocol)
    if reader is None:
        raise WireError("neither UDP nor TCP")
    return reader(data, at, end, hosts, below)


def _udp(
    data: bytes, at: int, end: int, hosts: tuple[str, str], below: tuple[Header, ...]
) -> Packet:
    source, destination, length = struct.unpack_from("!HHH", data, at)
    if len(data) < at + 8:
        raise WireError("cut off inside its headers")
    end = min(end, at + length) if length else end
    if end < at + 8:
        raise WireError("a UDP header that contradicts itself")
    payload = data[at + 8 : end]
    return Packet(
        Protocol.UDP,
        (hosts[0], source),
        (hosts[1], destination),
        payload,
        end - at - 8 - len(payload),
        (*below, Header("UDP", at, at + 8)),
    )


def _tcp(
    data: bytes, at: int, end: int, hosts: tuple[str, str], below: tuple[Header, ...]
) -> Packet:
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
        Segment(sequence, acknowledged, flags, window),
    )


_COMPLAINTS_4 = {
    (3, 0): "network unreachable",
    (3, 1): "host unreachable",
    (3, 3): "port unreachable",
    (3, 4): "packet too big",
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

    def read(
        data: bytes, at: int, end: int, hosts: tuple[str, str], below: tuple[Header, ...]
    ) -> Packet:
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
    )


_TRANSPORTS: dict[int, Callable[..., Packet]] = {
    17: _udp,
    6: _tcp,
    1: _icmp(4, _COMPLAINTS_4, frozenset({3, 4, 5, 11, 12})),
    58: _icmp(6, _COMPLAINTS_6, frozenset({1, 2, 3, 4})),
}
