"""Link layers that chat travels on, by their number in the registry of link types.

Others are taken off by scapy, see `capture`.
"""

import struct
from collections.abc import Callable

from twisted_chat.errors import WireError


def strip(linktype: int, data: bytes) -> tuple[str, int]:
    """The name of the link layer, and where the IP header begins. Raises
    WireError where there is none, struct.error where it is cut off."""
    link = _LINKS.get(linktype)
    if link is None:
        raise WireError(f"link type {linktype}")
    name, start = link
    return name, start(data)


def knows(linktype: int) -> bool:
    """Whether this link layer is one of those here."""
    return linktype in _LINKS


_IPV4, _IPV6 = 0x0800, 0x86DD
_TAGS = frozenset({0x8100, 0x88A8, 0x9100})
"""802.1Q and its stacked forms: four more bytes, then the next type."""


def _typed(data: bytes, at: int) -> int:
    (kind,) = struct.unpack_from("!H", data, at)
    at += 2
    while kind in _TAGS:
        (kind,) = struct.unpack_from("!H", data, at + 2)
        at += 4
    if kind not in (_IPV4, _IPV6):
        raise WireError("not IP")
    return at


def _linux_cooked_2(data: bytes) -> int:
    _typed(data, 0)
    return 20


_LINKS: dict[int, tuple[str, Callable[[bytes], int]]] = {
    0: ("loopback", lambda data: 4),
    1: ("Ethernet", lambda data: _typed(data, 12)),
    12: ("raw", lambda data: 0),
    14: ("raw", lambda data: 0),
    101: ("raw", lambda data: 0),
    108: ("loopback", lambda data: 4),
    113: ("Linux cooked", lambda data: _typed(data, 14)),
    228: ("raw", lambda data: 0),
    229: ("raw", lambda data: 0),
    276: ("Linux cooked", _linux_cooked_2),
}
