"""What somebody asks to be theirs, for good: a name, a room.

Whether it can be is said at once, and it is theirs when the journal has it.
"""

from collections.abc import Callable
from functools import partial

from msgspec.structs import replace

from twisted_chat.addresses import host_and_port, site
from twisted_chat.directory.directory import (
    Directory,
    KeyHolder,
    Registered,
    Room,
    RoomCreated,
    RoomGiven,
    User,
)
from twisted_chat.directory.entries import Who
from twisted_chat.directory.rules import ORIGIN_BYTES, RoomRules
from twisted_chat.errors import NameRefused
from twisted_chat.names import casefold
from twisted_chat.server.availability import Availability
from twisted_chat.server.bounds import Bounds
from twisted_chat.server.journal.ledger import Close, Ledger
from twisted_chat.server.journal.records import NameRecord, RoomRecord
from twisted_chat.server.registry import Registry
from twisted_chat.wire.gen2.grounds import Ground

Answer = Callable[[Ground | None, float], None]
"""Told once why it is not theirs, or nothing where it is, and when."""


class Claims:
    """Each `close` is told once whether it is theirs now, at once or later. `draw` gives so many
    random bytes, where a room is to be told from others that have its name."""

    def __init__(
        self,
        directory: Directory,
        bounds: Bounds,
        registry: Registry,
        available: Availability,
        ledger: Ledger,
        draw: Callable[[int], bytes] | None = None,
    ) -> None:
        self._draw = draw
        self._directory = directory
        self._bounds = bounds
        self._registry = registry
        self._available = available
        self._ledger = ledger

    def name(self, change: Registered, now: float, close: Close) -> None:
        """Somebody wants a name that is free, or theirs at another server. Without a key nobody
        waits where no others could give it to somebody else."""
        at, shared = site(change.address[0]), self._ledger.is_shared
        if not change.fingerprint and not shared:
            close(True, now)
            return
        record = NameRecord(change.casefolded, change.fingerprint, at)
        if shared:
            record = replace(record, name=change.name, address=change.address)
        if not shared and self._directory.kept_names.get(change.casefolded) is not None:
            self._ledger.note(record)
            close(True, now)
        else:
            self._ledger.claim(record, waits_as(change.who), now, close)

    def waits(self, user: Who) -> bool:
        """Whether somebody waits for something."""
        return self._ledger.waits(waits_as(user))

    def room(
        self, name: str, creator: User, now: float, close: Answer, *, private: bool = False
    ) -> None:
        """Let there be this room, if there can be, and tell `close`: nothing is refused where
        this creator has it."""
        try:
            casefolded = casefold(name, self._bounds.name)
        except NameRefused:
            close(Ground.NO_NAME, now)
            return
        room = self._directory.rooms.get(casefolded)
        if room is not None:
            own = room.creator == creator.who and room.rules.private == private
            close(None if own else Ground.TAKEN, now)
        elif not self._available.is_room_free(name, casefolded):
            close(Ground.TAKEN, now)
        elif not (self._available.can_own(creator) and self._make_room(creator, now)):
            close(Ground.MANY, now)
        else:
            self._create(name, casefolded, creator, now, close, private=private)

    def _create(
        self,
        name: str,
        casefolded: str,
        creator: User,
        now: float,
        close: Answer,
        *,
        private: bool,
    ) -> None:
        origin = "" if self._draw is None else self._draw(ORIGIN_BYTES).hex()
        rules = RoomRules(private=private, origin=origin)
        if isinstance(creator, KeyHolder) or self._ledger.is_shared:
            at, who = site(creator.address[0]), creator.who
            change = RoomCreated(name, casefolded, who, at, rules)
            record = RoomRecord(casefolded, name, who, at, rules.encode())
            self._ledger.claim(
                record, waits_as(who), now, partial(self._room_claimed, change, close)
            )
        else:
            change = RoomCreated(name, casefolded, creator.who, rules=rules)
            self._room_claimed(change, close, True, now)

    def _room_claimed(self, change: RoomCreated, close: Answer, written: bool, now: float) -> None:
        if written:
            self._registry.add_room(change, now)
        close(None if written else Ground.OTHER, now)

    def _make_room(self, creator: User, now: float) -> bool:
        """See that there can be one more room."""
        if self._available.has_room_place(creator):
            return True
        goes = None if creator.fingerprint else self._directory.longest_empty_without_key()
        return goes is not None and self._registry.drop_room(goes, now)

    def heir(self, room: Room, heir: User, now: float, close: Answer) -> None:
        """Let a room be another member's, who has a key, and tell `close`."""
        if not heir.fingerprint:
            close(Ground.NO_KEY, now)
            return
        if heir.who != room.creator and not self._available.can_own(heir):
            close(Ground.MANY, now)
            return
        at, rules = site(heir.address[0]), room.rules.encode()
        giver = str(room.creator)
        record = RoomRecord(room.casefolded, room.name, heir.fingerprint, at, rules, giver)
        self._ledger.claim(record, giver, now, partial(self._room_given, room, heir, close))

    def _room_given(
        self, room: Room, heir: User, close: Answer, written: bool, now: float
    ) -> None:
        given = written and self._registry.apply(
            RoomGiven(room.casefolded, heir.fingerprint), room.name, now
        )
        if written:
            self._note_owner(room)
        close(None if given else Ground.OTHER, now)

    def _note_owner(self, room: Room) -> None:
        if isinstance(room.creator, str):
            self._ledger.note(
                RoomRecord(
                    room.casefolded, room.name, room.creator, room.site, room.rules.encode()
                )
            )


def waits_as(who: Who) -> str:
    """By what the ledger knows somebody who waits: the fingerprint, or the address as text."""
    return who if isinstance(who, str) else host_and_port(*who)
