"""Contacts for tests, and a conversation with them in which nothing is really said."""

from collections.abc import Sequence

from twisted_chat.addresses import Address
from twisted_chat.peer.contacts.contact import Contact
from twisted_chat.peer.contacts.contacts import Contacts
from twisted_chat.peer.contacts.line import Line
from twisted_chat.peer.events.event import Someone


class FakeRoom:
    """A room that contacts are in."""

    def __init__(self, name: str) -> None:
        self.name = name


LAB = FakeRoom("lab")


class FakeConversations:
    """Remembers what it was asked for, and has room for so many bytes."""

    def __init__(self, contacts: Contacts, *, acknowledged: bool = False) -> None:
        self._contacts = contacts
        self.acknowledged = acknowledged
        self.room = 10_000
        self.lacking: list[str] = []
        """Those who have no room for what is said."""
        self.said: list[tuple[str, list[str]]] = []
        self.steps: list[int] = []
        """How many lines were said in each step."""
        self.done: list[tuple[str, str]] = []
        """What, and with whom."""

    def meet(self, contact: Contact, now: float) -> None:
        self.done.append(("meet", contact.name))

    def part(self, contact: Contact, now: float, *, tell: bool = False) -> None:
        self.done.append(("tell" if tell else "part", contact.name))
        self._contacts.forget(contact)

    def tell_parted(self, contact: Contact) -> None:
        self.done.append(("tell parted", contact.name))

    def left(self, contact: Contact, room: str, *, drop: bool) -> None:
        self.done.append(("dropped" if drop else "left", contact.name))

    def entered(self, contact: Contact, room: str, now: float) -> None:
        self.done.append(("entered", contact.name))

    def forget(self, contact: Contact) -> None:
        self.done.append(("forget", contact.name))
        self._contacts.forget(contact)

    def returned(self, contact: Contact, now: float) -> None:
        self.done.append(("returned", contact.name))

    def stored(self, contacts: Sequence[Contact]) -> None:
        self.done += [("stored", one.name) for one in contacts]

    def has_room(self, contacts: Sequence[Contact], size: int) -> bool:
        return size <= self.room

    def say(
        self, lines: Sequence[Line], contacts: Sequence[Contact], now: float
    ) -> Sequence[tuple[Line, Contact]]:
        self.steps.append(len(lines))
        self.said += ((line.text, [one.name for one in contacts]) for line in lines)
        lacking = [one for one in contacts if one.name in self.lacking]
        return [(line, one) for line in lines for one in lacking]


def contact_of(
    name: str,
    fingerprint: str = "",
    address: Address = ("192.0.2.1", 5000),
    conversations: FakeConversations | None = None,
) -> Contact:
    """Somebody."""
    known = FakeConversations(Contacts()) if conversations is None else conversations
    return Contact(name, fingerprint, address, Someone(name, fingerprint), known)
