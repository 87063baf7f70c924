"""Who there is, as `$who` shows it."""

from collections.abc import Iterable
from typing import Protocol

from twisted_chat.names import folded
from twisted_chat.peer.contacts.contact import Contact, Standing
from twisted_chat.peer.contacts.contacts import Contacts
from twisted_chat.peer.events.talk import Part, Present

MAX_MARKED = 100
"""Those of whose keys it is told whether they were compared."""


class Marks(Protocol):
    """What is told of somebody besides who they are."""

    def compared(self, contact: Contact) -> bool:
        """Whether the person has compared their key."""

    def is_new(self, contact: Contact) -> bool:
        """Whether their key was seen first since we have started."""

    def relayed(self, contact: Contact) -> bool:
        """Whether words to them go over the server."""

    def linked(self, contact: Contact) -> bool:
        """Whether there is a link to them now."""


def present(some: Iterable[Contact], marks: Marks) -> tuple[Present, ...]:
    """Some contacts, those with a key first."""
    every = sorted(some, key=lambda one: not one.fingerprint)
    few = len(every) <= MAX_MARKED
    return tuple(_present(one, marks, few=few) for one in every)


def everybody(contacts: Contacts, marks: Marks) -> tuple[Present, ...]:
    """All whom we have to do with, and those who are ignored."""
    here = present([one for one in contacts.everybody() if one.known], marks)
    inside = {folded(one.name) for one in here if one.part is Part.IGNORED}
    away = [name for name in contacts.ignored_names() if name not in inside]
    return (*here, *(Present(name, Part.IGNORED) for name in away))


def _present(contact: Contact, marks: Marks, *, few: bool) -> Present:
    keyed = bool(contact.fingerprint)
    return Present(
        contact.who.name,
        _part(contact),
        contact.who.address,
        encrypted=keyed if few or not keyed else None,
        compared=keyed and few and marks.compared(contact),
        asks=contact.standing is Standing.INTRODUCED,
        relayed=keyed and marks.relayed(contact),
        rooms=tuple(room.name for room in contact.rooms),
        private=contact.talking,
        new=keyed and few and marks.is_new(contact),
        linked=marks.linked(contact) if keyed else None,
    )


def _part(contact: Contact) -> Part:
    if contact.ignored:
        return Part.IGNORED
    if contact.blocked:
        return Part.NEW_KEY if contact.fingerprint else Part.LOST_KEY
    if contact.withheld:
        return Part.WITHHELD
    if contact.awaited:
        return Part.AWAITED
    return Part.HEARS if contact.rooms or contact.talking else Part.ONLY_HEARD
