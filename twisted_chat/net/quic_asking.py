"""Whether the other end of a link still gets what is sent to it.

Only an acknowledgement of what was sent after the question is an answer to it:
whatever else arrives shows that one way is open, and not that ours is.
"""

from twisted_chat.moments import NEVER
from twisted_chat.net.quic_bounds import ANSWER_TIME, ASK_BACK, ASK_EVERY, KEEPALIVE


class Asking:
    """Says when to ask (PING), and whether there was an answer in time.

    The side that has dialled asks regularly, and when it has said something. The
    other asks when it hears nothing any more. `heard` is when something came last.
    """

    __slots__ = ("_dialled", "_first", "_last", "_next", "_since", "_soonest", "heard")

    def __init__(self, *, dialled: bool) -> None:
        self.heard = NEVER
        self._dialled = dialled
        self._next = NEVER  # When the side that has dialled asks.
        self._soonest = NEVER  # Before which there is no need to ask again.
        self._since = NEVER  # When that was asked first which has no answer yet.
        self._first = self._last = 0  # Of the questions that have no answer yet.

    def begin(self, now: float) -> None:
        """The link is open; its handshake was answer enough."""
        self.heard = now
        self._is_answered(now)

    @property
    def deadline(self) -> float:
        """When to ask or to give up."""
        if self._since != NEVER:
            return min(self._soonest, self._since + ANSWER_TIME)
        return self._next if self._dialled else self.heard + ASK_BACK

    def is_over(self, now: float) -> bool:
        """Whether there was no answer in time."""
        return now >= self._since + ANSWER_TIME

    def said(self, now: float) -> bool:
        """Something was said; whether to ask along with it. If not, it is soon."""
        if not self._dialled or self._since != NEVER:
            return False
        self._next = min(self._next, self._soonest)
        return now >= self._next

    def question(self, now: float) -> int:
        """The number of the PING to send now."""
        self._last += 1
        if self._since == NEVER:
            self._since, self._first = now, self._last
        self._soonest = now + ASK_EVERY
        return self._last

    def answered(self, number: int, now: float) -> None:
        """This PING is acknowledged."""
        if number >= self._first:
            self._is_answered(now)

    def _is_answered(self, now: float) -> None:
        self._since, self._first = NEVER, self._last + 1
        self._soonest, self._next = now + ASK_EVERY, now + KEEPALIVE
