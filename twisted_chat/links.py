"""What can be done with a link, whatever carries it.

A link is between two keys, both proven, and carries frames in order in both
directions. Decisions are told what happens (`opened`, `received`, `moved`,
`lost`, and `dial_failed` where there was to be one) and say what to do.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from msgspec import Struct

from twisted_chat.addresses import Address


class LinkQuality(NamedTuple):
    """What a link has shown of its path: seconds there and back, datagrams that were sent, and
    how many of them were lost, as far as that is known."""

    round_trip: float
    sent: int
    lost: int


@dataclass(eq=False, slots=True)
class Link:
    """One link, as decisions see it. `fingerprint` is that of the key at the
    other end, `address` where that is now, `dialled` whether we made it."""

    fingerprint: str
    address: Address
    dialled: bool
    can: frozenset[str] | None = None
    """What the other end has said that it can beyond the first version of the language,
    as far as it is known here; None before it has."""
    skipped: int = 0
    """Messages that came over it with a verb that is not known here."""
    doubted: bool = False
    """Whether what was asked over it has had no answer for a while."""
    quality: LinkQuality | None = None
    """What it has shown until the last sign of life that was asked for; None before that."""

    def learn(self, features: frozenset[str]) -> None:
        """The other end says what it can: the first time counts."""
        if self.can is None:
            self.can = features

    def has(self, feature: str) -> bool:
        """Whether the other end has said that it can this."""
        return self.can is not None and feature in self.can


class SendFrames(NamedTuple):
    """Messages for the other end, in order. A tuple, as a frozen dataclass takes longer to make,
    and every word is in one."""

    link: Link
    messages: Sequence[bytes]


class CloseLink(Struct, frozen=True):
    """The end of a link; `why` is one line for the other end."""

    link: Link
    why: str


class HoldLink(Struct, frozen=True):
    """Read nothing more that comes over a link, nor let the other end send more than it has been
    granted (RFC 9000, 4), until ReadLink. What was read may still be told."""

    link: Link


class ReadLink(Struct, frozen=True):
    """Read on, soon, what comes over a link that was held."""

    link: Link


class Dial(Struct, frozen=True):
    """A link is wanted to the one who has this key, at this address. An empty
    fingerprint is any key: the first contact with a server."""

    address: Address
    fingerprint: str
    watch: bool = False
    """Whether it is also to show, soon, when our own network changes: a link to a server."""


class Abandon(Struct, frozen=True):
    """There is no need any more of the link that this Dial was for; nothing is told of it."""

    address: Address
    fingerprint: str


class RelayOver(Struct, frozen=True):
    """What is for those who are reached over a server goes there, and comes from there; None:
    nothing does."""

    server: Address | None


class Validate(Struct, frozen=True):
    """This address has shown that what is sent there is read there: one link that is opened from
    it, soon, needs no Retry for that (RFC 9000, 8.1)."""

    address: Address


class AskAll(Struct, frozen=True):
    """Ask for a sign of life over all links, as our own network may be another."""


class Carrier(Protocol):
    """The one who carries links."""

    def perform(self, effect: "LinkEffect") -> None:
        """Do what a decision wants to be done with links."""


class Listener(Protocol):
    """The one who is told what happens on links."""

    def opened(self, link: Link) -> None:
        """Both keys are proven; frames may be sent, and come."""

    def received(self, link: Link, messages: Iterable[bytes]) -> None:
        """Frames, whole and in order: those that came in one go. One that is not taken, as this
        raises something, is dropped, and the others are told anew."""

    def taken(self, link: Link) -> None:
        """Nothing of what was sent waits any more."""

    def moved(self, link: Link) -> None:
        """The other end is at another address now."""

    def doubted(self, link: Link) -> None:
        """What was asked over a link has had no answer for a while: it may be lost later, and
        another way may be looked for meanwhile. Told once, until there is an answer."""

    def lost(self, link: Link, why: str) -> None:
        """An open link has ended, and not because we closed it."""

    def dial_failed(self, address: Address, fingerprint: str, why: str, found: str) -> None:
        """There will be no link for this Dial. `found` is the fingerprint of the key
        that was proven to be there, empty if none was."""


LinkEffect = (
    SendFrames | CloseLink | HoldLink | ReadLink | Dial | Abandon | RelayOver | Validate | AskAll
)
