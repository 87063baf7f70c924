"""What one member has of what was said in one room, in the order that is everybody's.

It holds checked messages alone. Two texts of one author under one number are both held: it is
shown that there are two. Of more than two the same two are held by everybody, those with the
smallest identifiers, so that it can be bounded and still be the same everywhere.
"""

import hashlib
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType

from msgspec import Struct

from twisted_chat.peer.gen2.clocks import MAX_AHEAD, usual_clock
from twisted_chat.peer.gen2.log_sizes import MAX_HELD
from twisted_chat.peer.gen2.ranges import Runs, put_in, take_out
from twisted_chat.wire.gen2.history import IDENTIFIER_DIGITS, MAX_COUNT, MAX_SEEN, RoomMessage

MAX_VERSIONS = 2
"""Texts that are held under one number of one author."""
MAX_FAR = 1_000
"""Messages that claim to be further ahead and are held where there is no room for all: half of
what a log holds, and no more than this."""
MAX_TOLD = MAX_COUNT // 2
"""The largest clock that is followed as somebody tells it: above it there is room for what all say
then, each with a clock of its own."""

MAX_DIGESTS = 64
"""Sets of runs of one feed whose digests are remembered."""


Place = tuple[int, str, int, str]
"""Where a message stands in the order that is everybody's."""


class Added(Struct, frozen=True):
    """A message is in the log now."""

    message: RoomMessage
    before: RoomMessage | None
    """What stands after it, if we had that before."""
    contradicts: tuple[RoomMessage, ...]
    """What the same author has said under the same number."""

    @property
    def late(self) -> bool:
        """Whether something that we had before stands after it."""
        return self.before is not None


class RoomLog:
    """Of the room with this casefolded name, and this origin; of `most` messages, the last."""

    def __init__(self, room: str, origin: str, most: int = MAX_HELD) -> None:
        self.room, self.origin = room, origin
        self.most = most
        self._clock = self._loaded = 0
        self.lates = 0
        """How many messages have come that stand before others, which were there."""
        self._late: dict[str, int] = {}
        self._ordered: list[tuple[Place, RoomMessage]] = []
        self._by_feed: dict[str, dict[int, dict[str, RoomMessage]]] = {}
        self._dropped: dict[str, int] = {}
        self._known: set[str] = set()
        self._followed: set[str] = set()
        self._heads: dict[str, int] = {}
        self._digests: dict[str, dict[Runs, str]] = {}
        self._runs: dict[str, list[tuple[int, int]]] = {}

    def __iter__(self) -> Iterator[RoomMessage]:
        return (message for _, message in self._ordered)

    def backwards(self) -> Iterator[RoomMessage]:
        """From the last one on."""
        return (message for _, message in reversed(self._ordered))

    def __contains__(self, message: RoomMessage) -> bool:
        return message.identifier in self._known

    @property
    def size(self) -> int:
        """Messages."""
        return len(self._ordered)

    @property
    def clock(self) -> int:
        """The largest clock that we follow."""
        return self._clock

    def draw(
        self, key: str, series: str, name: str, last: int, text: str, time: int
    ) -> RoomMessage:
        """What we say next, yet to be signed, where `last` is the last number of the series that
        we have ever drawn. That number has to be kept before anything is sent: what was
        forgotten would be drawn again for another text."""
        heads = self._heads
        seen = tuple(sorted(heads, key=lambda one: (heads[one], one))[-MAX_SEEN:])
        number, clock = last + 1, self._clock + 1
        where = self.room, self.origin, key, series, name
        return RoomMessage(*where, number, clock, time, seen, text)

    def lateness(self, message: RoomMessage) -> int:
        """Which of the `lates` it was; 0 if it came in order, or before we were started."""
        return self._late.get(message.identifier, 0)

    def last_of(self, feed: str) -> int:
        """The last number that we have of somebody, or 0."""
        runs = self._runs.get(feed)
        return runs[-1][1] if runs else 0

    def count(self, feed: str) -> int:
        """How many numbers of somebody we have something of."""
        return len(self._by_feed.get(feed, ()))

    def follow(self, clock: int) -> None:
        """Draw what we say after this clock, which others follow, and no more after one that was
        told before."""
        self._clock = self._loaded
        self._heads.clear()
        for message in self:
            if not self._head(message):
                break
        self._lift(clock)

    def _lift(self, clock: int) -> None:
        """Follow this, unless that is far ahead of what we follow, and of most of what we have, if
        there is any."""
        most = MAX_TOLD
        if self._clock:
            most = min(most, MAX_AHEAD + max(self._clock, usual_clock(self._clocks())))
        if self._clock < clock <= most:
            self._clock = clock
            self._catch_up()

    def load(
        self, messages: Iterable[RoomMessage], before: Mapping[str, int] = MappingProxyType({})
    ) -> None:
        """Hold these again, which were checked before we were started. Up to the numbers `before`
        there is more of some feeds, which is not taken again."""
        for message in messages:
            self.add(message)
        if not self._clock:  # The first that is held is far from the first that was said.
            self._lift(usual_clock(self._clocks()))
        self._loaded = self._clock
        self.lates, self._late = 0, {}
        self._dropped |= before

    def _clocks(self) -> list[int]:
        return [place[0] for place, _ in self._ordered]

    def add(self, message: RoomMessage) -> Added | None:
        """Put a checked message where it belongs. None if it was there, is of another room, or
        is one too many under its number."""
        if (message.room, message.origin) != (self.room, self.origin) or message in self:
            return None
        if self._is_before_all(message):
            return None
        versions = self._by_feed.setdefault(message.feed, {}).setdefault(message.number, {})
        others = tuple(versions.values())
        if len(versions) >= MAX_VERSIONS:
            largest = max(versions)
            if message.identifier > largest:
                return None
            self._remove(versions.pop(largest))
        versions[message.identifier] = message
        self._known.add(message.identifier)
        self._digests.pop(message.feed, None)
        if not others:
            put_in(self._runs.setdefault(message.feed, []), message.number)
        place, ordered = message.place, self._ordered
        late = bool(ordered) and place < ordered[-1][0]
        if late:
            at = bisect_left(ordered, place, key=lambda one: one[0])
            before = ordered[at][1]
            ordered.insert(at, (place, message))
            self.lates += 1
            self._late[message.identifier] = self.lates
        else:
            before = None
            ordered.append((place, message))
        self._follow(message)
        while len(ordered) > self.most:
            self._drop(-1 if self._is_crowded else 0)
        return Added(message, before, others) if message in self else None

    @property
    def _is_crowded(self) -> bool:
        """Whether what claims to be far ahead would take the place of all else."""
        follow = bisect_right(self._ordered, self._clock, key=lambda one: one[0][0])
        return len(self._ordered) - follow > min(MAX_FAR, self.most // 2)

    def _is_before_all(self, message: RoomMessage) -> bool:
        """Whether it stands before all that is held, of which there is as much as may be."""
        if message.number <= self._dropped.get(message.feed, 0):
            return True
        ordered = self._ordered
        if len(ordered) < self.most or message.place > ordered[0][0] or self._is_crowded:
            return False
        self._dropped[message.feed] = message.number
        return True

    def _drop(self, at: int) -> None:
        _, message = self._ordered.pop(at)
        feed, number = message.feed, message.number
        self._known.discard(message.identifier)
        self._late.pop(message.identifier, None)
        self._heads.pop(message.identifier, None)
        self._followed.discard(message.identifier)
        # What it has followed and is not held is never taken any more either.
        self._followed.difference_update(one for one in message.seen if one not in self._known)
        versions = self._by_feed[feed][number]
        del versions[message.identifier]
        if not versions:
            del self._by_feed[feed][number]
        if not self._by_feed[feed]:
            del self._by_feed[feed]
        self._dropped[feed] = max(number, self._dropped.get(feed, 0))
        self._digests.pop(feed, None)
        if number not in self._by_feed.get(feed, ()):
            take_out(self._runs[feed], number)
            if not self._runs[feed]:
                del self._runs[feed]

    def dropped(self, feed: str) -> int:
        """Up to which number nothing of somebody is held any more, or taken."""
        return self._dropped.get(feed, 0)

    def _follow(self, message: RoomMessage) -> None:
        for one in message.seen:
            self._followed.add(one)
            self._heads.pop(one, None)
        self._head(message)
        if message.clock == self._clock < self._ordered[-1][0][0]:
            self._catch_up()

    def _catch_up(self) -> None:
        """What seemed to be far ahead may not be so any more, in whatever order all has come."""
        following = bisect_left(self._ordered, self._clock, key=lambda one: one[0][0])
        while following < len(self._ordered) and self._head(self._ordered[following][1]):
            following += 1

    def _head(self, message: RoomMessage) -> bool:
        """Follow the clock of a message, unless it claims to be far ahead: its clock would have
        to be exceeded."""
        if self._clock < message.clock <= min(self._clock + MAX_AHEAD, MAX_COUNT - MAX_AHEAD):
            self._clock = message.clock
        if message.clock > self._clock:
            return False
        if message.identifier not in self._followed:
            self._heads[message.identifier] = message.clock
        return True

    def _remove(self, message: RoomMessage) -> None:
        at = bisect_left(self._ordered, message.place, key=lambda one: one[0])
        del self._ordered[at]
        self._known.discard(message.identifier)
        self._late.pop(message.identifier, None)
        self._heads.pop(message.identifier, None)

    # --- What is here, and what is not

    def feeds(self) -> list[str]:
        """Those of which there is something."""
        return sorted(self._by_feed)

    def of(self, feed: str) -> list[RoomMessage]:
        """All that there is of one, by number."""
        found = self._by_feed.get(feed, {})
        return [found[number][one] for number in sorted(found) for one in sorted(found[number])]

    def runs(self, feed: str) -> Runs:
        """The numbers that we have of somebody: the first and the last of each run."""
        return tuple(self._runs.get(feed, ()))

    def digest(self, feed: str, runs: Runs) -> str:
        """Over what we have of somebody in these runs: the same for those who have the same."""
        # Nothing is remembered of what others invent.
        kept = self._digests.setdefault(feed, {}) if feed in self._by_feed else {}
        found = kept.get(runs)
        if found is None:
            digest = hashlib.sha256()
            mine = self._by_feed.get(feed, {})
            numbers = sorted(mine)
            for first, last in runs:
                some = numbers[bisect_left(numbers, first) : bisect_right(numbers, last)]
                digest.update("".join(one for at in some for one in sorted(mine[at])).encode())
            if len(kept) >= MAX_DIGESTS:
                kept.clear()
            found = kept[runs] = digest.hexdigest()[:IDENTIFIER_DIGITS]
        return found

    def versions(self, feed: str, number: int) -> list[RoomMessage]:
        """What somebody has said under a number: more than one text if they lie."""
        found = self._by_feed.get(feed, {}).get(number, {})
        return [found[one] for one in sorted(found)]

    def has_gap(self, feed: str) -> bool:
        """Whether something is missing between two of its messages."""
        return len(self._runs.get(feed, ())) > 1
