"""What a user says to a server.

What it says in generation 1 too is the same class, but for what is about a room,
which is named here: a user may be in several.
"""

import re
from collections.abc import Callable
from enum import Enum
from functools import partial
from typing import TypeVar

from msgspec import Struct

from twisted_chat.wire.common import (
    CreateRoom,
    JoinRoom,
    Leave,
    ListRooms,
    ListUsers,
    Locate,
)
from twisted_chat.wire.gen2.checkup import AskCheckup
from twisted_chat.wire.gen2.contact import WORD, arguments, grammar, read_name
from twisted_chat.wire.gen2.for_new import SetHistory, read_set_history
from twisted_chat.wire.gen2.growth import Can, first, of_first, read, read_can
from twisted_chat.wire.gen2.pairing import (
    AskCarrying,
    AskPairing,
    OwnAddresses,
    read_asked_carrying,
    read_asked_pairing,
    read_own,
)
from twisted_chat.wire.gen2.rest import AskRest, ComeBack, read_come_back
from twisted_chat.wire.gen2.waiting import AwaitUser, read_await

M = TypeVar("M")


class RoomVerb(Enum):
    """The verbs of what a user asks about a room, which is named first: answered by
    `ok VERB ROOM` or `no VERB ROOM GROUND`, or by what has become of it."""

    CREATE = "rc"
    JOIN = "rj"
    LEAVE = "rk"
    ROSTER = "ra"
    KICK = "kk"
    CLOSE = "rx"
    GIVE = "rg"
    INVITE = "iv"
    BAN = "bn"
    UNBAN = "ub"
    OP = "op"
    DEOP = "od"
    MUTE = "mu"
    UNMUTE = "um"
    TOPIC = "rt"
    HISTORY = "rh"


INSTANCE = re.compile(r"[0-9a-f]{20}")
"""Which program is registered: 80 bits, which tell nothing but whether two are the same."""


class RegisterKey(Struct, frozen=True):
    """`hi NAME [INSTANCE]`: know the holder of my key by this name, at the address that this
    comes from. No two programs with one key and one `instance` run at the same time (as the
    instance id of RFC 5626, 4.1); empty where that is not known."""

    name: str
    instance: str = ""

    def encode(self) -> bytes:
        known = f"hi {self.name} {self.instance}" if self.instance else f"hi {self.name}"
        return known.encode()


class QuitRoom(Struct, frozen=True):
    """`rk ROOM`: take me out of this room."""

    room: str

    def encode(self) -> bytes:
        return f"rk {self.room}".encode()


class AskRoster(Struct, frozen=True):
    """`ra ROOM`: tell me the roster of this room again; I missed a change."""

    room: str

    def encode(self) -> bytes:
        return f"ra {self.room}".encode()


class Kick(Struct, frozen=True):
    """`kk ROOM NAME`: put this member out of my room; `kk ROOM`: all others."""

    room: str
    name: str = ""

    def encode(self) -> bytes:
        return f"kk {self.room} {self.name}".encode() if self.name else f"kk {self.room}".encode()


class CloseRoom(Struct, frozen=True):
    """`rx ROOM`: let there be no such room any more, which is mine."""

    room: str

    def encode(self) -> bytes:
        return f"rx {self.room}".encode()


class GiveRoom(Struct, frozen=True):
    """`rg ROOM NAME`: let my room be this member's."""

    room: str
    name: str

    def encode(self) -> bytes:
        return f"rg {self.room} {self.name}".encode()


class CreatePrivateRoom(Struct, frozen=True):
    """`rc ROOM private`: let there be this room, which nobody comes into uninvited."""

    room: str

    def encode(self) -> bytes:
        return f"rc {self.room} private".encode()


class RunRoom(Struct, frozen=True):
    """`iv`, `bn`, `ub`, `op`, `od`, `mu` or `um`, with ROOM and NAME: in this room this is what I
    want for the one of this name."""

    verb: RoomVerb
    room: str
    name: str

    def encode(self) -> bytes:
        return f"{self.verb.value} {self.room} {self.name}".encode()


class SetTopic(Struct, frozen=True):
    """`rt ROOM TEXT`: what this room is about; an empty text: about nothing."""

    room: str
    text: str

    def encode(self) -> bytes:
        return f"rt {self.room} {self.text}".encode()


class SignOfLife(Struct, frozen=True):
    """`up`: are you there? And the answer of the one who is asked: I am."""

    def encode(self) -> bytes:
        return b"up"


RoomRequest = (
    CreateRoom
    | CreatePrivateRoom
    | JoinRoom
    | QuitRoom
    | AskRoster
    | Kick
    | CloseRoom
    | GiveRoom
    | RunRoom
    | SetTopic
    | SetHistory
)
Request = (
    RegisterKey
    | Leave
    | Locate
    | ListUsers
    | ListRooms
    | RoomRequest
    | SignOfLife
    | Can
    | OwnAddresses
    | AskPairing
    | AwaitUser
    | AskCarrying
    | AskCheckup
    | AskRest
    | ComeBack
)

ABOUT_ROOMS: dict[type[RoomRequest], RoomVerb] = {
    CreateRoom: RoomVerb.CREATE,
    CreatePrivateRoom: RoomVerb.CREATE,
    SetTopic: RoomVerb.TOPIC,
    SetHistory: RoomVerb.HISTORY,
    JoinRoom: RoomVerb.JOIN,
    QuitRoom: RoomVerb.LEAVE,
    AskRoster: RoomVerb.ROSTER,
    Kick: RoomVerb.KICK,
    CloseRoom: RoomVerb.CLOSE,
    GiveRoom: RoomVerb.GIVE,
}
"""The verb of each request about a room, but for those that say theirs."""
_FOR_ONE = (RoomVerb.INVITE, RoomVerb.BAN, RoomVerb.UNBAN, RoomVerb.OP, RoomVerb.DEOP)
TOLD = (*_FOR_ONE, RoomVerb.GIVE)
"""What one who runs a room wants for somebody, who is told by whom."""
RUNNING = (*_FOR_ONE, RoomVerb.MUTE, RoomVerb.UNMUTE)
"""All that one who runs a room can want for somebody."""


def verb_of(request: RoomRequest) -> RoomVerb:
    """The verb of a request about a room."""
    return request.verb if isinstance(request, RunRoom) else ABOUT_ROOMS[type(request)]


_two_words = grammar(WORD, WORD)


def _room(make: Callable[[str], M]) -> Callable[[str], M]:
    return of_first(lambda room: make(read_name(room)))


def _room_and_name(make: Callable[[str, str], M]) -> Callable[[str], M]:
    def read(argument: str) -> M:
        room, name = arguments(_two_words, argument)
        return make(read_name(room), read_name(name))

    return read


def _read_create(argument: str) -> CreateRoom | CreatePrivateRoom:
    room, *words = argument.split(" ")
    return (CreatePrivateRoom if words[:1] == ["private"] else CreateRoom)(read_name(room))


def _read_register(argument: str) -> RegisterKey:
    name, _, rest = argument.partition(" ")
    instance = first(rest)
    return RegisterKey(name, instance if INSTANCE.fullmatch(instance) else "")


def _read_topic(argument: str) -> SetTopic:
    room, _, text = argument.partition(" ")
    return SetTopic(read_name(room), text)


def _read_kick(argument: str) -> Kick:
    room, _, rest = argument.partition(" ")
    name = first(rest)
    return Kick(read_name(room), name and read_name(name))


_REQUESTS: dict[bytes, Callable[[str], Request]] = {
    b"hi": _read_register,
    b"ar": of_first(Locate),
    b"rc": _read_create,
    b"rt": _read_topic,
    b"rh": read_set_history,
    **{verb.value.encode(): _room_and_name(partial(RunRoom, verb)) for verb in RUNNING},
    b"rj": _room(JoinRoom),
    b"rk": _room(QuitRoom),
    b"ra": _room(AskRoster),
    b"kk": _read_kick,
    b"rx": _room(CloseRoom),
    b"rg": _room_and_name(GiveRoom),
    b"pair": of_first(read_asked_pairing),
    b"carry": of_first(read_asked_carrying),
    b"wait": of_first(read_await),
    b"back": read_come_back,
    b"own": read_own,
    b"can": read_can,
}
_BARE_REQUESTS: dict[bytes, Request] = {
    message.encode(): message
    for message in (
        *(Leave(), ListUsers(), ListRooms(), SignOfLife(), Can(), AskCheckup(), AskRest()),
    )
}


def parse_request(message: bytes) -> Request:
    """Read what a user says to a server. Raises WireError, and UnknownVerb."""
    return read(message, _BARE_REQUESTS, _REQUESTS)
