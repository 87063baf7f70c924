"""What a server says to a user."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from typing import TypeVar

from twisted_chat.errors import WireError
from twisted_chat.wire.common import Bare, Goodbye, RoomReady, Verb, Welcome
from twisted_chat.wire.framing import MAX_FRAME
from twisted_chat.wire.gen2.checkup import Checkup, NoCheckup, read_checkup, read_no_checkup
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
from twisted_chat.wire.gen2.grounds import Ground
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
from twisted_chat.wire.gen2.requests import TOLD, RoomVerb, SignOfLife

_ROOM_VERBS = frozenset(verb.value for verb in RoomVerb)


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
    """`ro ROOM NUMBER`, or `ro ROOM NUMBER private`: you are in this room, into which nobody
    comes uninvited if it is private; who else is follows, then `re ROOM`."""

    room: str
    number: int
    private: bool = False

    def encode(self) -> bytes:
        return f"ro {self.room} {self.number}{' private' * self.private}".encode()


@dataclass(frozen=True, slots=True)
class RosterMember:
    """`rm ROOM NAME FINGERPRINT IP PORT`: another member."""

    room: str
    contact: ContactInfo

    def encode(self) -> bytes:
        return f"rm {self.room} {self.contact}".encode()


@dataclass(frozen=True, slots=True)
class RosterEnds:
    """`re ROOM`: that is everybody."""

    room: str

    def encode(self) -> bytes:
        return f"re {self.room}".encode()


@dataclass(frozen=True, slots=True)
class Came:
    """`r+ ROOM NUMBER NAME FINGERPRINT IP PORT`: with this the roster has this number."""

    room: str
    number: int
    contact: ContactInfo

    def encode(self) -> bytes:
        return f"r+ {self.room} {self.number} {self.contact}".encode()


@dataclass(frozen=True, slots=True)
class Went:
    """`r- ROOM NUMBER NAME`: with this the roster has this number."""

    room: str
    number: int
    name: str

    def encode(self) -> bytes:
        return f"r- {self.room} {self.number} {self.name}".encode()


class Leaving(Enum):
    """How somebody has ceased to be in a room, as it travels. A word that is not known
    is read as OTHER."""

    LEFT = "left"
    KICKED = "kicked"
    BANNED = "banned"
    CLOSED = "closed"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class PutOut:
    """`rk ROOM HOW`: you are not in this room any more."""

    room: str
    how: Leaving

    def encode(self) -> bytes:
        return f"rk {self.room} {self.how.value}".encode()


@dataclass(frozen=True, slots=True)
class RoomNews:
    """`iv`, `bn`, `ub`, `op` or `od`, with ROOM and NAME: the one of this name has invited
    you into the room, banned you from it, or taken that back, made you an op, or none."""

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


@dataclass(frozen=True, slots=True)
class Done:
    """`ok VERB ROOM`: what you asked for with it is done."""

    verb: RoomVerb
    room: str

    def encode(self) -> bytes:
        return f"ok {self.verb.value} {self.room}".encode()


@dataclass(frozen=True, slots=True)
class Refused:
    """`no VERB ROOM GROUND`: what you asked for with it cannot be, or is not yours to ask."""

    verb: RoomVerb
    room: str
    ground: Ground

    def encode(self) -> bytes:
        return f"no {self.verb.value} {self.room} {self.ground.value}".encode()


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
    | RoomNews
    | Topic
    | Muting
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
    | Checkup
    | NoCheckup
)

# --- Reading

_contact = grammar(CONTACT)
_room_contact = grammar(WORD, CONTACT)
_room_number_contact = grammar(WORD, NUMBER, CONTACT)
_room_number_word = grammar(WORD, NUMBER, WORD)
_word_number = grammar(WORD, NUMBER)
_two_words = grammar(WORD, WORD)

W = TypeVar("W", Ground, Leaving)


def _read_member(argument: str) -> RosterMember:
    room, *contact = arguments(_room_contact, argument)
    return RosterMember(read_name(room), read_contact(*contact))


def _read_came(argument: str) -> Came:
    room, number, *contact = arguments(_room_number_contact, argument)
    return Came(read_name(room), int(number), read_contact(*contact))


def _read_went(argument: str) -> Went:
    room, number, name = arguments(_room_number_word, argument)
    return Went(read_name(room), int(number), read_name(name))


def _read_begins(argument: str) -> RosterBegins:
    room, number = arguments(_word_number, argument)
    private = argument.split(" ")[2:3] == ["private"]
    return RosterBegins(read_name(room), int(number), private)


def _read_put_out(argument: str) -> PutOut:
    room, how = arguments(_two_words, argument)
    return PutOut(read_name(room), _known(how, Leaving.OTHER))


def _news(verb: RoomVerb) -> Callable[[str], RoomNews]:
    def read(argument: str) -> RoomNews:
        room, by = arguments(_two_words, argument)
        return RoomNews(verb, read_name(room), read_name(by))

    return read


def _read_topic(argument: str) -> Topic:
    room, _, text = argument.partition(" ")
    return Topic(read_name(room), text)


def _muting(muted: bool) -> Callable[[str], Muting]:
    def read(argument: str) -> Muting:
        room, fingerprint = arguments(_two_words, argument)
        return Muting(read_name(room), read_fingerprint(fingerprint), muted)

    return read


def _read_done(argument: str) -> Done:
    verb, room = arguments(_two_words, argument)
    try:
        return Done(RoomVerb(verb), read_name(room))
    except ValueError:
        raise WireError("no such verb") from None


def _read_no(
    argument: str,
) -> Refused | Rivalled | NotKnown | NotPaired | NotCarrying | NoCheckup:
    verb, _, rest = argument.partition(" ")
    if verb == "pair" and rest:
        return read_not_paired(rest)
    if verb == "carry" and rest:
        return NotCarrying(read_fingerprint(first(rest)))
    if verb == "check" and rest:
        return read_no_checkup(rest)
    if verb == "hi":
        name, seconds = arguments(_word_number, rest)
        return Rivalled(read_name(name), int(seconds))
    if verb not in _ROOM_VERBS or not rest:
        return NotKnown(read_name(verb))
    room, ground = arguments(_two_words, rest)
    return Refused(RoomVerb(verb), read_name(room), _known(ground, Ground.OTHER))


def _known(word: str, other: W) -> W:
    try:
        return type(other)(word)
    except ValueError:
        return other


def _listed(verb: Verb) -> Callable[[str], Listed]:
    return lambda argument: Listed(verb, tuple(map(read_name, argument.split(" "))))


_ANSWERS: dict[bytes, Callable[[str], Answer]] = {
    b"hi": of_first(lambda name: Welcome(read_name(name))),
    b"ar": lambda argument: ContactLocated(read_contact(*arguments(_contact, argument))),
    b"in": lambda argument: Introduced(read_contact(*arguments(_contact, argument))),
    b"ul": _listed(Verb.UL),
    b"rl": _listed(Verb.RL),
    b"rc": of_first(lambda room: RoomReady(read_name(room))),
    b"ro": _read_begins,
    b"rm": _read_member,
    b"re": of_first(lambda room: RosterEnds(read_name(room))),
    b"r+": _read_came,
    b"r-": _read_went,
    b"rk": _read_put_out,
    b"rt": _read_topic,
    **{verb.value.encode(): _news(verb) for verb in TOLD},
    b"mu": _muting(True),
    b"um": _muting(False),
    b"ok": _read_done,
    b"no": _read_no,
    b"can": read_can,
    b"seen": read_seen,
    b"pair": read_pairing,
    b"check": read_checkup,
    b"carry": lambda argument: Carrying(read_fingerprint(first(argument))),
}
_BARE_ANSWERS: dict[bytes, Answer] = {
    **{bare.encode(): bare for bare in map(Bare, (Verb.HI, Verb.AR, Verb.UL, Verb.RL))},
    **{message.encode(): message for message in (Goodbye(), SignOfLife(), Can())},
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
