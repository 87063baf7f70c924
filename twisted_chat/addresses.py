"""Where a datagram comes from and goes to.

An address is `(host, port)`: the host a literal IPv4 or IPv6 address as text,
the port an integer from 1 to 65535.
"""

import ipaddress
import re
from enum import Enum
from functools import lru_cache

from twisted_chat.errors import UsageMistake

Address = tuple[str, int]
Datagrams = list[tuple[bytes, Address]]
"""Payloads, each with where it came from or goes to."""

DEFAULT_PORT = 8090
LARGEST_PORT = 65_535
IPV6_SITE_BITS = 64
"""One who has one IPv6 address has the whole /64 around it (RFC 4291, 2.5.4)."""
FIRST_OF_MANY = 224
"""The first byte of an IPv4 address from which on none is one host's: multicast
(RFC 5771), reserved and broadcast (RFC 1112, 4; RFC 919, 7). Nor is 0.0.0.0/8
(RFC 1122, 3.2.1.3)."""


_NOT_PUBLIC = tuple(
    map(
        ipaddress.ip_network,
        (
            "127.0.0.0/8",
            "::1/128",
            "169.254.0.0/16",  # RFC 3927
            "fe80::/10",  # RFC 4291, 2.5.6
            "10.0.0.0/8",  # RFC 1918
            "172.16.0.0/12",
            "192.168.0.0/16",
            "fc00::/7",  # RFC 4193
            "192.0.2.0/24",  # RFC 5737
            "198.51.100.0/24",
            "203.0.113.0/24",
            "2001:db8::/32",  # RFC 3849
        ),
    )
)


_OCTET = "(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])"
_IPV4 = re.compile(rf"({_OCTET})\.{_OCTET}\.{_OCTET}\.{_OCTET}")
"""What `ipaddress` takes for an IPv4 address, in an eighth of the time."""

_RELAY, _RELAY_PORT = "relay-", 1


class AddressKind(Enum):
    """What can be at a host address."""

    SOMEBODY = "one host"
    OURSELVES = "the host itself, by its loopback"
    NOBODY = "no one host: multicast, broadcast, unspecified or reserved"


@lru_cache(maxsize=65_536)
def site(host: str) -> str:
    """The part of a host address that one owner is counted by: a whole IPv4
    address, the /64 network of an IPv6 address."""
    if ":" not in host:
        return host
    network = ipaddress.IPv6Network((host.partition("%")[0], IPV6_SITE_BITS), strict=False)
    return str(network.network_address)


@lru_cache(maxsize=65_536)
def kind(host: str) -> AddressKind:
    """What can be at a host address. An IPv4 address in an IPv6 one (RFC 4291,
    2.5.5) is what it is by itself. Raises ValueError for what is no literal address."""
    found = _IPV4.fullmatch(host)
    if found is not None:
        return _kind_of_ipv4(int(found[1]))
    address = ipaddress.IPv6Address(host)
    if address.ipv4_mapped is not None:
        return _kind_of_ipv4(address.ipv4_mapped.packed[0])
    if address.is_multicast or address.is_unspecified:
        return AddressKind.NOBODY
    return AddressKind.OURSELVES if address.is_loopback else AddressKind.SOMEBODY


def _kind_of_ipv4(first: int) -> AddressKind:
    """What can be at an IPv4 address, by its first byte."""
    if first == 0 or first >= FIRST_OF_MANY:
        return AddressKind.NOBODY
    return AddressKind.OURSELVES if first == 127 else AddressKind.SOMEBODY


@lru_cache(maxsize=16_384)
def is_public(host: str) -> bool:
    """Whether a host address may be anywhere on the internet: it is neither of this
    machine, nor of its link, nor of a private network, nor of documentation, which the
    internet carries to nobody. Addresses that carriers share (RFC 6598) may be."""
    address = ipaddress.ip_address(host)
    inner = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    found = inner or address
    return not any(found in network for network in _NOT_PUBLIC if network.version == found.version)


def is_six(address: Address) -> bool:
    """Whether this is an address of IPv6."""
    return ":" in address[0]


def unmapped(host: str) -> str:
    """A host address as its owner has it: an IPv4 address that came through an
    IPv6 socket (`::ffff:192.0.2.1`; RFC 4291, 2.5.5.2) is an IPv4 address."""
    if ":" not in host:
        return host
    address, percent, zone = host.partition("%")
    number = ipaddress.IPv6Address(address)
    return str(number.ipv4_mapped or f"{number}{percent}{zone}")


def relay_address(tag: bytes) -> Address:
    """What stands for the address of a peer to whom a server carries what is said: no
    literal one, and its own site. `tag` is that of the pair."""
    return _RELAY + tag.hex(), _RELAY_PORT


def relay_tag(address: Address) -> bytes | None:
    """The tag of the pair for which this stands; None where it is an address of the network."""
    host = address[0]
    return bytes.fromhex(host.removeprefix(_RELAY)) if host.startswith(_RELAY) else None


def is_relayed(address: Address) -> bool:
    """Whether this stands for a peer who is reached over a server."""
    return address[0].startswith(_RELAY)


def there_can_be(address: Address) -> bool:
    """Whether somebody can be at this address. Raises ValueError for no literal one."""
    host, port = address
    return port != 0 and kind(host) is not AddressKind.NOBODY


def port_number(text: str, *, smallest: int = 1) -> int:
    """Read a port as a person types it. Raises UsageMistake."""
    if not (text.isascii() and text.isdigit()):
        raise UsageMistake(f"{text!r} is not a port: give a number from {smallest} to 65535")
    port = int(text[:9])
    if not smallest <= port <= LARGEST_PORT:
        raise UsageMistake(f"port {text} is out of range: give a number from {smallest} to 65535")
    return port


def host_and_port(host: str, port: int) -> str:
    """An address as people write it; an IPv6 host goes into brackets (RFC 3986, 3.2.2)."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
