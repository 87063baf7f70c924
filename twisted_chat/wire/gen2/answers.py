"""What a server says to a user."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from twisted_chat.errors import WireError
from twisted_chat.wire.common import BARE_ANSWERS, Bare, Goodbye, RoomReady, Verb, Welcome
from twisted_chat.wire.framing import MAX_FRAME
from twisted_chat.wire.gen2.contact import (
    CONTACT,
    NUMBER,
    WORD,
    ContactInfo,
    arguments,
    grammar,
    read_contact,
    read_name,
)
from twisted_chat.wire.gen2.growth import Can, first, of_first, read, read_can
from twisted_chat.wire.gen2.pairing import (
    Carrying,
    NotCarrying,
    NotPaired,
    Pairing,
    Seen,
    read_fingerprint,
    read_not_paired,
    read_pairing,
    read_seen,
)
from twisted_chat.wire.gen2.requests import Extra, SignOfLife

_NO_HI, _NO_PAIR, _NO_CARRYING = "hi ", "pair ", "carry "
_EXTRA = frozenset(extra.value for extra in Extra)


@dataclass(frozen=True, slots=True)
class ContactLocated:
    """`ar NAME FINGERPRINT IP PORT`: the user you asked for."""

    contact: ContactInfo

    def encode(self) -> bytes:
        return f"ar {self.contact}".encode()


@dataclass(frozen=True, slots=True)
class Introduced:
    """`in NAME FINGERPRINT IP PORT`: a user who asked for you."""

    contact: ContactInfo

    def encode(self) -> bytes:
        return f"in {self.contact}".encode()


@dataclass(frozen=True, slots=True)
class Listed:
    """`ul NAME ...` or `rl ROOM ...`: some of a list; a bare `ul` or `rl` is its end."""

    verb: Verb
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

    contact: ContactInfo

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
    contact: ContactInfo

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


@dataclass(frozen=True, slots=True)
class NotKnown:
    """`no VERB`, of a verb that the server does not know."""

    verb: str

    def encode(self) -> bytes:
        return f"no {self.verb}".encode()


Answer = (
    Bare
    | Welcome
    | Goodbye
    | RoomReady
    | ContactLocated
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
    | NotKnown
    | SignOfLife
    | Can
    | Seen
    | Pairing
    | NotPaired
    | Carrying
    | NotCarrying
)

# --- Reading

_one_contact = grammar(CONTACT)
_numbered_contact = grammar(NUMBER, CONTACT)
_numbered_word = grammar(NUMBER, WORD)
_word_and_number = grammar(WORD, NUMBER)


def _read_came(argument: str) -> Came:
    number, *contact = arguments(_numbered_contact, argument)
    return Came(int(number), read_contact(*contact))


def _read_went(argument: str) -> Went:
    number, name = arguments(_numbered_word, argument)
    return Went(int(number), read_name(name))


def _read_begins(argument: str) -> RosterBegins:
    room, number = arguments(_word_and_number, argument)
    return RosterBegins(read_name(room), int(number))


def _listed(verb: Verb) -> Callable[[str], Listed]:
    return lambda argument: Listed(verb, tuple(map(read_name, argument.split(" "))))


def _extra(argument: str) -> Extra:
    try:
        return Extra(argument)
    except ValueError:
        raise WireError("no such verb") from None


def _read_no(argument: str) -> Refused | Rivalled | NotKnown | NotPaired | NotCarrying:
    if argument.startswith(_NO_PAIR):
        return read_not_paired(argument.removeprefix(_NO_PAIR))
    if argument.startswith(_NO_CARRYING):
        return NotCarrying(read_fingerprint(first(argument.removeprefix(_NO_CARRYING))))
    if not argument.startswith(_NO_HI):
        verb = first(argument)
        return Refused(Extra(verb)) if verb in _EXTRA else NotKnown(read_name(verb))
    name, seconds = arguments(_word_and_number, argument.removeprefix(_NO_HI))
    return Rivalled(read_name(name), int(seconds))


_ANSWERS: dict[bytes, Callable[[str], Answer]] = {
    b"hi": of_first(lambda name: Welcome(read_name(name))),
    b"ar": lambda argument: ContactLocated(read_contact(*arguments(_one_contact, argument))),
    b"in": lambda argument: Introduced(read_contact(*arguments(_one_contact, argument))),
    b"ul": _listed(Verb.UL),
    b"rl": _listed(Verb.RL),
    b"rc": of_first(lambda room: RoomReady(read_name(room))),
    b"ro": _read_begins,
    b"rm": lambda argument: RosterMember(read_contact(*arguments(_one_contact, argument))),
    b"r+": _read_came,
    b"r-": _read_went,
    b"rk": of_first(lambda room: PutOut(room and read_name(room))),
    b"ok": of_first(lambda verb: Done(_extra(verb))),
    b"no": _read_no,
    b"can": read_can,
    b"seen": read_seen,
    b"pair": read_pairing,
    b"carry": lambda argument: Carrying(read_fingerprint(first(argument))),
}
_BARE_ANSWERS: dict[bytes, Answer] = {
    **BARE_ANSWERS,
    b"ro": RosterEnds(),
    b"up": SignOfLife(),
    b"can": Can(),
}


def parse_answer(message: bytes) -> Answer:
    """Read what a server says to a user. Raises WireError, and UnknownVerb."""
    return read(message, _BARE_ANSWERS, _ANSWERS)


def pack(verb: Verb, names: Iterable[str]) -> Iterator[Listed]:
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
