"""The generation 1 language: text datagrams, read and written.

One UDP datagram is one message: a verb, then arguments, single spaces
between, UTF-8, no terminator.

The rules of this file:

- It knows the grammar, not the meaning. Whether an argument is an acceptable
  name is for `names`; who may say what is for the server and the peer.
- The same bytes mean different things in different directions (`rl` is a
  question from a user and "there is none" from a server), so there are two
  readers: `parse_request` for what a user says to a server, `parse_answer`
  for what a server or another peer says to a user.
- Reading and writing are inverse: `parse(message.encode()) == message`, and
  any other bytes are a WireError.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from typing import TypeVar

from twisted_chat.addresses import LARGEST_PORT, Address, Kind, kind
from twisted_chat.errors import WireError

MAX_DATAGRAM = 1024
"""The largest datagram, in bytes of UDP payload."""

CLEAR = "__clear_peers__"


class Verb(Enum):
    HI = "hi"
    BY = "by"
    AR = "ar"
    UL = "ul"
    RL = "rl"
    RC = "rc"
    RJ = "rj"
    RK = "rk"


# --- What a user says to a server


@dataclass(frozen=True, slots=True)
class Register:
    """`hi NAME`: know me by this name, at the address that this comes from."""

    name: str

    def encode(self) -> bytes:
        return b"hi " + self.name.encode()


@dataclass(frozen=True, slots=True)
class Leave:
    """`by`: forget me."""

    def encode(self) -> bytes:
        return b"by"


@dataclass(frozen=True, slots=True)
class Locate:
    """`ar NAME`: where is this user?"""

    name: str

    def encode(self) -> bytes:
        return b"ar " + self.name.encode()


@dataclass(frozen=True, slots=True)
class ListUsers:
    """`ul`: who is here?"""

    def encode(self) -> bytes:
        return b"ul"


@dataclass(frozen=True, slots=True)
class ListRooms:
    """`rl`: which rooms are there?"""

    def encode(self) -> bytes:
        return b"rl"


@dataclass(frozen=True, slots=True)
class CreateRoom:
    """`rc ROOM`: let there be this room; its creator is not in it."""

    room: str

    def encode(self) -> bytes:
        return b"rc " + self.room.encode()


@dataclass(frozen=True, slots=True)
class JoinRoom:
    """`rj ROOM`: take me into this room, and out of any other."""

    room: str

    def encode(self) -> bytes:
        return b"rj " + self.room.encode()


@dataclass(frozen=True, slots=True)
class LeaveRoom:
    """`rk`: take me out of my room."""

    def encode(self) -> bytes:
        return b"rk"


Request = Register | Leave | Locate | ListUsers | ListRooms | CreateRoom | JoinRoom | LeaveRoom

VERBS: dict[type[Request], Verb] = {
    Register: Verb.HI,
    Leave: Verb.BY,
    Locate: Verb.AR,
    ListUsers: Verb.UL,
    ListRooms: Verb.RL,
    CreateRoom: Verb.RC,
    JoinRoom: Verb.RJ,
    LeaveRoom: Verb.RK,
}
"""The verb of each request."""

# --- What a server or another peer says to a user


@dataclass(frozen=True, slots=True)
class Bare:
    """A verb alone: for `hi`, `ar`, `rc` and `rj` a refusal, for `ul` and `rl` an empty list."""

    verb: Verb

    def encode(self) -> bytes:
        return self.verb.value.encode()


@dataclass(frozen=True, slots=True)
class Registered:
    """`hi NAME`: you are known by this name."""

    name: str

    def encode(self) -> bytes:
        return b"hi " + self.name.encode()


@dataclass(frozen=True, slots=True)
class Farewell:
    """`by`: you are forgotten."""

    def encode(self) -> bytes:
        return b"by"


@dataclass(frozen=True, slots=True)
class Located:
    """`ar IP PORT`: the user you asked for is there."""

    host: str
    port: int

    def encode(self) -> bytes:
        return f"ar {self.host} {self.port}".encode()


@dataclass(frozen=True, slots=True)
class UserListed:
    """`ul NAME`: one of those who are here."""

    name: str

    def encode(self) -> bytes:
        return b"ul " + self.name.encode()


@dataclass(frozen=True, slots=True)
class RoomListed:
    """`rl ROOM`: one of the rooms there are."""

    room: str

    def encode(self) -> bytes:
        return b"rl " + self.room.encode()


@dataclass(frozen=True, slots=True)
class RoomCreated:
    """`rc ROOM`: the room is there now."""

    room: str

    def encode(self) -> bytes:
        return b"rc " + self.room.encode()


@dataclass(frozen=True, slots=True)
class RosterCleared:
    """`rj __clear_peers__`: forget the other members; the list follows."""

    def encode(self) -> bytes:
        return b"rj __clear_peers__"


@dataclass(frozen=True, slots=True)
class RosterEntry:
    """`rj IP PORT`: one other member of your room is there."""

    host: str
    port: int

    def encode(self) -> bytes:
        return f"rj {self.host} {self.port}".encode()


@dataclass(frozen=True, slots=True)
class Said:
    """`msg NAME> TEXT`: said by one peer to another, never through a server.

    The name is what the sender calls itself; it holds no `> `. A line typed
    at a terminal carries its line feed in `text`.
    """

    name: str
    text: str

    def encode(self) -> bytes:
        return f"msg {self.name}> {self.text}".encode()


Answer = (
    Bare
    | Registered
    | Farewell
    | Located
    | UserListed
    | RoomListed
    | RoomCreated
    | RosterCleared
    | RosterEntry
    | Said
)


def cut(datagram: bytes) -> bytes:
    """As much of a datagram as the original shows: so many bytes as one may have,
    but none of a character that does not fit."""
    short = datagram[:MAX_DATAGRAM]
    try:
        short.decode()
    except UnicodeDecodeError as error:
        if error.reason == "unexpected end of data":
            return short[: error.start]
    return short


def said_room(name: str) -> int:
    """How many bytes of text fit beside this name in one `msg` datagram."""
    return MAX_DATAGRAM - len(Said(name, "").encode())


# --- Reading

# A literal address as far as characters go; ipaddress decides.
_ENDPOINT = re.compile(r"([0-9A-Fa-f:.]{2,45}) ([1-9][0-9]{0,4})")
_BREAKS = re.compile(r"[\0-\x1f\x7f-\x9f\u2028\u2029]")
_SAID = re.compile(r"(?s)(.*?)> (.*)")


def read_address(argument: str) -> Address:
    """Read `IP PORT`. Raises WireError."""
    found = _ENDPOINT.fullmatch(argument)
    if found is None:
        raise WireError("not an address and a port")
    host, port = found[1], int(found[2])
    try:
        where = kind(host)
    except ValueError:
        raise WireError("not an address") from None
    if where is Kind.NOBODY:
        raise WireError("an address where nobody can be")
    if port > LARGEST_PORT:
        raise WireError("not a port")
    return host, port


def _name(argument: str) -> str:
    """A name that a server gives: whatever the original lets in, but of one line, and
    without what a terminal obeys."""
    if not argument.isprintable() and _BREAKS.search(argument):
        raise WireError("what is no name")
    return argument


def _read_roster(argument: str) -> RosterCleared | RosterEntry:
    return RosterCleared() if argument == CLEAR else RosterEntry(*read_address(argument))


def _read_said(argument: str) -> Said:
    found = _SAID.fullmatch(argument)
    if found is None:
        raise WireError("a message without its sender's name")
    return Said(found[1], found[2])


REQUESTS: dict[bytes, Callable[[str], Request]] = {
    b"hi": Register,
    b"ar": Locate,
    b"rc": CreateRoom,
    b"rj": JoinRoom,
}
BARE_REQUESTS: dict[bytes, Request] = {
    request.encode(): request for request in (Leave(), ListUsers(), ListRooms(), LeaveRoom())
}
_ANSWERS: dict[bytes, Callable[[str], Answer]] = {
    b"hi": lambda argument: Registered(_name(argument)),
    b"ar": lambda argument: Located(*read_address(argument)),
    b"ul": lambda argument: UserListed(_name(argument)),
    b"rl": lambda argument: RoomListed(_name(argument)),
    b"rc": lambda argument: RoomCreated(_name(argument)),
    b"rj": _read_roster,
    b"msg": _read_said,
}
REFUSABLE = (Verb.HI, Verb.AR, Verb.UL, Verb.RL, Verb.RC, Verb.RJ)
"""Verbs that an answer may hold alone."""
_BARE_ANSWERS: dict[bytes, Answer] = {
    b"by": Farewell(),
    **{bare.encode(): bare for bare in map(Bare, REFUSABLE)},
}


@lru_cache(maxsize=16_384)
def parse_request(datagram: bytes) -> Request:
    """Read what a user says to a server. Raises WireError."""
    return BARE_REQUESTS.get(datagram) or read(datagram, REQUESTS)


def parse_answer(datagram: bytes) -> Answer:
    """Read what a server or another peer says to a user. Raises WireError."""
    return _BARE_ANSWERS.get(datagram) or read(datagram, _ANSWERS)


M = TypeVar("M")


def read(datagram: bytes, table: dict[bytes, Callable[[str], M]]) -> M:
    """Read a verb and its argument, by a table of readers of arguments. Raises WireError."""
    verb, space, argument = datagram.partition(b" ")
    read = table.get(verb)
    if read is None or not space:
        raise WireError("no such message")
    try:
        return read(argument.decode())
    except UnicodeDecodeError:
        raise WireError("not UTF-8") from None


def refusal_of(datagram: bytes) -> Bare | None:
    """The refusal that the protocol has for what this datagram seems to ask, if it has one."""
    return _REFUSALS.get(datagram[:3])


_REFUSALS = {
    bare.encode() + b" ": bare for bare in map(Bare, (Verb.HI, Verb.AR, Verb.RC, Verb.RJ))
}
