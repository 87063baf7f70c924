"""Beats to the server: what keeps the way from it open, and shows soon that it is not.

A router that has forgotten everybody lets nothing in before something has gone out. So a
small datagram goes to the server every other second, which answers it only where it has no
link with us from where we are by now.
"""

from collections import deque
from collections.abc import Callable
from typing import Protocol

from twisted_chat.addresses import Address
from twisted_chat.errors import WireError
from twisted_chat.links import Link
from twisted_chat.moments import NEVER
from twisted_chat.peer.effects import Effects
from twisted_chat.peer.gen2.failover import Reconnected
from twisted_chat.wire.gen2.beats import NUMBER_BYTES, Beat, read_beat_answer

EVERY = 2.0
"""Seconds from one beat to the next: what others say through the server to one whose router
has forgotten it waits for that."""
SOON = (0.2, 0.3, 0.5, 1.0)
"""Seconds from one beat to the next where there is reason to ask: a way may be there only some
moments after our network has become another one."""
ANSWERABLE = 4
"""Beats to which an answer is taken, the latest."""
LASTED = 4.0
"""Seconds that a link must have been of use for another to be made at once when it is not."""


class HasServer(Protocol):
    """The one who knows the way to the server."""

    server: Reconnected


class Beats:
    """Those over the link that there is, once the server has told us by what it knows them.
    `draw` gives so many random bytes. `wake` is when `tick` is due."""

    def __init__(self, ways: HasServer, effects: Effects, draw: Callable[[int], bytes]) -> None:
        self._ways = ways
        self._effects = effects
        self._draw = draw
        self._link: Link | None = None
        self._token = b""
        self._began = 0.0
        self._last = -NEVER
        self._hastened = len(SOON)  # How many of those that come soon are over.
        self._numbers: deque[bytes] = deque(maxlen=ANSWERABLE)
        self.wake = NEVER

    def begin(self, token: bytes, now: float) -> None:
        """The server knows our beats by this, if it is not empty."""
        self._link, self._token, self._began = self._ways.server.link, token, now
        self.wake = now + EVERY if token else NEVER

    def hasten(self, now: float) -> None:
        """Something has no answer, or our network is another one: is the way open?"""
        if self._link is not None and self._token:
            self._hastened = 0
            self.wake = min(self.wake, max(now, self._last + SOON[0]))
            self.tick(now)

    def tick(self, now: float) -> None:
        """Send one, if it is due."""
        if now < self.wake:
            return
        link = self._ways.server.link
        if link is None or link is not self._link:
            self._end()
            return
        number = self._draw(NUMBER_BYTES)
        self._numbers.append(number)
        self._last, self.wake = now, now + EVERY
        if self._hastened < len(SOON):
            self.wake = now + SOON[self._hastened]
            self._hastened += 1
        self._effects.probe(Beat(self._token, number).encode(), link.address)

    def answered(self, datagram: bytes, source: Address, now: float) -> None:
        """Something came that may be an answer. Only the server has seen the number."""
        try:
            answer = read_beat_answer(datagram)
        except WireError:
            return
        server = self._ways.server
        link = server.link
        if link is None or link is not self._link or source != link.address:
            return
        if answer.number in self._numbers:
            self._end()
            self._effects.close(link, "the server has it no more")
            server.lost(now)
            if now - self._began >= LASTED:
                server.start(now)

    def _end(self) -> None:
        self._numbers.clear()
        self._link, self.wake = None, NEVER
