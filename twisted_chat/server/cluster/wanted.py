"""What is to stand in the log: what the address book says, and what somebody waits for."""

from collections.abc import Callable
from dataclasses import dataclass

from twisted_chat.directory.directory import Directory, Room, User
from twisted_chat.server.cluster.entries import (
    BAN,
    FREED,
    NAME,
    SERVER,
    BanEntry,
    ClusterServer,
    Key,
    NameEntry,
    RoomEntry,
)
from twisted_chat.server.cluster.replica import GONE
from twisted_chat.server.journal.records import NameRecord, RoomRecord

TTL = 10
"""Seconds that a server counts as there after it has last said so: twice what three NATS servers
take to have another leader when theirs dies."""


@dataclass(slots=True)
class WaitingClaim:
    """A claim, by its number, until when it is waited for, and what was last sent for it."""

    number: int
    record: NameRecord | RoomRecord
    until: float
    data: bytes = b""


class Wanted:
    """`me` is the number of this server, and `here` its entry."""

    def __init__(self, directory: Directory, me: str, here: Callable[[], ClusterServer]) -> None:
        self._directory = directory
        self._me = me
        self._here = here
        self.claims: dict[Key, WaitingClaim] = {}
        self.bans: dict[Key, BanEntry | None] = {}
        """Those that were made or lifted here, as long as it is not written."""
        self.hows: dict[Key, dict[str, str]] = {}
        """How somebody at another server was put out of which rooms here, as long as it is not
        written."""

    def __call__(self, key: Key, now: float, wall: float) -> tuple[bytes, int] | None:
        kind, what = key
        waiting = self.claims.get(key)
        if kind == SERVER:
            return self._here().encode(), TTL
        if kind == BAN:
            return self._ban(key, wall)
        if waiting is not None:
            waiting.data = self._claimed(waiting.record)
            return waiting.data, 0
        if kind == NAME and key not in self.hows:
            user = self._directory.users.get(what)
            if user is not None and user.server:
                return None
        entry = self._name(key, now, wall) if kind == NAME else self._room(what)
        return (FREED, GONE) if entry is None else (entry.encode(), 0)

    def concerns(self, key: Key) -> bool:
        """Whether somebody waits for this, or was put out somewhere."""
        return key in self.claims or key in self.hows

    @property
    def is_idle(self) -> bool:
        """Whether `concerns` is false for everything."""
        return not (self.claims or self.hows)

    def is_possible(self, record: NameRecord | RoomRecord) -> bool:
        """Whether what is claimed may be its asker's, by all that is known."""
        directory, casefolded = self._directory, record.casefolded
        if isinstance(record, RoomRecord):
            room = directory.rooms.get(casefolded)
            return (None if room is None else room.creator) == (record.giver or None)
        user, who = directory.users.get(casefolded), record.fingerprint or record.address
        if user is not None:
            return user.who == who
        kept = directory.kept_names.get(casefolded)
        return kept is None or kept.fingerprint == record.fingerprint

    def _ban(self, key: Key, wall: float) -> tuple[bytes, int]:
        ban = self.bans.get(key)
        if ban is None:
            return FREED, GONE
        left = 0 if ban.until is None else max(1, round(ban.until - wall))
        return ban.encode(), left

    def _claimed(self, record: NameRecord | RoomRecord) -> bytes:
        directory, casefolded = self._directory, record.casefolded
        if isinstance(record, RoomRecord):
            room = directory.rooms.get(casefolded)
            rules = record.rules if room is None else room.rules.encode()
            return RoomEntry(record.name, record.owner, record.site, rules).encode()
        user = directory.users.get(casefolded)
        rooms: tuple[str, ...] = ()
        if user is not None and user.who == (record.fingerprint or record.address):
            rooms = _in(user)
        return NameEntry(record.name, record.fingerprint, self._me, record.address, rooms).encode()

    def _name(self, key: Key, now: float, wall: float) -> NameEntry | None:
        user = self._directory.users.get(key[1])
        if user is not None:
            server = user.server or self._me
            how = next(reversed(self.hows.get(key, {}).values()), "")
            return NameEntry(user.name, user.fingerprint, server, user.address, _in(user), how=how)
        kept = self._directory.kept_names.get(key[1])
        if kept is None:
            return None
        return NameEntry("", kept.fingerprint, site=kept.site, since=wall - (now - kept.since))

    def _room(self, casefolded: str) -> RoomEntry | None:
        room = self._directory.rooms.get(casefolded)
        return None if room is None else entry_of(room)


def entry_of(room: Room) -> RoomEntry:
    """A room as it stands in the log."""
    return RoomEntry(room.name, room.creator, room.site, room.rules.encode())


def _in(user: User) -> tuple[str, ...]:
    return tuple(room.casefolded for room in user.rooms)
