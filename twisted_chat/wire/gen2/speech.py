"""What a peer says to a peer, over their link."""

import re
from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

from msgspec import Struct

from twisted_chat.errors import WireError
from twisted_chat.wire.common import Leave
from twisted_chat.wire.gen2.contact import NUMBER, arguments, grammar, read_name
from twisted_chat.wire.gen2.growth import Can, read, read_can
from twisted_chat.wire.gen2.history import (
    HISTORY_SPEECH,
    HistorySpeech,
    RoomMessage,
    read_message,
)
from twisted_chat.wire.gen2.pairing import OwnAddresses, read_own

PRIVATE = b"-"
"""What stands for a conversation that is not a room's."""


class NumberedText(NamedTuple):
    """`msg CONVERSATION EPOCH NUMBER TIME TEXT`: the text that is this number, from 1,
    of those that the sender has said to this receiver since the epoch began, whatever
    the conversation. An epoch is a number that the sender draws when it starts.

    A tuple, as a frozen dataclass takes twice as long to make, and every word is one."""

    epoch: int
    number: int
    text: str
    room: str = ""
    """To whose members it was said; empty where it is private."""
    time: int = 0
    """When, by the author's clock: milliseconds since 1970."""
    signed: RoomMessage | None = None
    """The same as `said EPOCH NUMBER MESSAGE`, in a room: what others may hand on."""

    def encode(self) -> bytes:
        if self.signed is not None:
            return said(self.epoch, self.number, self.signed.message())
        where = conversation(self.room)
        return numbered(where, self.epoch, self.number, self.time, self.text.encode())


class Acknowledgement(Struct, frozen=True):
    """`ok EPOCH NUMBER`: all up to this number of that epoch have been shown."""

    epoch: int
    number: int

    def encode(self) -> bytes:
        return f"ok {self.epoch} {self.number}".encode()


def conversation(room: str) -> bytes:
    """What stands for the conversation in a message: `#ROOM`, or `-` for a private one."""
    return b"#" + room.encode() if room else PRIVATE


def numbered(where: bytes, epoch: int, number: int, time: int, text: bytes) -> bytes:
    """A NumberedText as it travels, of a conversation and a text that are encoded already."""
    return b"msg %b %d %d %d %b" % (where, epoch, number, time, text)


def said(epoch: int, number: int, message: bytes) -> bytes:
    """A signed message as its author sends it, which is encoded already."""
    return b"said %d %d %b" % (epoch, number, message)


NoText = Acknowledgement | Leave | OwnAddresses | HistorySpeech
"""What is said besides texts. `by` between peers: I do not talk to you any more, and will hear
nothing."""
Speech = NumberedText | NoText

_two_numbers = grammar(NUMBER, NUMBER)
_SAID = b"msg "
_said = re.compile(f"(?s)msg (?:-|#([^ ]+)) {NUMBER} {NUMBER} {NUMBER} (.*)".encode())
_said_signed = re.compile(f"(?s){NUMBER} {NUMBER} (.*)")


def _read_acknowledgement(argument: str) -> Acknowledgement:
    epoch, number = arguments(_two_numbers, argument)
    return Acknowledgement(int(epoch), int(number))


@lru_cache(maxsize=256)
def _read_room(name: bytes) -> str:
    return read_name(name.decode())


def _read_said(message: bytes) -> NumberedText:
    found = _said.fullmatch(message)  # Cut before it is decoded: each word comes by.
    if found is None:
        raise WireError("not the arguments of this message")
    room, epoch, number, time, text = found.groups()
    try:
        where = "" if room is None else _read_room(room)
        return NumberedText(int(epoch), int(number), text.decode(), where, int(time))
    except UnicodeDecodeError:
        raise WireError("not UTF-8") from None


def _read_signed(argument: str) -> NumberedText:
    epoch, number, rest = arguments(_said_signed, argument)
    message = read_message(rest)
    time = message.time
    return NumberedText(int(epoch), int(number), message.text, message.room, time, message)


_BARE_SPEECH: dict[bytes, Speech | Can] = {b"by": Leave(), b"can": Can()}
_SPEECH: dict[bytes, Callable[[str], Speech | Can]] = {
    b"said": _read_signed,
    **HISTORY_SPEECH,
    b"ok": _read_acknowledgement,
    b"can": read_can,
    b"own": read_own,
}


def parse_speech(message: bytes) -> Speech | Can:
    """Read what a peer says to a peer. Raises WireError, and UnknownVerb."""
    if message.startswith(_SAID) or message == _SAID.rstrip():
        return _read_said(message)
    return read(message, _BARE_SPEECH, _SPEECH)
