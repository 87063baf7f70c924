"""What registered users of generation 2 are answered, over links."""

from collections.abc import Callable, Iterator
from itertools import islice

from twisted_chat.directory.directory import Directory, KeyHolder, Room
from twisted_chat.server.availability import Availability
from twisted_chat.server.claims import Claims
from twisted_chat.server.gen2.introductions import Introductions
from twisted_chat.server.gen2.moderation import Moderation
from twisted_chat.server.gen2.relay import Relay
from twisted_chat.server.gen2.roster import LinkRoster, contact
from twisted_chat.server.gen2.send_queue import LinkQueue, Outlet
from twisted_chat.server.gen2.waiting import WaitingUsers
from twisted_chat.server.nearby import Nearby
from twisted_chat.server.registry import Registry
from twisted_chat.server.streams import Slot
from twisted_chat.wire.common import (
    Bare,
    CreateRoom,
    JoinRoom,
    ListRooms,
    ListUsers,
    Locate,
    RoomReady,
    Verb,
)
from twisted_chat.wire.gen2.answers import ContactLocated, Done, Refused
from twisted_chat.wire.gen2.for_new import SetHistory
from twisted_chat.wire.gen2.grounds import Ground
from twisted_chat.wire.gen2.listing import pack
from twisted_chat.wire.gen2.pairing import AskCarrying, AskPairing, Carrying, NotCarrying
from twisted_chat.wire.gen2.requests import (
    AskRoster,
    CloseRoom,
    CreatePrivateRoom,
    GiveRoom,
    Kick,
    QuitRoom,
    Request,
    RoomRequest,
    RoomVerb,
    RunRoom,
    SetTopic,
    verb_of,
)
from twisted_chat.wire.gen2.room_news import LONGEST_TOPIC
from twisted_chat.wire.gen2.waiting import AwaitUser

NAMES_AT_ONCE = 256
"""Names in one message of a list: some 4 KiB, 32 KiB where each is as long as can be."""


class LinkRequests:
    """The requests of those who are registered, but for coming and going."""

    def __init__(
        self,
        directory: Directory,
        registry: Registry,
        available: Availability,
        claims: Claims,
        queue: LinkQueue,
        roster: LinkRoster,
        nearby: Nearby,
        introductions: Introductions,
        waiting: WaitingUsers,
        relay: Relay,
        moderation: Moderation,
    ) -> None:
        self._moderation = moderation
        self._directory = directory
        self._registry = registry
        self._available = available
        self._claims = claims
        self._queue = queue
        self._roster = roster
        self._nearby = nearby
        self._introductions = introductions
        self._waiting = waiting
        self._relay = relay
        self._answer: dict[type, Callable[..., None]] = {
            Locate: self._locate,
            AwaitUser: self._wait,
            ListUsers: self._list_users,
            ListRooms: self._list_rooms,
            CreateRoom: self._create_room,
            CreatePrivateRoom: self._create_room,
            RunRoom: self._run_room,
            SetTopic: self._set_topic,
            SetHistory: self._set_history,
            JoinRoom: self._join_room,
            QuitRoom: self._quit_room,
            AskRoster: self._ask_roster,
            Kick: self._kick,
            CloseRoom: self._close_room,
            GiveRoom: self._give_room,
            AskPairing: self._pair,
            AskCarrying: self._carry,
        }

    def answer(self, request: Request, user: KeyHolder, outlet: Outlet, now: float) -> None:
        """Do what is asked, or refuse it, and say so over the user's link."""
        self._answer[type(request)](request, user, outlet, now)

    def _locate(self, request: Locate, user: KeyHolder, outlet: Outlet, now: float) -> None:
        found = self._available.find(request.name)
        if found is None:
            self._queue.send(outlet, Bare(Verb.AR).encode())
            return
        told = self._nearby.contact(contact(found), user.address)
        self._queue.send(outlet, ContactLocated(told).encode())
        self._roster.introduce(user, found)
        self._introductions.asked(user, found, now)

    def _wait(self, request: AwaitUser, user: KeyHolder, outlet: Outlet, now: float) -> None:
        self._waiting.wait(user.fingerprint, request.fingerprint)

    def _pair(self, request: AskPairing, user: KeyHolder, outlet: Outlet, now: float) -> None:
        found = self._directory.holders.get(request.fingerprint)
        self._introductions.ask(request, user, found, now)

    def _carry(self, request: AskCarrying, user: KeyHolder, outlet: Outlet, now: float) -> None:
        carries = self._relay.begin(user, request.fingerprint, now)
        if carries is None:
            return  # The other's server says what becomes of it.
        answer = (Carrying if carries else NotCarrying)(request.fingerprint)
        self._queue.send(outlet, answer.encode())

    def _list_users(self, request: ListUsers, user: KeyHolder, outlet: Outlet, now: float) -> None:
        names = (one.name for one in self._directory.users.read())
        self._queue.open(outlet, Slot.USERS, _list(Verb.UL, names))

    def _list_rooms(self, request: ListRooms, user: KeyHolder, outlet: Outlet, now: float) -> None:
        names = (one.name for one in self._directory.rooms.read() if not one.rules.private)
        self._queue.open(outlet, Slot.ROOMS, _list(Verb.RL, names))

    # --- Rooms

    def _create_room(
        self,
        request: CreateRoom | CreatePrivateRoom,
        user: KeyHolder,
        outlet: Outlet,
        now: float,
    ) -> None:
        def close(ground: Ground | None, now: float) -> None:
            if ground is None:
                self._queue.send(outlet, RoomReady(request.room).encode())
            else:
                self._refuse(request, ground, outlet)

        private = isinstance(request, CreatePrivateRoom)
        self._claims.room(request.room, user, now, close, private=private)

    def _join_room(self, request: JoinRoom, user: KeyHolder, outlet: Outlet, now: float) -> None:
        ground = self._registry.join_room(request.room, user, now)
        if ground is not None:
            self._refuse(request, ground, outlet)

    def _quit_room(self, request: QuitRoom, user: KeyHolder, outlet: Outlet, now: float) -> None:
        room = self._available.room(request.room)
        if room is not None and room in user.rooms:
            self._registry.leave_room(room, user, now)
        else:
            self._refuse(request, _where_not(room), outlet)

    def _ask_roster(self, request: AskRoster, user: KeyHolder, outlet: Outlet, now: float) -> None:
        room = self._available.room(request.room)
        if room is not None and room in user.rooms:
            self._roster.renew(room, user)
        else:
            self._refuse(request, _where_not(room), outlet)

    # --- What the one may do whose room it is

    def _kick(self, request: Kick, user: KeyHolder, outlet: Outlet, now: float) -> None:
        room = (
            self._own(request, user, outlet)
            if not request.name
            else self._helped(request, user, outlet)
        )
        if room is None:
            return
        self._close(request, self._moderation.kick(request, room, user, now), outlet)

    def _run_room(self, request: RunRoom, user: KeyHolder, outlet: Outlet, now: float) -> None:
        owner = request.verb in (RoomVerb.OP, RoomVerb.DEOP)
        room = (self._own if owner else self._helped)(request, user, outlet)
        if room is None:
            return
        self._close(request, self._moderation.run(request, room, user, now), outlet)

    def _set_topic(self, request: SetTopic, user: KeyHolder, outlet: Outlet, now: float) -> None:
        room = self._helped(request, user, outlet)
        if room is None:
            return
        if len(request.text) > LONGEST_TOPIC:
            self._refuse(request, Ground.TOO_LONG, outlet)
            return
        self._moderation.set_topic(room, request.text, user, now)
        self._done(request, outlet)

    def _set_history(
        self, request: SetHistory, user: KeyHolder, outlet: Outlet, now: float
    ) -> None:
        room = self._own(request, user, outlet)
        if room is not None:
            self._moderation.set_history(room, request.for_new, user, now)
            self._done(request, outlet)

    def _helped(self, request: RoomRequest, user: KeyHolder, outlet: Outlet) -> Room | None:
        """The room that is asked about, if the user helps to run it; else that is refused."""
        room = self._available.room(request.room)
        if room is not None and room.helped_by(user):
            return room
        self._refuse(request, Ground.NO_ROOM if room is None else Ground.NOT_OP, outlet)
        return None

    def _close_room(self, request: CloseRoom, user: KeyHolder, outlet: Outlet, now: float) -> None:
        room = self._own(request, user, outlet)
        if room is not None:
            self._registry.close_room(room, now)
            self._done(request, outlet)

    def _give_room(self, request: GiveRoom, user: KeyHolder, outlet: Outlet, now: float) -> None:
        room = self._own(request, user, outlet)
        if room is None:
            return

        def close(ground: Ground | None, now: float) -> None:
            self._close(request, ground, outlet)
            if ground is None and heir is not None and heir is not user:
                self._moderation.given(room, heir.fingerprint, user)

        heir = self._available.find(request.name)
        if heir is None or room not in heir.rooms:
            close(Ground.NOBODY, now)
        else:
            self._claims.heir(room, heir, now, close)

    def _own(self, request: RoomRequest, user: KeyHolder, outlet: Outlet) -> Room | None:
        """The room that is asked about, if it is the user's; else that is refused."""
        room = self._available.room(request.room)
        if room is not None and room.creator == user.fingerprint:
            return room
        self._refuse(request, Ground.NO_ROOM if room is None else Ground.NOT_YOURS, outlet)
        return None

    def _close(self, request: RoomRequest, ground: Ground | None, outlet: Outlet) -> None:
        if ground is None:
            self._done(request, outlet)
        else:
            self._refuse(request, ground, outlet)

    def _done(self, request: RoomRequest, outlet: Outlet) -> None:
        verb = verb_of(request)
        self._queue.send(outlet, Done(verb, request.room).encode())

    def _refuse(self, request: RoomRequest, ground: Ground, outlet: Outlet) -> None:
        verb = verb_of(request)
        self._queue.send(outlet, Refused(verb, request.room, ground).encode())


def _where_not(room: Room | None) -> Ground:
    return Ground.NO_ROOM if room is None else Ground.OUTSIDE


def _list(verb: Verb, names: Iterator[str]) -> Iterator[bytes]:
    """A whole list, as few names at a time as hold nobody up, and its end."""
    while some := tuple(islice(names, NAMES_AT_ONCE)):
        for listed in pack(verb, some):
            yield listed.encode()
    yield Bare(verb).encode()
