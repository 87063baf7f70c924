"""What Linux says of this machine's addresses, links and routes: rtnetlink(7), RFC 3549.

Reads messages as they come from the kernel, and opens no socket.
"""

import struct
from collections.abc import Iterator
from ipaddress import ip_address

from msgspec import Struct

GROUPS = 0x1 | 0x10 | 0x40 | 0x100 | 0x400
"""Those that tell of changes of links, and of addresses and routes of both families:
RTMGRP_LINK, RTMGRP_IPV4_IFADDR, RTMGRP_IPV4_ROUTE and their likes of IPv6."""
_HEADER, _LINK, _ADDRESS = struct.Struct("=IHHII"), struct.Struct("=BxHiII"), struct.Struct("=4BI")
_ROUTE, _ATTRIBUTE = struct.Struct("=8BI"), struct.Struct("=HH")
_DONE, _ERROR = 3, 2
_NEW_LINK, _DEL_LINK, _NEW_ADDRESS, _DEL_ADDRESS, _NEW_ROUTE, _DEL_ROUTE = 16, 17, 20, 21, 24, 25
_GET_ADDRESS, _DUMP = 22, 0x301
_IFA_ADDRESS, _IFA_LOCAL, _IFA_FLAGS = 1, 2, 8
_RUNNING = 0x40
"""IFF_RUNNING: the cable is in."""
_UNUSABLE = 0x08 | 0x20 | 0x40
"""IFA_F_DADFAILED, IFA_F_DEPRECATED, IFA_F_TENTATIVE."""
_UNIVERSE = 0
"""RT_SCOPE_UNIVERSE: an address that is good beyond its link."""

ASK_FOR_ADDRESSES = _HEADER.pack(
    _HEADER.size + _ADDRESS.size, _GET_ADDRESS, _DUMP, 1, 0
) + _ADDRESS.pack(0, 0, 0, 0, 0)
"""What the kernel answers with all addresses there are."""


class OwnAddress(Struct, frozen=True):
    """An address of this machine: on the link of this number; `usable` says whether others
    may be told of it."""

    host: str
    index: int
    usable: bool


class AddressGone(Struct, frozen=True):
    """This machine has an address no longer."""

    host: str
    index: int


class CableState(Struct, frozen=True):
    """Whether a network is at the other end of a link."""

    index: int
    running: bool


class DefaultRoute(Struct, frozen=True):
    """The way to everywhere else is there, or another, or gone."""


class End(Struct, frozen=True):
    """There is nothing more to be said to what was asked."""


Told = OwnAddress | AddressGone | CableState | DefaultRoute | End


def parse(data: bytes) -> Iterator[Told]:
    """What one datagram of the kernel says, as far as it is of use here. What is cut off
    is left out."""
    at = 0
    while at + _HEADER.size <= len(data):
        length, kind, *_ = _HEADER.unpack_from(data, at)
        if length < _HEADER.size:
            return
        told = _told(kind, data[at + _HEADER.size : at + length])
        if told is not None:
            yield told
        at += (length + 3) & ~3


def _told(kind: int, body: bytes) -> Told | None:
    if kind in (_DONE, _ERROR):
        return End()
    if kind in (_NEW_LINK, _DEL_LINK) and len(body) >= _LINK.size:
        _, _, index, flags, _ = _LINK.unpack_from(body)
        return CableState(index, kind == _NEW_LINK and bool(flags & _RUNNING))
    if kind in (_NEW_ADDRESS, _DEL_ADDRESS) and len(body) >= _ADDRESS.size:
        return _address(kind, body)
    if kind in (_NEW_ROUTE, _DEL_ROUTE) and len(body) >= _ROUTE.size:
        _, to_bits, *_ = _ROUTE.unpack_from(body)
        return None if to_bits else DefaultRoute()
    return None


def _address(kind: int, body: bytes) -> Told | None:
    _, _, short_flags, scope, index = _ADDRESS.unpack_from(body)
    found = dict(_attributes(body[_ADDRESS.size :]))
    packed = found.get(_IFA_LOCAL) or found.get(_IFA_ADDRESS, b"")
    if len(packed) not in (4, 16):
        return None
    host = str(ip_address(packed))
    if kind == _DEL_ADDRESS:
        return AddressGone(host, index)
    long_flags = found.get(_IFA_FLAGS, b"")
    flags = int.from_bytes(long_flags, "little" if struct.pack("=H", 1)[0] else "big")
    usable = scope == _UNIVERSE and not (flags or short_flags) & _UNUSABLE
    return OwnAddress(host, index, usable)


def _attributes(data: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at + _ATTRIBUTE.size <= len(data):
        length, kind = _ATTRIBUTE.unpack_from(data, at)
        if length < _ATTRIBUTE.size:
            return
        yield kind, data[at + _ATTRIBUTE.size : at + length]
        at += (length + 3) & ~3


class Picture:
    """What this machine's network is, as far as the kernel has told."""

    def __init__(self) -> None:
        self._addresses: set[tuple[str, int]] = set()
        self._running: dict[int, bool] = {}

    def learn(self, told: Told) -> bool:
        """Take one thing that is told. Whether the network may be another one by it: what
        is only told again, as its time is prolonged, changes nothing."""
        match told:
            case OwnAddress(host, index):
                known = (host, index) in self._addresses
                self._addresses.add((host, index))
                return not known
            case AddressGone(host, index):
                self._addresses.discard((host, index))
                return True
            case CableState(index, running):
                before = self._running.get(index)
                self._running[index] = running
                return running != before and (running or before is not None)
            case DefaultRoute():
                return True
        return False
