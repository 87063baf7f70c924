"""Host names to addresses: all of both families, in the order in which to try them.

The system is asked in a thread, as it may take many seconds. The thread is one
that nobody waits for: those of the reactor's pool, which Twisted's own resolver
uses, hold up the end of the program until the last name is resolved.
"""

import ipaddress
import socket
import threading
from collections.abc import Callable, Iterable
from itertools import chain, zip_longest
from typing import Any

from twisted.internet.defer import Deferred

from twisted_chat.addresses import Address
from twisted_chat.startup import CannotStart

GetAddrInfo = Callable[..., Iterable[tuple[Any, ...]]]


def look_up(
    place: Address,
    getaddrinfo: GetAddrInfo = socket.getaddrinfo,
    reachable: Callable[[Address], bool] | None = None,
) -> list[Address]:
    """The UDP addresses of a host, a name or an address, with its port: both families
    in turn, IPv6 first (RFC 8305, 4), and of each those that the system prefers first
    (RFC 6724). Those that there is no route to are left out, if there are others.
    A link-local one has the number of its zone, `fe80::1%2`; all addresses of a machine,
    `0.0.0.0` and `::`, mean this one. Raises OSError or
    UnicodeError where there is none."""
    found = getaddrinfo(place[0], place[1], type=socket.SOCK_DGRAM)
    addresses = list(dict.fromkeys(_address(entry[4]) for entry in found))
    routed = [one for one in addresses if (reachable or has_route)(one)] or addresses
    six = [one for one in routed if ":" in one[0]]
    four = [one for one in routed if ":" not in one[0]]
    pairs = zip_longest(six, four)
    return [one for one in chain.from_iterable(pairs) if one is not None]


def look_up_now(place: Address) -> list[Address]:
    """The same, before anything runs. Raises CannotStart."""
    try:
        return look_up(place)
    except (OSError, UnicodeError):
        raise CannotStart(
            f"there is no host {place[0]}: check the spelling, or give its IP address"
        ) from None


def look_up_later(
    place: Address, reactor: Any, look_up: Callable[[Address], list[Address]] = look_up
) -> "Deferred[list[Address]]":
    """The same while everything goes on; nothing where there is none."""
    resolved: Deferred[list[Address]] = Deferred()

    def ask() -> None:
        try:
            addresses = look_up(place)
        except (OSError, UnicodeError):
            addresses = []
        reactor.callFromThread(resolved.callback, addresses)

    threading.Thread(target=ask, name=f"looking {place[0]} up", daemon=True).start()
    return resolved


def has_route(address: Address) -> bool:
    """Whether this machine has a way to an address. Sends nothing."""
    host, percent, zone = address[0].partition("%")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.connect((host, address[1], 0, int(zone)) if percent else (host, address[1]))
    except (OSError, ValueError):
        return False
    return True


def everywhere() -> str:
    """The interface on which a peer reaches both families, or IPv4 where there is no IPv6."""
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as probe:
            probe.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
            probe.bind(("::", 0))
    except OSError:
        return "0.0.0.0"
    return "::"


def _address(found: tuple[Any, ...]) -> Address:
    host, port, *rest = found
    zone = f"%{rest[1]}" if rest and rest[1] else ""
    address = ipaddress.ip_address(host)
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    if address.is_unspecified:
        return "127.0.0.1" if address.version == 4 else "::1", port
    return f"{address}{zone}", port
