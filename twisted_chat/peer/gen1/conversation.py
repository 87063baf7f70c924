"""Talking in datagrams: unencrypted, with nobody to say what has arrived."""

from collections.abc import Sequence

from msgspec.structs import replace

from twisted_chat.addresses import Address
from twisted_chat.names import folded
from twisted_chat.peer.contacts.contact import Contact, Standing
from twisted_chat.peer.contacts.contacts import Contacts
from twisted_chat.peer.contacts.line import Line
from twisted_chat.peer.effects import Effects
from twisted_chat.peer.events import said
from twisted_chat.peer.events.event import Someone, at
from twisted_chat.peer.events.talk import HearsUs
from twisted_chat.peer.gen1.strangers import Strangers
from twisted_chat.peer.speech import speak
from twisted_chat.rate import Rate
from twisted_chat.store.archive import Archive
from twisted_chat.tally import Tally
from twisted_chat.wire.gen1 import NamedText

HEAR_RATE, HEAR_BURST = 100.0, 300
"""Messages shown a second, and at once, from one source."""


class Datagrams:
    """All who are spoken to in datagrams, each known by nothing but an address."""

    acknowledged = False

    def __init__(
        self, contacts: Contacts, effects: Effects, archive: Archive | None = None
    ) -> None:
        self._archive = Archive() if archive is None else archive
        self._contacts = contacts
        self._effects = effects
        self._hearing = Rate(HEAR_RATE, HEAR_BURST)
        self._unheard = Tally()
        self._told_apart = False  # Whether it was told that others cannot tell them apart.
        self.strangers: Strangers | None = None
        """Those who speak to us unasked, where anybody can."""
        self.dropped = 0
        """Messages that came from where nobody is whom the server has named."""

    # --- Whom we talk to

    def meet(self, contact: Contact, now: float) -> None:
        """Nothing: a datagram needs no link."""

    def part(self, contact: Contact, now: float, *, tell: bool = False) -> None:
        self._contacts.forget(contact)

    def tell_parted(self, contact: Contact) -> None:
        """Nothing: there are no words for it."""

    def left(self, contact: Contact, room: str, *, drop: bool) -> None:
        """Nothing: no words have waited."""

    def entered(self, contact: Contact, room: str, now: float) -> None:
        """Nothing: no words have waited."""

    def forget(self, contact: Contact) -> None:
        self._contacts.forget(contact)

    def returned(self, contact: Contact, now: float) -> None:
        """Nothing: no words have waited."""

    # --- Saying

    def stored(self, contacts: Sequence[Contact]) -> None:
        """Nothing: a datagram goes at once."""

    def has_room(self, contacts: Sequence[Contact], size: int) -> bool:
        return True

    def say(
        self, lines: Sequence[Line], contacts: Sequence[Contact], now: float
    ) -> Sequence[tuple[Line, Contact]]:
        for line in lines:
            for message in speak(line.speaker, line.text):
                for contact in contacts:
                    self._effects.send(message, contact.address)
        members = () if line.room or self._told_apart else [one for one in contacts if one.rooms]
        for contact in members[:1]:
            self._told_apart = True
            self._effects.tell(said.NotToldApart(contact.who))
        return ()

    # --- Hearing

    def heard(self, message: NamedText, source: Address, now: float) -> None:
        """Show a datagram, with what is certain of its sender: an address at most. Where the
        server names everybody, those whom it has not named are counted."""
        contact = self._contacts.get(source)
        if contact is not None and (contact.blocked or not contact.known):
            contact = None
        if contact is None and self.strangers is None:
            self.dropped += 1
        elif not self._ignored(contact, message, source) and self._in_time(contact, source, now):
            text = message.text.removesuffix("\n").removesuffix("\r")
            if contact is not None:
                self._show(contact, message, text, now)
            elif self.strangers is not None:
                self._heard_stranger(self.strangers, message, text, source, now)

    def _heard_stranger(
        self, strangers: Strangers, message: NamedText, text: str, source: Address, now: float
    ) -> None:
        contact = strangers.knocked(source)
        if contact is None:
            how = said.Unencrypted(at(source), cut=message.cut, stranger=True)
            self._effects.tell(said.Said(Someone(message.name), text, False, how))
        else:
            self._show(contact, message, text, now)
            self._effects.tell(HearsUs(contact.who))

    def _ignored(self, contact: Contact | None, message: NamedText, source: Address) -> bool:
        if contact is not None and contact.ignored:
            return True
        return self.strangers is not None and self.strangers.ignored(source, message.name)

    def _in_time(self, contact: Contact | None, source: Address, now: float) -> bool:
        """Whether so much may be shown of this source. If not, that is told now and then."""
        if self._hearing.spend(source[0], now):
            return True
        if many := self._unheard.count("too many", now):
            if self.strangers is not None:
                last = self.strangers.called(source)
            elif contact is not None:
                last = replace(contact.who, address=at(source))
            self._effects.tell(said.TooManySaid(many, last))
        return False

    def _show(self, contact: Contact, message: NamedText, text: str, now: float) -> None:
        who = contact.who
        if self.strangers is not None:
            who = self.strangers.claimed(contact, message.name)
        claims = "" if folded(message.name) == folded(contact.name) else message.name
        room = contact.rooms[0].name if contact.rooms else ""
        archive, name = self._archive, contact.name or message.name
        talk = archive.room(room) if room else archive.person("", name)
        archive.heard_plainly(talk, name, text, now)
        perhaps = bool(room) and contact.standing is not Standing.UNKNOWN
        how = said.Unencrypted(at(contact.address), claims, message.cut, perhaps_private=perhaps)
        self._effects.tell(said.Said(who, text, bool(room), how, room))
