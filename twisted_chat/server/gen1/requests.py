"""What the room server answers in generation 1: a request in, changes and messages out."""

from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache, partial

from twisted_chat.addresses import Address, there_can_be
from twisted_chat.directory.directory import (
    Directory,
    Heard,
    Registered,
    Room,
    ServedBy,
    User,
)
from twisted_chat.errors import NameRefused
from twisted_chat.names import casefold
from twisted_chat.rate import Rate
from twisted_chat.server.availability import Availability
from twisted_chat.server.bounds import HEARD, REMEMBERED, REPEATS, REPEATS_AT_ONCE, Bounds
from twisted_chat.server.claims import Claims
from twisted_chat.server.gen1.send_queue import DatagramQueue
from twisted_chat.server.nearby import Nearby
from twisted_chat.server.operators.bans import Bans
from twisted_chat.server.registry import Registry
from twisted_chat.server.streams import Slot
from twisted_chat.wire.common import (
    Bare,
    CreateRoom,
    Goodbye,
    JoinRoom,
    Leave,
    LeaveRoom,
    ListRooms,
    ListUsers,
    Locate,
    Register,
    Request,
    RoomReady,
    Verb,
    Welcome,
)
from twisted_chat.wire.gen1 import Located, RoomListed, UserListed
from twisted_chat.wire.gen2.grounds import Ground

_HI, _AR, _RL, _RC, _RJ = (
    Bare(verb).encode() for verb in (Verb.HI, Verb.AR, Verb.RL, Verb.RC, Verb.RJ)
)
_BY = Goodbye().encode()


class DatagramRequests:
    """The decisions about requests that came in datagrams. Answers go to `queue`.

    Where only generation 2 is served, nobody is registered here.
    """

    def __init__(
        self,
        directory: Directory,
        queue: DatagramQueue,
        bounds: Bounds,
        registry: Registry,
        available: Availability,
        claims: Claims,
        bans: Bans,
        generation: int,
        nearby: Nearby,
    ) -> None:
        self._directory = directory
        self._queue = queue
        self._bounds = bounds
        self._registry = registry
        self._available = available
        self._claims = claims
        self._bans = bans
        self._nearby = nearby
        self._serves = generation == 1
        self._repeats = Rate(0, REPEATS_AT_ONCE)
        self.renew()
        self._answer: dict[type, Callable[..., None]] = {
            Leave: self._leave,
            Locate: self._locate,
            ListUsers: self._list_users,
            ListRooms: self._list_rooms,
            CreateRoom: self._create_room,
            JoinRoom: self._join_room,
            LeaveRoom: self._leave_room,
        }

    def renew(self) -> None:
        """The bounds have changed."""
        self._repeats.renew(REPEATS if self._bounds.rate else 0, REPEATS_AT_ONCE)
        self._news = min(HEARD, self._bounds.user_ttl / 2000)

    def answer(self, request: Request, source: Address, now: float) -> None:
        """Decide about one request from one address."""
        directory = self._directory
        user = directory.user_at(source)
        if user is not None and now - user.heard >= self._news and not user.server:
            directory.apply(Heard(source), now)
        if type(request) is Register:
            self._register(request, user, source, now)
        elif user is None or user.server:
            self._queue.send(source, _HI, now)
        else:
            self._answer[type(request)](request, user, now)

    # --- Requests

    def _register(self, request: Register, user: User | None, source: Address, now: float) -> None:
        try:
            casefolded = casefold(request.name, self._bounds.name)
        except NameRefused:
            self._queue.send(source, _HI, now)
            return
        own = user is not None and user.casefolded == casefolded
        if own and user is not None and not user.server:
            self._say_again(source, _welcome(request.name), now)
            return
        if self._claims.waits(source):
            return
        if (
            not self._serves
            or not (own or self._available.is_free(request.name, casefolded))
            or self._bans.found("", source[0], casefolded, now)
        ):
            self._queue.send(source, _HI, now)
            return
        if user is None and not (
            there_can_be(source) and self._registry.make_place(source[0], now)
        ):
            return  # A stranger over a bound is not answered.
        came = Registered(source, request.name, casefolded)
        self._claims.name(came, now, partial(self._claimed, came))

    def _claimed(self, came: Registered, written: bool, now: float) -> None:
        """A name is this one's, or cannot be."""
        source = came.address
        if not written:
            if not self._available.is_free(came.name, came.casefolded):
                self._queue.send(source, _HI, now)
            return  # Those who are not answered ask again, perhaps another server.
        user = self._directory.user_at(source)
        if user is not None and user.server:
            self._registry.apply(ServedBy(source, ""), user.name, now)
        if user is None or user.casefolded != came.casefolded:
            if user is not None:
                self._registry.depart(user, now)
            self._registry.register(came, now)
        self._queue.send(source, _welcome(came.name), now)

    def _leave(self, request: Leave, user: User, now: float) -> None:
        self._registry.depart(user, now)
        self._queue.send(user.address, _BY, now)

    def _locate(self, request: Locate, user: User, now: float) -> None:
        found = self._directory.users.get(request.name)  # Most names are their own key.
        if found is None:
            found = self._available.find(request.name)
        answer = _located(self._nearby.seen(found.address, user.address)) if found else _AR
        self._queue.send(user.address, answer, now)

    def _list_users(self, request: ListUsers, user: User, now: float) -> None:
        users = self._directory.users.read()
        listed = (UserListed(one.name).encode() for one in users)
        self._queue.open(user.address, Slot.USERS, listed)

    def _list_rooms(self, request: ListRooms, user: User, now: float) -> None:
        self._queue.open(user.address, Slot.ROOMS, _public(self._directory.rooms.read()))

    def _create_room(self, request: CreateRoom, user: User, now: float) -> None:
        if self._claims.waits(user.who):
            return
        before = len(self._directory.rooms)

        def close(ground: Ground | None, now: float) -> None:
            if ground is not None:
                self._queue.send(user.address, _RC, now)
            elif len(self._directory.rooms) > before:
                self._queue.send(user.address, RoomReady(request.room).encode(), now)
            else:
                self._say_again(user.address, RoomReady(request.room).encode(), now)

        self._claims.room(request.room, user, now, close)

    def _say_again(self, to: Address, answer: bytes, now: float) -> None:
        """Answer somebody who has what it asks for. Such an answer is a request too, and
        comes back from another server, in whose name somebody has asked: for ever, if each
        of these were answered."""
        if self._repeats.spend(to[0], now):
            self._queue.send(to, answer, now)

    def _join_room(self, request: JoinRoom, user: User, now: float) -> None:
        if self._registry.join_room(request.room, user, now) is not None:
            self._queue.send(user.address, _RJ, now)

    def _leave_room(self, request: LeaveRoom, user: User, now: float) -> None:
        for room in user.rooms:
            self._registry.leave_room(room, user, now)
            return
        self._registry.leave_no_room(user)


def _public(rooms: Iterable[Room]) -> Iterator[bytes]:
    """The list of those rooms that are not private; a bare verb where there is none."""
    listed = False
    for one in rooms:
        if not one.rules.private:
            listed = True
            yield RoomListed(one.name).encode()
    if not listed:
        yield _RL


@lru_cache(maxsize=REMEMBERED)
def _welcome(name: str) -> bytes:
    return Welcome(name).encode()


@lru_cache(maxsize=REMEMBERED)
def _located(address: Address) -> bytes:
    return Located(*address).encode()
