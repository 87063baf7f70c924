"""The address book: users, rooms, and who is in which rooms.

Everything that happens to it is a `Change`, and `Directory.apply` is the one
place that carries a change out. It is deterministic: the same changes with
the same times, in the same order, give the same directory. A change that does
not apply (a name that was taken meanwhile) changes nothing and says so.

Every step takes constant time, whatever the number of users and rooms, and no
step takes long where a structure grows. Times (`now`) are seconds on any clock
that does not run backwards.
"""

from collections import OrderedDict
from collections.abc import Callable
from operator import attrgetter

from twisted_chat.addresses import site
from twisted_chat.directory.changes import (
    Change,
    Departed,
    Heard,
    Moved,
    NameForgotten,
    NameKept,
    NamesKept,
    Registered,
    RoomCreated,
    RoomGiven,
    RoomGone,
    RoomJoined,
    RoomLeft,
    RoomRuled,
    ServedBy,
)
from twisted_chat.directory.entries import KeptName, KeyHolder, Member, Room, User, Who
from twisted_chat.directory.index import Index
from twisted_chat.directory.kept_names import KeptNames
from twisted_chat.directory.queue import Queue
from twisted_chat.directory.room_counts import RoomCounts
from twisted_chat.directory.shards import Shards
from twisted_chat.directory.sites import Sites

__all__ = [
    "Change", "Departed", "Directory", "Heard", "KeptName", "KeyHolder", "Member", "Moved",
    "NameForgotten", "NameKept", "NamesKept", "Registered", "Room", "RoomCreated", "RoomGiven",
    "RoomGone", "RoomJoined", "RoomLeft", "RoomRuled", "ServedBy", "User",
    "Who",
]  # fmt: skip


class Directory:
    """Users by address, by fingerprint and by name, rooms by name."""

    def __init__(self) -> None:
        self._sites = Sites()
        self.user_at = self._sites.user_at
        """The user of generation 1 at this address: who has a key does not speak in datagrams."""
        # Those of generation 1, in the order in which they were last heard.
        self._silent: Queue[User] = Queue()
        # In the order in which they became empty.
        self._empty: OrderedDict[str, Room] = OrderedDict()
        # The same, of those that somebody without a key created.
        self._empty_without_key: OrderedDict[str, Room] = OrderedDict()
        self.room_counts = RoomCounts()
        self.users: Shards[str, User] = Shards()
        self.holders: Shards[str, KeyHolder] = Shards()
        self.kept_names = KeptNames()
        self.rooms: Index[str, Room] = Index(attrgetter("casefolded"))
        self._apply: dict[type[Change], Callable[..., bool]] = {
            Registered: self._register,
            Heard: self._hear,
            Moved: self._move,
            ServedBy: self._serve,
            Departed: self._depart,
            NameForgotten: self._forget_name,
            NameKept: self._keep_name,
            NamesKept: self._keep_names,
            RoomCreated: self._create_room,
            RoomJoined: self._join_room,
            RoomLeft: self._leave_room,
            RoomGiven: self._give_room,
            RoomRuled: self._rule_room,
            RoomGone: self._close_room,
        }

    def apply(self, change: Change, now: float) -> bool:
        """Carry out one change. False if it did not apply, and then nothing has changed."""
        return self._apply[type(change)](change, now)

    # --- Look-ups

    def user(self, who: Who) -> User | None:
        return self.holders.get(who) if isinstance(who, str) else self.user_at(who)

    def users_at_site(self, host: str) -> int:
        """How many users are registered from where this host address belongs."""
        return self._sites.count(host)

    def holders_at_site(self, host: str) -> int:
        """How many of them have a key."""
        return self._sites.count_holders(host)

    def is_free(self, casefolded: str, fingerprint: str = "") -> bool:
        """Whether somebody with this fingerprint, or without a key, can have the name."""
        kept = self.kept_names.get(casefolded)
        return casefolded not in self.users and (kept is None or kept.fingerprint == fingerprint)

    def longest_silent(self) -> User | None:
        """The user of generation 1 who has not been heard for the longest time."""
        return self._silent.first()

    def first_to_lose_its_place(self) -> User | None:
        """The longest silent user of generation 1 at the site that has the most of them."""
        found = self._sites.silent_at_largest()
        return self._silent.first() if found is None else found

    def longest_absent(self) -> KeptName | None:
        """The name that has been kept for the longest time."""
        return self.kept_names.first()

    def longest_absent_from(self, host: str) -> KeptName | None:
        """The same, of those whose holders went from where this host address belongs."""
        return self.kept_names.first_at(site(host))

    def names_at_site(self, host: str) -> int:
        """How many names are kept for those who went from there."""
        return self.kept_names.count_at(site(host))

    def longest_empty(self) -> Room | None:
        """The room that has been empty for the longest time."""
        return next(iter(self._empty.values()), None)

    def longest_empty_without_key(self) -> Room | None:
        """The same, of those that somebody without a key created."""
        return next(iter(self._empty_without_key.values()), None)

    # --- Changes

    def _register(self, change: Registered, now: float) -> bool:
        if self.user(change.who) or not self.is_free(change.casefolded, change.fingerprint):
            return False
        if change.fingerprint:
            user: User = self._let_in(change, now)
        else:
            user = User(change.address, change.name, change.casefolded, now)
            user.server = change.server
            self._silent.append(user)
        self.users.set(user.casefolded, user)
        self._sites.add(user)
        return True

    def _let_in(self, change: Registered, now: float) -> KeyHolder:
        address, name, casefolded = change.address, change.name, change.casefolded
        user = KeyHolder(address, name, casefolded, now, fingerprint=change.fingerprint)
        user.server = change.server
        self.holders.set(user.fingerprint, user)
        self._forget_name(NameForgotten(casefolded), now)
        return user

    def _hear(self, change: Heard, now: float) -> bool:
        user = self.user_at(change.who)
        if user is None:
            return False
        user.heard = now
        self._silent.remove(user)
        self._silent.append(user)
        self._sites.heard(user)
        return True

    def _move(self, change: Moved, now: float) -> bool:
        user = self.holders.get(change.fingerprint)
        if user is None or user.address == change.address:
            return False
        self._sites.remove(user)
        user.address = change.address
        self._sites.add(user)
        return True

    def _serve(self, change: ServedBy, now: float) -> bool:
        user = self.user(change.who)
        if user is None or user.server == change.server:
            return False
        user.server = change.server
        return True

    def _depart(self, change: Departed, now: float) -> bool:
        user = self.user(change.who)
        if user is None:
            return False
        for room in user.rooms:
            self._take_out(user, room, now)
        self._sites.remove(user)
        self.users.discard(user.casefolded)
        if isinstance(user, KeyHolder):
            self.holders.discard(user.fingerprint)
            left = site(user.address[0])
            self.kept_names.add(KeptName(user.casefolded, user.fingerprint, left, now))
        else:
            self._silent.remove(user)
        return True

    def _forget_name(self, change: NameForgotten, now: float) -> bool:
        return self.kept_names.discard(change.casefolded)

    def _keep_name(self, change: NameKept, now: float) -> bool:
        casefolded, fingerprint, at = change
        return casefolded not in self.users and self.kept_names.add(
            KeptName(casefolded, fingerprint, at, now)
        )

    def _keep_names(self, change: NamesKept, now: float) -> bool:
        return not self.users.has_any(change.casefolded) and self.kept_names.add_all(
            list(map(KeptName, *change))
        )

    def _create_room(self, change: RoomCreated, now: float) -> bool:
        if change.casefolded in self.rooms:
            return False
        creator = self.user(change.creator)
        at = site(creator.address[0]) if creator is not None else change.site
        members: Index[str, Member] = Index(attrgetter("user.casefolded"))
        room = Room(
            change.name, change.casefolded, change.creator, at, members, now, rules=change.rules
        )
        self.rooms.add(room)
        self.room_counts.add(room)
        self._vacate(room)
        return True

    def _join_room(self, change: RoomJoined, now: float) -> bool:
        user, room = self.user(change.who), self.rooms.get(change.casefolded)
        if user is None or room is None or user.casefolded in room.members:
            return False
        user.rooms += (room,)
        room.members.add(Member(user))
        room.holders += isinstance(user, KeyHolder)
        self._occupy(room)
        return True

    def _leave_room(self, change: RoomLeft, now: float) -> bool:
        user, room = self.user(change.who), self.rooms.get(change.casefolded)
        if user is None or room is None or user.casefolded not in room.members:
            return False
        self._take_out(user, room, now)
        return True

    def _give_room(self, change: RoomGiven, now: float) -> bool:
        room, heir = self.rooms.get(change.casefolded), self.holders.get(change.fingerprint)
        at = change.site
        if not at and heir is not None and room is not None and heir.casefolded in room.members:
            at = site(heir.address[0])
        if room is None or not at:
            return False
        self.room_counts.remove(room)
        room.creator, room.site = change.fingerprint, at
        self.room_counts.add(room)
        return True

    def _rule_room(self, change: RoomRuled, now: float) -> bool:
        room = self.rooms.get(change.casefolded)
        if room is None or room.rules == change.rules:
            return False
        room.rules = change.rules
        return True

    def _close_room(self, change: RoomGone, now: float) -> bool:
        room = self.rooms.get(change.casefolded)
        if room is None or len(room.members):
            return False
        self.rooms.discard(room.casefolded)
        self.room_counts.remove(room)
        self._occupy(room)
        return True

    # --- What several changes have in common

    def _take_out(self, user: User, room: Room, now: float) -> None:
        user.rooms = tuple(other for other in user.rooms if other is not room)
        room.members.discard(user.casefolded)
        room.holders -= isinstance(user, KeyHolder)
        if len(room.members) == 0:
            room.emptied = now
            self._vacate(room)

    def _vacate(self, room: Room) -> None:
        self._empty[room.casefolded] = room
        if not isinstance(room.creator, str):
            self._empty_without_key[room.casefolded] = room

    def _occupy(self, room: Room) -> None:
        self._empty.pop(room.casefolded, None)
        self._empty_without_key.pop(room.casefolded, None)
