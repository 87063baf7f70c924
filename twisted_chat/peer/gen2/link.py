"""One other peer that has a key."""

from dataclasses import dataclass, field

from twisted_chat.addresses import Address
from twisted_chat.links import Link
from twisted_chat.peer.audience import Standing
from twisted_chat.peer.backoff import Backoff
from twisted_chat.peer.events.event import Someone
from twisted_chat.wire.gen2.contact import ContactInfo

MAX_ADDRESSES = 4
"""Addresses that are tried for one peer, the one learned last first."""


@dataclass(eq=False, slots=True)
class KeyedPeer:
    """One other peer: who it is, and the link to it if there is one.

    `contact` is what the server said last, `standing` what it is to the person,
    and it `hears` the person or not. `blocked` is one whose key the person has to
    accept first: nothing is sent to it, or shown.
    """

    contact: ContactInfo
    standing: Standing = Standing.NONE
    hears: bool = False
    blocked: bool = False
    ignored: bool = False
    """Whether the person wants to see nothing of it, and to say nothing to it."""
    awaited: bool = False
    """Whether it has yet to return to our room: what is said waits for it until then."""
    addresses: list[Address] = field(default_factory=list)

    # The link, and getting one
    link: Link | None = None
    linked_since: float = 0.0
    linked_at: str = ""
    """The host at which its key was proven last; empty if that was never."""
    backoff: Backoff = field(default_factory=Backoff)
    parting: bool = False
    """Whether it is neither in the room nor introduced any more, and soon forgotten."""

    _who: tuple[ContactInfo, Someone] | None = None
    """How to speak of it, and as which contact."""

    @property
    def who(self) -> Someone:
        """How to speak of it."""
        if self._who is None or self._who[0] is not self.contact:
            contact = self.contact
            self._who = contact, Someone(contact.name, contact.fingerprint)
        return self._who[1]

    @property
    def fingerprint(self) -> str:
        return self.contact.fingerprint

    @property
    def barred(self) -> bool:
        """Whether nothing goes to it until the person says so."""
        return self.blocked or self.ignored

    @property
    def listening(self) -> bool:
        """Whether it is among those whom we speak to."""
        return self.hears and not self.barred

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
