"""Whether the other end of a link still gets what is sent to it.

Only an acknowledgement of what was sent after the question is an answer to it:
whatever else arrives shows that one way is open, and not that ours is.
"""

from twisted_chat.moments import NEVER
from twisted_chat.net.quic_bounds import (
    ANSWER_TIME,
    ASK_EVERY,
    ASK_IN_DOUBT,
    ASK_SOONEST,
    DOUBT,
    KEEPALIVE,
    KEEPALIVE_LONGEST,
    KEEPALIVE_SHORT,
    KEEPALIVE_STEP,
    OVERDUE,
)

_OF_ROUND_TRIP = 1.5
"""Round trips between two questions without an answer, where that is soon enough."""
_ROUND_TRIPS_TO_DOUBT = 3.0


class Asking:
    """Says when to ask (PING), and whether there was an answer in time.

    Both sides ask when they have said something, and when they had no answer for a
    `pause`. That grows with each answer to a question after silence, up to `longest`, as long
    as no NAT on the way is known to forget sooner.
    """

    __slots__ = (
        "_answered",
        "_asked",
        "_first",
        "_grows",
        "_idle",
        "_last",
        "_next",
        "_patience",
        "_pause",
        "_round_trip",
        "_since",
        "_soonest",
        "doubted",
    )

    def __init__(
        self, pause: float = KEEPALIVE, *, grows: bool = True, patience: float = 0.0
    ) -> None:
        """`patience` are the seconds since an answer before which no link is given up."""
        self.doubted = False
        """Whether questions have been without an answer for so long that one may look for
        another way."""
        self._pause = pause
        self._grows = grows
        self._patience = patience
        self._round_trip = ASK_EVERY
        self._next = NEVER  # When to ask after silence.
        self._soonest = NEVER  # Before which there is no need to ask again.
        self._since = NEVER  # When that was asked first which has no answer yet.
        self._answered = 0.0  # When there was an answer, or a link.
        self._idle = 0.0  # Seconds from that to when it was asked next.
        self._asked = 0.0  # When that was asked which measures the round trip.
        self._first = self._last = 0  # Of the questions that have no answer yet.

    def begin(self, now: float) -> None:
        """The link is open; its handshake was answer enough, but how long one takes shows
        with a question."""
        self._is_answered(now)
        self._next = now

    @property
    def deadline(self) -> float:
        """When to ask or to give up."""
        if self._since != NEVER:
            return min(self._soonest, self._given_up)
        return self._next

    @property
    def _given_up(self) -> float:
        return max(self._since + ANSWER_TIME, self._answered + self._patience)

    def is_over(self, now: float) -> bool:
        """Whether there was no answer in time."""
        return now >= self._given_up

    def said(self, now: float) -> bool:
        """Something was said; whether to ask along with it. If not, it is soon."""
        if self._since != NEVER:
            return False
        self._next = min(self._next, self._soonest)
        return now >= self._next

    @property
    def waits(self) -> bool:
        """Whether something was asked that has no answer yet."""
        return self._since != NEVER

    def question(self, now: float) -> int:
        """The number of the PING to send now."""
        self._last += 1
        if self._since == NEVER:
            self._idle = now - self._answered
            self._since, self._first, self._asked = now, self._last, now
        waited = now - self._since
        if waited >= max(DOUBT, _ROUND_TRIPS_TO_DOUBT * self._round_trip):
            self.doubted = True
        soonest = ASK_IN_DOUBT if self.doubted else ASK_SOONEST
        self._soonest = now + min(ASK_EVERY, max(soonest, _OF_ROUND_TRIP * self._round_trip))
        return self._last

    def answered(self, number: int, now: float) -> None:
        """This PING is acknowledged."""
        if number < self._first:
            return
        if number == self._first:
            self._round_trip = now - self._asked
        if self._grows and self._idle >= self._pause and not self.doubted:
            self._pause = min(KEEPALIVE_LONGEST, self._pause + KEEPALIVE_STEP)
        self._is_answered(now)

    def acknowledged(self, now: float) -> None:
        """What was sent after the last question is acknowledged, whatever it was."""
        self.answered(self._last, now)

    def is_overdue(self, now: float) -> bool:
        """Whether an answer is late, before there is doubt."""
        return now - self._since >= max(OVERDUE, self._round_trip)

    @property
    def has_lapsed(self) -> bool:
        """Whether it is doubted after silence: a NAT may have forgotten the link in that."""
        return self.doubted and self._idle >= KEEPALIVE_SHORT

    def shorten(self) -> None:
        """A NAT on the way forgets soon: ask more often from now on."""
        self._pause, self._grows = min(self._pause, KEEPALIVE_SHORT), False
        if self._since == NEVER:
            self._next = min(self._next, self._answered + self._pause)

    def _is_answered(self, now: float) -> None:
        self._since, self._first, self.doubted = NEVER, self._last + 1, False
        self._answered = now
        self._soonest, self._next = now + ASK_EVERY, now + self._pause
