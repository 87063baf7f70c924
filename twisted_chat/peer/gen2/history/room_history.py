"""One room's history: its log, who may have what of it, and what is to be told of it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum

from twisted_chat.identity.room_messages import Signer
from twisted_chat.moments import NEVER
from twisted_chat.peer.contacts.line import Line
from twisted_chat.peer.gen2.history.gaps import missing
from twisted_chat.peer.gen2.history.handed import HandedLines
from twisted_chat.peer.gen2.history.log import Added, RoomLog
from twisted_chat.peer.gen2.history.spans import HistorySpans, MemberSpan
from twisted_chat.peer.gen2.history.sync import HistorySync
from twisted_chat.peer.gen2.outbox import MAX_TEXT
from twisted_chat.peer.talks.room import JoinedRoom
from twisted_chat.store.queries import LogFound
from twisted_chat.store.records import HeardRecord, TalkKey
from twisted_chat.wire.framing import MAX_FRAME
from twisted_chat.wire.gen2.history import Given, RoomMessage, Want

MISSING_AFTER = 10.0
"""Seconds after which it is told what is missing, if nobody has given it."""


CLOCK_PATIENCE = 3.0
"""Seconds in which those who are in a room tell us after what belongs what we say there. Nothing
is said before: it would stand where we were last, or at the beginning."""
CLOCKS = 3
"""How many of them are enough: with three, one who lies does not lead us."""
AROUND = 64
"""Bytes of a frame beside a message."""


class Novelty(Enum):
    """What a message is that its author has sent us."""

    NEW = "new"
    KNOWN = "known"
    """We have it, from somebody else, or it is not signed by whom it should be."""
    UNLOGGED = "unlogged"
    """It stands before all that the log holds: it is shown, and no more."""


@dataclass(eq=False)
class RoomHistory:
    """Of this room, which we are in. Nothing can be said in it before its log is `there`."""

    room: JoinedRoom
    origin: str
    for_new: int
    log: RoomLog
    spans: HistorySpans
    sync: HistorySync
    came: int
    """When we came, in milliseconds since 1970."""
    series: str = ""
    last: int = 0
    """The last number that we have used of our series."""
    there: bool = False
    renewed: bool = False
    """Whether we were in it when it had another origin: its members may say to us still what they
    said then, before what others hand on of now."""
    is_new: bool = True
    """Whether we have nothing of it from before, or not all yet that the members say to have."""
    told_some: bool = False
    """Whether something of before was told."""
    unstored: dict[str, Line] = field(default_factory=dict)
    """What we say that may not be in our store yet, by identifiers: nobody else hands it on."""
    handed: HandedLines = field(default_factory=HandedLines)
    check_at: float = NEVER
    settles_at: float = NEVER
    """Until when nothing is said here, as others tell after what it belongs."""
    _told_missing: dict[str, int] = field(default_factory=dict)

    def load(self, found: LogFound, series: str, now: float) -> None:
        """This is what the store has; `series` is drawn for what we say, if there is none yet."""
        self.log.load(found.messages, found.before)
        self.spans.load(
            {who: tuple(MemberSpan(*one) for one in spans) for who, spans in found.spans.items()}
        )
        self.series, self.last = found.series or series, found.last
        self.is_new = self.is_new and not self.log.size
        self.there = True
        self.settles_at = now + CLOCK_PATIENCE
        self.sync.unsettled = True

    def settle(self, now: float, *, alone: bool = False) -> None:
        """Draw what we say after what others follow, when enough have told it, or time is up, and
        again when enough have told it after that: the first alone may lie. Where `alone`, nobody
        will tell it."""
        clocks = self.sync.clocks
        enough = alone or len(clocks) >= min(CLOCKS, self.room.keyed)
        if not enough and now < self.settles_at:
            return
        if followed := [clock for clock in clocks if clock]:
            self.log.follow(followed[(len(followed) - 1) // 2])
        self.settles_at = NEVER
        self.room.opening, self.sync.unsettled = False, not enough

    def sign(self, line: Line, signer: Signer) -> None:
        """Let a line be signed that we say here, unless it is too long for that."""
        if len(line.text.encode()) > MAX_TEXT:
            return
        where = signer.key, self.series, line.speaker
        message = signer.sign(self.log.draw(*where, self.last, line.text, line.time))
        if len(message.message()) + AROUND > MAX_FRAME:
            return  # With names that are longer than any that this program lets be.
        self.last = message.number
        self.drop_stored()
        if not line.stored:
            self.unstored[message.identifier] = line
        added = self.log.add(message)
        line.signed, line.before = message, None if added is None else added.before

    def give(self, fingerprint: str, want: Want, now: float) -> list[RoomMessage | Given]:
        """What somebody is given who asks for this, but for what may not be in our store yet."""
        self.drop_stored()
        given = self.sync.asked(fingerprint, want, now)
        return [one for one in given if not self._is_unstored(one)]

    def _is_unstored(self, one: RoomMessage | Given) -> bool:
        return isinstance(one, RoomMessage) and one.identifier in self.unstored

    def record(self, added: Added, talk: TalkKey, own: str) -> HeardRecord:
        """What is kept of what was handed on, by us too, whose fingerprint `own` is."""
        message = added.message
        return HeardRecord(
            talk,
            message.author,
            message.name,
            message.time,
            message.text,
            signed=message,
            before=added.before,
            own=message.author == own,
        )

    @property
    def has_more_before(self) -> bool:
        """Whether something was said before what we have, as its numbers tell."""
        return any(self.log.runs(feed)[0][0] > 1 for feed in self.log.feeds())

    def look_for_gaps(self, now: float) -> None:
        """Something may be missing: it is told in a moment, if nobody gives it."""
        self.check_at = min(self.check_at, now + MISSING_AFTER)

    def newly_missing(self) -> Iterable[tuple[RoomMessage, int]]:
        """A message of each author of whom more is missing than was told, and how many are."""
        counts: dict[str, int] = {}
        for gap in missing(self.log):
            if not gap.invented:
                counts[gap.feed] = counts.get(gap.feed, 0) + gap.count
        told, self._told_missing = self._told_missing, counts
        for feed, count in counts.items():
            if count > told.get(feed, 0):
                yield self.log.versions(feed, self.log.last_of(feed))[0], count

    @property
    def wake(self) -> float:
        """When there is something to do."""
        return min(self.sync.wake, self.handed.tell_at, self.check_at, self.settles_at)

    def drop_stored(self) -> None:
        """What is in our store by now may be handed on."""
        self.unstored = {one: line for one, line in self.unstored.items() if not line.stored}


def hear(log: RoomLog, message: RoomMessage) -> tuple[Novelty, Added | None]:
    """Take into a log what its author says to us, which was checked."""
    if message in log or message.number <= log.dropped(message.feed):
        return Novelty.KNOWN, None
    added = log.add(message)
    return (Novelty.UNLOGGED if added is None else Novelty.NEW), added
