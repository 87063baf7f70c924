"""What can be done with a link, whatever carries it.

A link is between two keys, both proven, and carries frames in order in both
directions. Decisions are told what happens (`opened`, `received`, `moved`,
`lost`, and `dial_failed` where there was to be one) and say what to do.
"""

from dataclasses import dataclass
from typing import Protocol

from twisted_chat.addresses import Address


@dataclass(eq=False, slots=True)
class Link:
    """One link, as decisions see it. `fingerprint` is that of the key at the
    other end, `address` where that is now, `dialled` whether we made it."""

    fingerprint: str
    address: Address
    dialled: bool


@dataclass(frozen=True, slots=True)
class SendFrame:
    """A message for the other end."""

    link: Link
    message: bytes


@dataclass(frozen=True, slots=True)
class CloseLink:
    """The end of a link; `why` is one line for the other end."""

    link: Link
    why: str


@dataclass(frozen=True, slots=True)
class Dial:
    """A link is wanted to whoever has this key, at this address. An empty
    fingerprint is any key: the first contact with a server."""

    address: Address
    fingerprint: str


class Carrier(Protocol):
    """Who carries links."""

    def perform(self, effect: "LinkEffect") -> None:
        """Do what a decision wants to be done with links."""


LinkEffect = SendFrame | CloseLink | Dial
