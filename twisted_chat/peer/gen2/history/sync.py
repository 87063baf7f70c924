"""Filling the gaps in what was said in a room, from any member who has it.

Members tell each other what they have; whoever lacks something asks one of those who have it,
in ranges, the newest first, and is given what is for them. Nobody is believed: each message
carries its author's signature, nothing is taken that was not asked for, and what one says to
have and does not give is asked of another.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterable

from twisted_chat.errors import WireError
from twisted_chat.identity.room_messages import check
from twisted_chat.moments import NEVER
from twisted_chat.peer.gen2.history.gaps import MAX_GAP, lacking
from twisted_chat.peer.gen2.history.giving import MAX_FEEDS, RANGE, HistoryGiving
from twisted_chat.peer.gen2.history.linked_member import LinkedMember
from twisted_chat.peer.gen2.history.log import Added, RoomLog
from twisted_chat.peer.gen2.history.member_record import MemberRecord
from twisted_chat.peer.gen2.history.spans import HistorySpans
from twisted_chat.peer.gen2.ranges import FeedRanges, Range, is_among, merged, without
from twisted_chat.wire.gen2.history import Given, Have, RoomClock, RoomMessage, Want, author_of

MAX_ASKED = 3
"""Ranges that are asked of one member at a time."""
PATIENCE = 10.0
"""Seconds after which what has not come is asked of another."""
REFUSED_FOR = 60.0
"""Seconds for which one is not asked again for what they did not give."""
MAX_REFUSED = 1_000
"""Ranges that one has not given; then nothing more is asked of them before they are forgotten."""
TOLD_ALL = 16
"""Members who are told at once of all feeds that we have; others, of our own, and of the rest when
it is their turn."""
MAX_WRONG = 16
"""Messages with a wrong signature that one may hand us; then nothing more is asked of them."""
MAX_STRANGE = 2_000
"""Messages of authors unknown to us that one member may hand us: they could be invented."""
SOON, QUIET = 0.2, 3.0
"""Seconds after the link came up, and after the last word, for which an author who is linked may
be about to say by themselves what we lack of them: nobody is asked for it before."""
EXPIRES_IN = 1.0
"""Seconds from one look at what is to be asked anew to the next, where that comes bit by bit."""
RETELL = 20.0
"""Seconds after which one of the members is told again what we have, each in turn."""

ToSend = list[tuple[str, Have | Want | RoomClock]]
"""Whom to tell what, by fingerprint."""


class HistorySync:
    """Of one room, what we have of it, and who may have what. `known` says whether we have met
    the one with a fingerprint, `barred` whether nothing goes to them now, or is taken from them.
    `wake` is when `tick` is due."""

    def __init__(
        self,
        log: RoomLog,
        spans: HistorySpans,
        known: Callable[[str], bool],
        barred: Callable[[str], bool] = lambda fingerprint: False,
        own: str = "",
    ) -> None:
        self._barred = barred
        self._log = log
        self._giving = HistoryGiving(log, spans, own)
        self._known = known
        self._members: OrderedDict[str, LinkedMember] = OrderedDict()
        self._records: dict[str, MemberRecord] = {}
        self._under_way = FeedRanges()
        self.unsettled = False
        """Whether members are asked after what belongs what we say: what they tell of it counts
        as long as this is so."""
        self._retell_at = self._look_at = self._expires_at = NEVER

    # --- With whom

    def linked(self, fingerprint: str, now: float) -> ToSend:
        """There is a link to a member who speaks of history."""
        self._forget(fingerprint)
        self._members[fingerprint] = LinkedMember(now + SOON)
        self._records.setdefault(fingerprint, MemberRecord())
        self._retell_at = min(self._retell_at, now + RETELL)
        self._giving.begin(fingerprint)
        told = self._news(fingerprint, whole=len(self._members) <= TOLD_ALL)
        if self.unsettled and not self._barred(fingerprint):
            told = self._clock(fingerprint, None) + told
        return told

    def _clock(self, fingerprint: str, clock: int | None) -> ToSend:
        return [(fingerprint, RoomClock(self._log.room, self._log.origin, clock))]

    def _news(self, fingerprint: str, *, whole: bool) -> ToSend:
        if self._barred(fingerprint):
            return []
        return [(fingerprint, have) for have in self._giving.news(fingerprint, whole=whole)]

    def _member(self, fingerprint: str) -> LinkedMember | None:
        """Somebody, if something may go to them."""
        return None if self._barred(fingerprint) else self._members.get(fingerprint)

    def parted(self, fingerprint: str) -> None:
        """Somebody is in the room no longer, or the link has ended."""
        self._forget(fingerprint)
        self._giving.end(fingerprint)

    def _forget(self, fingerprint: str) -> None:
        if (member := self._members.pop(fingerprint, None)) is not None:
            for one in member.asked:
                self._under_way.discard(one)

    def heard(self, fingerprint: str, now: float) -> None:
        """A member says something, and perhaps more in a moment."""
        if (member := self._members.get(fingerprint)) is not None:
            member.quiet_at = now + QUIET

    def follows(self, fingerprint: str, clock: int) -> bool:
        """A member says what they follow: the first time counts, where it was asked. Whether that
        is it."""
        member = self._member(fingerprint)
        if member is None or member.clock is not None or not self.unsettled:
            return False
        member.clock = clock
        return True

    def asked_clock(self, fingerprint: str) -> ToSend:
        """A member asks what we follow."""
        if (member := self._member(fingerprint)) is None:
            return []
        told = self._clock(fingerprint, self._log.clock)
        if self.unsettled and member.clock is None:  # They were not there when we asked.
            told += self._clock(fingerprint, None)
        return told

    @property
    def clocks(self) -> list[int]:
        """What the members have said to follow, in order; 0 where they know nothing either."""
        return sorted(one.clock for one in self._members.values() if one.clock is not None)

    @property
    def busy(self) -> bool:
        """Whether something that we lack is on its way, as far as is known."""
        return self._under_way.size > 0

    @property
    def complete(self) -> bool:
        """Whether we have all that the members with whom we share a link say to have."""
        members = (its for one, its in self._members.items() if not self._barred(one))
        told = (its.has[feed] for its in members for feed in its.lacks)
        return not any(lacking(self._log, have.feed, have.runs) for have in told)

    @property
    def wake(self) -> float:
        if not self._members:
            return NEVER
        return min(self._retell_at, self._look_at, self._expires_at)

    def tick(self, now: float) -> ToSend:
        """Tell the next of them what we have, and ask for what we lack."""
        told: ToSend = []
        if now >= self._retell_at and self._members:
            self._retell_at = now + RETELL
            fingerprint = next(iter(self._members))
            self._members.move_to_end(fingerprint)
            told = self._news(fingerprint, whole=True)
        return told + self.wants(now)

    # --- What somebody else lacks

    def asked(self, fingerprint: str, want: Want, now: float) -> list[RoomMessage | Given]:
        """What somebody is given who asks for this, the newest first, and that it is all."""
        if self._member(fingerprint) is None:
            return [Given(want.room, want.origin, want.feed, want.first, want.last)]
        record = self._records[fingerprint]
        return self._giving.give(fingerprint, want, record, now)

    # --- What we lack

    def told(self, fingerprint: str, have: Have, now: float) -> ToSend:
        """A member has this."""
        member = self._member(fingerprint)
        if member is None or not (have.feed in member.has or len(member.has) < MAX_FEEDS):
            return []
        if not self._records[fingerprint].may_look(1 + self._log.count(have.feed), now):
            return []
        member.has_more(have)
        return self._ask(fingerprint, member, (have.feed,), now)

    def handed(self, fingerprint: str, message: RoomMessage) -> Added | None:
        """A member hands on what somebody has said, where that was asked for. Raises WireError
        where its author has not said it: it is shown to nobody."""
        member = self._member(fingerprint)
        if member is None or message in self._log or not is_among(member.asked, message):
            return None
        record = self._records[fingerprint]
        strange = not self._known(message.author)
        if strange and record.strange >= MAX_STRANGE:
            return None
        try:
            check(message)
        except WireError:
            record.wrong += 1
            raise
        record.strange += strange
        return self._log.add(message)

    def answered(self, fingerprint: str, given: Given, now: float) -> ToSend:
        """All has come that a member gives, for now, of what we wanted."""
        member = self._members.get(fingerprint)
        if member is None:
            return []
        for feed, first, last in member.asked:
            if feed == given.feed and first <= given.first <= last == given.last:
                # What has not come of this is not to be had there.
                self._refused(member, (feed, first, last), given.first, now)
                return self._ask(fingerprint, member, tuple(member.lacks), now)
        return []  # That was not asked for.

    def _refused(self, member: LinkedMember, one: Range, first: int, now: float) -> None:
        """A member has given all of this that they give, back to its `first`."""
        feed, _, last = one
        del member.asked[one]
        member.look_at(feed)
        self._under_way.discard(one)
        member.refused.add((feed, first, last), now + REFUSED_FOR)
        self._expires_at = min(self._expires_at, now + REFUSED_FOR)

    def wants(self, now: float) -> ToSend:
        """Whom to ask for what, now, of all that is lacking."""
        found: ToSend = []
        self._look_at = self._expires_at = NEVER
        for member in self._members.values():
            for one in [one for one, until in member.asked.items() if until <= now]:
                self._refused(member, one, one[1], now)
            member.look_at_all(now)
            due = min((*member.asked.values(), member.refused.due))
            self._expires_at = min(self._expires_at, max(due, now + EXPIRES_IN))
        for fingerprint, member in self._members.items():
            found += self._ask(fingerprint, member, tuple(member.lacks), now)
        return found

    def _ask(
        self, fingerprint: str, member: LinkedMember, feeds: tuple[str, ...], now: float
    ) -> ToSend:
        """Ask a member for what is lacking of these, as far as they can be asked now."""
        found: ToSend = []
        asked, wrong = member.asked, self._records[fingerprint].wrong
        full = len(asked) >= MAX_ASKED or member.refused.size >= MAX_REFUSED
        if full or wrong >= MAX_WRONG or self._barred(fingerprint):
            return found
        for one in self._lacking(member, feeds, now):
            asked[one] = now + PATIENCE
            self._under_way.add(one, now + PATIENCE)
            self._expires_at = min(self._expires_at, now + PATIENCE)
            want = Want(self._log.room, self._log.origin, *one)
            found.append((fingerprint, want))
            if len(asked) >= MAX_ASKED:
                break
        return found

    def _lacking(
        self, member: LinkedMember, feeds: tuple[str, ...], now: float
    ) -> Iterable[Range]:
        """What a member says to have of these and we do not, the newest first."""
        for feed in feeds:
            have, author = member.has[feed], self._members.get(author_of(feed))
            if author is not None and now < author.quiet_at:
                self._look_at = min(self._look_at, author.quiet_at)
                continue
            gaps = lacking(self._log, feed, have.runs)
            if not gaps and self._is_other(feed, have):
                gaps = list(have.runs)
            if gaps:
                yield from self._parts(feed, gaps, member)
            else:
                member.lacks.pop(feed, None)

    def _parts(
        self, feed: str, gaps: list[tuple[int, int]], member: LinkedMember
    ) -> Iterable[Range]:
        """What of these numbers can be asked of a member, and is not on its way, the newest
        first."""
        others = merged((*self._under_way.of(feed), *member.refused.of(feed)))
        left = [part for gap in gaps for part in without(gap, others)]
        if not left:
            member.rest(feed)
        for first, last in reversed(left):
            if last - first >= MAX_GAP:
                first = last - MAX_GAP + 1
            for at in range(last, first - 1, -RANGE):
                yield feed, max(first, at - RANGE + 1), at

    def _is_other(self, feed: str, have: Have) -> bool:
        """Whether what somebody has of numbers that are all held here are other texts."""
        if have.runs[0][0] <= self._log.dropped(feed):
            return False
        return have.digest != self._log.digest(feed, have.runs)
