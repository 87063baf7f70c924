"""Somebody whom a peer has to do with."""

from collections.abc import Hashable
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from twisted_chat.addresses import Address
from twisted_chat.names import folded
from twisted_chat.peer.contacts.conversation import Conversations
from twisted_chat.peer.events.event import Someone

Identity = str | Address
"""Who somebody is: the fingerprint of their key, or without one their address."""


class Standing(Enum):
    """What somebody is to the person in private, whatever rooms they share."""

    UNKNOWN = "unknown"
    """Nobody to them, or nobody any more."""
    SPOKEN_TO = "spoken_to"
    """There is a private conversation with them."""
    INTRODUCED = "introduced"
    """Has asked for the person, who has not answered yet."""


class SharedRoom(Protocol):
    """A room that we are in. Two are the same if they are one object."""

    name: str


@dataclass(eq=False, slots=True)
class Contact:
    """Who somebody is and where, and what they are to the person. Only Contacts changes this."""

    name: str
    """As the server says, or else as they say; empty where none is known."""
    fingerprint: str
    """Of their key; empty without one."""
    address: Address
    """Where they are, as the server said last."""
    who: Someone
    """How to speak of them."""
    conversation: Conversations["Contact"]
    """What carries the conversation with them."""
    casefolded: str = ""
    """Their name as it is compared with others."""
    standing: Standing = Standing.UNKNOWN
    rooms: tuple[SharedRoom, ...] = ()
    """Those that they are in with us."""
    blocked: bool = False
    """Whether their key is another than is known, and the person has not accepted it."""
    ignored: bool = False
    """Whether the person wants to see nothing of them, and to say nothing to them."""
    withheld: bool = False
    """Whether they may be somebody who never asked for what is said."""
    heard: float | None = None
    """When they said something to us last, over a link, since the program was started."""
    awaited: tuple[SharedRoom, ...] = ()
    """Rooms to which they have yet to return, and nothing is sent to them until then."""

    @property
    def identity(self) -> Identity:
        return self.fingerprint or self.address

    @property
    def barred(self) -> bool:
        """Whether nothing goes to them until the person says so."""
        return self.blocked or self.withheld or self.ignored

    @property
    def known(self) -> bool:
        """Whether we have anything to do with them."""
        return bool(self.rooms) or self.standing is not Standing.UNKNOWN

    @property
    def talking(self) -> bool:
        """Whether there is a private conversation with them."""
        return self.standing is Standing.SPOKEN_TO

    @property
    def listening(self) -> bool:
        """Whether what is said in a conversation with them gets to them."""
        return not (self.awaited and not self.conversation.acknowledged) and not self.barred


def marks(name: str, fingerprint: str, address: Address) -> tuple[Hashable, ...]:
    """What somebody is ignored by: a key, or else an address and a name."""
    if fingerprint:
        return (fingerprint,)
    return (address, keyless(name)) if name else (address,)


def keyless(name: str) -> Hashable:
    """A name of those without a key, to ignore somebody by."""
    return "keyless", folded(name)
