"""Events: what is kept of what was said, and how it is with that."""

from msgspec import Struct

from twisted_chat.events import Event
from twisted_chat.peer.events.event import Someone, Talk


class StoreFailing(Event, frozen=True):
    """What is said cannot be kept: nothing is said or acknowledged until it can be again, or the
    person goes on in memory, with `nostore`."""

    why: str
    """The file, and what is wrong with it."""


class StoreWorks(Event, frozen=True):
    """What is said is kept again, and what has waited for that goes on."""


class StoreSetAside(Event, frozen=True):
    """The file with what was said was damaged. It is elsewhere now, and another is begun."""

    file: str
    """Where it is."""


class StoreInMemory(Event, frozen=True):
    """What is said from now on ends with the program."""


class KeptText(Struct, frozen=True):
    """A line that was said, by us or to us."""

    from_: Someone
    """Who said it, by the name that they had."""
    own: bool
    """Whether that was us."""
    time: int
    """When, by the author's clock: milliseconds since 1970."""
    text: str
    """What."""
    room: str = ""
    """The room that it was said to; empty if it is private."""
    whom: str = ""
    """With whom that was, if it is private."""
    number: int = 0
    """Under which the store has it; lines that stand after it have larger ones."""
    missing: int = 0
    """How many lines of the same author, before this one, are not there."""
    claimed: bool = False
    """Whether the name is what the author called themselves, and somebody else's as we know."""


class HistoryShown(Event, frozen=True):
    """The last lines of a conversation, in order."""

    conversation: Talk
    """Which."""
    lines: tuple[KeptText, ...]
    """What was said."""
    more: bool
    """Whether there are others before them."""
    joining: bool = False
    """Whether nobody asked, as the person has just come into the conversation."""
    unread: int = 0
    """How many of those that others have said, the last, the person had not looked at when the
    screen was closed."""


class EarlierShown(Event, frozen=True):
    """What was said in a conversation before what its person has read, in order."""

    conversation: Talk
    """Which."""
    lines: tuple[KeptText, ...]
    """What was said."""
    more: bool
    """Whether there are others before them."""
    unread: int = 0
    """As `history_shown` has it."""


class EarlierTalk(Struct, frozen=True):
    """Somebody with whom something private was said before."""

    who: Someone
    """With whom."""
    unread: int
    """How many lines of theirs the person had not looked at when the screen was closed."""


class EarlierTalks(Event, frozen=True):
    """With whom something private was said before the program was started, as the screen asks at
    its start: first those of whom something is unread, and the latest first."""

    people: tuple[EarlierTalk, ...]
    """Those of the last weeks who have a key, and all of whom something is unread."""


class OwedTo(Struct, frozen=True):
    """What is still to arrive at somebody."""

    who: Someone
    """Whom it was said to."""
    lines: int
    """How many texts."""
    since: int
    """When the first of them was said: milliseconds since 1970."""
    linked: bool
    """Whether there is a link to them now."""


class OwedExpired(Event, frozen=True):
    """What was said to somebody is owed no more, as they have not come for too long, or there are
    too many others to whom something is."""

    who: Someone
    """Whom it was said to."""
    lines: int
    """How many texts. Some of them may have arrived."""
    text: str
    """The first of them."""
    since: int
    """When that was said: milliseconds since 1970."""


class OutboxShown(Event, frozen=True):
    """What is still to arrive, as `outbox` asked."""

    owed: tuple[OwedTo, ...]
    """At whom."""


class SearchFound(Event, frozen=True):
    """The last lines that have the words that were searched for, in order."""

    words: str
    """The words."""
    lines: tuple[KeptText, ...]
    """Where they are."""
    more: bool
    """Whether there are others before them."""
    conversation: Talk | None
    """Where it was searched; null if everywhere."""
    scanned: bool
    """Whether it was done without an index, as the system's SQLite has no FTS5."""


class HistoryNotRead(Event, frozen=True):
    """What was said cannot be read."""

    why: str
    """The reason."""


class NothingKept(Event, frozen=True):
    """There is no conversation to read, or to forget: nothing of it is kept."""

    name: str
    """Of which; empty where what is typed goes nowhere."""


class ForgottenNow(Event, frozen=True):
    """Nothing is kept any more of what was said in a conversation."""

    name: str
    """The room, or the other person."""
