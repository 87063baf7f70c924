"""Telling users where else they are served, and sending them there."""

import hashlib
from collections import deque

from twisted_chat.addresses import Address
from twisted_chat.moments import NEVER
from twisted_chat.server.gen2.send_queue import LinkQueue
from twisted_chat.server.gen2.sessions import LinkSession
from twisted_chat.wire.gen2.elsewhere import MAX_SERVERS, ServedElsewhere
from twisted_chat.wire.gen2.growth import SERVERS

TOLD_AT_ONCE = 200
"""Users who are told in one go that there are other servers than before."""
SENT_AT_ONCE = 10
"""Users who are sent to others in one go: 200 a second, which those can take in."""
PAUSE = 0.05
"""Seconds until the next go."""


class Directions:
    """Where the other servers are, for those whose programs can go there. `registered` are the
    sessions of those who are here, by fingerprints. `wake` is when `tick` is due."""

    def __init__(self, registered: dict[str, LinkSession], queue: LinkQueue) -> None:
        self._registered = registered
        self._queue = queue
        self._others: tuple[Address, ...] = ()
        self._left: deque[str] = deque()
        self._sends = False
        self.wake = NEVER

    def tell(self, session: LinkSession) -> None:
        """Somebody is here now."""
        if self._others:
            self._say(session, go=False)

    def are(self, others: tuple[Address, ...], now: float) -> None:
        """The others are at these from now on: everybody is told, before long."""
        if others != self._others:
            self._others = others
            self._begin(now)

    def send_away(self, sends: bool, now: float) -> None:
        """This server is to be taken out, or is not any more: let those who are here go to others
        one after the other, as long as there are any."""
        self._sends = sends
        self._begin(now)

    def _begin(self, now: float) -> None:
        self._left, self.wake = deque(self._registered), now

    def tick(self, now: float) -> None:
        """Tell some of those who are here."""
        if now < self.wake:
            return
        sends = self._sends and bool(self._others)
        for _ in range(min(len(self._left), SENT_AT_ONCE if sends else TOLD_AT_ONCE)):
            session = self._registered.get(self._left.popleft())
            if session is not None:
                self._say(session, go=sends)
        self.wake = now + PAUSE if self._left else NEVER

    def _say(self, session: LinkSession, *, go: bool) -> None:
        if session.link.has(SERVERS):
            who = session.link.fingerprint
            # Those of a server that dies go to all of the others, and not all to the same.
            here = sorted(self._others, key=lambda address: _draw(who, address))
            self._queue.send(session, ServedElsewhere(tuple(here[:MAX_SERVERS]), go).encode())


def _draw(who: str, address: Address) -> bytes:
    """A number that is another for each user and server."""
    return hashlib.blake2b(f"{who} {address}".encode(), digest_size=8).digest()
