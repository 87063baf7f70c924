"""QUIC as far as it can be seen from outside (RFC 8999; RFC 9000, 17).

A datagram may hold several packets. Long headers tell what each is; behind a
short one everything is encrypted, and all that can be seen is its size.
"""

import struct
from enum import Enum

from msgspec import Struct

from twisted_chat.errors import WireError

LARGEST_ID = 20
"""Bytes in a connection id of the versions known here (RFC 9000, 17.2)."""

_LONG, _FIXED = 0x80, 0x40


class PacketKind(Enum):
    INITIAL = "Initial"
    ZERO_RTT = "0-RTT"
    HANDSHAKE = "Handshake"
    RETRY = "Retry"
    NEGOTIATION = "Version Negotiation"
    UNKNOWN = "packet of an unknown version"
    ONE_RTT = "1-RTT"


_VERSIONS = {
    0x00000001: (PacketKind.INITIAL, PacketKind.ZERO_RTT, PacketKind.HANDSHAKE, PacketKind.RETRY),
    0x6B3343CF: (
        PacketKind.RETRY,
        PacketKind.INITIAL,
        PacketKind.ZERO_RTT,
        PacketKind.HANDSHAKE,
    ),  # RFC 9369.
}


class QuicPacket(Struct, frozen=True):
    """One packet: what it is, how many bytes it has, and the connection ids
    in a long header: that of who gets it, and that of who sent it. It begins at
    `start` of its datagram, and its number at `number_at`, where that is known."""

    kind: PacketKind
    length: int
    receiver: bytes = b""
    sender: bytes = b""
    version: int = 0
    start: int = 0
    number_at: int = 0
    token: bytes = b""


def begins_long(datagram: bytes) -> bool:
    """Whether this may begin with a long header, and so with no text of generation 1.

    The fixed bit is not looked at where the version is known: in a Version
    Negotiation it may be anything (RFC 9000, 17.2.1), in others greased (RFC 9287).
    """
    if len(datagram) <= 6 or not datagram[0] & _LONG:
        return False
    version = int.from_bytes(datagram[1:5])
    return bool(datagram[0] & _FIXED) or version == 0 or version in _VERSIONS


def may_be_short(datagram: bytes, *, greased: bool = False) -> bool:
    """Whether this may be a packet with a short header: connection id, number and
    tag. Where it may be `greased` the fixed bit says nothing (RFC 9287)."""
    if len(datagram) <= 20 or datagram[0] & _LONG:
        return False
    return greased or bool(datagram[0] & _FIXED)


def is_sealed(datagram: bytes) -> bool:
    """Whether this looks encrypted: it is not text, as one of 2,000 random ones of
    this length is."""
    try:
        return not datagram[1:].decode().isprintable()
    except UnicodeDecodeError:
        return True


def read(datagram: bytes) -> list[QuicPacket]:
    """The packets in a datagram that begins with a long header. Raises WireError."""
    packets: list[QuicPacket] = []
    at = 0
    try:
        while at < len(datagram):
            if not datagram[at] & _LONG:
                if not any(datagram[at:]):
                    break  # Padding outside of packets.
                packets.append(QuicPacket(PacketKind.ONE_RTT, len(datagram) - at, start=at))
                break
            packet = _long(datagram, at)
            packets.append(packet)
            at += packet.length
    except (IndexError, struct.error):
        if not packets:
            raise WireError("a QUIC header that is cut off") from None
    return packets


def _long(datagram: bytes, start: int) -> QuicPacket:
    first, version = struct.unpack_from("!BI", datagram, start)
    receiver, at = _connection_id(datagram, start + 5)
    sender, at = _connection_id(datagram, at)
    rest = len(datagram) - start
    if version == 0:
        return QuicPacket(PacketKind.NEGOTIATION, rest, receiver, sender, 0, start)
    if version not in _VERSIONS:
        return QuicPacket(PacketKind.UNKNOWN, rest, receiver, sender, version, start)
    if len(receiver) > LARGEST_ID or len(sender) > LARGEST_ID:
        raise WireError("a QUIC connection id that is too long")
    kind = _VERSIONS[version][first >> 4 & 3]
    if kind is PacketKind.RETRY:
        return QuicPacket(kind, rest, receiver, sender, version, start)
    token = b""
    if kind is PacketKind.INITIAL:
        size, at = integer(datagram, at)
        token, at = datagram[at : at + size], at + size
    body, at = integer(datagram, at)
    if at + body > len(datagram):
        raise WireError("a QUIC packet that is longer than its datagram")
    return QuicPacket(kind, at + body - start, receiver, sender, version, start, at, token)


def _connection_id(datagram: bytes, at: int) -> tuple[bytes, int]:
    end = at + 1 + datagram[at]
    if end > len(datagram):
        raise WireError("a QUIC header that is cut off")
    return datagram[at + 1 : end], end


def integer(datagram: bytes, at: int) -> tuple[int, int]:
    """A variable-length integer, and where it ends (RFC 9000, 16)."""
    size = 1 << (datagram[at] >> 6)
    field = datagram[at : at + size]
    if len(field) < size:
        raise WireError("a QUIC header that is cut off")
    return int.from_bytes(field) & ((1 << (8 * size - 2)) - 1), at + size
