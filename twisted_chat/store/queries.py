"""What is asked of a store, and what it answers."""

from msgspec import Struct, field

from twisted_chat.store.records import MemberTime, TalkKey
from twisted_chat.wire.gen2.history import RoomMessage

MOST = 1_000
"""Lines that are shown at a time."""


class HistoryQuery(Struct, frozen=True):
    """The last lines of a conversation."""

    talk: TalkKey
    count: int
    until: int = 0
    """The number of the last line that may be among them; 0 for any."""


class SearchQuery(Struct, frozen=True):
    """The last lines that have all of these words, or words that begin so, in a conversation or
    in all."""

    words: str
    talk: TalkKey | None
    count: int


class NamedQuery(Struct, frozen=True):
    """The last line of the conversations of this name: a room of this server, or somebody."""

    name: str
    server: str


class PeopleQuery(Struct, frozen=True):
    """Those who have a key and with whom something private was said last, so many; first those of
    whom something is unread, whenever it was said."""

    since: int
    """When that was at the earliest: milliseconds since 1970."""
    count: int


class KeptLine(Struct, frozen=True):
    """A line as it is kept."""

    number: int
    """In the order in which they came into the store."""
    room: str
    """The room that it was said to; empty if it is private."""
    whom: str
    """With whom the conversation is, if it is private."""
    author: str
    """The name of the one who said it, as it was then."""
    fingerprint: str
    """Of their key; empty for ourselves, and without a key."""
    own: bool
    time: int
    """By the author's clock, milliseconds since 1970."""
    text: str
    missing: int = 0
    """How many messages of the same author are missing before it."""


class LinesFound(Struct, frozen=True):
    """The lines that were asked for, in order, and whether there are others before them."""

    lines: tuple[KeptLine, ...] = ()
    more: bool = False
    scanned: bool = False
    """Whether it was searched without an index, as the system's SQLite has none."""


class PeopleFound(Struct, frozen=True):
    """What is private with each of them."""

    talks: tuple[TalkKey, ...] = ()


class LogQuery(Struct, frozen=True):
    """What was signed in a room of this origin: the last messages, so many."""

    talk: TalkKey
    origin: str
    count: int


class LogFound(Struct, frozen=True):
    """Those messages, in order; by which series we have counted what we say there, and how far;
    when each member was there, by fingerprint; and up to which number there is more of some feeds,
    before these messages."""

    messages: tuple[RoomMessage, ...] = ()
    series: str = ""
    last: int = 0
    spans: dict[str, tuple[MemberTime, ...]] = field(default_factory=dict)
    before: dict[str, int] = field(default_factory=dict)


LinesQuery = HistoryQuery | SearchQuery | NamedQuery
StoreQuery = LinesQuery | LogQuery | PeopleQuery
StoreAnswer = LinesFound | LogFound | PeopleFound
