"""Generation 1, put together: datagrams, to the server and to others."""

from collections.abc import Callable, Iterable, Mapping

from twisted_chat.addresses import Address
from twisted_chat.links import Link
from twisted_chat.peer.commands import Command, Order
from twisted_chat.peer.contacts.contact import Contact
from twisted_chat.peer.contacts.conversation import DatagramConversations
from twisted_chat.peer.contacts.line import Line
from twisted_chat.peer.events.event import Someone
from twisted_chat.peer.events.server import NameWanted, ServerSlow
from twisted_chat.peer.gen1.contacts import AddressContacts
from twisted_chat.peer.gen1.conversation import Datagrams
from twisted_chat.peer.gen1.registration import DatagramRegistration
from twisted_chat.peer.gen1.requests import Requests
from twisted_chat.peer.gen1.roster import AddressRoster
from twisted_chat.peer.gen1.server import PlainServer
from twisted_chat.peer.gen1.strangers import Strangers
from twisted_chat.peer.generation import Acquaintance, Shared
from twisted_chat.peer.whereabouts import Whereabouts
from twisted_chat.wire.common import Bare, Goodbye, Verb
from twisted_chat.wire.gen1 import Answer


class Gen1:
    """Generation 1. `port` is our own UDP port."""

    commands: Mapping[Command, Callable[[Order, float], None]] = {}

    def __init__(
        self,
        shared: Shared,
        whereabouts: Whereabouts,
        port: int,
        datagrams: Datagrams,
        *,
        patient: bool,
    ) -> None:
        self._shared = shared
        self.datagrams: DatagramConversations[Contact] = datagrams
        self._whereabouts = whereabouts
        effects = shared.effects
        self._requests = Requests(
            lambda request: effects.send(request, whereabouts.current),
            whereabouts.turn,
            lambda: effects.tell(ServerSlow()),
        )
        names = AddressContacts(shared.contacts, datagrams)
        self._roster = AddressRoster(self._requests, names, shared)
        self.registration = DatagramRegistration(
            whereabouts, port, self._requests, effects, self._registered, patient=patient
        )
        self.server = PlainServer(
            whereabouts, self._requests, self.registration, self._roster, names, effects
        )
        shared.contacts.open = True
        datagrams.strangers = Strangers(
            shared.contacts, shared.talks, names, lambda: bool(self.registration.name)
        )
        self._leaving = False

    def acquaintance(self, contact: Contact) -> Acquaintance:
        return Acquaintance()

    def compared(self, contact: Contact) -> bool:
        return False

    def is_new(self, contact: Contact) -> bool:
        return False

    def linked(self, contact: Contact) -> bool:
        return False

    def say_later(self, line: Line, name: str, now: float) -> Someone | None:
        return None

    def rejoin(self, room: str, now: float) -> bool:
        return False

    def relayed(self, contact: Contact) -> bool:
        return False

    def start(self, name: str | None, now: float) -> None:
        if name is None:
            self._shared.effects.tell(NameWanted())
        else:
            self.registration.call_me(name, now)

    def unattended(self) -> None:
        self._roster.curious = False

    def answered(self, message: Answer, source: Address, now: float) -> None:
        if not self._whereabouts.answers(source):
            return
        self._roster.told(message, now)
        if not self._requests.answer(message, now) and message == Bare(Verb.HI):
            # Nobody asked to be let in: the server does not know who is asking.
            if self._leaving:
                self._requests.answer(Goodbye(), now)
            else:
                self.registration.forgotten(now)

    def _registered(self, again: bool, now: float) -> None:
        self._shared.registered(again, now)
        self._roster.registered(self.registration.name, now, again=again)

    def network_changed(self, own: tuple[Address, ...], now: float) -> None:
        """Nothing: a server of generation 1 finds us by what we ask it next."""

    def mapped(self, outside: Address | None, now: float) -> None:
        """Nothing: nobody of generation 1 looks for ways."""

    # --- What is due

    @property
    def wake(self) -> float:
        if self._leaving:
            return self._requests.wake
        return min(self._requests.wake, self._roster.wake, self.registration.wake)

    def tick(self, now: float) -> None:
        self._requests.tick(now)
        if not self._leaving:
            self._roster.tick(now)
            self.registration.tick(now)

    # --- Links, of which there are none

    def opened(self, link: Link, now: float) -> None:
        self._shared.effects.close(link, "going on in generation 1")

    def received(self, link: Link, messages: Iterable[bytes], now: float) -> None:
        """Nothing: it came on a link of before."""

    def moved(self, link: Link, now: float) -> None:
        """Nothing: it is a link of before."""

    def doubted(self, link: Link, now: float) -> None:
        """Nothing: it is a link of before."""

    def lost(self, link: Link, now: float) -> None:
        """Nothing: it was a link of before."""

    def dial_failed(self, address: Address, fingerprint: str, found: str, now: float) -> None:
        """Nothing: it was dialled before."""

    def probed(self, datagram: bytes, source: Address, now: float) -> None:
        """Nothing: nobody was asked."""

    # --- The end of it

    @property
    def unsettled(self) -> bool:
        return False

    def shut_down(self) -> None:
        self._leaving = True

    def close(self) -> None:
        """Nothing: nobody has to be told."""
