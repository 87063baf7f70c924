"""Where a datagram comes from and goes to.

An address is `(host, port)`: the host a literal IPv4 or IPv6 address as text,
the port an integer from 1 to 65535.
"""

import ipaddress
from functools import lru_cache

from twisted_chat.errors import UsageMistake

Address = tuple[str, int]
Datagrams = list[tuple[bytes, Address]]
"""Payloads, each with where it came from or goes to."""

DEFAULT_PORT = 8090
LARGEST_PORT = 65_535
IPV6_SITE_BITS = 64
"""Whoever has one IPv6 address has the whole /64 around it (RFC 4291, 2.5.4)."""


@lru_cache(maxsize=65_536)
def site(host: str) -> str:
    """The part of a host address that one owner is counted by: a whole IPv4
    address, the /64 network of an IPv6 address."""
    if ":" not in host:
        return host
    network = ipaddress.IPv6Network((host.partition("%")[0], IPV6_SITE_BITS), strict=False)
    return str(network.network_address)


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
