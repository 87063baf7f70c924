"""What the server does for those who want to know what their network does to them.

All that goes out was paid for: a datagram goes back to where it came from, as long as it
was, and only with a token that was told over a link from that host; and each such token is
good for a while and for so many bytes.
"""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from math import ceil

from twisted_chat.addresses import Address, Datagrams, site
from twisted_chat.errors import WireError
from twisted_chat.rate import Rate
from twisted_chat.server.gen2.send_queue import LinkQueue
from twisted_chat.server.gen2.sessions import LinkSession
from twisted_chat.wire.gen2.checkup import (
    TOKEN_BYTES,
    UNASKED,
    Checkup,
    Echo,
    EchoKind,
    NoCheckup,
    read_echo,
)
from twisted_chat.wire.gen2.growth import CHECKUP

LIFE = 60.0
"""Seconds for which a token is good."""
AGAIN, AT_ONCE = 10.0, 4
"""Seconds from one token for a site to the next, and how many may be at once: two people
behind one router who ask over both families."""
DATAGRAMS, BYTES = 256, 96 * 1024
"""What is sent back for one token, at most."""
TOKENS = 1_000
"""Tokens that are good at a time, the latest."""
COPIES = 2
"""Datagrams that nobody asked for at that port: one may get lost."""


@dataclass(eq=False, slots=True)
class _Checked:
    """Who has a token: at which site, until when, and what may still be sent back."""

    site: str
    until: float
    datagrams: int = DATAGRAMS
    bytes: int = BYTES


class Checkups:
    """All of them. `draw` gives so many random bytes; None: nobody is served. `second_port`
    is the port beside that of the server, 0 as long as there is none."""

    def __init__(
        self,
        queue: LinkQueue,
        draw: Callable[[int], bytes] | None,
        dropped: Callable[[str, Address, float], None],
    ) -> None:
        self._queue = queue
        self._draw = draw
        self._dropped = dropped
        self._tokens: OrderedDict[bytes, _Checked] = OrderedDict()
        self._again = Rate(1 / AGAIN, AT_ONCE)
        self._unasked: Datagrams = []
        self.second_port = 0

    @property
    def features(self) -> tuple[str, ...]:
        """What the server says of itself."""
        return () if self._draw is None else (CHECKUP,)

    def ask(self, session: LinkSession, now: float) -> None:
        """One wants to know."""
        host = session.address[0]
        if self._draw is None:
            self._queue.send(session, NoCheckup(0).encode())
        elif wait := self._again.wait(host, now, 1):
            self._queue.send(session, NoCheckup(ceil(wait)).encode())
        else:
            self._again.charge(host, now, 1)
            token = self._draw(TOKEN_BYTES)
            self._tokens[token] = _Checked(site(host), now + LIFE)
            if len(self._tokens) > TOKENS:
                self._tokens.popitem(last=False)
            self._queue.send(session, Checkup(token, self.second_port).encode())
            if self.second_port:
                unasked = Echo(EchoKind.BACK, token, UNASKED, session.address).encode()
                self._unasked += [(unasked, session.address)] * COPIES

    def take_unasked(self) -> Datagrams:
        """What is to be sent from the second port now."""
        if not self._unasked:
            return []
        unasked, self._unasked = self._unasked, []
        return unasked

    def echo(self, datagram: bytes, source: Address, now: float) -> bytes | None:
        """What is to be sent back to there, from the port that it has come to."""
        try:
            echo = read_echo(datagram)
        except WireError as wrong:
            self._dropped(str(wrong), source, now)
            return None
        its = self._tokens.get(echo.token)
        if its is None or its.until <= now or echo.kind is not EchoKind.THERE:
            self._dropped("to be sent back for nobody", source, now)
            return None
        if its.site != site(source[0]) or not its.datagrams or its.bytes < echo.size:
            self._dropped("to be sent back elsewhere, or too much", source, now)
            return None
        its.datagrams -= 1
        its.bytes -= echo.size
        return Echo(EchoKind.BACK, echo.token, echo.number, source, echo.size).encode()
