"""What both languages say in the same words, and how a message is read.

A message is a verb, then arguments, single spaces between, UTF-8: in
generation 1 a datagram, in generation 2 a frame on a stream.

The rules of this package:

- It knows the grammar, not the meaning. Whether an argument is an acceptable
  name is for `names`; the server and the peer decide who may say what.
- The same bytes mean different things in different directions (`rl` is a
  question from a user and "there is none" from a server), so each language has
  a reader for each direction: `parse_request` for what a user says to a
  server, `parse_answer` for what is said to a user.
- Reading and writing are inverse: `parse(message.encode()) == message`, and
  any other bytes are a WireError.
- What both generations say in the same words is the same class, and stands here.
  `gen1` and `gen2` do not know each other.
"""

import re
from collections.abc import Callable
from enum import Enum
from typing import TypeVar

from msgspec import Struct

from twisted_chat.addresses import LARGEST_PORT, Address, AddressKind, kind
from twisted_chat.errors import WireError


class Verb(Enum):
    __hash__ = object.__hash__  # There is one of each; that of Enum is one call more.

    HI = "hi"
    BY = "by"
    AR = "ar"
    UL = "ul"
    RL = "rl"
    RC = "rc"
    RJ = "rj"
    RK = "rk"


# --- What a user says to a server


class Register(Struct, frozen=True):
    """`hi NAME`: know me by this name, at the address that this comes from."""

    name: str

    def encode(self) -> bytes:
        return b"hi " + self.name.encode()


class Leave(Struct, frozen=True):
    """`by`: forget me."""

    def encode(self) -> bytes:
        return b"by"


class Locate(Struct, frozen=True):
    """`ar NAME`: where is this user?"""

    name: str

    def encode(self) -> bytes:
        return b"ar " + self.name.encode()


class ListUsers(Struct, frozen=True):
    """`ul`: who is here?"""

    def encode(self) -> bytes:
        return b"ul"


class ListRooms(Struct, frozen=True):
    """`rl`: which rooms are there?"""

    def encode(self) -> bytes:
        return b"rl"


class CreateRoom(Struct, frozen=True):
    """`rc ROOM`: let there be this room; its creator is not in it."""

    room: str

    def encode(self) -> bytes:
        return b"rc " + self.room.encode()


class JoinRoom(Struct, frozen=True):
    """`rj ROOM`: take me into this room, and out of any other."""

    room: str

    def encode(self) -> bytes:
        return b"rj " + self.room.encode()


class LeaveRoom(Struct, frozen=True):
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

# --- What a server says to a user


class Bare(Struct, frozen=True):
    """A verb alone: for `hi`, `ar`, `rc` and `rj` a refusal, for `ul` and `rl` an empty list."""

    verb: Verb

    def encode(self) -> bytes:
        return self.verb.value.encode()


class Welcome(Struct, frozen=True):
    """`hi NAME`: you are known by this name."""

    name: str

    def encode(self) -> bytes:
        return b"hi " + self.name.encode()


class Goodbye(Struct, frozen=True):
    """`by`: you are forgotten."""

    def encode(self) -> bytes:
        return b"by"


class RoomReady(Struct, frozen=True):
    """`rc ROOM`: the room is there now."""

    room: str

    def encode(self) -> bytes:
        return b"rc " + self.room.encode()


REFUSABLE = (Verb.HI, Verb.AR, Verb.UL, Verb.RL, Verb.RC, Verb.RJ)
"""Verbs that an answer may hold alone."""

# --- Reading

ENDPOINT = r"([0-9A-Fa-f:.]{2,45}) ([1-9][0-9]{0,4})"
"""A literal address and a port as far as characters go; `checked_address` decides."""
_ENDPOINT = re.compile(ENDPOINT)


def read_address(argument: str) -> Address:
    """Read `IP PORT`. Raises WireError."""
    found = _ENDPOINT.fullmatch(argument)
    if found is None:
        raise WireError("not an address and a port")
    return checked_address(found[1], int(found[2]))


def checked_address(host: str, port: int) -> Address:
    """An address at which somebody can be. Raises WireError."""
    try:
        where = kind(host)
    except ValueError:
        raise WireError("not an address") from None
    if where is AddressKind.NOBODY:
        raise WireError("an address where nobody can be")
    if port > LARGEST_PORT:
        raise WireError("not a port")
    return host, port


REQUESTS: dict[bytes, Callable[[str], Request]] = {
    b"hi": Register,
    b"ar": Locate,
    b"rc": CreateRoom,
    b"rj": JoinRoom,
}
BARE_REQUESTS: dict[bytes, Request] = {
    request.encode(): request for request in (Leave(), ListUsers(), ListRooms(), LeaveRoom())
}

BARE_ANSWERS: dict[bytes, Bare | Goodbye] = {
    b"by": Goodbye(),
    **{bare.encode(): bare for bare in map(Bare, REFUSABLE)},
}

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
