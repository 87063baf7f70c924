"""One other peer that has a key."""

from dataclasses import dataclass, field

from twisted_chat.addresses import Address
from twisted_chat.frames import Contact
from twisted_chat.links import Link
from twisted_chat.moments import NEVER
from twisted_chat.peer.acquaintances import shown_name
from twisted_chat.peer.backoff import Backoff
from twisted_chat.peer.outbox import Inbox, Outbox

MAX_ADDRESSES = 4
"""Addresses that are tried for one peer, the one learned last first."""


@dataclass(eq=False)
class Neighbour:
    """One other peer: who it is, the link to it if there is one, and what is on the way.

    `contact` is what the server said last. It is part of the room (`in_room`),
    was `introduced` to us, and is `spoken_to` or not. `blocked` is one whose
    key the person has to accept first: nothing is sent to it, or shown.
    """

    contact: Contact
    outbox: Outbox
    inbox: Inbox
    in_room: bool = False
    introduced: bool = False
    spoken_to: bool = False
    blocked: bool = False
    addresses: list[Address] = field(default_factory=list)

    # The link, and getting one
    link: Link | None = None
    linked_since: float = 0.0
    backoff: Backoff = field(default_factory=Backoff)
    dial_at: float = NEVER
    dialling_until: float = NEVER
    gone_at: float = NEVER
    """When it is forgotten, being neither in the room nor introduced any more."""

    # The conversation
    owed: set[int] = field(default_factory=set)
    """Epochs of which there is something to be acknowledged."""
    unacknowledged: int = 0
    acknowledge_at: float = NEVER
    show_at: float = NEVER
    behind: bool = False
    """Whether the person was told that something has not arrived."""
    full_since: float = NEVER

    @property
    def name(self) -> str:
        return shown_name(self.contact.name)

    @property
    def fingerprint(self) -> str:
        return self.contact.fingerprint

    @property
    def listening(self) -> bool:
        """Whether it is among those whom we speak to."""
        return self.spoken_to and not self.blocked

    def reachable_at(self, address: Address) -> None:
        """It can be reached there too, more likely than where it was before."""
        if address in self.addresses:
            self.addresses.remove(address)
        self.addresses.insert(0, address)
        del self.addresses[MAX_ADDRESSES:]

    @property
    def next_address(self) -> Address:
        """Where to try next: at each of its addresses in turn."""
        return self.addresses[max(0, self.backoff.attempts - 1) % len(self.addresses)]
