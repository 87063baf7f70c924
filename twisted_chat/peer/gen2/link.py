"""The link to one other peer, and how far we are with it."""

from dataclasses import dataclass, field
from enum import Enum

from twisted_chat.addresses import Address
from twisted_chat.links import Link
from twisted_chat.peer.backoff import Backoff
from twisted_chat.peer.contacts.contact import Contact

MAX_ADDRESSES = 4
"""Addresses that are tried for one peer, the one learned last first."""


class PeerState(Enum):
    """How far we are with the link to another peer."""

    __hash__ = object.__hash__  # That of Enum goes by the name, which takes four times as long.

    AWAITED = "awaited"
    """Nothing is tried: it is the other who dials, or the person has to accept the key. There
    is no deadline."""
    WANTED = "wanted"
    """A link is to be dialled, or on its way; the queue of dials gives each up in time."""
    OPEN = "open"
    """There is a link. It ends where QUIC has no answer, or with what is not in the language."""
    FORGOTTEN = "forgotten"
    """We have parted, and LINGER seconds have passed."""


AFTERWARDS: dict[PeerState, tuple[PeerState, ...]] = {
    PeerState.AWAITED: (PeerState.WANTED, PeerState.OPEN, PeerState.FORGOTTEN),
    PeerState.WANTED: (PeerState.AWAITED, PeerState.OPEN, PeerState.FORGOTTEN),
    PeerState.OPEN: (PeerState.AWAITED, PeerState.FORGOTTEN),
    PeerState.FORGOTTEN: (),
}
"""What comes after what. A link that takes the place of another leaves it OPEN."""


@dataclass(eq=False, slots=True)
class PeerLink:
    """The link to somebody, if there is one, and how to get it. Only the Mesh changes it."""

    contact: Contact
    state: PeerState = PeerState.AWAITED
    """Which `enter` changes, and nothing else."""
    place: Address | None = None
    """Where the server said last that it is."""
    addresses: tuple[Address, ...] = ()
    link: Link | None = None
    """The link, while the state is OPEN."""
    since: float = 0.0
    """When that was there."""
    linked_at: str = ""
    """The host at which its key was proven last; empty if that was never."""
    sought: Address | None = None
    """Where it is to be dialled, as it has answered there, or the server carries."""
    backoff: Backoff = field(default_factory=Backoff)

    def enter(self, state: PeerState, link: Link | None = None) -> None:
        """Be in this state from now on; `link` is there while that is OPEN."""
        assert state is self.state or state in AFTERWARDS[self.state], (self.state, state)
        assert (link is not None) is (state is PeerState.OPEN)
        self.state, self.link = state, link

    @property
    def fingerprint(self) -> str:
        return self.contact.fingerprint

    def reachable_at(self, address: Address) -> None:
        """It can be reached there too, more likely than where it was before."""
        others = [one for one in self.addresses if one != address] if self.addresses else ()
        self.addresses = (address, *others)[:MAX_ADDRESSES]

    @property
    def next_address(self) -> Address | None:
        """Where to try next: where it is sought, or at each of its addresses in turn."""
        if self.sought is not None or not self.addresses:
            return self.sought
        return self.addresses[max(0, self.backoff.attempts - 1) % len(self.addresses)]
