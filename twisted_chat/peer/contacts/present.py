"""Who there is, as `$who` shows it."""

from collections.abc import Callable, Iterable

from twisted_chat.names import folded
from twisted_chat.peer.contacts.contact import Contact, Standing
from twisted_chat.peer.contacts.contacts import Contacts
from twisted_chat.peer.events.talk import Part, Present

MAX_MARKED = 100
"""Those of whose keys it is told whether they were compared."""


def present(
    some: Iterable[Contact],
    compared: Callable[[Contact], bool],
    relayed: Callable[[Contact], bool],
) -> tuple[Present, ...]:
    """Some contacts, those with a key first; with each whether their key was `compared`, and
    whether words to them are `relayed`."""
    every = sorted(some, key=lambda one: not one.fingerprint)
    marks = len(every) <= MAX_MARKED
    return tuple(_present(one, compared if marks else None, relayed) for one in every)


def everybody(
    contacts: Contacts,
    compared: Callable[[Contact], bool],
    relayed: Callable[[Contact], bool],
) -> tuple[Present, ...]:
    """All whom we have to do with, and those who are ignored."""
    here = present([one for one in contacts.everybody() if one.known], compared, relayed)
    inside = {folded(one.name) for one in here if one.part is Part.IGNORED}
    away = [name for name in contacts.ignored_names() if name not in inside]
    return (*here, *(Present(name, Part.IGNORED) for name in away))


def _present(
    contact: Contact,
    compared: Callable[[Contact], bool] | None,
    relayed: Callable[[Contact], bool],
) -> Present:
    keyed = bool(contact.fingerprint)
    return Present(
        contact.who.name,
        _part(contact),
        contact.who.address,
        encrypted=keyed if compared is not None or not keyed else None,
        compared=keyed and compared is not None and compared(contact),
        asks=contact.standing is Standing.INTRODUCED,
        relayed=keyed and relayed(contact),
        rooms=tuple(room.name for room in contact.rooms),
        private=contact.talking,
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
