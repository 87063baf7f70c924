"""Beats to the server: what keeps the way from it open, and shows soon that it is not.

A router that has forgotten everybody lets nothing in before something has gone out. So a
small datagram goes to the server every other second, which answers it only where it has no
link with us from where we are by now. Where the server says that it is over the other family
too, one goes there now and then, by which it sees where we are over that.
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
from twisted_chat.peer.gen2.requests import ServerRequests
from twisted_chat.peer.gen2.resting import RestState
from twisted_chat.wire.gen2.beats import NUMBER_BYTES, Beat, BeatBack, read_beat_answer

EVERY = 2.0
"""Seconds from one beat to the next: what others say through the server to one whose router
has forgotten it waits for that."""
SOON = (0.2, 0.3, 0.5, 1.0)
"""Seconds from one beat to the next where there is reason to ask: a way may be there only some
moments after our network has become another one."""
ALSO = (0.3, 1.0, 3.0)
"""Seconds from one beat over the other family to the next, as long as nothing comes back: four
in all, whoever is there."""
ALSO_EVERY = 15.0
"""The same, where something does: routers keep for longer what answers."""
ANSWERABLE = 4
"""Beats to which an answer is taken, the latest."""
LASTED = 4.0
"""Seconds that a link must have been of use for another to be made at once when it is not."""


class HasServer(Protocol):
    """The one who knows the way to the server."""

    server: Reconnected
    requests: ServerRequests

    @property
    def has_links(self) -> bool:
        """Whether there is a link to anybody."""


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
        self._also: Address | None = None  # Where the server is over the other family.
        self._shown = b""  # The number that has come back from there.
        self._tried = 0  # Beats there since something came back.
        self._also_at = NEVER
        self._numbers: deque[bytes] = deque(maxlen=ANSWERABLE)
        self._next = NEVER

    @property
    def wake(self) -> float:
        return min(self._next, self._also_at)

    def begin(self, token: bytes, also: Address | None, now: float) -> None:
        """The server knows our beats by this, if it is not empty, and is also there."""
        self._link, self._token, self._began = self._ways.server.link, token, now
        self._next = now + EVERY if token else NEVER
        self._also, self._shown = also if token else None, b""
        self._begin_also(now)
        self.tick(now)

    def _begin_also(self, now: float) -> None:
        self._tried, self._also_at = 0, NEVER if self._also is None else now

    @property
    def _needed(self) -> bool:
        return self._ways.has_links or self._hastened < len(SOON)

    def hasten(self, now: float) -> None:
        """Something has no answer, or our network is another one: is the way open?"""
        if self._link is not None and self._token:
            self._hastened = 0
            self._next = min(self._next, max(now, self._last + SOON[0]))
            self.tick(now)

    def network_changed(self, now: float) -> None:
        """Our own network is another one."""
        self._begin_also(now)
        self.hasten(now)

    def tick(self, now: float) -> None:
        """Send one, if it is due."""
        if now < self.wake:
            return
        link = self._ways.server.link
        if link is None or link is not self._link:
            self._end()
            return
        if self._also is not None and self._also_at <= now:
            self._beat_also(self._also, now)
        if self._next > now:
            return
        if self._ways.requests.resting.rests and not self._needed:
            self._next = now + EVERY
            return  # Its signs of life keep the way open, and nobody looks for us.
        number = self._draw(NUMBER_BYTES)
        self._numbers.append(number)
        self._last, self._next = now, now + EVERY
        if self._hastened < len(SOON):
            self._next = now + SOON[self._hastened]
            self._hastened += 1
        self._effects.probe(Beat(self._token, number).encode(), link.address)

    def _beat_also(self, also: Address, now: float) -> None:
        number = self._shown or self._draw(NUMBER_BYTES)
        self._effects.probe(Beat(self._token, number).encode(), also)
        self._also_at = now + ALSO[self._tried] if self._tried < len(ALSO) else NEVER
        self._tried += 1

    def answered(self, datagram: bytes, source: Address, now: float) -> None:
        """Something came that may be an answer. Only the server has seen the number."""
        try:
            answer = read_beat_answer(datagram)
        except WireError:
            return
        if isinstance(answer, BeatBack):
            if source == self._also:
                self._came_back(answer.number, now)
            return
        server = self._ways.server
        link = server.link
        if link is None or link is not self._link or source != link.address:
            return
        if answer.number in self._numbers:
            if (resting := self._ways.requests.resting).state is not RestState.NOT:
                resting.hasten(now)
                return  # Its signs of life tell the server where we are.
            self._end()
            self._effects.close(link, "the server has it no more")
            server.lost(now)
            if now - self._began >= LASTED:
                server.start(now)

    def _came_back(self, number: bytes, now: float) -> None:
        """The server hears us over the other family; with this number it believes where."""
        if number == self._shown:
            self._tried, self._also_at = 0, now + ALSO_EVERY
        elif self._tried <= len(ALSO):
            self._shown, self._also_at = number, now
            self.tick(now)

    def _end(self) -> None:
        self._numbers.clear()
        self._link = self._also = None
        self._next = self._also_at = NEVER
