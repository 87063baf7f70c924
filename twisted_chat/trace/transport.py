"""UDP, TCP, and the ICMP errors about them."""

import ipaddress
import struct
from collections.abc import Callable
from functools import lru_cache

from twisted_chat.errors import WireError
from twisted_chat.trace.link import Header, Headers
from twisted_chat.trace.packet import ICMP_PORT, Flag, Packet, Protocol, Segment

Hosts = tuple[str, str]
"""The source and the destination that the IP header says."""
_SYN = int(Flag.SYN)
_TCP = Protocol.TCP
_SCALE = 3
_LARGEST_SCALE = 14
"""Larger ones count as this (RFC 7323, 2.3)."""


@lru_cache(maxsize=65_536)
def host(packed: bytes) -> str:
    """An address as text."""
    return str(ipaddress.ip_address(packed))


def udp(data: bytes, at: int, end: int, hosts: Hosts, below: Headers) -> Packet:
    source, destination, length = struct.unpack_from("!HHH", data, at)
    if len(data) < at + 8:
        raise WireError("cut off inside its headers")
    end = min(end, at + length) if length else end
    if end < at + 8:
        raise WireError("a UDP header that contradicts itself")
    above = (*below, Header("UDP", at, at + 8))
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


def tcp(data: bytes, at: int, end: int, hosts: Hosts, below: Headers) -> Packet:
    source, destination, sequence, acknowledged, offset, flags, window = struct.unpack_from(
        "!HHIIBBH", data, at
    )
    size = (offset >> 4) * 4
    if size < 20 or at + size > end:
        raise WireError("a TCP header that contradicts itself")
    payload = data[at + size : end]
    return Packet(
        _TCP,
        (hosts[0], source),
        (hosts[1], destination),
        payload,
        end - at - size - len(payload),
        (*below, Header("TCP", at, min(at + size, len(data)))),
        min(end, len(data)),
        Segment(sequence, acknowledged, flags, window, _scale(data, at, size, flags)),
    )


def _scale(data: bytes, at: int, size: int, flags: int) -> int | None:
    """The scale of windows that the options of a SYN announce (RFC 7323, 2.2)."""
    if not flags & _SYN:
        return None
    options, place = data[at + 20 : at + size], 0
    while place + 1 < len(options) and options[place]:
        if options[place] == 1:  # One byte that pads.
            place += 1
            continue
        length = options[place + 1]
        if options[place] == _SCALE and options[place + 2 : place + 3]:
            return min(options[place + 2], _LARGEST_SCALE)
        place += max(2, length)
    return None


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


def _errors(
    version: int, complaints: dict[tuple[int, int], str], errors: frozenset[int]
) -> Callable[..., Packet]:
    """A reader of ICMP errors (RFC 792, RFC 4443), which quote the packet they are about."""

    def read(data: bytes, at: int, end: int, hosts: Hosts, below: Headers) -> Packet:
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
        (host(source), ports[0]),
        (host(destination), ports[1]),
        data[size + 8 :],
        0,
        (),
        len(data),
    )


BY_PROTOCOL: dict[int, Callable[[bytes, int, int, Hosts, Headers], Packet]] = {
    1: _errors(4, _COMPLAINTS_4, frozenset({3, 4, 5, 11, 12})),
    6: tcp,
    17: udp,
    58: _errors(6, _COMPLAINTS_6, frozenset({1, 2, 3, 4})),
}
"""By the protocol that the IP header announces."""
