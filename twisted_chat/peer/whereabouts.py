"""Where a server is: what the person typed, and the addresses that it leads to."""

import ipaddress
from collections.abc import Sequence

from twisted_chat.addresses import Address, host_and_port, is_public

MOST = 8
"""Addresses of one server that are tried."""


class Whereabouts:
    """One server. `place` is its host, a name or an address as it was typed, and
    its port; `addresses` are tried in this order, the best first."""

    def __init__(self, place: Address, addresses: Sequence[Address] = ()) -> None:
        host, port = place
        self.place: Address = (host.lower(), port)
        self.addresses = list(addresses[:MOST]) or [self.place]
        self._settled = False  # The first of them has answered.

    def __str__(self) -> str:
        return host_and_port(*self.place)

    def __contains__(self, address: object) -> bool:
        return address in self.addresses

    @property
    def current(self) -> Address:
        """The one that is spoken to."""
        return self.addresses[0]

    @property
    def changes(self) -> bool:
        """Whether it may lead elsewhere later: a name does, and a zone whose
        interface comes back with another number (RFC 4007, 11.2)."""
        try:
            ipaddress.ip_address(self.place[0])
        except ValueError:
            return True
        return "%" in self.place[0]

    def may_be_far(self) -> bool:
        """Whether it may be anywhere on the internet, and not only in a network of ours."""
        try:
            return is_public(self.current[0])
        except ValueError:
            return True

    def prefer(self, address: Address) -> None:
        """This one, of `addresses`, is the one that answers."""
        self.addresses.remove(address)
        self.addresses.insert(0, address)
        self._settled = True

    def answers(self, address: Address) -> bool:
        """Whether what comes from this address is the server's: the first of its
        addresses that answers is the one, until it is `gone`."""
        if address not in self.addresses:
            return False
        if not self._settled:
            self.prefer(address)
        return address == self.current

    def try_first(self, address: Address) -> None:
        """There is a server at this one that will do as well."""
        others = [one for one in self.addresses if one != address]
        self.addresses = [address, *others][:MOST]
        self._settled = False

    def turn(self) -> None:
        """The first does not answer: the next, if none of them has answered yet."""
        if not self._settled:
            self.addresses.append(self.addresses.pop(0))

    def gone(self) -> None:
        """The one that answered does so no longer."""
        self._settled = False

    def resolved(self, addresses: Sequence[Address]) -> None:
        """It leads here now; nothing changes where that is nowhere."""
        if addresses and set(addresses[:MOST]) != set(self.addresses):
            self.addresses = list(addresses[:MOST])
            self._settled = False
