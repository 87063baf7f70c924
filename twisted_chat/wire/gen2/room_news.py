"""What a server tells of a room besides its roster: what those who run it have done there."""

from collections.abc import Callable

from msgspec import Struct

from twisted_chat.wire.gen2.contact import ORIGIN, WORD, arguments, grammar, read_name
from twisted_chat.wire.gen2.for_new import read_count, told_count
from twisted_chat.wire.gen2.pairing import read_fingerprint
from twisted_chat.wire.gen2.requests import RoomVerb

LONGEST_TOPIC = 256
"""Characters of what a room is about."""


class RoomNews(Struct, frozen=True):
    """`iv`, `bn`, `ub`, `op`, `od` or `rg`, with ROOM and NAME: the one of this name has invited
    you into the room, banned you from it, or taken that back, made you an op, or none, or given
    it to you."""

    verb: RoomVerb
    room: str
    by: str

    def encode(self) -> bytes:
        return f"{self.verb.value} {self.room} {self.by}".encode()


class Topic(Struct, frozen=True):
    """`rt ROOM TEXT`: what the room is about now; an empty text: about nothing."""

    room: str
    text: str

    def encode(self) -> bytes:
        return f"rt {self.room} {self.text}".encode()


class Muting(Struct, frozen=True):
    """`mu ROOM FINGERPRINT` or `um ROOM FINGERPRINT`: what the one with this key says in the room
    is not to be shown from now on, or is again."""

    room: str
    fingerprint: str
    muted: bool

    def encode(self) -> bytes:
        verb = RoomVerb.MUTE if self.muted else RoomVerb.UNMUTE
        return f"{verb.value} {self.room} {self.fingerprint}".encode()


class HistoryRules(Struct, frozen=True):
    """`rh ROOM ORIGIN COUNT`: what tells this room from others that have had its name, 32
    hexadecimal digits, and how many lines of before its members give to those who come, or
    `all`."""

    room: str
    origin: str
    for_new: int

    def encode(self) -> bytes:
        return f"rh {self.room} {self.origin} {told_count(self.for_new)}".encode()


# --- Reading

_two_words = grammar(WORD, WORD)
_history = grammar(WORD, ORIGIN, WORD)


def read_news(verb: RoomVerb) -> Callable[[str], RoomNews]:
    """A reader of the arguments of this verb, which raises WireError."""

    def read(argument: str) -> RoomNews:
        room, by = arguments(_two_words, argument)
        return RoomNews(verb, read_name(room), read_name(by))

    return read


def read_topic(argument: str) -> Topic:
    """The arguments of `rt`; of a longer text there are LONGEST_TOPIC characters. Raises
    WireError."""
    room, _, text = argument.partition(" ")
    return Topic(read_name(room), text[:LONGEST_TOPIC])


def read_muting(muted: bool) -> Callable[[str], Muting]:
    """A reader of the arguments of `mu` or `um`, which raises WireError."""

    def read(argument: str) -> Muting:
        room, fingerprint = arguments(_two_words, argument)
        return Muting(read_name(room), read_fingerprint(fingerprint), muted)

    return read


def read_room_history(argument: str) -> HistoryRules:
    """The arguments of `rh`. Raises WireError."""
    room, origin, count = arguments(_history, argument)
    return HistoryRules(read_name(room), origin, read_count(count))
