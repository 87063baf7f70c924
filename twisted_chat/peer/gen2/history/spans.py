"""Who was a member of a room when, as far as we have seen: what was said then is for them.

The time is that of the room's log, the clock of its last message. Somebody who comes is given what
was said while they were there before, and so many lines besides as the room's owner lets those
have who come.
"""

from collections import OrderedDict

from msgspec import Struct
from msgspec.structs import replace

from twisted_chat.peer.gen2.history.log import RoomLog
from twisted_chat.wire.gen2.for_new import ALL
from twisted_chat.wire.gen2.history import MAX_COUNT, RoomMessage

MAX_SPANS = 8
"""Of one member, the last."""
MAX_PEOPLE = 10_000
"""Those of whom it is known, the last who came."""


class MemberSpan(Struct, frozen=True):
    """From the clock `first` to the clock `last`, MAX_COUNT while it goes on; of those who have
    said something at the first, which are in order, from this `feed` on."""

    first: int
    last: int = MAX_COUNT
    feed: str = ""
    lates: int = 0
    """Those messages that had come late by its end: clocks can be made to jump, and what comes
    after the end may claim to be of before it."""

    def __contains__(self, message: RoomMessage) -> bool:
        if message.clock == self.first and message.feed < self.feed:
            return False
        return self.first <= message.clock <= self.last


class HistorySpans:
    """Of one room, by fingerprint."""

    def __init__(self, log: RoomLog) -> None:
        self._log = log
        self._spans: OrderedDict[str, tuple[MemberSpan, ...]] = OrderedDict()

    def load(self, kept: dict[str, tuple[MemberSpan, ...]]) -> None:
        """This was known before we were started, or came into the room: nobody has seen who was
        there since."""
        clock = self._log.clock
        for who, spans in kept.items():
            self._spans[who] = tuple(replace(one, last=min(one.last, clock)) for one in spans)

    def came(self, fingerprint: str, for_new: int) -> bool:
        """Somebody is in the room, who is given so many lines of before if they were not there
        already. True if they were not."""
        spans = self._spans.get(fingerprint, ())
        if spans and spans[-1].last == MAX_COUNT:
            return False
        self._spans[fingerprint] = (*spans, self._begin(for_new))[-MAX_SPANS:]
        self._spans.move_to_end(fingerprint)
        while len(self._spans) > MAX_PEOPLE:
            self._spans.popitem(last=False)
        return True

    def _begin(self, for_new: int) -> MemberSpan:
        """That of one who comes now, from the first on that they are given."""
        log = self._log
        if for_new == ALL:
            return MemberSpan(0)
        if not for_new:
            return MemberSpan(log.clock + 1)
        # What claims to be far ahead would keep from newcomers all that is said from now on.
        before = [message for message in log if message.clock <= log.clock]
        if len(before) <= for_new:
            return MemberSpan(0)
        return MemberSpan(before[-for_new].clock, feed=before[-for_new].feed)

    def went(self, fingerprint: str) -> bool:
        """Somebody is in the room no longer: what is said from now on is not for them. False if
        they were not there."""
        spans = self._spans.get(fingerprint, ())
        if not (spans and spans[-1].last == MAX_COUNT):
            return False
        end = replace(spans[-1], last=self._log.clock, lates=self._log.lates)
        self._spans[fingerprint] = (*spans[:-1], end)
        return True

    def of(self, fingerprint: str) -> tuple[MemberSpan, ...]:
        """Those of somebody, in order."""
        return self._spans.get(fingerprint, ())

    def may_have(self, fingerprint: str, message: RoomMessage) -> bool:
        """Whether a message is for somebody."""
        return self.allow(self.of(fingerprint), message)

    def allow(self, spans: tuple[MemberSpan, ...], message: RoomMessage) -> bool:
        """Whether it is for somebody who was there in these."""
        lateness = self._log.lateness(message)
        return any(
            message in span and (span.last == MAX_COUNT or lateness <= span.lates)
            for span in spans
        )
