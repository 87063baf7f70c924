"""The address book: users, rooms, and who is in which room.

Everything that happens to it is a `Change`, and `Directory.apply` is the one
place that carries a change out. It is deterministic: the same changes with
the same times, in the same order, give the same directory. A change that does
not apply (a name that was taken meanwhile) changes nothing and says so.

Every step takes constant time, whatever the number of users and rooms, and no
step takes long where a structure grows. Times (`now`) are seconds on any clock
that does not run backwards.
"""

from collections import OrderedDict
from operator import attrgetter

from twisted_chat.addresses import Address, site
from twisted_chat.directory.changes import (
    Change,
    Departed,
    Heard,
    Moved,
    NameForgotten,
    Registered,
    RoomCreated,
    RoomGiven,
    RoomGone,
    RoomJoined,
    RoomLeft,
)
from twisted_chat.directory.entries import HeldName, KeyHolder, Member, Room, User, Who
from twisted_chat.directory.held import HeldNames
from twisted_chat.directory.queue import Queue
from twisted_chat.directory.roll import Roll
from twisted_chat.directory.shards import Shards

__all__ = [
    "Change", "Departed", "Directory", "Heard", "HeldName", "KeyHolder", "Member", "Moved",
    "NameForgotten", "Registered", "Room", "RoomCreated", "RoomGiven", "RoomGone", "RoomJoined",
    "RoomLeft", "User", "Who",
]  # fmt: skip


class Directory:
    """Users by address, by fingerprint and by name, rooms by name."""

    def __init__(self) -> None:
        # Who is at a site: one user of generation 1, or several by what they are known by.
        # Most are alone, and an index by address besides would be a tenth of all memory.
        self._sites: Shards[str, User | dict[Who, User]] = Shards()
        # Those of generation 1, in the order in which they were last heard.
        self._silent: Queue[User] = Queue()
        # In the order in which they became empty.
        self._empty: OrderedDict[str, Room] = OrderedDict()
        self.users: Shards[str, User] = Shards()
        self.holders: Shards[str, KeyHolder] = Shards()
        self.held = HeldNames()
        self.rooms: Roll[str, Room] = Roll(attrgetter("key"))
        self._apply = {
            Registered: self._register,
            Heard: self._hear,
            Moved: self._move,
            Departed: self._depart,
            NameForgotten: self._forget_name,
            RoomCreated: self._create_room,
            RoomJoined: self._join_room,
            RoomLeft: self._leave_room,
            RoomGiven: self._give_room,
            RoomGone: self._close_room,
        }

    def apply(self, change: Change, now: float) -> bool:
        """Carry out one change. False if it did not apply, and then nothing has changed."""
        return self._apply[type(change)](change, now)  # type: ignore[operator]

    # --- Look-ups

    def user_at(self, address: Address) -> User | None:
        """The user of generation 1 at this address: who has a key does not speak in datagrams."""
        here = self._sites.get(site(address[0]))
        if type(here) is dict:
            return here.get(address)
        return here if here is not None and here.address == address else None  # type: ignore[union-attr,return-value]

    def user(self, who: Who) -> User | None:
        return self.holders.get(who) if isinstance(who, str) else self.user_at(who)

    def users_at_site(self, host: str) -> int:
        """How many users are registered from where this host address belongs."""
        here = self._sites.get(site(host))
        return len(here) if isinstance(here, dict) else int(here is not None)

    def is_free(self, key: str, fingerprint: str = "") -> bool:
        """Whether somebody with this fingerprint, or without a key, can have the name."""
        held = self.held.get(key)
        return key not in self.users and (held is None or held.fingerprint == fingerprint)

    def longest_silent(self) -> User | None:
        """The user of generation 1 who has not been heard for the longest time."""
        return self._silent.first()

    def longest_absent(self) -> HeldName | None:
        """The name that has been kept for the longest time."""
        return self.held.first()

    def longest_absent_from(self, host: str) -> HeldName | None:
        """The same, of those whose holders went from where this host address belongs."""
        return self.held.first_at(site(host))

    def names_at_site(self, host: str) -> int:
        """How many names are kept for those who went from there."""
        return self.held.count_at(site(host))

    def longest_empty(self) -> Room | None:
        """The room that has been empty for the longest time."""
        return next(iter(self._empty.values()), None)

    # --- Changes

    def _register(self, change: Registered, now: float) -> bool:
        if self.user(change.who) or not self.is_free(change.key, change.fingerprint):
            return False
        if change.fingerprint:
            user: User = self._let_in(change, now)
        else:
            user = User(change.address, change.name, change.key, now)
            self._silent.append(user)
        self.users.set(user.key, user)
        self._settle(user)
        return True

    def _let_in(self, change: Registered, now: float) -> KeyHolder:
        address, name, key = change.address, change.name, change.key
        user = KeyHolder(address, name, key, now, fingerprint=change.fingerprint)
        self.holders.set(user.fingerprint, user)
        self._forget_name(NameForgotten(key), now)
        return user

    def _hear(self, change: Heard, now: float) -> bool:
        user = self.user_at(change.who)
        if user is None:
            return False
        user.heard = now
        self._silent.remove(user)
        self._silent.append(user)
        return True

    def _move(self, change: Moved, now: float) -> bool:
        user = self.holders.get(change.fingerprint)
        if user is None or user.address == change.address:
            return False
        self._unsettle(user)
        user.address = change.address
        self._settle(user)
        return True

    def _depart(self, change: Departed, now: float) -> bool:
        user = self.user(change.who)
        if user is None:
            return False
        self._take_out(user, now)
        self._unsettle(user)
        self.users.discard(user.key)
        if isinstance(user, KeyHolder):
            self.holders.discard(user.fingerprint)
            left = site(user.address[0])
            self.held.add(HeldName(user.key, user.fingerprint, left, now))
        else:
            self._silent.remove(user)
        return True

    def _forget_name(self, change: NameForgotten, now: float) -> bool:
        return self.held.discard(change.key)

    def _create_room(self, change: RoomCreated, now: float) -> bool:
        if change.key in self.rooms:
            return False
        room = Room(change.name, change.key, change.creator, Roll(attrgetter("user.key")), now)
        self.rooms.add(room)
        self._empty[room.key] = room
        return True

    def _join_room(self, change: RoomJoined, now: float) -> bool:
        user, room = self.user(change.who), self.rooms.get(change.key)
        if user is None or room is None or user.room is room:
            return False
        self._take_out(user, now)
        user.room = room
        room.members.add(Member(user))
        room.holders += isinstance(user, KeyHolder)
        self._empty.pop(room.key, None)
        return True

    def _leave_room(self, change: RoomLeft, now: float) -> bool:
        user = self.user(change.who)
        return user is not None and self._take_out(user, now)

    def _give_room(self, change: RoomGiven, now: float) -> bool:
        room, heir = self.rooms.get(change.key), self.holders.get(change.fingerprint)
        if room is None or heir is None or heir.room is not room:
            return False
        room.creator = heir.fingerprint
        return True

    def _close_room(self, change: RoomGone, now: float) -> bool:
        room = self.rooms.get(change.key)
        if room is None or len(room.members):
            return False
        self.rooms.discard(room.key)
        del self._empty[room.key]
        return True

    # --- What several changes have in common

    def _settle(self, user: User) -> None:
        owner, who = site(user.address[0]), user.who
        here = self._sites.get(owner)
        if isinstance(here, dict):
            here[who] = user
        elif here is not None:
            self._sites.set(owner, {here.address: here, who: user})
        else:
            self._sites.set(owner, {who: user} if isinstance(user, KeyHolder) else user)

    def _unsettle(self, user: User) -> None:
        owner = site(user.address[0])
        here = self._sites.get(owner)
        if isinstance(here, dict):
            del here[user.who]
            if len(here) > 1:
                return
            for last in here.values():
                if not isinstance(last, KeyHolder):
                    self._sites.set(owner, last)
                return
        self._sites.discard(owner)

    def _take_out(self, user: User, now: float) -> bool:
        room = user.room
        if room is None:
            return False
        user.room = None
        room.members.discard(user.key)
        room.holders -= isinstance(user, KeyHolder)
        if not room.members:
            room.emptied = now
            self._empty[room.key] = room
        return True
