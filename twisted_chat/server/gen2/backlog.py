"""What was said over links faster than it may be, and waits until it is earned."""

from collections import deque
from collections.abc import Callable, Iterator
from heapq import heappop, heappush
from itertools import count

from twisted_chat.links import Link
from twisted_chat.moments import NEVER
from twisted_chat.rate import Rate
from twisted_chat.server.bounds import HELD, HELD_BYTES
from twisted_chat.server.streams import TURN


class Backlog:
    """Messages by the links over which they came, each in its order.

    `rate` is of requests, for each host. `joining` says how many seconds it takes until
    one from this host may come into another room. `wake` is when `earned` has something.
    """

    def __init__(self, rate: Rate, joining: Callable[[str, float], float]) -> None:
        self._rate = rate
        self._joining = joining
        self._held: dict[Link, deque[bytes]] = {}
        # By when the first of each link is earned; the numbers keep the order.
        self._due: list[tuple[float, int, Link]] = []
        self._order = count()

    @property
    def wake(self) -> float:
        return self._due[0][0] if self._due else NEVER

    def may_pass(self, link: Link, message: bytes, now: float) -> bool:
        """Whether this is earned, and nothing was said before it that is not. Then it is paid."""
        return link not in self._held and not self._wait(link, message, now)

    def hold(self, link: Link, message: bytes, now: float) -> bool:
        """Let this wait, which may not pass. False where too much waits."""
        held = self._held.get(link)
        if held is None:
            self._held[link] = deque([message])
            self._wake_at(link, self._wait(link, message, now), now)
            return True
        held.append(message)
        return len(held) <= HELD and sum(map(len, held)) <= HELD_BYTES

    def earned(self, now: float) -> Iterator[tuple[Link, bytes]]:
        """What is earned by now and paid. Hear each before you ask for the next."""
        while self.wake <= now:
            link = heappop(self._due)[-1]
            while held := self._held.get(link):
                if wait := self._wait(link, held[0], now):
                    self._wake_at(link, wait, now)
                    break
                yield link, held.popleft()
            else:
                self.drop(link)

    def drop(self, link: Link) -> None:
        """There is no such link any more."""
        self._held.pop(link, None)

    def _wait(self, link: Link, message: bytes, now: float) -> float:
        """Seconds until this is earned; 0 where it is, and then it is paid."""
        host = link.address[0]
        wait = self._rate.wait(host, now, 1)
        if not wait and message.startswith(b"rj"):
            wait = self._joining(host, now)
        if not wait:
            self._rate.charge(host, now, 1)
        return wait

    def _wake_at(self, link: Link, wait: float, now: float) -> None:
        heappush(self._due, (now + max(wait, TURN), next(self._order), link))
