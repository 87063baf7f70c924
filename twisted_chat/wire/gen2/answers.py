"""What a server says to a user."""

from collections.abc import Callable
from enum import Enum
from typing import TypeVar

from msgspec import Struct

from twisted_chat.errors import WireError
from twisted_chat.wire.common import Bare, Goodbye, RoomReady, Verb, Welcome
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
from twisted_chat.wire.gen2.elsewhere import ServedElsewhere, read_elsewhere
from twisted_chat.wire.gen2.grounds import Ground
from twisted_chat.wire.gen2.growth import Can, first, of_first, read, read_can
from twisted_chat.wire.gen2.listing import Listed, read_listed
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
from twisted_chat.wire.gen2.rest import AtRest, CameBack, read_at_rest, read_came_back
from twisted_chat.wire.gen2.room_news import (
    HistoryRules,
    Muting,
    RoomNews,
    Topic,
    read_muting,
    read_news,
    read_room_history,
    read_topic,
)
from twisted_chat.wire.gen2.roster import (
    Came,
    RosterBegins,
    RosterEnds,
    RosterMember,
    Went,
    read_begins,
    read_came,
    read_ends,
    read_member,
    read_went,
)
from twisted_chat.wire.gen2.waiting import UserHere, read_here

LONGEST_WHY = 256
"""Characters of what a server says as it ends a link."""

_ROOM_VERBS = frozenset(verb.value for verb in RoomVerb)


class ContactLocated(Struct, frozen=True):
    """`ar NAME FINGERPRINT IP PORT`: the user you asked for."""

    contact: ContactInfo

    def encode(self) -> bytes:
        return f"ar {self.contact}".encode()


class Introduced(Struct, frozen=True):
    """`in NAME FINGERPRINT IP PORT`: a user who asked for you."""

    contact: ContactInfo

    def encode(self) -> bytes:
        return f"in {self.contact}".encode()


class Leaving(Enum):
    """How somebody has ceased to be in a room, as it travels. A word that is not known
    is read as OTHER."""

    LEFT = "left"
    KICKED = "kicked"
    BANNED = "banned"
    CLOSED = "closed"
    OTHER = "other"


class PutOut(Struct, frozen=True):
    """`rk ROOM HOW`: you are not in this room any more."""

    room: str
    how: Leaving

    def encode(self) -> bytes:
        return f"rk {self.room} {self.how.value}".encode()


class Done(Struct, frozen=True):
    """`ok VERB ROOM`: what you asked for with it is done."""

    verb: RoomVerb
    room: str

    def encode(self) -> bytes:
        return f"ok {self.verb.value} {self.room}".encode()


class Refused(Struct, frozen=True):
    """`no VERB ROOM GROUND`: what you asked for with it cannot be, or is not yours to ask."""

    verb: RoomVerb
    room: str
    ground: Ground

    def encode(self) -> bytes:
        return f"no {self.verb.value} {self.room} {self.ground.value}".encode()


class Rivalled(Struct, frozen=True):
    """`no hi NAME SECONDS`: a living link with your key has been registered under
    this name for so many seconds."""

    name: str
    seconds: int

    def encode(self) -> bytes:
        return f"no hi {self.name} {self.seconds}".encode()


class Expelled(Struct, frozen=True):
    """`ex WHY`: I serve you no longer, and end this link; a line of at most LONGEST_WHY
    characters says why."""

    why: str

    def encode(self) -> bytes:
        return f"ex {self.why[:LONGEST_WHY]}".encode()


class NotKnown(Struct, frozen=True):
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
    | HistoryRules
    | Muting
    | Done
    | Refused
    | Rivalled
    | Expelled
    | NotKnown
    | SignOfLife
    | Can
    | Seen
    | UserHere
    | Pairing
    | NotPaired
    | Carrying
    | NotCarrying
    | Checkup
    | NoCheckup
    | ServedElsewhere
    | AtRest
    | CameBack
)

# --- Reading

_contact = grammar(CONTACT)
_word_number = grammar(WORD, NUMBER)
_two_words = grammar(WORD, WORD)

W = TypeVar("W", Ground, Leaving)


def _read_put_out(argument: str) -> PutOut:
    room, how = arguments(_two_words, argument)
    return PutOut(read_name(room), _known(how, Leaving.OTHER))


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


_ANSWERS: dict[bytes, Callable[[str], Answer]] = {
    b"hi": of_first(lambda name: Welcome(read_name(name))),
    b"ar": lambda argument: ContactLocated(read_contact(*arguments(_contact, argument))),
    b"in": lambda argument: Introduced(read_contact(*arguments(_contact, argument))),
    b"ul": read_listed(Verb.UL),
    b"rl": read_listed(Verb.RL),
    b"rc": of_first(lambda room: RoomReady(read_name(room))),
    b"ro": read_begins,
    b"rm": read_member,
    b"re": of_first(read_ends),
    b"r+": read_came,
    b"r-": read_went,
    b"rk": _read_put_out,
    b"rt": read_topic,
    b"rh": read_room_history,
    **{verb.value.encode(): read_news(verb) for verb in TOLD},
    b"mu": read_muting(True),
    b"um": read_muting(False),
    b"ex": lambda argument: Expelled(argument[:LONGEST_WHY]),
    b"ok": _read_done,
    b"no": _read_no,
    b"can": read_can,
    b"seen": read_seen,
    b"here": read_here,
    b"pair": read_pairing,
    b"check": read_checkup,
    b"servers": read_elsewhere,
    b"rest": read_at_rest,
    b"back": read_came_back,
    b"carry": lambda argument: Carrying(read_fingerprint(first(argument))),
}
_BARE_ANSWERS: dict[bytes, Answer] = {
    **{bare.encode(): bare for bare in map(Bare, (Verb.HI, Verb.AR, Verb.UL, Verb.RL))},
    **{message.encode(): message for message in (Goodbye(), SignOfLife(), Can())},
}


def parse_answer(message: bytes) -> Answer:
    """Read what a server says to a user. Raises WireError, and UnknownVerb."""
    return read(message, _BARE_ANSWERS, _ANSWERS)
