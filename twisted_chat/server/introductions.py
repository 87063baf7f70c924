"""What the room server answers: a request in, changes to the directory and messages out."""

from collections.abc import Callable
from contextlib import suppress
from functools import lru_cache

from twisted_chat.addresses import Address
from twisted_chat.directory.directory import (
    Change,
    Departed,
    Directory,
    Heard,
    Registered,
    Room,
    RoomCreated,
    RoomGone,
    RoomJoined,
    RoomLeft,
    User,
)
from twisted_chat.errors import NameRefused
from twisted_chat.names import key
from twisted_chat.server.bounds import HEARD, REMEMBERED, Bounds
from twisted_chat.server.pacing import NEVER, Pacing, Slot
from twisted_chat.server.rosters import Rosters
from twisted_chat.wire import (
    Bare,
    CreateRoom,
    Farewell,
    JoinRoom,
    Leave,
    LeaveRoom,
    ListRooms,
    ListUsers,
    Locate,
    Located,
    Register,
    Request,
    RoomListed,
    UserListed,
    Verb,
)
from twisted_chat.wire import Registered as Welcome
from twisted_chat.wire import RoomCreated as Created

_HI, _AR, _RL, _RC, _RJ = (
    Bare(verb).encode() for verb in (Verb.HI, Verb.AR, Verb.RL, Verb.RC, Verb.RJ)
)
_BY = Farewell().encode()

EXPIRED_AT_ONCE = 32
"""Users or rooms that are dropped in one go, before others are heard again."""
PAUSE = 0.001
"""Seconds until the next go, where more has expired."""


class Introductions:
    """The decisions of the room server, whoever carries the messages.

    Answers go to `pacing`, and every change that took effect is told to
    `announce`, with the name that it is about. `wake` is when `tick` is due.
    """

    def __init__(
        self,
        directory: Directory,
        pacing: Pacing,
        bounds: Bounds,
        announce: Callable[[Change, str], None],
    ) -> None:
        self._directory = directory
        self._pacing = pacing
        self._bounds = bounds
        self._announce = announce
        self._rosters = Rosters(pacing)
        self._expiry = NEVER
        self._news = min(HEARD, bounds.user_ttl / 2000)
        self._answer: dict[type, Callable[..., None]] = {
            Leave: self._leave,
            Locate: self._locate,
            ListUsers: self._list_users,
            ListRooms: self._list_rooms,
            CreateRoom: self._create_room,
            JoinRoom: self._join_room,
            LeaveRoom: self._leave_room,
        }

    @property
    def wake(self) -> float:
        return min(self._expiry, self._rosters.wake)

    def answer(self, request: Request, source: Address, now: float) -> None:
        """Decide about one request from one address."""
        directory = self._directory
        user = directory.user_at(source)
        if user is not None and now - user.heard >= self._news:
            directory.apply(Heard(source), now)
        if type(request) is Register:
            self._register(request, user, source, now)
        elif user is None:
            self._pacing.send(source, _HI, now)
        else:
            self._answer[type(request)](request, user, now)

    def tick(self, now: float) -> None:
        """Do what has become due: expiry and gathered rosters."""
        self._rosters.tick(now)
        if now >= self._expiry:
            self._expire(now)

    # --- Requests

    def _register(self, request: Register, user: User | None, source: Address, now: float) -> None:
        directory = self._directory
        try:
            name_key = key(request.name, self._bounds.name)
        except NameRefused:
            self._pacing.send(source, _HI, now)
            return
        if user is not None and user.key == name_key:
            self._pacing.send(source, _welcome(request.name), now)
            return
        if name_key in directory.users:
            self._pacing.send(source, _HI, now)
            return
        if user is not None:
            self._depart(user, now)
        elif (
            len(directory.users) >= self._bounds.users
            or directory.users_at_site(source[0]) >= self._bounds.users_per_host
        ):
            return  # A stranger over a bound is not answered.
        self._apply(Registered(source, request.name, name_key), request.name, now)
        self._expiry = min(self._expiry, now + self._bounds.user_ttl)
        self._pacing.send(source, _welcome(request.name), now)

    def _leave(self, request: Leave, user: User, now: float) -> None:
        self._depart(user, now)
        self._pacing.send(user.address, _BY, now)

    def _locate(self, request: Locate, user: User, now: float) -> None:
        found = self._directory.users.get(request.name)  # Most names are their own key.
        if found is None:
            with suppress(NameRefused):
                found = self._directory.users.get(key(request.name, self._bounds.name))
        answer = _located(found.address) if found else _AR
        self._pacing.send(user.address, answer, now)

    def _list_users(self, request: ListUsers, user: User, now: float) -> None:
        users = self._directory.users.read()
        listed = (UserListed(one.name).encode() for one in users)
        self._pacing.open(user.address, Slot.USERS, listed)

    def _list_rooms(self, request: ListRooms, user: User, now: float) -> None:
        if not self._directory.rooms:
            self._pacing.send(user.address, _RL, now)
            return
        rooms = self._directory.rooms.read()
        listed = (RoomListed(one.name).encode() for one in rooms)
        self._pacing.open(user.address, Slot.ROOMS, listed)

    def _create_room(self, request: CreateRoom, user: User, now: float) -> None:
        directory = self._directory
        try:
            room_key = key(request.room, self._bounds.name)
        except NameRefused:
            self._pacing.send(user.address, _RC, now)
            return
        room = directory.rooms.get(room_key)
        if room is None and len(directory.rooms) < self._bounds.rooms:
            self._apply(RoomCreated(request.room, room_key, user.address), request.room, now)
            self._expiry = min(self._expiry, now + self._bounds.room_ttl)
        elif room is None or room.creator != user.address:
            self._pacing.send(user.address, _RC, now)
            return
        self._pacing.send(user.address, Created(request.room).encode(), now)

    def _join_room(self, request: JoinRoom, user: User, now: float) -> None:
        try:
            room = self._directory.rooms.get(key(request.room, self._bounds.name))
        except NameRefused:
            room = None
        if room is None or self._is_full(room, user):
            self._pacing.send(user.address, _RJ, now)
            return
        left = user.room
        if self._apply(RoomJoined(user.address, room.key), user.name, now):
            if left is not None:
                self._rosters.shrunk(left, now)
                self._room_emptied(left, now)
            self._rosters.grown(room, user)
        else:
            self._rosters.renew(room, user)

    def _is_full(self, room: Room, user: User) -> bool:
        return len(room.members) >= self._bounds.members and user.room is not room

    def _leave_room(self, request: LeaveRoom, user: User, now: float) -> None:
        self._take_out(user, now)
        self._rosters.clear(user)

    # --- Changes

    def _apply(self, change: Change, name: str, now: float) -> bool:
        took_effect = self._directory.apply(change, now)
        if took_effect:
            self._announce(change, name)
        return took_effect

    def _take_out(self, user: User, now: float) -> Room | None:
        room = user.room
        if room is not None:
            self._apply(RoomLeft(user.address), user.name, now)
            self._rosters.shrunk(room, now)
            self._room_emptied(room, now)
        return room

    def _depart(self, user: User, now: float, *, expired: bool = False) -> None:
        self._pacing.cancel(user.address)
        if self._take_out(user, now) is not None:
            self._rosters.clear(user)
        self._apply(Departed(user.address, expired), user.name, now)

    def _room_emptied(self, room: Room, now: float) -> None:
        if not room.members:
            self._expiry = min(self._expiry, now + self._bounds.room_ttl)

    def _expire(self, now: float) -> None:
        directory, bounds = self._directory, self._bounds
        for _ in range(EXPIRED_AT_ONCE):
            user, room = directory.longest_silent(), directory.longest_empty()
            if user is not None and user.heard + bounds.user_ttl <= now:
                self._depart(user, now, expired=True)
            elif room is not None and room.emptied + bounds.room_ttl <= now:
                self._apply(RoomGone(room.key), room.name, now)
            else:
                self._expiry = min(
                    user.heard + bounds.user_ttl if user else NEVER,
                    room.emptied + bounds.room_ttl if room else NEVER,
                )
                return
        self._expiry = now + PAUSE


@lru_cache(maxsize=REMEMBERED)
def _welcome(name: str) -> bytes:
    return Welcome(name).encode()


@lru_cache(maxsize=REMEMBERED)
def _located(address: Address) -> bytes:
    return Located(*address).encode()
