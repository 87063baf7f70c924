"""What happens to the address book, and that everybody concerned is told: for both generations."""

from collections.abc import Callable
from contextlib import suppress

from twisted_chat.addresses import site
from twisted_chat.directory.directory import (
    Change,
    Departed,
    Directory,
    Moved,
    NameForgotten,
    Registered,
    Room,
    RoomCreated,
    RoomGone,
    RoomJoined,
    RoomLeft,
    User,
)
from twisted_chat.errors import NameRefused
from twisted_chat.likeness import twins
from twisted_chat.moments import NEVER
from twisted_chat.names import key
from twisted_chat.rate import Rate
from twisted_chat.server.bounds import SMALL_ROOM, TELL_BURST, TELL_RATE, Bounds
from twisted_chat.server.nearby import Nearby
from twisted_chat.server.notices import Notices, contact
from twisted_chat.server.pacing import Pacing
from twisted_chat.server.rosters import Rosters

EXPIRED_AT_ONCE = 32
"""Users, rooms or names that are dropped in one go, before others are heard again."""
PAUSE = 0.001
"""Seconds until the next go, where more has expired."""


class Household:
    """Users come and go, and so do rooms. `wake` is when `tick` is due.

    Members of generation 1 are told through `pacing`, those of generation 2
    through `notices`; every change that took effect is told to `announce`,
    with the name that it is about.
    """

    def __init__(
        self,
        directory: Directory,
        bounds: Bounds,
        pacing: Pacing,
        notices: Notices,
        announce: Callable[[Change, str], None],
        nearby: Nearby,
    ) -> None:
        self._directory = directory
        self._bounds = bounds
        self._pacing = pacing
        self._rosters = Rosters(pacing, nearby)
        self._notices = notices
        self._announce = announce
        self._telling = Rate(TELL_RATE if bounds.rate else 0, TELL_BURST)
        self._expiry = NEVER
        self.wake = NEVER

    def tick(self, now: float) -> None:
        """Do what has become due: expiry and what was gathered."""
        self._rosters.tick(now)
        self._notices.tick(now)
        if now >= self._expiry:
            self._expire(now)
        self._arrange()

    # --- Users

    def find(self, name: str) -> User | None:
        """The user of this name, in any case of letters."""
        with suppress(NameRefused):
            return self._directory.users.get(key(name, self._bounds.name))
        return None

    def is_free(self, name: str, name_key: str, fingerprint: str = "") -> bool:
        """Whether this name may be registered: it is nobody else's, and not drawn like
        one that is."""
        is_free = self._directory.is_free
        return is_free(name_key, fingerprint) and (
            name.isascii() or all(is_free(twin, fingerprint) for twin in twins(name))
        )

    def is_full(self, host: str) -> bool:
        """Whether no more users with a key can come from this host address. Those of
        its site who have none cannot keep them out of their share."""
        bounds, directory = self._bounds, self._directory
        share = bounds.users_per_host - bounds.without_key(bounds.users_per_host)
        return len(directory.users) >= bounds.users or (
            directory.users_at_site(host) >= bounds.users_per_host
            and directory.holders_at_site(host) >= share
        )

    def make_place(self, host: str, now: float) -> bool:
        """See that somebody without a key can come from this host address. Where all of
        theirs are here, one of the site that has most of them goes. False if none can."""
        bounds, directory = self._bounds, self._directory
        if directory.users_at_site(host) >= bounds.users_per_host:
            return False
        count = len(directory.users)
        without_key = count - len(directory.holders)
        if count < bounds.users and without_key < bounds.without_key(bounds.users):
            return True
        goes = directory.first_to_lose_its_place()
        if goes is None:
            return False
        self.depart(goes, now, expired=True)
        return True

    def register(self, change: Registered, now: float) -> None:
        """Somebody comes whose name is free."""
        self.apply(change, change.name, now)
        if not change.fingerprint:
            self._expire_by(now + self._bounds.user_ttl)

    def move(self, user: User, change: Moved, now: float) -> None:
        """A user of generation 2 is somewhere else now. It gets its room's whole
        roster, for it is told of no change that it is itself."""
        before = contact(user)
        if self.apply(change, user.name, now) and user.room is not None:
            self._telling.charge(user.address[0], now, _caused(user.room))
            self._rosters.changed(user.room, now)
            self._notices.moved(user.room, user, before, now)
            self._notices.renew(user.room, user)
            self._arrange()

    def depart(self, user: User, now: float, *, expired: bool = False) -> None:
        """Somebody goes, from the room too."""
        if not user.fingerprint:
            self._pacing.cancel(user.address)
        if user.room is not None:
            self.leave_room(user, now)
        elif expired:
            self._rosters.clear(user)  # All that the original understands of it.
        self.apply(Departed(user.who, expired), user.name, now)
        if user.fingerprint:
            self._expire_by(now + self._bounds.name_ttl)
            self._forget_one_too_many(user.address[0], now)

    def _forget_one_too_many(self, host: str, now: float) -> None:
        """One more name is kept for who went from this host: its site loses its
        own first, before anybody elsewhere does."""
        directory, bounds = self._directory, self._bounds
        oldest = None
        if directory.names_at_site(host) > bounds.names_per_host:
            oldest = directory.longest_absent_from(host)
        elif len(directory.held) > bounds.names:
            oldest = directory.longest_absent()
        if oldest is not None:
            self.apply(NameForgotten(oldest.key), oldest.key, now)

    # --- Rooms

    def can_own(self, user: User) -> bool:
        """Whether one more room can be this user's."""
        bounds, owners = self._bounds, self._directory.owners
        return (
            owners.of(user.who) < bounds.rooms_per_user
            and owners.at(site(user.address[0])) < bounds.rooms_per_host
        )

    def create_room(self, name: str, creator: User, now: float) -> bool:
        """Let there be this room, if there can be. True also where this creator has it."""
        try:
            room_key = key(name, self._bounds.name)
        except NameRefused:
            return False
        room = self._directory.rooms.get(room_key)
        if room is not None:
            return room.creator == creator.who
        if not self.can_own(creator) or not self._make_room(creator, now):
            return False
        self.apply(RoomCreated(name, room_key, creator.who), name, now)
        self._expire_by(now + self._bounds.room_ttl)
        return True

    def _make_room(self, creator: User, now: float) -> bool:
        """See that there can be one more room. Where those without a key have all of
        theirs, the one goes that has been empty for the longest time."""
        bounds, directory = self._bounds, self._directory
        count, theirs = len(directory.rooms), directory.owners.without_key
        if count < bounds.rooms and (
            creator.fingerprint or theirs < bounds.without_key(bounds.rooms)
        ):
            return True
        goes = None if creator.fingerprint else directory.longest_empty_without_key()
        if goes is None:
            return False
        return self.apply(RoomGone(goes.key), goes.name, now)

    def wait(self, host: str, now: float) -> float:
        """Seconds until a user at this host address may come into another room, after
        all that those of its site have caused by coming and going."""
        return self._telling.wait(host, now)

    def join_room(self, name: str, user: User, now: float) -> bool:
        """Take a user into this room, or, if it is there, tell it the roster again.
        False where there is no such room, it is full, or the user has to wait."""
        try:
            room = self._directory.rooms.get(key(name, self._bounds.name))
        except NameRefused:
            return False
        left = user.room
        if room is None:
            return False
        if left is not room and (
            len(room.members) >= self._bounds.members or self.wait(user.address[0], now)
        ):
            return False
        if self.apply(RoomJoined(user.who, room.key), user.name, now):
            if left is not None:
                self._shrunk(left, user, now)
            # Whoever comes goes again, which is not to wait.
            self._telling.charge(user.address[0], now, 2 * _caused(room))
            self._rosters.grown(room, user)
            self._notices.came(room, user, now)
            self._arrange()
        else:
            self._rosters.renew(room, user)
        self._notices.renew(room, user)
        return True

    def leave_room(self, user: User, now: float) -> None:
        """Take a user out of its room, if it is in one, and tell it so anyway."""
        room = user.room
        if room is not None:
            self.apply(RoomLeft(user.who), user.name, now)
            self._shrunk(room, user, now)
        self._rosters.clear(user)
        self._notices.put_out(room, user)

    def empty_room(self, room: Room, now: float, keep: User | None = None) -> None:
        """Take everybody out of a room, or everybody else."""
        self._notices.forget(room)
        for member in list(room.members):
            user = member.user
            if user is not keep:
                self.apply(RoomLeft(user.who), user.name, now)
                self._rosters.clear(user)
                self._notices.put_out(room, user)
        if keep is not None:
            self._notices.renew(room, keep)
        self._room_emptied(room)

    def close_room(self, room: Room, now: float) -> None:
        """Let there be no such room any more."""
        self.empty_room(room, now)
        self.apply(RoomGone(room.key), room.name, now)

    # --- Changes

    def apply(self, change: Change, name: str, now: float) -> bool:
        """Carry out a change, and announce it if it took effect."""
        took_effect = self._directory.apply(change, now)
        if took_effect:
            self._announce(change, name)
        return took_effect

    def _shrunk(self, room: Room, user: User, now: float) -> None:
        self._rosters.changed(room, now)
        self._notices.went(room, user, now)
        self._room_emptied(room)
        self._arrange()

    def _room_emptied(self, room: Room) -> None:
        if not room.members:
            self._expire_by(room.emptied + self._bounds.room_ttl)

    def _expire_by(self, due: float) -> None:
        self._expiry = min(self._expiry, due)
        self._arrange()

    def _arrange(self) -> None:
        # Not a property: it is read for every datagram, and seldom changes.
        self.wake = min(self._expiry, self._rosters.wake, self._notices.wake)

    def _expire(self, now: float) -> None:
        directory, bounds = self._directory, self._bounds
        for _ in range(EXPIRED_AT_ONCE):
            user, room = directory.longest_silent(), directory.longest_empty()
            held = directory.longest_absent()
            if user is not None and user.heard + bounds.user_ttl <= now:
                self.depart(user, now, expired=True)
            elif room is not None and room.emptied + bounds.room_ttl <= now:
                self.apply(RoomGone(room.key), room.name, now)
            elif held is not None and held.since + bounds.name_ttl <= now:
                self.apply(NameForgotten(held.key), held.key, now)
            else:
                self._expiry = min(
                    user.heard + bounds.user_ttl if user else NEVER,
                    room.emptied + bounds.room_ttl if room else NEVER,
                    held.since + bounds.name_ttl if held else NEVER,
                )
                return
        self._expiry = now + PAUSE


def _caused(room: Room) -> int:
    """Messages to others that one change of this room causes, before they are gathered."""
    count = len(room.members)
    without_key = count - room.holders
    return room.holders + without_key * (count if count <= SMALL_ROOM else 1)
