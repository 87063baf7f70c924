"""Where those are who are on the server's own machine, as others are told it.

The server hears them from a loopback address, which to everybody else is their own.
Others reach that machine at the address at which they reach the server.
"""

from collections.abc import Callable

from msgspec.structs import replace

from twisted_chat.addresses import Address, AddressKind, kind
from twisted_chat.wire.gen2.contact import ContactInfo

ReachedAt = Callable[[Address], str | None]
"""At which address of the server's those at another reach it, where that is known."""


class Nearby:
    """Says where users are, to each in a way that leads there."""

    def __init__(self, reached_at: ReachedAt) -> None:
        self._reached_at = reached_at

    def seen(self, address: Address, receiver: Address) -> Address:
        """Where the receiver, at its own address, finds the one who is at this address."""
        host = address[0]
        # Written out for most, as it is asked for every answer and every member.
        if (host[:4] != "127." and host != "::1") or host == receiver[0]:
            return address
        if receiver[0][:4] == "127." or kind(receiver[0]) is AddressKind.OURSELVES:
            return address
        here = self._reached_at(receiver)
        # A zone is a number of this machine's, which leads nowhere from another.
        if here is None or "%" in here or kind(here) is not AddressKind.SOMEBODY:
            return address
        return here, address[1]

    def contact(self, contact: ContactInfo, receiver: Address) -> ContactInfo:
        """The same of somebody who is introduced."""
        address = contact.host, contact.port
        found = self.seen(address, receiver)
        return contact if found is address else replace(contact, host=found[0], port=found[1])
