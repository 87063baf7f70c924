"""Link layers, by their number in the registry of link types, down to the IP header.

What lies between (VLAN tags, PPPoE, MPLS, LLC and SNAP) is taken off too, and
named.
"""

import struct
from collections.abc import Callable
from typing import NamedTuple

from twisted_chat.errors import WireError

MAX_LAYERS = 16
"""Layers that one packet may have: what has more is made to take long."""


class Header(NamedTuple):
    """One layer of a packet: the bytes from `start` to `end` of its frame."""

    name: str
    start: int
    end: int


Headers = tuple[Header, ...]


class Plain(NamedTuple):
    """What nearly all frames of a link layer are: nothing between it and an IPv4 header.
    Such a frame has this mark at this place, and these layers `below` IP."""

    mark_at: slice
    mark: bytes
    below: Headers


def strip(linktype: int, data: bytes) -> Headers:
    """The layers before the IP header, which begins where the last of them ends.

    Raises WireError where there is none, struct.error or IndexError where it
    is cut off.
    """
    link = _LINKS.get(linktype)
    if link is None:
        raise WireError(f"link type {linktype}")
    return link(data, 0, ())


def interface_of(linktype: int, data: bytes) -> int:
    """The interface that a link layer itself tells (Linux cooked, version 2); otherwise 0."""
    if linktype != _LINUX_COOKED_2 or len(data) < 8:
        return 0
    (number,) = struct.unpack_from("!I", data, 4)
    return int(number)


def by_type(data: bytes, kind: int, at: int, below: Headers) -> Headers:
    """What a type of Ethernet announces (RFC 9542), up to the IP header."""
    if kind in _IP:
        return below
    reader = _BY_TYPE.get(kind)
    if reader is None or len(below) >= MAX_LAYERS:
        raise WireError("not IP")
    return reader(data, at, below)


def ethernet(data: bytes, at: int, below: Headers) -> Headers:
    """A frame of Ethernet II or IEEE 802.3."""
    (kind,) = struct.unpack_from("!H", data, at + 12)
    end = at + 14
    below = (*below, Header("Ethernet", at, end))
    return _llc(data, end, below) if kind <= _LARGEST_LENGTH else by_type(data, kind, end, below)


_IP = frozenset({0x0800, 0x86DD})
_LARGEST_LENGTH = 1500
"""What says in IEEE 802.3 how long a frame is, and not of which type."""
_LINUX_COOKED_2 = 276


def _llc(data: bytes, at: int, below: Headers) -> Headers:
    if data[at : at + 2] != b"\xaa\xaa":
        raise WireError("not IP")
    (kind,) = struct.unpack_from("!H", data, at + 6)
    return by_type(data, kind, at + 8, (*below, Header("LLC and SNAP", at, at + 8)))


def _vlan(data: bytes, at: int, below: Headers) -> Headers:
    (kind,) = struct.unpack_from("!H", data, at + 2)
    return by_type(data, kind, at + 4, (*below, Header("VLAN", at, at + 4)))


def _mpls(data: bytes, at: int, below: Headers) -> Headers:
    start = at
    while not data[at + 2] & 1:  # The last label says that it is (RFC 3032, 2.1).
        at += 4
    return (*below, Header("MPLS", start, at + 4))


def _pppoe(data: bytes, at: int, below: Headers) -> Headers:
    return _ppp(data, at + 6, (*below, Header("PPPoE", at, at + 6)))


def _ppp(data: bytes, at: int, below: Headers) -> Headers:
    """RFC 1661, 2, after the address and control fields of RFC 1662, 3.1."""
    start = at
    if data[at : at + 2] == b"\xff\x03":
        at += 2
    kind = data[at]
    at += 1
    if not kind & 1:
        kind = kind << 8 | data[at]
        at += 1
    below = (*below, Header("PPP", start, at))
    if kind in (0x0021, 0x0057):
        return below
    if kind == 0x0281:
        return _mpls(data, at, below)
    raise WireError("not IP")


def _wireless(data: bytes, at: int, below: Headers, *, padded: bool = False) -> Headers:
    """A data frame of IEEE 802.11."""
    control, flags = data[at], data[at + 1]
    if control & 0x0C != 0x08 or control & 0x40:
        raise WireError("802.11 without data")
    if flags & 0x40:
        raise WireError("802.11, encrypted")
    size = 24 + (6 if flags & 3 == 3 else 0)
    if control & 0x80:
        if data[at + size] & 0x80:
            raise WireError("802.11 with several frames in one")
        size += 2 + (4 if flags & 0x80 else 0)
    if padded:
        size += -size % 4
    return _llc(data, at + size, (*below, Header("802.11", at, at + size)))


def _radiotap(data: bytes, at: int, below: Headers) -> Headers:
    (size,) = struct.unpack_from("<H", data, at + 2)
    (present,) = more = struct.unpack_from("<I", data, at + 4)
    fields = at + 8
    while more[0] & 0x80000000:
        more = struct.unpack_from("<I", data, fields)
        fields += 4
    if present & 1:  # A time of eight bytes, in its place.
        fields += -(fields - at) % 8 + 8
    padded = bool(present & 2 and data[fields] & 0x20)
    below = (*below, Header("radiotap", at, at + size))
    return _wireless(data, at + size, below, padded=padded)


def _fixed(name: str, size: int) -> Callable[[bytes, int, Headers], Headers]:
    return lambda data, at, below: (*below, Header(name, at, at + size)) if size else below


def _cooked(data: bytes, at: int, below: Headers) -> Headers:
    (kind,) = struct.unpack_from("!H", data, at + 14)
    return by_type(data, kind, at + 16, (*below, Header("Linux cooked", at, at + 16)))


def _cooked_2(data: bytes, at: int, below: Headers) -> Headers:
    (kind,) = struct.unpack_from("!H", data, at)
    return by_type(data, kind, at + 20, (*below, Header("Linux cooked", at, at + 20)))


_BY_TYPE: dict[int, Callable[[bytes, int, Headers], Headers]] = {
    **dict.fromkeys((0x8100, 0x88A8, 0x9100), _vlan),
    **dict.fromkeys((0x8847, 0x8848), _mpls),
    0x8864: _pppoe,
    0x6558: ethernet,
}
_LINKS: dict[int, Callable[[bytes, int, Headers], Headers]] = {
    0: _fixed("loopback", 4),
    1: ethernet,
    9: _ppp,
    12: _fixed("raw", 0),
    14: _fixed("raw", 0),
    50: _ppp,
    51: _pppoe,
    101: _fixed("raw", 0),
    105: _wireless,
    108: _fixed("loopback", 4),
    113: _cooked,
    127: _radiotap,
    228: _fixed("raw", 0),
    229: _fixed("raw", 0),
    _LINUX_COOKED_2: _cooked_2,
}
_VERSION_4 = b"\x08\x00"
PLAIN: dict[int, Plain] = {
    1: Plain(slice(12, 14), _VERSION_4, (Header("Ethernet", 0, 14),)),
    113: Plain(slice(14, 16), _VERSION_4, (Header("Linux cooked", 0, 16),)),
    _LINUX_COOKED_2: Plain(slice(0, 2), _VERSION_4, (Header("Linux cooked", 0, 20),)),
    **dict.fromkeys((12, 14, 101, 228), Plain(slice(0, 0), b"", ())),
}
