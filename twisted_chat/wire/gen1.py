"""The language of generation 1: text datagrams.

One UDP datagram is one message of `common`, without a terminator.
"""

import re
from collections.abc import Callable
from functools import lru_cache

from msgspec import Struct

from twisted_chat.errors import WireError
from twisted_chat.wire.common import (
    BARE_ANSWERS,
    BARE_REQUESTS,
    REQUESTS,
    Bare,
    Goodbye,
    Request,
    RoomReady,
    Verb,
    Welcome,
    read,
    read_address,
)

MAX_DATAGRAM = 1024
"""The largest datagram, in bytes of UDP payload."""

CLEAR = "__clear_peers__"

# --- What a server or another peer says to a user, besides what both languages have


class Located(Struct, frozen=True):
    """`ar IP PORT`: the user you asked for is there."""

    host: str
    port: int

    def encode(self) -> bytes:
        return f"ar {self.host} {self.port}".encode()


class UserListed(Struct, frozen=True):
    """`ul NAME`: one of those who are here."""

    name: str

    def encode(self) -> bytes:
        return b"ul " + self.name.encode()


class RoomListed(Struct, frozen=True):
    """`rl ROOM`: one of the rooms there are."""

    room: str

    def encode(self) -> bytes:
        return b"rl " + self.room.encode()


class RosterCleared(Struct, frozen=True):
    """`rj __clear_peers__`: forget the other members; the list follows."""

    def encode(self) -> bytes:
        return b"rj __clear_peers__"


class RosterEntry(Struct, frozen=True):
    """`rj IP PORT`: one other member of your room is there."""

    host: str
    port: int

    def encode(self) -> bytes:
        return f"rj {self.host} {self.port}".encode()


class NamedText(Struct, frozen=True):
    """`msg NAME> TEXT`: said by one peer to another, never through a server.

    The name is what the sender calls itself; it holds no `> `. A line typed
    at a terminal carries its line feed in `text`.
    """

    name: str
    text: str
    cut: bool = False
    """Whether there was more of it than a datagram may hold, which the original
    would not show either."""

    def encode(self) -> bytes:
        return f"msg {self.name}> {self.text}".encode()


Answer = (
    Bare
    | Welcome
    | Goodbye
    | Located
    | UserListed
    | RoomListed
    | RoomReady
    | RosterCleared
    | RosterEntry
    | NamedText
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
    return MAX_DATAGRAM - len(NamedText(name, "").encode())


# --- Reading

_BREAKS = re.compile(r"[\0-\x1f\x7f-\x9f\u2028\u2029]")
_SAID = re.compile(r"(?s)(.*?)> (.*)")


def _name(argument: str) -> str:
    """A name that a server gives: whatever the original lets in, but of one line, and
    without what a terminal obeys."""
    if not argument.isprintable() and _BREAKS.search(argument):
        raise WireError("what is no name")
    return argument


def _read_roster(argument: str) -> RosterCleared | RosterEntry:
    return RosterCleared() if argument == CLEAR else RosterEntry(*read_address(argument))


def _read_said(argument: str) -> NamedText:
    found = _SAID.fullmatch(argument)
    if found is None:
        raise WireError("a message without its sender's name")
    return NamedText(found[1], found[2])


_ANSWERS: dict[bytes, Callable[[str], Answer]] = {
    b"hi": lambda argument: Welcome(_name(argument)),
    b"ar": lambda argument: Located(*read_address(argument)),
    b"ul": lambda argument: UserListed(_name(argument)),
    b"rl": lambda argument: RoomListed(_name(argument)),
    b"rc": lambda argument: RoomReady(_name(argument)),
    b"rj": _read_roster,
    b"msg": _read_said,
}


@lru_cache(maxsize=16_384)
def parse_request(datagram: bytes) -> Request:
    """Read what a user says to a server. Raises WireError."""
    return BARE_REQUESTS.get(datagram) or read(datagram, REQUESTS)


def parse_answer(datagram: bytes) -> Answer:
    """Read what a server or another peer says to a user. Raises WireError."""
    return BARE_ANSWERS.get(datagram) or read(datagram, _ANSWERS)


def refusal_of(datagram: bytes) -> Bare | None:
    """The refusal that the protocol has for what this datagram seems to ask, if it has one."""
    return _REFUSALS.get(datagram[:3])


_REFUSALS = {
    bare.encode() + b" ": bare for bare in map(Bare, (Verb.HI, Verb.AR, Verb.RC, Verb.RJ))
}
