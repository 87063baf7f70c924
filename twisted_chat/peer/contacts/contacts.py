"""Who is who: everybody whom a peer has to do with, by key or address, and by name."""

from collections.abc import Hashable, Iterable
from typing import Protocol

from msgspec import Struct

from twisted_chat.addresses import Address
from twisted_chat.names import folded
from twisted_chat.peer.contacts.audience import Audience
from twisted_chat.peer.contacts.contact import (
    Contact,
    Identity,
    SharedRoom,
    Standing,
    keyless,
    marks,
)
from twisted_chat.peer.contacts.conversation import Conversations
from twisted_chat.peer.contacts.ignored import Ignored
from twisted_chat.peer.events.event import Someone

MAX_MEMBERS = 10_000
"""Members of a room."""
MAX_CONTACTS = 2 * MAX_MEMBERS
"""Contacts at a time, with those who have just gone."""
MAX_INTRODUCED = 1_000
"""Those who are known only because they have asked for us, and do not hear us."""
MAX_NAMESAKES = 16
"""Those who have had one name, one after the other, and are remembered."""


class Listeners(Struct, frozen=True):
    """Those for whom a text is, by what carries it to them, and those to whom nothing gets
    before they have returned to the room."""

    by_conversation: tuple[tuple[Conversations[Contact], list[Contact]], ...]
    absent: tuple[Someone, ...]


class RemembersIgnored(Protocol):
    """What keeps the keys of those who are ignored."""

    def ignored(self) -> Iterable[tuple[str, str]]:
        """The names and fingerprints of those."""

    def ignore(self, name: str, fingerprint: str) -> None:
        """Remember this key, under this name."""

    def unignore(self, fingerprint: str) -> None:
        """Remember it no longer."""


class Contacts(Audience):
    """The only owner of what each contact is to the person."""

    def __init__(self) -> None:
        super().__init__()
        self._known: dict[Identity, Contact] = {}
        self._called: dict[str, list[Contact]] = {}
        self._ignored = Ignored()
        self._remembers: RemembersIgnored | None = None
        self.open = False
        """Whether anybody can speak to us: those who do not hear us are then nobody to us."""
        self.welcoming = True
        """Whether one who speaks to us hears us then, where nobody else does: not when what was
        asked last came to nothing, as what is typed next may be meant for others."""

    # --- Who there is

    def everybody(self) -> list[Contact]:
        return list(self._known.values())

    def get(self, identity: Identity) -> Contact | None:
        """The one who has this key, or is at this address without one."""
        return self._known.get(identity)

    def called(self, name: str) -> Contact | None:
        """The one who has this name: of several, the one in a room, or introduced last."""
        found = self._called.get(folded(name), ())
        present = [one for one in found if one.known]
        return next(reversed(present or found), None)

    def find(self, name: str) -> list[Contact]:
        """Those who are meant by this name: all who have it, where nobody need be named by
        the server, or else the one who has it now."""
        if self.open:
            return list(self._called.get(folded(name), ()))
        found = self.called(name)
        return [] if found is None else [found]

    def every_called(self, name: str) -> list[Contact]:
        """Those who have this name."""
        return list(self._called.get(folded(name), ()))

    def outside_called(self, name: str) -> list[Contact]:
        """Those of this name who have something to do with us in private."""
        found = self._called.get(folded(name), ())
        return [one for one in found if one.standing is not Standing.UNKNOWN]

    def add(self, contact: Contact) -> bool:
        """There is somebody more. False if there are too many."""
        if len(self._known) >= MAX_CONTACTS:
            return False
        self._known[contact.fingerprint or contact.address] = contact
        self._index(contact)
        if self._ignored.anybody:
            contact.ignored = self.ignores(contact)
        return True

    def rename(self, contact: Contact, who: Someone) -> None:
        """Somebody is called this now."""
        if contact.name != who.name:
            self._unindex(contact)
            contact.name = who.name
            self._index(contact)
        contact.who = who
        contact.ignored = self.ignores(contact)
        self.changes += 1

    def move(self, contact: Contact, address: Address) -> None:
        """Somebody with a key is at this address now."""
        contact.address = address

    def forget(self, contact: Contact) -> None:
        """Somebody is not known any more."""
        self.drop(contact)
        if self._known.get(contact.identity) is contact:
            del self._known[contact.identity]
        self._unindex(contact)

    def leave(self, contact: Contact, room: SharedRoom, now: float, *, ours: bool = False) -> None:
        """Somebody is not in a room with us any more, and nothing more goes there: what we said
        while we were in it goes on where it is `ours` to have left, and they are in it still;
        but not what has waited for them to return to it."""
        waits = room in contact.awaited
        self.went(contact, room)
        if waits and not contact.known:
            contact.conversation.forget(contact)  # With all that has waited.
        else:
            contact.conversation.left(contact, room.name, drop=waits or not ours)
            if waits and not contact.awaited:
                contact.conversation.returned(contact, now)  # To the rooms that are left.
            self.settle(contact, now)

    def settle(self, contact: Contact, now: float, *, tell: bool = False) -> None:
        """Something between somebody and us has ended: if nothing is left, they are forgotten
        soon. With `tell`, they are told that there is no private conversation."""
        if contact.known:
            if tell:
                contact.conversation.tell_parted(contact)
        else:
            contact.conversation.part(contact, now, tell=tell)

    def crowded_out(self, latest: Contact) -> Contact | None:
        """Of a name that ever new people get not all are remembered: who is to be forgotten."""
        found = self._called[latest.casefolded]
        if len(found) < MAX_NAMESAKES:
            return None  # As nearly always.
        others = [one for one in found if one is not latest and not one.rooms]
        return others[0] if len(others) >= MAX_NAMESAKES else None

    def _index(self, contact: Contact) -> None:
        name = contact.casefolded = folded(contact.name)
        if name in self._called:
            self._called[name].append(contact)
        elif name:
            self._called[name] = [contact]

    def _unindex(self, contact: Contact) -> None:
        left = [one for one in self._called.get(contact.casefolded, ()) if one is not contact]
        if left:
            self._called[contact.casefolded] = left
        else:
            self._called.pop(contact.casefolded, None)

    # --- Who hears what is said

    def listening(self, among: Iterable[Contact]) -> Listeners:
        """Those of some to whom a text gets that is said now."""
        by_conversation: dict[Conversations[Contact], list[Contact]] = {}
        absent = []
        for one in among:
            if one.listening:
                by_conversation.setdefault(one.conversation, []).append(one)
            elif one.awaited and not one.barred:
                absent.append(one.who)
        return Listeners(tuple(by_conversation.items()), tuple(absent))

    # --- What keeps words from them

    def block(self, contact: Contact, *, blocked: bool) -> None:
        """Somebody has another key than is known, or the one that is."""
        contact.blocked = blocked
        self.changes += 1

    def withhold(self, contact: Contact, *, withheld: bool) -> None:
        """Nothing goes to somebody until the person has decided, or it may again."""
        contact.withheld = withheld
        self.changes += 1

    def accept(self, contact: Contact) -> None:
        """The person takes somebody for who they seem to be."""
        contact.blocked = contact.withheld = False
        self.changes += 1

    def await_return(self, contact: Contact, room: SharedRoom, *, awaited: bool) -> None:
        """Somebody has yet to return to a room, and may not; or need not any more."""
        others = tuple(one for one in contact.awaited if one is not room)
        contact.awaited = (*others, room) if awaited else others
        self.changes += 1

    # --- Whom the person ignores

    def remember_ignored(self, memory: RemembersIgnored) -> None:
        """Ignore those whom the person has ignored before, and remember those from now on."""
        self._remembers = memory
        for name, fingerprint in memory.ignored():
            self._ignored.add(name, (fingerprint,))

    def ignore(self, name: str, whose: list[Contact]) -> bool:
        """Show nothing of some, and say nothing to them. False where too many are ignored."""
        known_by = {mark for one in whose for mark in marks_of(one)}
        if self.open:
            known_by.add(keyless(name))
        if not self._ignored.add(name, known_by):
            return False
        if self._remembers is not None:
            for fingerprint in fingerprints_of(known_by):
                self._remembers.ignore(folded(name), fingerprint)
        self._look_again()
        return True

    def unignore(self, name: str) -> bool:
        """Take somebody for what they are again, whatever they were called when they were
        ignored. False if they were not."""
        called = {mark for one in self.every_called(name) for mark in marks_of(one)}
        gone = self._ignored.remove(name, called)
        if self._remembers is not None:
            for fingerprint in fingerprints_of(gone):
                self._remembers.unignore(fingerprint)
        self._look_again()
        return bool(gone)

    def ignores(self, contact: Contact) -> bool:
        return self._ignored.anybody and self._ignored.holds(*marks_of(contact))

    def ignores_mark(self, *known_by: Hashable) -> bool:
        """Whether one who has any of these marks is ignored."""
        return self._ignored.holds(*known_by)

    def ignored_names(self) -> list[str]:
        """The names under which somebody is ignored."""
        return self._ignored.names()

    def is_ignored(self, name: str) -> bool:
        """Whether somebody is ignored under this name."""
        return bool(self._ignored.marks(name))

    def _look_again(self) -> None:
        for one in self._known.values():
            one.ignored = self.ignores(one)
        self.changes += 1


def fingerprints_of(known_by: Iterable[Hashable]) -> list[str]:
    """The keys among what some are known by."""
    return sorted(mark for mark in known_by if isinstance(mark, str))


def marks_of(contact: Contact) -> tuple[Hashable, ...]:
    """What a contact is ignored by."""
    return marks(contact.name, contact.fingerprint, contact.address)
