"""What carries IP once more: IP in IP, GRE, VXLAN and GTP, down to the IP header inside."""

import struct
from collections.abc import Callable
from functools import lru_cache

from twisted_chat.errors import WireError
from twisted_chat.trace.link import Header, Headers, by_type, ethernet

_Strip = Callable[[bytes, int, Headers], Headers]


def _gre(data: bytes, at: int, below: Headers) -> Headers:
    """Generic Routing Encapsulation (RFC 2784, RFC 2890)."""
    flags, kind = struct.unpack_from("!HH", data, at)
    if flags & 7:
        raise WireError("GRE of another version")
    end = at + 4 + 4 * bin(flags & 0xB000).count("1")
    return by_type(data, kind, end, (*below, Header("GRE", at, end)))


def _vxlan(data: bytes, at: int, below: Headers) -> Headers:
    """RFC 7348, 5."""
    return ethernet(data, at + 8, (*below, Header("VXLAN", at, at + 8)))


def _gtp(data: bytes, at: int, below: Headers) -> Headers:
    """GTP-U, version 1, a user's packet (3GPP TS 29.281, 5.1)."""
    flags, kind = data[at], data[at + 1]
    if flags & 0xF0 != 0x30 or kind != 0xFF:
        raise WireError("GTP without a packet")
    end = at + (12 if flags & 7 else 8)
    following = data[end - 1] if flags & 4 else 0
    while following:
        end += 4 * max(1, data[end])
        following = data[end - 1]
    return (*below, Header("GTP-U", at, end))


BY_PROTOCOL: dict[int, _Strip] = {
    4: lambda data, at, below: below,
    41: lambda data, at, below: below,
    47: _gre,
}
"""By the protocol that the IP header announces: IP in IP (RFC 2003; RFC 4213), and GRE.
Each returns the layers before the IP header inside, which begins where the last ends."""
BY_PORT: dict[int, _Strip] = {4789: _vxlan, 8472: _vxlan, 2152: _gtp}
"""By the UDP port that they go to, which anybody may use for something else."""

_NAMES = frozenset({"GRE", "VXLAN", "GTP-U", "IPv4", "IPv6"})


@lru_cache(maxsize=1024)
def carried_in(headers: Headers) -> tuple[str, ...]:
    """The tunnels that a packet came through, the outermost first."""
    last = max((at for at, one in enumerate(headers) if one.name[:3] == "IPv"), default=0)
    return tuple(one.name for one in headers[:last] if one.name in _NAMES)
