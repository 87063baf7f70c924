"""Requests to the server on a wire that loses datagrams and numbers nothing.

An answer names its verb at most, so of each kind one request is under way and
the others wait. One that is not answered is repeated, and then given up.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from twisted_chat.moments import NEVER
from twisted_chat.peer.lists import LONGEST_LIST
from twisted_chat.wire.common import (
    Bare,
    CreateRoom,
    Goodbye,
    JoinRoom,
    Leave,
    LeaveRoom,
    ListRooms,
    ListUsers,
    Locate,
    Register,
    Request,
    RoomReady,
    Verb,
    Welcome,
)
from twisted_chat.wire.gen1 import (
    Answer,
    Located,
    RoomListed,
    RosterCleared,
    RosterEntry,
    UserListed,
)

WAITS = (1.0, 2.0, 4.0, 1.0)
"""Seconds to wait for an answer, before each of the repetitions and before giving up."""
STRAY = 1.0
"""Seconds for which an answer to a request that is over may still come, as the network doubles
datagrams, or as it was repeated."""
LATE = 2
"""Times that something was asked in vain, by then for three seconds, when the person who waits for
it is told so. Where one datagram in twenty is lost, each way, that is one request in a hundred."""
SETTLED = 0.3
"""Seconds without another entry after which a roster or a list is whole."""

# The answer to `rk` is a roster, like that to `rj`.
_KINDS: dict[type, Verb] = {
    Register: Verb.HI,
    Welcome: Verb.HI,
    Leave: Verb.BY,
    Goodbye: Verb.BY,
    Locate: Verb.AR,
    Located: Verb.AR,
    ListUsers: Verb.UL,
    UserListed: Verb.UL,
    ListRooms: Verb.RL,
    RoomListed: Verb.RL,
    CreateRoom: Verb.RC,
    RoomReady: Verb.RC,
    JoinRoom: Verb.RJ,
    LeaveRoom: Verb.RJ,
    RosterCleared: Verb.RJ,
    RosterEntry: Verb.RJ,
}


@dataclass(eq=False, slots=True)
class Ask:
    """One request and what becomes of it.

    `take` is given each answer; it returns the seconds to wait for more of
    it, 0 when it is whole. `close` is called once: with True when the answer
    is whole, with False when there was none.
    """

    request: Request
    take: Callable[[Answer, float], float]
    close: Callable[[bool, float], None]
    waits: tuple[float, ...] = WAITS
    awaited: bool = False
    """Whether the person waits for it."""
    careful: bool = False
    """Whether much depends on its answer being its own, and not one to a request before it."""
    sent: int = 0
    until: float = NEVER
    """When the answer that has begun is whole in any case."""
    due: float = NEVER


class _Kind:
    """The requests of one kind: the first is under way."""

    def __init__(self) -> None:
        self.asks: deque[Ask] = deque()
        self.ended = -STRAY
        self.repeated = False
        """When the last one was over, and whether it had been repeated."""


class Requests:
    """All requests of a peer. `unanswered` is called before one is sent again, and `late` when
    the person has waited for an answer for a while, once until there is one. `wake` is when
    `tick` is due."""

    def __init__(
        self,
        send: Callable[[Request], None],
        unanswered: Callable[[], None] = lambda: None,
        late: Callable[[], None] = lambda: None,
    ) -> None:
        self._send = send
        self._unanswered = unanswered
        self._late = late
        self.slow = False
        """Whether an answer was late, and none has come since."""
        self._kinds = {verb: _Kind() for verb in Verb}

    @property
    def wake(self) -> float:
        return min(
            (kind.asks[0].due for kind in self._kinds.values() if kind.asks),
            default=NEVER,
        )

    def ask(self, ask: Ask, now: float) -> None:
        """Send a request, as soon as those of its kind before it have ended."""
        kind = self._kinds[_KINDS[type(ask.request)]]
        kind.asks.append(ask)
        self._begin(kind, now)

    def under_way(self, verb: Verb) -> Ask | None:
        """The request of this kind that an answer would belong to."""
        asks = self._kinds[verb].asks
        return asks[0] if asks and asks[0].sent else None

    def answer(self, answer: Answer, now: float) -> bool:
        """Give an answer to the request it belongs to. False if there is none."""
        verb = answer.verb if isinstance(answer, Bare) else _KINDS[type(answer)]
        ask = self.under_way(verb)
        if ask is None:
            return False
        self.slow = False
        ask.until = min(ask.until, now + LONGEST_LIST)
        more = ask.take(answer, now)
        if more and now < ask.until:
            ask.due = min(now + more, ask.until)
        else:
            self._end(verb, True, now)
        return True

    def forget(self) -> None:
        """Drop every request, without closing it."""
        for kind in self._kinds.values():
            kind.asks.clear()

    def tick(self, now: float) -> None:
        """Repeat or give up what was not answered in time."""
        for verb, kind in self._kinds.items():
            ask = self.under_way(verb)
            if ask is None:
                self._begin(kind, now)
            elif ask.due <= now:
                begun = ask.until < NEVER
                if begun or ask.sent == len(ask.waits):
                    self._end(verb, begun, now)
                else:
                    self._unanswered()
                    awaited = any(one.awaited for one in kind.asks)
                    if awaited and ask.sent >= LATE and not self.slow:
                        self.slow = True
                        self._late()
                    self._transmit(ask, now)

    def _begin(self, kind: _Kind, now: float) -> None:
        if kind.asks and not kind.asks[0].sent:
            ask = kind.asks[0]
            begins = kind.ended + STRAY if ask.careful or kind.repeated else now
            if now >= begins:
                self._transmit(ask, now)
            else:
                ask.due = begins

    def _transmit(self, ask: Ask, now: float) -> None:
        ask.due = now + ask.waits[ask.sent]
        ask.sent += 1
        self._send(ask.request)

    def _end(self, verb: Verb, answered: bool, now: float) -> None:
        kind = self._kinds[verb]
        ask = kind.asks.popleft()
        kind.ended, kind.repeated = now, ask.sent > 1
        ask.close(answered, now)
        self._begin(kind, now)


def collect(answers: list[Answer]) -> Callable[[Answer, float], float]:
    """Takes an answer that is whole with its first message."""

    def take(answer: Answer, now: float) -> float:
        answers.append(answer)
        return 0

    return take
