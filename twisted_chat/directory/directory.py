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
from dataclasses import dataclass
from operator import attrgetter

from twisted_chat.addresses import Address, site
from twisted_chat.directory.queue import Place, Queue
from twisted_chat.directory.roll import Roll
from twisted_chat.directory.shards import Shards


@dataclass(eq=False, slots=True)
class User(Place):
    """Somebody who is registered. `key` is what the name is compared by."""

    address: Address
    name: str
    key: str
    heard: float
    room: "Room | None" = None


@dataclass(eq=False, slots=True)
class Member:
    """A user's stay in one room."""

    user: User

    @property
    def address(self) -> Address:
        return self.user.address


@dataclass(eq=False, slots=True)
class Room:
    """A room, whoever is in it. `creator` is the address that it was created from."""

    name: str
    key: str
    creator: Address
    members: Roll[Address, Member]
    emptied: float


# --- What can happen


@dataclass(frozen=True, slots=True)
class Registered:
    """A user came. Does not apply if the address or the key is taken."""

    address: Address
    name: str
    key: str


@dataclass(frozen=True, slots=True)
class Heard:
    """A sign of life from a user."""

    address: Address


@dataclass(frozen=True, slots=True)
class Departed:
    """A user is gone, from the room too; `expired` when it was silence that said so."""

    address: Address
    expired: bool = False


@dataclass(frozen=True, slots=True)
class RoomCreated:
    """There is a new room, nobody in it. Does not apply if the key is taken."""

    name: str
    key: str
    creator: Address


@dataclass(frozen=True, slots=True)
class RoomJoined:
    """A user is in this room now, and in no other."""

    address: Address
    key: str


@dataclass(frozen=True, slots=True)
class RoomLeft:
    """A user is in no room any more."""

    address: Address


@dataclass(frozen=True, slots=True)
class RoomGone:
    """A room has stayed empty for too long. Does not apply if somebody is in it."""

    key: str


Change = Registered | Heard | Departed | RoomCreated | RoomJoined | RoomLeft | RoomGone


class Directory:
    """Users by address and by name, rooms by name."""

    def __init__(self) -> None:
        # Who is at a site: one user, or several by address. Most are alone,
        # and an index by address besides would be a tenth of all memory.
        self._sites: Shards[str, User | dict[Address, User]] = Shards()
        # In the order in which they were last heard.
        self._silent: Queue[User] = Queue()
        # In the order in which they became empty.
        self._empty: OrderedDict[str, Room] = OrderedDict()
        self.users: Shards[str, User] = Shards()
        self.rooms: Roll[str, Room] = Roll(attrgetter("key"))
        self._apply = {
            Registered: self._register,
            Heard: self._hear,
            Departed: self._depart,
            RoomCreated: self._create_room,
            RoomJoined: self._join_room,
            RoomLeft: self._leave_room,
            RoomGone: self._close_room,
        }

    def apply(self, change: Change, now: float) -> bool:
        """Carry out one change. False if it did not apply, and then nothing has changed."""
        return self._apply[type(change)](change, now)  # type: ignore[operator]

    # --- Look-ups

    def user_at(self, address: Address) -> User | None:
        here = self._sites.get(site(address[0]))
        if type(here) is dict:
            return here.get(address)
        return here if here is not None and here.address == address else None  # type: ignore[union-attr,return-value]

    def users_at_site(self, host: str) -> int:
        """How many users are registered from where this host address belongs."""
        here = self._sites.get(site(host))
        return len(here) if isinstance(here, dict) else int(here is not None)

    def longest_silent(self) -> User | None:
        """The user who has not been heard for the longest time."""
        return self._silent.first()

    def longest_empty(self) -> Room | None:
        """The room that has been empty for the longest time."""
        return next(iter(self._empty.values()), None)

    # --- Changes

    def _register(self, change: Registered, now: float) -> bool:
        address = change.address
        if self.user_at(address) or change.key in self.users:
            return False
        user = User(address, change.name, change.key, now)
        self.users.set(user.key, user)
        self._silent.append(user)
        owner = site(address[0])
        here = self._sites.get(owner)
        if here is None:
            self._sites.set(owner, user)
        elif isinstance(here, dict):
            here[address] = user
        else:
            self._sites.set(owner, {here.address: here, address: user})
        return True

    def _hear(self, change: Heard, now: float) -> bool:
        user = self.user_at(change.address)
        if user is None:
            return False
        user.heard = now
        self._silent.remove(user)
        self._silent.append(user)
        return True

    def _depart(self, change: Departed, now: float) -> bool:
        user = self.user_at(change.address)
        if user is None:
            return False
        self._take_out(user, now)
        self._silent.remove(user)
        self.users.discard(user.key)
        owner = site(change.address[0])
        here = self._sites.get(owner)
        if isinstance(here, dict):
            del here[user.address]
            if len(here) == 1:
                self._sites.set(owner, *here.values())
        else:
            self._sites.discard(owner)
        return True

    def _create_room(self, change: RoomCreated, now: float) -> bool:
        if change.key in self.rooms:
            return False
        room = Room(change.name, change.key, change.creator, Roll(attrgetter("address")), now)
        self.rooms.add(room)
        self._empty[room.key] = room
        return True

    def _join_room(self, change: RoomJoined, now: float) -> bool:
        user, room = self.user_at(change.address), self.rooms.get(change.key)
        if user is None or room is None or user.room is room:
            return False
        self._take_out(user, now)
        user.room = room
        room.members.add(Member(user))
        self._empty.pop(room.key, None)
        return True

    def _leave_room(self, change: RoomLeft, now: float) -> bool:
        user = self.user_at(change.address)
        return user is not None and self._take_out(user, now)

    def _close_room(self, change: RoomGone, now: float) -> bool:
        room = self.rooms.get(change.key)
        if room is None or len(room.members):
            return False
        self.rooms.discard(room.key)
        del self._empty[room.key]
        return True

    def _take_out(self, user: User, now: float) -> bool:
        room = user.room
        if room is None:
            return False
        user.room = None
        room.members.discard(user.address)
        if not room.members:
            room.emptied = now
            self._empty[room.key] = room
        return True
