"""What was said over links faster than it may be, and waits until it is earned."""

from collections import deque
from collections.abc import Callable, Iterator
from heapq import heappop, heappush
from itertools import count

from twisted_chat.moments import NEVER
from twisted_chat.rate import Rate
from twisted_chat.server.bounds import HELD, HELD_BYTES
from twisted_chat.server.gen2.sessions import LinkSession
from twisted_chat.server.streams import TURN


class Backlog:
    """Messages by the links over which they came, each in its order.

    `rate` is of requests, for each host. `telling` says how many seconds it takes until
    the one at a link may cause what others are told of this message; NEVER where nobody
    knows, and then `resume` is called. `wake` is when `earned` has something.
    """

    def __init__(self, rate: Rate, telling: Callable[[LinkSession, bytes, float], float]) -> None:
        self._rate = rate
        self._telling = telling
        self._held: dict[LinkSession, deque[bytes]] = {}
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
        """Let this wait, which may not pass. False where too much waits."""
        held = self._held.get(session)
        if held is None:
            self._held[session] = deque([message])
            self._wake_at(session, self._wait(session, message, now), now)
            return True
        held.append(message)
        return len(held) <= HELD and sum(map(len, held)) <= HELD_BYTES

    def earned(self, now: float) -> Iterator[tuple[LinkSession, bytes]]:
        """What is earned by now and paid. Hear each before you ask for the next."""
        while self.wake <= now:
            session = heappop(self._due)[-1]
            while held := self._held.get(session):
                if wait := self._wait(session, held[0], now):
                    self._wake_at(session, wait, now)
                    break
                yield session, held.popleft()
            else:
                self.drop(session)

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
