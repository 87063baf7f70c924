"""What a server tells of a room besides its roster: what those who run it have done there."""

from collections.abc import Callable
from dataclasses import dataclass

from twisted_chat.wire.gen2.contact import WORD, arguments, grammar, read_name
from twisted_chat.wire.gen2.pairing import read_fingerprint
from twisted_chat.wire.gen2.requests import RoomVerb


@dataclass(frozen=True, slots=True)
class RoomNews:
    """`iv`, `bn`, `ub`, `op`, `od` or `rg`, with ROOM and NAME: the one of this name has invited
    you into the room, banned you from it, or taken that back, made you an op, or none, or given
    it to you."""

    verb: RoomVerb
    room: str
    by: str

    def encode(self) -> bytes:
        return f"{self.verb.value} {self.room} {self.by}".encode()


@dataclass(frozen=True, slots=True)
class Topic:
    """`rt ROOM TEXT`: what the room is about now; an empty text: about nothing."""

    room: str
    text: str

    def encode(self) -> bytes:
        return f"rt {self.room} {self.text}".encode()


@dataclass(frozen=True, slots=True)
class Muting:
    """`mu ROOM FINGERPRINT` or `um ROOM FINGERPRINT`: what the one with this key says in the room
    is not to be shown from now on, or is again."""

    room: str
    fingerprint: str
    muted: bool

    def encode(self) -> bytes:
        verb = RoomVerb.MUTE if self.muted else RoomVerb.UNMUTE
        return f"{verb.value} {self.room} {self.fingerprint}".encode()


# --- Reading

_two_words = grammar(WORD, WORD)


def read_news(verb: RoomVerb) -> Callable[[str], RoomNews]:
    """A reader of the arguments of this verb, which raises WireError."""

    def read(argument: str) -> RoomNews:
        room, by = arguments(_two_words, argument)
        return RoomNews(verb, read_name(room), read_name(by))

    return read


def read_topic(argument: str) -> Topic:
    """The arguments of `rt`. Raises WireError."""
    room, _, text = argument.partition(" ")
    return Topic(read_name(room), text)


def read_muting(muted: bool) -> Callable[[str], Muting]:
    """A reader of the arguments of `mu` or `um`, which raises WireError."""

    def read(argument: str) -> Muting:
        room, fingerprint = arguments(_two_words, argument)
        return Muting(read_name(room), read_fingerprint(fingerprint), muted)

    return read
