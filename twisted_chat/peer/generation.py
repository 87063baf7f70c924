"""What a session needs of a generation of the protocol, in one piece."""

from collections.abc import Callable, Iterable, Mapping
from typing import Protocol

from msgspec import Struct, field

from twisted_chat.addresses import Address
from twisted_chat.links import Link
from twisted_chat.peer.commands import Command, Order
from twisted_chat.peer.contacts.contact import Contact
from twisted_chat.peer.contacts.contacts import Contacts
from twisted_chat.peer.contacts.conversation import DatagramConversations
from twisted_chat.peer.contacts.line import Line
from twisted_chat.peer.effects import Effects
from twisted_chat.peer.events.event import Someone
from twisted_chat.peer.gathering import Gathering
from twisted_chat.peer.server import Registration, Server
from twisted_chat.peer.talks.room import JoinedRoom
from twisted_chat.peer.talks.talks import Talks
from twisted_chat.store.archive import Archive
from twisted_chat.wire.gen1 import Answer


class Shared(Struct, frozen=True):
    """What a generation works on, and the session too. `registered` is called at each
    registration, with True when it is not the first."""

    contacts: Contacts
    talks: Talks
    effects: Effects
    gathering: Gathering
    registered: Callable[[bool, float], None]
    archive: Archive = field(default_factory=Archive)
    """What is kept of it all."""

    def room(self, name: str = "") -> JoinedRoom:
        """A room, nobody in it."""
        return JoinedRoom(self.contacts, self.effects, self.gathering, name)


class Acquaintance(Struct, frozen=True):
    """Since when somebody is known, in seconds since 1970; 0 where that is not so or not known."""

    compared_at: float = 0.0
    """When the person compared their key."""
    heard_at: float = 0.0
    """When they said something, or there was a link to them, last."""


class Generation(Protocol):
    """Server and conversations that belong together. `wake` is when `tick` is due."""

    @property
    def registration(self) -> Registration: ...

    @property
    def server(self) -> Server: ...

    @property
    def datagrams(self) -> DatagramConversations[Contact]:
        """Talks to those who have no key."""

    @property
    def commands(self) -> Mapping[Command, Callable[[Order, float], None]]:
        """Those that only this generation has, beside what can be asked of its server."""

    @property
    def wake(self) -> float: ...

    def is_new(self, contact: Contact) -> bool:
        """Whether the key of a contact was seen first since we have started."""

    def linked(self, contact: Contact) -> bool:
        """Whether there is a link to a contact."""

    def compared(self, contact: Contact) -> bool:
        """Whether the person has compared the key of a contact."""

    def acquaintance(self, contact: Contact) -> Acquaintance:
        """Since when a contact is known."""

    def say_later(self, line: Line, name: str, now: float) -> Someone | None:
        """Accept a private line for somebody of this name who is known and not here, to go to
        them when they are. Returns who that is; None where nobody is known."""

    def rejoin(self, room: str, now: float) -> bool:
        """Be in a room again, as one remembers it, while the server is away. False where that
        cannot be."""

    def relayed(self, contact: Contact) -> bool:
        """Whether what is said to a contact goes over the server."""

    def start(self, name: str | None, now: float) -> None:
        """Look for the server, and register with a name, or ask for one."""

    def unattended(self) -> None:
        """There is nobody left to be told who comes, and who could decide on something."""

    def opened(self, link: Link, now: float) -> None:
        """A link is there, both keys proven."""

    def received(self, link: Link, messages: Iterable[bytes], now: float) -> None:
        """Messages, without their lengths, came on a link."""

    def moved(self, link: Link, now: float) -> None:
        """The other end of a link has another address."""

    def doubted(self, link: Link, now: float) -> None:
        """What was asked over a link has had no answer for a while."""

    def lost(self, link: Link, now: float) -> None:
        """A link is no more, whoever closed it."""

    def dial_failed(self, address: Address, fingerprint: str, found: str, now: float) -> None:
        """There is no link to be had at an address; `found` is the key that was there."""

    def network_changed(self, own: tuple[Address, ...], now: float) -> None:
        """This machine has these addresses now; what could not be reached may be within reach."""

    def mapped(self, outside: Address | None, now: float) -> None:
        """Our own router leads this address to us now, or none."""

    def answered(self, message: Answer, source: Address, now: float) -> None:
        """What may be an answer of a server of generation 1 came from an address."""

    def probed(self, datagram: bytes, source: Address, now: float) -> None:
        """A probe, or an answer to one, came from an address."""

    def tick(self, now: float) -> None:
        """Do what has become due."""

    # --- The end of it

    @property
    def unsettled(self) -> bool:
        """Whether something that was said has not arrived, and still may, or something that was
        heard is not kept yet."""

    def shut_down(self) -> None:
        """Acknowledge what was shown. Nothing of the server is news from now on."""

    def close(self) -> None:
        """Have nothing to do with anybody any more."""
