"""A connection of TCP chat: with the one on the line, or with one who finds it busy."""

from typing import Any
from typing import Protocol as Interface

from twisted.internet.error import ConnectionAborted, ConnectionDone
from twisted.internet.interfaces import (
    IHalfCloseableProtocol,
    IHandshakeListener,
    INegotiated,
    IPushProducer,
    IReactorTime,
)
from twisted.internet.protocol import Protocol, connectionDone
from twisted.python.failure import Failure
from zope.interface import implementer

from twisted_chat.addresses import host_and_port, unmapped
from twisted_chat.alarm import Alarm
from twisted_chat.errors import WireError
from twisted_chat.lines import Lines
from twisted_chat.tcp.events import LineEnding
from twisted_chat.tcp.liveness import Liveness

LINGER = 5.0
"""Seconds that the other side has to hang up too, once we have."""
HANDSHAKE = 10.0
"""Seconds for a TLS handshake."""
BUSY = b"the line is busy\n"


class LineOwner(Interface):
    """The one who has the line, as a connection sees it."""

    clock: IReactorTime

    def is_called(self, host: str) -> bool:
        """Whether this host address is the one that is called."""

    def answered(self, chat: "Chat", who: str, *, called: bool) -> bool:
        """A connection is there. False if another took the line first."""

    def heard(self, line: str) -> None:
        """The one on the line said this."""

    def lost(self, how: LineEnding, problem: str) -> None:
        """Nobody is on the line any more, after this, of which the system says more."""

    def busy(self, change: int) -> None:
        """So many more, or fewer, are being told that the line is busy."""

    def take_input(self) -> None:
        """What is said is taken, or not any more."""


class _Closing(Protocol):
    """A connection that is closed without losing what was written.

    Closing a socket with something unread in it makes the kernel reset the
    connection, and the other side may lose what it had not read yet. So we
    say that we are done, read on until the other side is too, but not forever.
    """

    transport: Any
    _closed = False

    def __init__(self, clock: IReactorTime) -> None:
        self.clock = clock
        self._lingering = Alarm(clock, self._cut)

    @property
    def over_tls(self) -> bool:
        return INegotiated.providedBy(self.transport)

    def hang_up(self) -> None:
        if self._closed:
            return
        self._closed = True
        self._lingering.set_in(LINGER)
        if self.over_tls:
            # TLS has its own goodbye, which it says when nobody produces any more.
            self.transport.unregisterProducer()
            self.transport.loseConnection()
        else:
            self.transport.loseWriteConnection()

    def _cut(self) -> None:
        self.transport.abortConnection()

    def readConnectionLost(self) -> None:
        self.transport.loseConnection()

    def writeConnectionLost(self) -> None:
        """Nothing: the reader says when it is over."""

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        self._lingering.stop()


@implementer(IHalfCloseableProtocol)
class Busy(_Closing):
    """Tells a caller that the line is busy."""

    def __init__(self, chat: LineOwner) -> None:
        super().__init__(chat.clock)
        self._chat = chat

    def connectionMade(self) -> None:
        self._chat.busy(+1)
        self.transport.write(BUSY)
        self.hang_up()

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        super().connectionLost(reason)
        self._chat.busy(-1)


@implementer(IHalfCloseableProtocol, IHandshakeListener, IPushProducer)
class Chat(_Closing):
    """The connection with the other person. `clogged` while it does not take
    what is said. Over TLS nobody is there before the handshake is done."""

    def __init__(self, chat: LineOwner) -> None:
        super().__init__(chat.clock)
        self._chat = chat
        self._lines = Lines()
        self._liveness: Liveness | None = None
        self._handshake = Alarm(self.clock, self._cut)
        self._ours = False
        self._failed: tuple[LineEnding, str] | None = None
        self.clogged = False

    def connectionMade(self) -> None:
        self._liveness = Liveness(self.transport, self.clock, self._dead)
        self.transport.registerProducer(self, True)
        if self.over_tls:
            self._handshake.set_in(HANDSHAKE)
        else:
            self.take_line()

    def handshakeCompleted(self) -> None:
        self._handshake.stop()
        self.take_line()

    def take_line(self) -> None:
        """Be who is on the line, unless somebody else is."""
        self._ours = self._chat.answered(self, self.who, called=self.called)
        if not self._ours:
            self.transport.write(BUSY)
            self.hang_up()

    @property
    def who(self) -> str:
        """The other end, as people are told."""
        peer = self.transport.getPeer()
        host = self._host
        return host_and_port(host, peer.port) if host else "somebody on this machine"

    @property
    def called(self) -> bool:
        """Whether this is the one whom we call, as far as an address shows that."""
        host = self._host
        return bool(host) and self._chat.is_called(host)

    @property
    def _host(self) -> str:
        return unmapped(getattr(self.transport.getPeer(), "host", None) or "")

    def dataReceived(self, data: bytes) -> None:
        if not self._ours or self._failed is not None:
            return
        try:
            for line in self._lines.feed(data):
                self._chat.heard(line)
        except WireError as problem:
            self._failed = LineEnding.NOT_TEXT, str(problem)
            self.hang_up()

    def say(self, line: str) -> None:
        self.transport.write(f"{line}\n".encode("utf-8", "replace"))

    def readConnectionLost(self) -> None:
        if self._ours and self._failed is None and (last := self._lines.rest()) is not None:
            self._chat.heard(last)
        super().readConnectionLost()

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        super().connectionLost(reason)
        self._handshake.stop()
        if self._liveness is not None:
            self._liveness.stop()
        if not self._ours:
            return
        if (last := self._lines.rest()) is not None and self._failed is None:
            self._chat.heard(last)
        self._chat.lost(*self.how_it_ended(reason))

    def how_it_ended(self, reason: Failure) -> tuple[LineEnding, str]:
        """Why the line is gone, and what the system says of it."""
        if self._failed is not None:
            return self._failed
        if self._closed and reason.check(ConnectionDone, ConnectionAborted):
            return LineEnding.WE_HUNG_UP, ""
        if reason.check(ConnectionDone):
            return LineEnding.THEY_HUNG_UP, ""
        return LineEnding.LOST, reason.getErrorMessage()

    def _dead(self) -> None:
        self._failed = LineEnding.SILENT, ""
        self.transport.abortConnection()

    # As the producer of what is said.

    def pauseProducing(self) -> None:
        self.clogged = True
        self._chat.take_input()

    def resumeProducing(self) -> None:
        self.clogged = False
        self._chat.take_input()

    def stopProducing(self) -> None:
        """The connection is gone; connectionLost says so too."""
