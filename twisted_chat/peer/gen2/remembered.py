"""Rooms as one remembers them: who was in each, and where.

A member that is started while the server is away comes back by that. Those who are still there
have it in the room as before, but do not know its address: so it dials, whoever does otherwise.
When the server is back it is asked, as by every member.
"""

from collections.abc import Callable
from typing import Protocol

from twisted_chat.addresses import Address
from twisted_chat.moments import NEVER
from twisted_chat.names import folded
from twisted_chat.peer.backoff import Backoff
from twisted_chat.peer.contacts.contact import Contact
from twisted_chat.peer.generation import Shared
from twisted_chat.peer.talks.room import JoinedRoom
from twisted_chat.store.records import RememberedMember
from twisted_chat.wire.gen2.contact import ContactInfo

MOST = 64
"""Members of a room that are remembered: those to whom there is a link come first."""
NOTE_EVERY = 2.0
"""Seconds between two notes of who is in our rooms."""


class ReachedPeople(Protocol):
    """The links to others: what is needed of them here."""

    moves: int
    """How often somebody was found at an address."""

    def linked(self, contact: Contact) -> bool:
        """Whether there is a link to somebody."""

    def place(self, contact: Contact) -> Address | None:
        """Where somebody can be reached most likely, without the server."""

    def seek(self, contact: Contact, now: float) -> None:
        """Dial somebody to whom there is no link."""


RememberRoom = Callable[[str, list[ContactInfo], float], None]
"""Be in this room with these."""


class RememberedRooms:
    """`assume` says whether we can go on without the server, and `known` whether it knows us.
    `wake` is when `tick` is due."""

    def __init__(
        self,
        shared: Shared,
        remember: RememberRoom,
        mesh: ReachedPeople,
        assume: Callable[[], bool],
        known: Callable[[], bool],
    ) -> None:
        self._talks = shared.talks
        self._contacts = shared.contacts
        self._archive = archive = shared.archive
        self._remember = remember
        self._mesh = mesh
        self._assume = assume
        self._known = known
        self._kept = {
            one.talk.room: (one.talk.name, one.members)
            for one in archive.kept.rooms
            if one.talk.server == archive.server
        }
        self._noted: dict[str, tuple[RememberedMember, ...]] = {}
        """Who is in the rooms that we are in, as it is kept, by casefolded names."""
        self._seen = 0, 0
        self._note_at = 0.0
        self._backoff = Backoff()
        self._seek_at = NEVER
        self._over = False

    # --- Coming back

    def rejoin(self, room: str, now: float) -> bool:
        """Be in a room again with those who were there, as the server is away. False where none
        are known, or the server says something against it."""
        found = self._kept.get(folded(room))
        if found is None or self._talks.full or not self._assume():
            return False
        called, members = found
        if self._talks.room(room) is None:
            self._noted[folded(room)] = members
            self._remember(called, [ContactInfo(*one) for one in members], now)
        self._backoff.begin_anew()
        self._seek(now)
        return True

    def _seek(self, now: float) -> None:
        """Dial the members to whom there is no link, until the server is back."""
        self._seek_at = NEVER
        if self._known() or self._over:
            return
        missing = [
            contact
            for room in self._talks.rooms()
            for contact in room.people()[:MOST]
            if contact.fingerprint and not self._mesh.linked(contact)
        ]
        for contact in missing:
            self._mesh.seek(contact, now)
        if missing:
            self._seek_at = now + self._backoff.next()

    # --- Remembering

    def end(self) -> None:
        """We end. A server that knows us tells others that we are gone: then nobody in a room
        will know us."""
        if self._known():
            for room in self._noted:
                self._archive.members(room, ())
        self._over = True

    @property
    def _now_seen(self) -> tuple[int, int]:
        return self._contacts.changes, self._mesh.moves

    @property
    def wake(self) -> float:
        if self._over:
            return NEVER
        changed = self._seen != self._now_seen and (self._noted or self._talks.rooms())
        return min(self._seek_at, self._note_at if changed else NEVER)

    def tick(self, now: float) -> None:
        """Note who is in our rooms, and dial who is not found yet."""
        if now < self.wake:
            return
        if self._seek_at <= now:
            self._seek(now)
        if self._seen == self._now_seen:
            return
        self._seen, self._note_at = self._now_seen, now + NOTE_EVERY
        rooms = {folded(room.name): room for room in self._talks.rooms()}
        for name, joined in rooms.items():
            members, noted = self._members(joined), self._noted.get(name, ())
            if not self._known() and not _people(members) >= _people(noted):
                continue  # Without the server nobody is gone.
            if members != noted:
                self._noted[name] = members
                self._archive.members(joined.name, members)
        gone = [name for name in self._noted if name not in rooms] if self._known() else []
        for name in gone:
            del self._noted[name]
            self._kept.pop(name, None)
            self._archive.members(name, ())

    def _members(self, room: JoinedRoom) -> tuple[RememberedMember, ...]:
        linked: list[RememberedMember] = []
        others: list[RememberedMember] = []
        for contact in room.people():
            place = self._mesh.place(contact) if contact.fingerprint else None
            if place is not None and not contact.blocked:
                one = RememberedMember(contact.name, contact.fingerprint, *place)
                (linked if self._mesh.linked(contact) else others).append(one)
        return tuple((linked + others)[:MOST])


def _people(members: tuple[RememberedMember, ...]) -> set[str]:
    return {one.fingerprint for one in members}
