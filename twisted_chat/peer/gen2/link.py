"""One other peer that has a key."""

from dataclasses import dataclass, field

from twisted_chat.addresses import Address
from twisted_chat.links import Link
from twisted_chat.peer.backoff import Backoff
from twisted_chat.peer.contacts.contact import Contact

MAX_ADDRESSES = 4
"""Addresses that are tried for one peer, the one learned last first."""


@dataclass(eq=False, slots=True)
class KeyedPeer:
    """The link to one other peer, if there is one, and how to get it."""

    contact: Contact
    place: Address | None = None
    """Where the server said last that it is."""
    addresses: list[Address] = field(default_factory=list)
    link: Link | None = None
    linked_since: float = 0.0
    linked_at: str = ""
    """The host at which its key was proven last; empty if that was never."""
    backoff: Backoff = field(default_factory=Backoff)
    parting: bool = False
    """Whether it is neither in the room nor introduced any more, and soon forgotten."""

    @property
    def fingerprint(self) -> str:
        return self.contact.fingerprint

    def reachable_at(self, address: Address) -> None:
        """It can be reached there too, more likely than where it was before."""
        if address in self.addresses:
            self.addresses.remove(address)
        self.addresses.insert(0, address)
        del self.addresses[MAX_ADDRESSES:]

    @property
    def next_address(self) -> Address | None:
        """Where to try next: at each of its addresses in turn."""
        if not self.addresses:
            return None
        return self.addresses[max(0, self.backoff.attempts - 1) % len(self.addresses)]
