"""The generation 2 language: the messages of `wire` as frames on a reliable stream.

A frame is a length, four bytes in network byte order, and so many bytes, 1 to
65,536: one message. A message is what it is in generation 1, a verb and its
arguments, single spaces between, UTF-8; what a person said is the last argument
of its message and may hold anything, line feeds too.

The rules of this file:

- It adds to `wire`, and changes nothing there: what both generations say in the
  same words is the same class, read by the same reader.
- A list has an end: as many entries as there are, and then the bare verb.
- Whoever has no key, a user of generation 1, has `-` for a fingerprint.
- Names, addresses and ports of an answer are such as there can be. Of a request
  they are whatever was asked for: the server has a refusal for what cannot be.
"""

import re
import struct
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import Enum

from twisted_chat import wire
from twisted_chat.errors import WireError
from twisted_chat.names import may_travel

MAX_FRAME = 64 * 1024
"""Bytes of a message, its length not counted."""
NO_KEY = "-"

_NO_HI = "hi "
_LENGTH = struct.Struct("!I")


class Extra(Enum):
    """The verbs that generation 2 adds for those who run a room."""

    KICK = "kk"
    CLOSE = "rx"
    GIVE = "rg"
    ROSTER = "ra"


@dataclass(frozen=True, slots=True)
class Contact:
    """Who somebody is and where: on the wire `NAME FINGERPRINT IP PORT`.

    `fingerprint` is the SHA-256 of their public key, 64 lower-case hexadecimal
    digits; empty for a user of generation 1.
    """

    name: str
    fingerprint: str
    host: str
    port: int

    def __str__(self) -> str:
        return f"{self.name} {self.fingerprint or NO_KEY} {self.host} {self.port}"


# --- What a user says to a server, besides what it says in generation 1


@dataclass(frozen=True, slots=True)
class Kick:
    """`kk NAME`: put this member out of my room; `kk`: all of them."""

    name: str = ""

    def encode(self) -> bytes:
        return f"kk {self.name}".encode() if self.name else b"kk"


@dataclass(frozen=True, slots=True)
class CloseRoom:
    """`rx`: let there be no such room as mine any more."""

    def encode(self) -> bytes:
        return b"rx"


@dataclass(frozen=True, slots=True)
class GiveRoom:
    """`rg NAME`: let my room be this member's."""

    name: str

    def encode(self) -> bytes:
        return f"rg {self.name}".encode()


@dataclass(frozen=True, slots=True)
class AskRoster:
    """`ra`: tell me my room's roster again; I missed a change."""

    def encode(self) -> bytes:
        return b"ra"


@dataclass(frozen=True, slots=True)
class SignOfLife:
    """`up`: are you there? And the answer, from whoever is asked: I am."""

    def encode(self) -> bytes:
        return b"up"


Request = wire.Request | Kick | CloseRoom | GiveRoom | AskRoster | SignOfLife

# --- What a server says to a user, besides what it says in generation 1


@dataclass(frozen=True, slots=True)
class Located:
    """`ar NAME FINGERPRINT IP PORT`: the user you asked for."""

    contact: Contact

    def encode(self) -> bytes:
        return f"ar {self.contact}".encode()


@dataclass(frozen=True, slots=True)
class Introduced:
    """`in NAME FINGERPRINT IP PORT`: a user who asked for you."""

    contact: Contact

    def encode(self) -> bytes:
        return f"in {self.contact}".encode()


@dataclass(frozen=True, slots=True)
class Listed:
    """`ul NAME ...` or `rl ROOM ...`: some of a list; a bare `ul` or `rl` is its end."""

    verb: wire.Verb
    names: tuple[str, ...]

    def encode(self) -> bytes:
        return " ".join((self.verb.value, *self.names)).encode()


@dataclass(frozen=True, slots=True)
class RosterBegins:
    """`ro ROOM NUMBER`: you are in this room; who else is follows, then a bare `ro`."""

    room: str
    number: int

    def encode(self) -> bytes:
        return f"ro {self.room} {self.number}".encode()


@dataclass(frozen=True, slots=True)
class RosterMember:
    """`rm NAME FINGERPRINT IP PORT`: another member."""

    contact: Contact

    def encode(self) -> bytes:
        return f"rm {self.contact}".encode()


@dataclass(frozen=True, slots=True)
class RosterEnds:
    """`ro`: that is everybody."""

    def encode(self) -> bytes:
        return b"ro"


@dataclass(frozen=True, slots=True)
class Came:
    """`r+ NUMBER NAME FINGERPRINT IP PORT`: with this the roster has this number."""

    number: int
    contact: Contact

    def encode(self) -> bytes:
        return f"r+ {self.number} {self.contact}".encode()


@dataclass(frozen=True, slots=True)
class Went:
    """`r- NUMBER NAME`: with this the roster has this number."""

    number: int
    name: str

    def encode(self) -> bytes:
        return f"r- {self.number} {self.name}".encode()


@dataclass(frozen=True, slots=True)
class PutOut:
    """`rk ROOM`: you are not in this room any more, because you left, were put
    out of it, or it was closed."""

    room: str

    def encode(self) -> bytes:
        return f"rk {self.room}".encode()


@dataclass(frozen=True, slots=True)
class Done:
    """`ok VERB`: what you asked for with it is done."""

    verb: Extra

    def encode(self) -> bytes:
        return f"ok {self.verb.value}".encode()


@dataclass(frozen=True, slots=True)
class Refused:
    """`no VERB`: what you asked for with it is not yours to ask, or cannot be."""

    verb: Extra

    def encode(self) -> bytes:
        return f"no {self.verb.value}".encode()


@dataclass(frozen=True, slots=True)
class Rivalled:
    """`no hi NAME SECONDS`: a living link with your key has been registered under
    this name for so many seconds."""

    name: str
    seconds: int

    def encode(self) -> bytes:
        return f"no hi {self.name} {self.seconds}".encode()


Answer = (
    wire.Bare
    | wire.Registered
    | wire.Farewell
    | wire.RoomCreated
    | Located
    | Introduced
    | Listed
    | RosterBegins
    | RosterMember
    | RosterEnds
    | Came
    | Went
    | PutOut
    | Done
    | Refused
    | Rivalled
    | SignOfLife
)

# --- What a peer says to a peer


@dataclass(frozen=True, slots=True)
class Said:
    """`msg EPOCH NUMBER TEXT`: the text that is this number, from 1, of those
    that the sender has said to this receiver since the epoch began. An epoch is
    a number that the sender draws when it starts."""

    epoch: int
    number: int
    text: str

    def encode(self) -> bytes:
        return f"msg {self.epoch} {self.number} {self.text}".encode()


@dataclass(frozen=True, slots=True)
class Heard:
    """`ok EPOCH NUMBER`: all up to this number of that epoch have been shown."""

    epoch: int
    number: int

    def encode(self) -> bytes:
        return f"ok {self.epoch} {self.number}".encode()


Speech = Said | Heard | wire.Leave
"""`by` between peers: I do not talk to you any more, and will hear nothing."""

# --- Reading

_NUMBER = r"(0|[1-9][0-9]{0,19})"
_WORD = r"([^ ]+)"
_CONTACT = _WORD + r" ([0-9a-f]{64}|-) (\S+ [0-9]+)"

_one_contact = re.compile(_CONTACT)
_numbered_contact = re.compile(f"{_NUMBER} {_CONTACT}")
_numbered_word = re.compile(f"{_NUMBER} {_WORD}")
_word_and_number = re.compile(f"{_WORD} {_NUMBER}")
_two_numbers = re.compile(f"{_NUMBER} {_NUMBER}")
_said = re.compile(f"(?s){_NUMBER} {_NUMBER} (.*)")


def _match(pattern: re.Pattern[str], argument: str) -> tuple[str, ...]:
    found = pattern.fullmatch(argument)
    if found is None:
        raise WireError("not the arguments of this message")
    return found.groups()


def _name(text: str) -> str:
    if not may_travel(text):
        raise WireError("what is no name")
    return text


def _contact(name: str, fingerprint: str, where: str) -> Contact:
    return Contact(
        _name(name), "" if fingerprint == NO_KEY else fingerprint, *wire.read_address(where)
    )


def _read_came(argument: str) -> Came:
    number, *contact = _match(_numbered_contact, argument)
    return Came(int(number), _contact(*contact))


def _read_went(argument: str) -> Went:
    number, name = _match(_numbered_word, argument)
    return Went(int(number), _name(name))


def _read_begins(argument: str) -> RosterBegins:
    room, number = _match(_word_and_number, argument)
    return RosterBegins(_name(room), int(number))


def _read_heard(argument: str) -> Heard:
    epoch, number = _match(_two_numbers, argument)
    return Heard(int(epoch), int(number))


def _read_said(argument: str) -> Said:
    epoch, number, text = _match(_said, argument)
    return Said(int(epoch), int(number), text)


def _listed(verb: wire.Verb) -> Callable[[str], Listed]:
    return lambda argument: Listed(verb, tuple(map(_name, argument.split(" "))))


def _extra(argument: str) -> Extra:
    try:
        return Extra(argument)
    except ValueError:
        raise WireError("no such verb") from None


def _read_no(argument: str) -> Refused | Rivalled:
    if not argument.startswith(_NO_HI):
        return Refused(_extra(argument))
    name, seconds = _match(_word_and_number, argument.removeprefix(_NO_HI))
    return Rivalled(_name(name), int(seconds))


_REQUESTS: dict[bytes, Callable[[str], Request]] = {
    **wire.REQUESTS,
    b"kk": Kick,
    b"rg": GiveRoom,
}
_BARE_REQUESTS: dict[bytes, Request] = {
    **wire.BARE_REQUESTS,
    **{request.encode(): request for request in (Kick(), CloseRoom(), AskRoster(), SignOfLife())},
}
_ANSWERS: dict[bytes, Callable[[str], Answer]] = {
    b"hi": lambda argument: wire.Registered(_name(argument)),
    b"ar": lambda argument: Located(_contact(*_match(_one_contact, argument))),
    b"in": lambda argument: Introduced(_contact(*_match(_one_contact, argument))),
    b"ul": _listed(wire.Verb.UL),
    b"rl": _listed(wire.Verb.RL),
    b"rc": lambda argument: wire.RoomCreated(_name(argument)),
    b"ro": _read_begins,
    b"rm": lambda argument: RosterMember(_contact(*_match(_one_contact, argument))),
    b"r+": _read_came,
    b"r-": _read_went,
    b"rk": lambda argument: PutOut(argument and _name(argument)),
    b"ok": lambda argument: Done(_extra(argument)),
    b"no": _read_no,
}
_BARE_ANSWERS: dict[bytes, Answer] = {
    b"by": wire.Farewell(),
    b"ro": RosterEnds(),
    b"up": SignOfLife(),
    **{bare.encode(): bare for bare in map(wire.Bare, wire.REFUSABLE)},
}
_BARE_SPEECH: dict[bytes, Speech] = {b"by": wire.Leave()}
_SPEECH: dict[bytes, Callable[[str], Speech]] = {b"msg": _read_said, b"ok": _read_heard}


def parse_request(message: bytes) -> Request:
    """Read what a user says to a server. Raises WireError."""
    return _BARE_REQUESTS.get(message) or wire.read(message, _REQUESTS)


def parse_answer(message: bytes) -> Answer:
    """Read what a server says to a user. Raises WireError."""
    return _BARE_ANSWERS.get(message) or wire.read(message, _ANSWERS)


def parse_speech(message: bytes) -> Speech:
    """Read what a peer says to a peer. Raises WireError."""
    return _BARE_SPEECH.get(message) or wire.read(message, _SPEECH)


# --- Frames and lists


def frame(message: bytes) -> bytes:
    """The message as it goes onto a stream. Raises WireError where it is empty or too long."""
    if not 0 < len(message) <= MAX_FRAME:
        raise WireError(f"a message of {len(message):,} bytes")
    return _LENGTH.pack(len(message)) + message


class Frames:
    """Cut a stream of bytes into messages, holding one at most."""

    def __init__(self) -> None:
        self._held = bytearray()

    def feed(self, data: bytes) -> Iterator[bytes]:
        """The messages that `data` completes. To be read to its end. Raises
        WireError at a length that no message has; nothing can be read after it."""
        self._held += data
        at = 0
        while len(self._held) - at >= _LENGTH.size:
            (length,) = _LENGTH.unpack_from(self._held, at)
            if not 0 < length <= MAX_FRAME:
                raise WireError(f"a frame of {length:,} bytes")
            end = at + _LENGTH.size + length
            if len(self._held) < end:
                break
            yield bytes(self._held[at + _LENGTH.size : end])
            at = end
        del self._held[:at]


def pack(verb: wire.Verb, names: Iterable[str]) -> Iterator[Listed]:
    """A list in as few messages as hold it, without its end."""
    some, size = list[str](), len(verb.value)
    for name in names:
        length = len(name.encode()) + 1
        if size + length > MAX_FRAME:
            yield Listed(verb, tuple(some))
            some, size = [], len(verb.value)
        some.append(name)
        size += length
    if some:
        yield Listed(verb, tuple(some))
