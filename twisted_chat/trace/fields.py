"""What stands in the headers of a packet, field by field, each with its layer."""

import ipaddress
import struct
from collections.abc import Callable, Iterator
from typing import NamedTuple

from twisted_chat.errors import WireError
from twisted_chat.trace import quic
from twisted_chat.trace.link import Header
from twisted_chat.trace.quic import PacketKind
from twisted_chat.trace.report import Row, quoted
from twisted_chat.trace.table import flag_names


class Field(NamedTuple):
    """One field: its bytes from `start` to `end` of the frame, and what they say."""

    name: str
    start: int
    end: int
    value: str


LINK, NETWORK, TRANSPORT, APPLICATION, TUNNEL = (
    "link",
    "network",
    "transport",
    "application",
    "tunnel",
)
_LAYERS = {
    "IPv4": NETWORK,
    "IPv6": NETWORK,
    "ICMP": NETWORK,
    "ICMPv6": NETWORK,
    "UDP": TRANSPORT,
    "TCP": TRANSPORT,
    "GRE": TUNNEL,
    "VXLAN": TUNNEL,
    "GTP-U": TUNNEL,
}
_PROTOCOLS = {1: "ICMP", 6: "TCP", 17: "UDP", 41: "IPv6", 47: "GRE", 58: "ICMPv6"}
_TYPES = {0x0800: "IPv4", 0x86DD: "IPv6", 0x8100: "VLAN", 0x8864: "PPPoE", 0x8847: "MPLS"}

EXPLAINED = {
    "QUIC, first byte": "its first bit says whether the header is long, as while a connection"
    " is set up; the last ones are encrypted (RFC 9000, 17)",
    "QUIC, version": "of QUIC: 1 is RFC 9000",
    "QUIC, destination connection id": "whom the packet is for: it stays where an address changes"
    " (RFC 9000, 5.1)",
    "QUIC, source connection id": "under which the sender wants to be reached",
    "QUIC, token": "sent back to show that the sender receives at its address (RFC 9000, 8.1)",
    "QUIC, length": "of the rest of this packet: another may follow in the same datagram",
    "QUIC, packet number": "encrypted, so that nobody in between can count; never used twice",
    "QUIC, protected": "frames, encrypted: streams, acknowledgements, and everything else"
    " (RFC 9000, 19)",
    "QUIC, tag": "shows that nobody has changed the packet, its header included (RFC 9001, 5.3)",
    "TCP, sequence": "where the first byte of this segment stands in the stream",
    "TCP, acknowledged": "up to where the sender has the other side's stream",
    "TCP, window": "how many bytes more the sender can take, in units as sent",
    "TCP, flags": "what the segment does besides: SYN opens, FIN closes, PSH asks to hand on"
    " at once",
    "IPv4, time to live": "routers that the packet may still pass",
    "UDP, checksum": "shows damage, not intent",
}
"""What some fields are for, by what they are a part of and their names."""


def explained(part: Header, row: Row, name: str) -> str:
    """Under which name it is explained what this field is for; empty where it is not."""
    of = row.verdict.protocol if part.name == "payload" else part.name
    key = f"{of}, {name}"
    return key if key in EXPLAINED else ""


def layer_of(part: Header, row: Row) -> str:
    """Whose business a part of a frame is."""
    if part.name == "payload":
        if row.verdict.protocol == "QUIC":
            return TRANSPORT
        return NETWORK if row.verdict.protocol == "ICMP" else APPLICATION
    return _LAYERS.get(part.name, LINK)


def fields(part: Header, row: Row) -> Iterator[Field]:
    """The fields of a header, or of a payload that is known; none of what is cut off."""
    data = row.frame[part.start : part.end]
    reader = _READERS.get(part.name)
    if part.name == "payload":
        reader = {"QUIC": _quic, "udpchat": _verb}.get(row.verdict.protocol)
    if reader is None:
        return
    try:
        for name, start, end, value in reader(data):
            yield Field(name, part.start + start, part.start + end, value)
    except (struct.error, IndexError, WireError, ValueError):
        return


_Read = Iterator[tuple[str, int, int, str]]


def _ethernet(data: bytes) -> _Read:
    yield "destination", 0, 6, data[:6].hex(":")
    yield "source", 6, 12, data[6:12].hex(":")
    yield "type", 12, 14, _type(data, 12)


def _type(data: bytes, at: int) -> str:
    (kind,) = struct.unpack_from("!H", data, at)
    return _TYPES.get(kind, f"0x{kind:04x}")


def _vlan(data: bytes) -> _Read:
    yield "VLAN", 0, 2, str(struct.unpack_from("!H", data)[0] & 0xFFF)
    yield "type", 2, 4, _type(data, 2)


def _version_4(data: bytes) -> _Read:
    length, identity, part = struct.unpack_from("!HHH", data, 2)
    yield "version", 0, 1, f"4, a header of {(data[0] & 15) * 4} bytes"
    yield "services", 1, 2, f"0x{data[1]:02x}"
    yield "length", 2, 4, str(length)
    yield "identification", 4, 6, str(identity)
    bits = [
        name for bit, name in ((0x4000, "don't fragment"), (0x2000, "more follow")) if part & bit
    ]
    where = f"from byte {(part & 0x1FFF) * 8}" if part & 0x1FFF else ""
    yield "fragment", 6, 8, ", ".join(filter(None, (*bits, where))) or "whole"
    yield "time to live", 8, 9, str(data[8])
    yield "protocol", 9, 10, _PROTOCOLS.get(data[9], str(data[9]))
    yield "checksum", 10, 12, data[10:12].hex()
    yield "source", 12, 16, str(ipaddress.ip_address(data[12:16]))
    yield "destination", 16, 20, str(ipaddress.ip_address(data[16:20]))
    if len(data) > 20:
        yield "options", 20, len(data), data[20:].hex()


def _version_6(data: bytes) -> _Read:
    (length,) = struct.unpack_from("!H", data, 4)
    yield "version", 0, 4, "6"
    yield "length", 4, 6, str(length)
    yield "next header", 6, 7, _PROTOCOLS.get(data[6], str(data[6]))
    yield "hop limit", 7, 8, str(data[7])
    yield "source", 8, 24, str(ipaddress.ip_address(data[8:24]))
    yield "destination", 24, 40, str(ipaddress.ip_address(data[24:40]))
    if len(data) > 40:
        yield "extensions", 40, len(data), f"{len(data) - 40} bytes"


def _udp(data: bytes) -> _Read:
    source, destination, length, checksum = struct.unpack("!HHHH", data)
    yield "source port", 0, 2, str(source)
    yield "destination port", 2, 4, str(destination)
    yield "length", 4, 6, str(length)
    yield "checksum", 6, 8, f"{checksum:04x}"


def _tcp(data: bytes) -> _Read:
    source, destination, sequence, acknowledged, offset, flags, window = struct.unpack_from(
        "!HHIIBBH", data
    )
    yield "source port", 0, 2, str(source)
    yield "destination port", 2, 4, str(destination)
    yield "sequence", 4, 8, str(sequence)
    yield "acknowledged", 8, 12, str(acknowledged)
    yield "header", 12, 13, f"{(offset >> 4) * 4} bytes"
    yield "flags", 13, 14, flag_names(flags) or "none"
    yield "window", 14, 16, str(window)
    yield "checksum", 16, 18, data[16:18].hex()
    yield "urgent", 18, 20, data[18:20].hex()
    if len(data) > 20:
        yield "options", 20, len(data), data[20:].hex()


def _icmp(data: bytes) -> _Read:
    yield "type", 0, 1, str(data[0])
    yield "code", 1, 2, str(data[1])
    yield "checksum", 2, 4, data[2:4].hex()


def _verb(data: bytes) -> _Read:
    verb, space, rest = data.partition(b" ")
    yield "verb", 0, len(verb), quoted(verb)
    if space:
        yield "argument", len(verb) + 1, len(data), quoted(rest)


_ID, _TAG = 8, 16
"""Bytes of our connection ids, and of the tag of every packet."""


def _quic(data: bytes) -> _Read:
    """What is where in a QUIC packet (RFC 9000, 17)."""
    if not data[0] & 0x80:
        yield from _short(data, 0)
        return
    for packet in quic.read(data):
        at, end = packet.start, packet.start + packet.length
        if packet.kind is PacketKind.ONE_RTT:
            yield from _short(data, at)
            return
        yield "first byte", at, at + 1, f"0x{data[at]:02x}: long header, {packet.kind.value}"
        yield "version", at + 1, at + 5, f"{packet.version}"
        at += 5
        for name, size in (
            ("destination connection id", len(packet.receiver)),
            ("source connection id", len(packet.sender)),
        ):
            yield name, at, at + 1 + size, data[at + 1 : at + 1 + size].hex() or "none"
            at += 1 + size
        if packet.kind is PacketKind.RETRY:
            yield "token", at, end - _TAG, f"{end - _TAG - at} bytes"
            yield "tag", end - _TAG, end, data[end - _TAG : end].hex()
            continue
        if not packet.number_at:
            return
        if packet.kind is PacketKind.INITIAL:
            _, start = quic.integer(data, at)
            size = len(packet.token)
            yield "token", at, start + size, f"{size} bytes" if size else "none"
            at = start + size
        yield "length", at, packet.number_at, f"{end - packet.number_at}"
        yield from _protected(packet.number_at, end)


def _short(data: bytes, at: int) -> _Read:
    yield "first byte", at, at + 1, f"0x{data[at]:02x}: short header, 1-RTT"
    yield "destination connection id", at + 1, at + 1 + _ID, data[at + 1 : at + 1 + _ID].hex()
    yield from _protected(at + 1 + _ID, len(data))


def _protected(at: int, end: int) -> _Read:
    if end - at < _TAG + 4:
        return
    yield "packet number", at, at + 1, "1 to 4 bytes, encrypted"
    yield "protected", at + 1, end - _TAG, f"{end - _TAG - at - 1} bytes, encrypted"
    yield "tag", end - _TAG, end, "16 bytes"


_READERS: dict[str, Callable[[bytes], _Read]] = {
    "Ethernet": _ethernet,
    "VLAN": _vlan,
    "IPv4": _version_4,
    "IPv6": _version_6,
    "UDP": _udp,
    "TCP": _tcp,
    "ICMP": _icmp,
    "ICMPv6": _icmp,
}
