"""What was said over links faster than it may be, and waits until it is earned."""

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from heapq import heappop, heappush
from itertools import count

from twisted_chat.moments import NEVER
from twisted_chat.rate import Rate
from twisted_chat.server.bounds import HELD_BYTES, OVER_RATE
from twisted_chat.server.gen2.send_queue import LinkQueue
from twisted_chat.server.gen2.sessions import LinkSession
from twisted_chat.server.streams import TURN
from twisted_chat.wire.framing import HEADER


@dataclass(slots=True)
class _Held:
    """What waits over one link, and its bytes as frames."""

    messages: deque[bytes] = field(default_factory=deque)
    size: int = 0

    def add(self, message: bytes) -> None:
        self.messages.append(message)
        self.size += HEADER + len(message)

    def take(self) -> bytes:
        message = self.messages.popleft()
        self.size -= HEADER + len(message)
        return message


class Backlog:
    """Messages by the links over which they came, each in its order.

    `rate` is of requests, for each host. `telling` says how many seconds it takes until
    the one at a link may cause what others are told of this message; NEVER where nobody
    knows, and then `resume` is called. As long as something waits, `queue` is told to have
    nothing read from that link. `wake` is when `earned` has something.
    """

    def __init__(
        self, rate: Rate, telling: Callable[[LinkSession, bytes, float], float], queue: LinkQueue
    ) -> None:
        self._rate = rate
        self._queue = queue
        self._telling = telling
        self._held: dict[LinkSession, _Held] = {}
        # By when the first of each link is earned; the numbers keep the order.
        self._due: list[tuple[float, int, LinkSession]] = []
        self._order = count()
        # Those who wait for `resume`, by their fingerprints.
        self._stopped: dict[str, set[LinkSession]] = {}

    @property
    def wake(self) -> float:
        return self._due[0][0] if self._due else NEVER

    def may_pass(self, session: LinkSession, message: bytes, now: float) -> bool:
        """Whether this is earned, and nothing was said before it that is not. Then it is paid."""
        return session not in self._held and not self._wait(session, message, now)

    def hold(self, session: LinkSession, message: bytes, now: float) -> bool:
        """Let this wait, which may not pass. False where too much does, or has
        for too long."""
        held = self._held.get(session)
        if held is None:
            held = self._held[session] = _Held()
            self._wake_at(session, self._wait(session, message, now), now)
            self._queue.hold(session.link)
            session.held = max(0.0, session.held - (now - session.held_at))
            session.held_at = now
        held.add(message)
        return held.size <= HELD_BYTES and session.held + now - session.held_at <= OVER_RATE

    def earned(self, now: float) -> Iterator[tuple[LinkSession, bytes]]:
        """What is earned by now and paid. Hear each before you ask for the next."""
        while self.wake <= now:
            session = heappop(self._due)[-1]
            while (held := self._held.get(session)) is not None:
                if not held.messages:
                    del self._held[session]
                    session.held += now - session.held_at
                    session.held_at = now
                    self._queue.read(session.link)
                elif wait := self._wait(session, held.messages[0], now):
                    self._wake_at(session, wait, now)
                    break
                else:
                    yield session, held.take()

    def resume(self, fingerprint: str, now: float) -> None:
        """What is said with this key may be heard again."""
        for session in self._stopped.pop(fingerprint, ()):
            self._wake_at(session, 0, now)

    def drop(self, session: LinkSession) -> None:
        """There is no such link any more."""
        self._held.pop(session, None)
        if stopped := self._stopped.get(session.link.fingerprint):
            stopped.discard(session)

    def _wait(self, session: LinkSession, message: bytes, now: float) -> float:
        """Seconds until this is earned; 0 where it is, and then it is paid."""
        host = session.address[0]
        wait = self._rate.wait(host, now, 1) or self._telling(session, message, now)
        if not wait:
            self._rate.charge(host, now, 1)
        return wait

    def _wake_at(self, session: LinkSession, wait: float, now: float) -> None:
        if wait == NEVER:
            self._stopped.setdefault(session.link.fingerprint, set()).add(session)
        else:
            heappush(self._due, (now + max(wait, TURN), next(self._order), session))
