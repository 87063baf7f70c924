"""What of a room's history each member is told of, and given who asks for it."""

from twisted_chat.peer.gen2.history.log import RoomLog
from twisted_chat.peer.gen2.history.member_record import MemberRecord
from twisted_chat.peer.gen2.history.spans import HistorySpans, MemberSpan
from twisted_chat.peer.gen2.ranges import Runs, runs_of
from twisted_chat.wire.gen2.history import MAX_RUNS, Given, Have, RoomMessage, Want, author_of

RANGE = 256
"""Numbers that are asked for, and given, at once."""
MAX_FEEDS = 1024
"""Feeds of which one member can say what they have."""
MAX_GIVEN, MAX_GIVEN_BYTES = 20_000, 16 * 1024 * 1024
"""Messages, and bytes of their texts, that are given to one member in GIVEN_WITHIN seconds."""
AT_ONCE, OVERHEAD = 32 * 1024, 512
"""Bytes after which what was asked for is given no further at once, and those of a message beside
its text: with what is said meanwhile, what is asked for is to stay below what a link can hold."""


class HistoryGiving:
    """Of one room, and who may have what of it. `own` is our own fingerprint."""

    def __init__(self, log: RoomLog, spans: HistorySpans, own: str) -> None:
        self._log = log
        self._spans = spans
        self._own = own
        self._told: dict[str, dict[str, Have]] = {}
        self._haves: dict[tuple[str, tuple[MemberSpan, ...]], tuple[Runs, Runs]] = {}

    def begin(self, fingerprint: str) -> None:
        """There is a new link to a member, who may know of nothing."""
        self._told[fingerprint] = {}

    def end(self, fingerprint: str) -> None:
        """There is none any more."""
        self._told.pop(fingerprint, None)

    def _allowed(self, feed: str, spans: tuple[MemberSpan, ...]) -> Runs:
        """What we have of a feed that somebody may be given who was there then."""
        runs = self._log.runs(feed)
        kept = self._haves.get((feed, spans))
        if kept is not None and kept[0] == runs:
            return kept[1]
        found = runs
        if spans != (MemberSpan(0),):
            numbers = {
                message.number
                for message in self._log.of(feed)
                if self._spans.allow(spans, message)
            }
            found = runs_of(numbers)
        if len(self._haves) >= MAX_FEEDS:
            self._haves.clear()
        self._haves[feed, spans] = runs, found
        return found

    def news(self, fingerprint: str, *, whole: bool) -> list[Have]:
        """What we have, the `whole` or of our own, that a member may be given, and was not told
        of since `begin`."""
        told, spans = self._told[fingerprint], self._spans.of(fingerprint)
        log = self._log
        found: list[Have] = []
        for feed in log.feeds()[:MAX_FEEDS]:
            if not whole and author_of(feed) != self._own:
                continue
            if runs := self._allowed(feed, spans)[-MAX_RUNS:]:
                have = Have(log.room, log.origin, feed, runs, log.digest(feed, runs))
                if told.get(feed) != have:
                    told[feed] = have
                    found.append(have)
        return found

    def give(
        self, fingerprint: str, want: Want, record: MemberRecord, now: float
    ) -> list[RoomMessage | Given]:
        """What a member is given who asks for this, the newest first, and that it is all."""
        log, where = self._log, (want.room, want.origin, want.feed)
        record.begin_anew(now)
        last = min(want.last, log.last_of(want.feed))
        found: list[RoomMessage | Given] = []
        size, first = 0, max(want.first, last - RANGE + 1)
        for number in range(last, first - 1, -1):
            if size >= AT_ONCE:
                return [*found, Given(*where, number + 1, want.last)]
            for message in log.versions(want.feed, number):
                if record.given >= MAX_GIVEN or record.given_bytes >= MAX_GIVEN_BYTES:
                    break
                if self._spans.may_have(fingerprint, message):
                    size += len(message.text) + OVERHEAD
                    record.given += 1
                    record.given_bytes += len(message.text)
                    found.append(message)
        return [*found, Given(*where, first if found else want.first, want.last)]
