"""What was said in a room, as anybody who has it can hand it on and nobody can alter it.

    said EPOCH NUMBER MESSAGE
    signed MESSAGE
    clock ROOM ORIGIN CLOCK
    have ROOM ORIGIN FEED RUNS DIGEST
    want ROOM ORIGIN FEED FIRST LAST
    given ROOM ORIGIN FEED FIRST LAST

MESSAGE is `ROOM ORIGIN KEY SERIES NAME COUNT CLOCK TIME SEEN SIGNATURE TEXT`. ROOM is the
casefolded name, and ORIGIN what tells it from another room that has had the name: a message of
one is none of the other. KEY is the author's Ed25519 key (RFC 8032), 64 hexadecimal digits, and
NAME what they were called. SERIES are 16 digits, drawn by the author where they begin to count:
COUNT goes from 1 and is used once. FEED is the fingerprint of the key, a dot, and the series.
SEEN has the identifiers of those messages that the author had seen and that nothing else they
had seen had followed, `-` for none; CLOCK is larger than that of each of them (Lamport, 1978).

`said` comes from the author, under the numbers by which it is acknowledged, as `msg` does;
`signed` from anybody who has it. RUNS is FIRST-LAST, with commas between, and DIGEST over the
identifiers of all in them. One who comes asks by `clock` after which CLOCK what they say belongs,
with `-`, and is told by `clock`. Private words are never signed.
"""

import hashlib
import re
from collections.abc import Callable
from functools import lru_cache
from sys import intern

from msgspec import Struct
from msgspec.structs import force_setattr

from twisted_chat.errors import WireError
from twisted_chat.identity.fingerprints import fingerprint
from twisted_chat.names import folded
from twisted_chat.wire.gen2.contact import NUMBER, ORIGIN, WORD, arguments, grammar, read_name

MAX_SEEN = 8
"""Identifiers in one message."""
MAX_RUNS = 64
"""Runs of numbers in one `have`."""
MAX_COUNT = 1 << 53
"""What no number of a message, no clock and no time reaches."""
IDENTIFIER_DIGITS = 32
"""Hexadecimal ones of the SHA-256 of what is signed: two messages with the same take 2^64 tries,
and are by the one author who has tried."""
SERIES_BYTES = 8
"""Drawn where somebody begins to count what they say in a room."""

_PURPOSE = b"twisted-chat room message 1\0"
_SPKI = bytes.fromhex("302a300506032b6570032100")
"""What comes before the 32 bytes of an Ed25519 key (RFC 8410, 4)."""
_HEX16, _HEX64, _HEX128 = r"([0-9a-f]{16})", r"([0-9a-f]{64})", r"([0-9a-f]{128})"
_FEED = r"([0-9a-f]{64}\.[0-9a-f]{16})"
_SEEN = rf"(-|[0-9a-f]{{32}}(?:,[0-9a-f]{{32}}){{0,{MAX_SEEN - 1}}})"
_RUN = r"[1-9][0-9]{0,15}-[1-9][0-9]{0,15}"
_MESSAGE = (
    f"{WORD} {ORIGIN} {_HEX64} {_HEX16} {WORD} {NUMBER} {NUMBER} {NUMBER} {_SEEN} {_HEX128} (.*)"
)
_signed = re.compile(f"(?s){_MESSAGE}")
_have = grammar(WORD, ORIGIN, _FEED, rf"({_RUN}(?:,{_RUN}){{0,{MAX_RUNS - 1}}})", ORIGIN)
_want = grammar(WORD, ORIGIN, _FEED, NUMBER, NUMBER)
_clock = grammar(WORD, ORIGIN, f"(?:{NUMBER}|-)")


@lru_cache(maxsize=4096)
def _fingerprint(key: str) -> str:
    return fingerprint(_SPKI + bytes.fromhex(key))


@lru_cache(maxsize=4096)
def feed_of(key: str, series: str) -> str:
    """Whose numbers those are that one with this key has drawn since."""
    return f"{_fingerprint(key)}.{series}"


class RoomMessage(Struct, frozen=True):
    """What one author has said in a room under a number, from 1, with what they had seen.

    Nothing is known of the signature before `identity.room_messages.check`."""

    room: str
    origin: str
    key: str
    series: str
    name: str
    """What the author called themselves then."""
    number: int
    clock: int
    time: int
    """When, by the author's clock: milliseconds since 1970. Nothing is ordered by it."""
    seen: tuple[str, ...]
    text: str
    signature: str = ""
    feed: str = ""
    """Whose numbers these are: an author, from when they began to count."""
    identifier: str = ""
    """Of this text of this author under this number, and no other."""

    def __post_init__(self) -> None:
        force_setattr(self, "feed", feed_of(self.key, self.series))
        digest = hashlib.sha256(self.statement).hexdigest()
        force_setattr(self, "identifier", digest[:IDENTIFIER_DIGITS])

    @property
    def _fields(self) -> str:
        whose = f"{self.room} {self.origin} {self.key} {self.series} {self.name}"
        return f"{whose} {self.number} {self.clock} {self.time} {','.join(self.seen) or '-'}"

    @property
    def statement(self) -> bytes:
        """What is signed: no field but the last, the text, has a space."""
        return _PURPOSE + f"{self._fields} {self.text}".encode()

    @property
    def author(self) -> str:
        """The fingerprint of the author's key."""
        return _fingerprint(self.key)

    @property
    def place(self) -> tuple[int, str, int, str]:
        """What the history is sorted by, for everybody."""
        return self.clock, self.feed, self.number, self.identifier

    def message(self) -> bytes:
        """The arguments by which it travels, whoever hands it on."""
        return f"{self._fields} {self.signature} {self.text}".encode()

    def encode(self) -> bytes:
        return b"signed " + self.message()


def author_of(feed: str) -> str:
    """The fingerprint of the one whose it is."""
    return feed.partition(".")[0]


class Have(Struct, frozen=True):
    """`have`: of this feed I have these runs of numbers, the first and the last of each."""

    room: str
    origin: str
    feed: str
    runs: tuple[tuple[int, int], ...]
    digest: str

    def encode(self) -> bytes:
        runs = ",".join(f"{first}-{last}" for first, last in self.runs)
        return f"have {self.room} {self.origin} {self.feed} {runs} {self.digest}".encode()


class Want(Struct, frozen=True):
    """`want`: give me what you have of this feed from `first` to `last`, the newest first."""

    room: str
    origin: str
    feed: str
    first: int
    last: int

    def encode(self) -> bytes:
        where = f"{self.room} {self.origin} {self.feed}"
        return f"want {where} {self.first} {self.last}".encode()


class Given(Struct, frozen=True):
    """`given`: that was all that I give, for now, of what you wanted from `first` to `last`."""

    room: str
    origin: str
    feed: str
    first: int
    last: int

    def encode(self) -> bytes:
        where = f"{self.room} {self.origin} {self.feed}"
        return f"given {where} {self.first} {self.last}".encode()


class RoomClock(Struct, frozen=True):
    """`clock`: what is said now belongs after this one; None asks for it."""

    room: str
    origin: str
    clock: int | None

    def encode(self) -> bytes:
        clock = "-" if self.clock is None else self.clock
        return f"clock {self.room} {self.origin} {clock}".encode()


HistorySpeech = RoomMessage | Have | Want | Given | RoomClock


def _read_room(text: str) -> str:
    if folded(read_name(text)) != text:
        raise WireError("a room by another name than its own")
    return text


def _count(text: str, least: int = 1) -> int:
    if not least <= int(text) < MAX_COUNT:
        raise WireError("a number that there is not")
    return int(text)


def read_message(argument: str) -> RoomMessage:
    """The arguments of a message. Raises WireError."""
    found = arguments(_signed, argument)
    room, origin, key, series, name, number, clock, time, seen, signature, text = found
    return RoomMessage(
        intern(_read_room(room)),
        intern(origin),
        intern(key),
        intern(series),
        intern(read_name(name)),
        _count(number),
        _count(clock),
        _count(time, 0),
        () if seen == "-" else tuple(seen.split(",")),
        text,
        signature,
    )


def _read_have(argument: str) -> Have:
    room, origin, feed, runs, digest = arguments(_have, argument)
    found = []
    before = -1
    for run in runs.split(","):
        first, last = map(_count, run.split("-"))
        if not before + 1 < first <= last:
            raise WireError("runs that are not in order")
        found.append((first, last))
        before = last
    return Have(_read_room(room), origin, feed, tuple(found), digest)


def _read_range(argument: str) -> tuple[str, str, str, int, int]:
    room, origin, feed, first, last = arguments(_want, argument)
    if _count(first) > _count(last):
        raise WireError("a range that ends before it begins")
    return _read_room(room), origin, feed, int(first), int(last)


def _read_clock(argument: str) -> RoomClock:
    room, origin, clock = arguments(_clock, argument)
    return RoomClock(_read_room(room), origin, _count(clock, 0) if clock else None)


HISTORY_SPEECH: dict[bytes, Callable[[str], HistorySpeech]] = {
    b"signed": read_message,
    b"have": _read_have,
    b"want": lambda argument: Want(*_read_range(argument)),
    b"given": lambda argument: Given(*_read_range(argument)),
    b"clock": _read_clock,
}
"""The readers of their arguments, by their verbs; each raises WireError."""
