"""What a peer says to a peer, over their link."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from twisted_chat.wire.common import Leave
from twisted_chat.wire.gen2.contact import NUMBER, arguments, grammar
from twisted_chat.wire.gen2.growth import Can, read, read_can


@dataclass(frozen=True, slots=True)
class NumberedText:
    """`msg EPOCH NUMBER TEXT`: the text that is this number, from 1, of those
    that the sender has said to this receiver since the epoch began. An epoch is
    a number that the sender draws when it starts."""

    epoch: int
    number: int
    text: str

    def encode(self) -> bytes:
        return numbered(self.epoch, self.number, self.text.encode())


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """`ok EPOCH NUMBER`: all up to this number of that epoch have been shown."""

    epoch: int
    number: int

    def encode(self) -> bytes:
        return f"ok {self.epoch} {self.number}".encode()


def numbered(epoch: int, number: int, text: bytes) -> bytes:
    """A NumberedText as it travels, of a text that is encoded already."""
    return b"msg %d %d %b" % (epoch, number, text)


Speech = NumberedText | Acknowledgement | Leave
"""`by` between peers: I do not talk to you any more, and will hear nothing."""

_two_numbers = grammar(NUMBER, NUMBER)
_said = re.compile(f"(?s){NUMBER} {NUMBER} (.*)")


def _read_acknowledgement(argument: str) -> Acknowledgement:
    epoch, number = arguments(_two_numbers, argument)
    return Acknowledgement(int(epoch), int(number))


def _read_said(argument: str) -> NumberedText:
    epoch, number, text = arguments(_said, argument)
    return NumberedText(int(epoch), int(number), text)


_BARE_SPEECH: dict[bytes, Speech | Can] = {b"by": Leave(), b"can": Can()}
_SPEECH: dict[bytes, Callable[[str], Speech | Can]] = {
    b"msg": _read_said,
    b"ok": _read_acknowledgement,
    b"can": read_can,
}


def parse_speech(message: bytes) -> Speech | Can:
    """Read what a peer says to a peer. Raises WireError, and UnknownVerb."""
    return read(message, _BARE_SPEECH, _SPEECH)
