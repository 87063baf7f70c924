"""What happens to the address book, and that everybody concerned is told: for both generations."""

from collections.abc import Callable

from twisted_chat.directory.directory import (
    Change,
    Departed,
    Directory,
    Heard,
    Moved,
    NameForgotten,
    NameKept,
    NamesKept,
    Registered,
    Room,
    RoomCreated,
    RoomGone,
    RoomJoined,
    RoomLeft,
    RoomRuled,
    User,
)
from twisted_chat.directory.entries import KeptName
from twisted_chat.directory.rules import RoomRules
from twisted_chat.moments import NEVER, Soonest
from twisted_chat.server.all_rosters import AllRosters, Roster
from twisted_chat.server.availability import Availability
from twisted_chat.server.bounds import Bounds
from twisted_chat.server.expiry import Expiry
from twisted_chat.server.journal.ledger import Ledger
from twisted_chat.server.journal.records import (
    KeptRecords,
    NameFreed,
    NameRecord,
    RoomFreed,
    RoomRecord,
)
from twisted_chat.server.journal.restoration import restore
from twisted_chat.server.telling import TellingRates, caused
from twisted_chat.wire.gen2.answers import Leaving
from twisted_chat.wire.gen2.grounds import Ground


class Registry:
    """Users come and go, and so do rooms. `wake` is when `tick` is due: `soonest` is told of it.

    Members are told through `rosters`, one for each generation; every change that
    took effect is told to `announce`, with the name that it is about.
    """

    def __init__(
        self,
        directory: Directory,
        bounds: Bounds,
        rosters: tuple[Roster, ...],
        announce: Callable[[Change, str], None],
        available: Availability,
        ledger: Ledger,
        soonest: Soonest,
    ) -> None:
        self._available = available
        self._soonest = soonest
        self._ledger = ledger
        self._directory = directory
        self._bounds = bounds
        self._rosters = AllRosters(rosters)
        self._announce = announce
        self._telling = TellingRates(bounds)
        self._expiry = Expiry(directory, bounds)
        self.put_out_elsewhere: Callable[[Room, User, Leaving], None] = lambda *what: None
        """Told how somebody was put out of a room whom another server serves."""
        self.wake = NEVER

    def tick(self, now: float) -> None:
        """Do what has become due: expiry and what was gathered."""
        self._rosters.tick(now)
        if now >= self._expiry.wake:
            self._expire(now)
        self._arrange()

    def renew(self, now: float) -> None:
        """The bounds have changed."""
        self._telling.renew()
        self._expiry.wake = now
        self._arrange()

    def restore(self, kept: KeptRecords, now: float) -> None:
        """Take in what a journal has kept, before anybody is here."""
        restore(kept, self._directory, self._expiry, now)
        self._arrange()

    def cut_off(self, cut_off: bool) -> None:
        """Whether others may have heard of users, rooms and names what is not known here, so
        that nothing expires."""
        self._expiry.is_paused = cut_off
        self._arrange()

    # --- Users

    def make_place(self, host: str, now: float) -> bool:
        """See that somebody without a key can come from this host address. False if none can."""
        available = self._available
        if available.is_full_without_key(host):
            return False
        if available.has_place_without_key():
            return True
        goes = self._directory.first_to_lose_its_place()
        if goes is None or goes.server:
            return False
        self.depart(goes, now, expired=True)
        return True

    def register(self, change: Registered, now: float) -> None:
        """Somebody comes whose name is free."""
        self.apply(change, change.name, now)
        if not change.fingerprint:
            self._expiry.user_heard(now)
            self._arrange()

    def move(self, user: User, change: Moved, now: float) -> None:
        """A user of generation 2 is somewhere else now. It gets the whole roster of
        each of its rooms, for it is told of no change that it is itself."""
        before = user.address
        if self.apply(change, user.name, now):
            for room in user.rooms:
                self._telling.charge(user, now, caused(room))
                self._rosters.moved(room, user, before, now)
            self._arrange()

    def keep_names(self, change: NameKept | NamesKept, since: float) -> bool:
        """Names are kept for the keys of those who went then, or later. False if one is kept
        already, or its holder is here."""
        if not self._directory.apply(change, since):
            return False
        if self._expiry.name_kept(since):
            self._arrange()
        return True

    def depart(self, user: User, now: float, *, expired: bool = False) -> None:
        """Somebody goes, from all rooms too."""
        self._rosters.departs(user, expired=expired)
        for room in user.rooms:
            self.leave_room(room, user, now)
        self.apply(Departed(user.who, expired), user.name, now)
        if kept := self._directory.kept_names.get(user.casefolded):
            record = NameRecord(kept.casefolded, kept.fingerprint, kept.site, absent=True)
            self._ledger.note(record)
            self._expiry.name_kept(now)
            self._arrange()
            oldest = self._expiry.one_too_many(user.address[0])
            if oldest is not None and not user.server:
                self.apply(NameForgotten(oldest.casefolded), oldest.casefolded, now)

    # --- Rooms

    def add_room(self, change: RoomCreated, now: float) -> None:
        """Let there be a room whose name is free."""
        self.apply(change, change.name, now)
        self._expiry.room_empty(now)
        self._arrange()

    def rule(self, room: Room, rules: RoomRules, now: float) -> None:
        """Let a room be run by these rules."""
        if self.apply(RoomRuled(room.casefolded, rules), room.name, now):
            self._ledger.note(
                RoomRecord(
                    room.casefolded, room.name, str(room.creator), room.site, rules.encode()
                )
            )

    def charge_telling(self, room: Room, user: User, now: float) -> None:
        """Note that a user has caused all members to be told something."""
        self._telling.charge(user, now, room.holders)

    def wait(self, host: str, now: float, *, keyed: bool) -> float:
        """Seconds until a user at this host address may come into another room."""
        return self._telling.wait(host, now, keyed=keyed)

    def join_room(self, name: str, user: User, now: float) -> Ground | None:
        """Take a user into this room, or, if it is there, tell it the roster again. One
        without a key leaves the room that it was in."""
        room = self._available.room(name)
        if room is None:
            return Ground.NO_ROOM
        if room in user.rooms:
            self._renew(room, user)
            return None
        if not room.let_in(user):
            return Ground.BANNED if room.rules.bans(user.fingerprint) else Ground.PRIVATE
        if len(room.members) >= self._bounds.members:
            return Ground.FULL
        if user.fingerprint and len(user.rooms) >= self._bounds.rooms_joined:
            return Ground.MANY
        if self.wait(user.address[0], now, keyed=bool(user.fingerprint)):
            return Ground.OTHER
        left = () if user.fingerprint else user.rooms
        for other in left:
            self.apply(RoomLeft(user.who, other.casefolded), user.name, now)
        self.apply(RoomJoined(user.who, room.casefolded), user.name, now)
        for other in left:
            self._shrunk(other, user, now)
        # Those who come go again, which is not to wait.
        self._telling.charge(user, now, 2 * caused(room))
        self._came(room, user, now)
        return None

    def take_in(self, room: Room, user: User, now: float) -> None:
        """Somebody is in this room whom another server serves, which has let it in."""
        if self.apply(RoomJoined(user.who, room.casefolded), user.name, now):
            self._came(room, user, now)

    def _came(self, room: Room, user: User, now: float) -> None:
        self._rosters.came(room, user, now)
        self._arrange()

    def leave_room(self, room: Room, user: User, now: float, how: Leaving = Leaving.LEFT) -> None:
        """Take a member out of this room, and tell it how."""
        self.apply(RoomLeft(user.who, room.casefolded), user.name, now)
        self._shrunk(room, user, now)
        self._put_out(room, user, how)

    def leave_no_room(self, user: User) -> None:
        """Tell a user without a key, who is in no room, that it is in none."""
        self._put_out(None, user, Leaving.LEFT)

    def empty_room(self, room: Room, now: float, how: Leaving, keep: User | None = None) -> None:
        """Take everybody out of a room, or everybody else, and tell them how."""
        self._rosters.emptied(room)
        for member in list(room.members):
            user = member.user
            if user is not keep:
                self.apply(RoomLeft(user.who, room.casefolded), user.name, now)
                self._put_out(room, user, how)
        if keep is not None and room in keep.rooms:
            self._renew(room, keep)
        self._room_emptied(room)

    def close_room(self, room: Room, now: float) -> None:
        """Let there be no such room any more."""
        self.empty_room(room, now, Leaving.CLOSED)
        self.drop_room(room, now)

    # --- Changes

    def apply(self, change: Change, name: str, now: float) -> bool:
        """Carry out a change, and announce it if it took effect."""
        took_effect = self._directory.apply(change, now)
        if took_effect:
            if isinstance(change, NameForgotten):
                self._ledger.note(NameFreed(change.casefolded))
            self._announce(change, name)
        return took_effect

    def drop_room(self, room: Room, now: float) -> bool:
        """Let there be no such room any more, in which nobody is."""
        dropped = self.apply(RoomGone(room.casefolded), room.name, now)
        if dropped and isinstance(room.creator, str):
            self._ledger.note(RoomFreed(room.casefolded))
        return dropped

    # --- Who is told

    def _renew(self, room: Room, user: User) -> None:
        self._rosters.renew(room, user)

    def _put_out(self, room: Room | None, user: User, how: Leaving) -> None:
        self._rosters.put_out(room, user, how)
        if user.server and room is not None:
            self.put_out_elsewhere(room, user, how)

    def _shrunk(self, room: Room, user: User, now: float) -> None:
        self._rosters.went(room, user, now)
        self._room_emptied(room)
        self._arrange()

    def _room_emptied(self, room: Room) -> None:
        if len(room.members) == 0:
            self._expiry.room_empty(room.emptied)
            self._arrange()

    def _arrange(self) -> None:
        # Not a property: it is read for every datagram, and seldom changes.
        self.wake = min(self._expiry.wake, self._rosters.wake)
        self._soonest.by(self.wake)

    def _expire(self, now: float) -> None:
        for gone in self._expiry.over(now):
            match gone:
                case User():
                    if gone.server:  # Whose sign of life comes to that one.
                        self._directory.apply(Heard(gone.address), now)
                    else:
                        self.depart(gone, now, expired=True)
                case Room():
                    self.drop_room(gone, now)
                case KeptName():
                    self.apply(NameForgotten(gone.casefolded), gone.casefolded, now)
