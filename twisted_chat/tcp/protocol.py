"""TCP chat on a connection, between a terminal and whoever is at the other end."""

import time
from collections.abc import Callable
from typing import Any

from twisted.internet.defer import Deferred, succeed
from twisted.internet.error import ConnectionAborted, ConnectionDone
from twisted.internet.interfaces import (
    IAddress,
    IDelayedCall,
    IHalfCloseableProtocol,
    INegotiated,
    IPushProducer,
    IReactorTime,
)
from twisted.internet.protocol import Factory, Protocol, connectionDone
from twisted.logger import Logger
from twisted.python.failure import Failure
from zope.interface import implementer

from twisted_chat.addresses import host_and_port
from twisted_chat.errors import WireError
from twisted_chat.lines import Lines
from twisted_chat.tcp.conversation import (
    CloseTerminal,
    Conversation,
    Effect,
    Finish,
    HangUp,
    Say,
    Show,
)
from twisted_chat.tcp.liveness import Liveness
from twisted_chat.terminal.line import LineTerminal

LINGER = 5.0
"""Seconds that the other side has to hang up too, once we have."""
MAX_BUSY = 16
"""Callers who are being told that the line is busy; more are cut off at once."""
BUSY = b"the line is busy\n"


class TcpChat(Factory):
    """One end of TCP chat: makes the connections, holds the one line, serves the terminal.

    `finished` fires with an exit status. It is the `Person` of its terminals, whom
    the `time_of_day`, in seconds since 1970, is shown.
    """

    noisy = False
    log = Logger()

    def __init__(
        self,
        conversation: Conversation,
        clock: IReactorTime,
        *,
        time_of_day: Callable[[], float] = time.time,
    ) -> None:
        self._conversation = conversation
        self.clock = clock
        self._time_of_day = time_of_day
        self._line: Chat | None = None
        self._terminal: LineTerminal | None = None
        self._busy = 0
        self._status = 0
        self._finishing = False
        self._vacated: Deferred[None] | None = None
        self.finished: Deferred[int] = Deferred()

    @property
    def engaged(self) -> bool:
        """Whether somebody is on the line."""
        return self._line is not None

    def buildProtocol(self, addr: IAddress | None) -> "Chat | Busy | None":
        if not self.engaged and not self._finishing:
            return Chat(self)
        return Busy(self) if self._busy < MAX_BUSY else None

    # --- The line

    def answered(self, chat: "Chat", who: str) -> bool:
        """A connection is there. False if another took the line first."""
        if self._line is not None:
            return False
        self._line = chat
        self.log.info("connected with {who}", who=who)
        self._carry_out(self._conversation.connected(who, self.clock.seconds()))
        return True

    def heard(self, line: str) -> None:
        self._carry_out(self._conversation.said(line, self.clock.seconds()))

    def lost(self, why: str, status: int) -> None:
        self._line = None
        self.log.info("{why}", why=why)
        self._carry_out(self._conversation.disconnected(why, self.clock.seconds(), status=status))
        if self._vacated is not None:
            vacated, self._vacated = self._vacated, None
            vacated.callback(None)

    def close(self) -> Deferred[None]:
        """Hang up, if somebody is on the line. Fires when nobody is."""
        if self._line is None:
            return succeed(None)
        self._line.hang_up()
        self._vacated = Deferred()
        return self._vacated

    def busy(self, change: int) -> None:
        self._busy += change

    def take_input(self) -> None:
        """Read what is typed exactly while it can be sent or kept."""
        if self._terminal is not None:
            clogged = self._line is not None and self._line.clogged
            self._terminal.listen(self._conversation.wants_input and not clogged)

    def notice(self, text: str) -> None:
        self._carry_out(self._conversation.notice(text, self.clock.seconds()))

    def failed(self, why: str) -> None:
        """There will be no line."""
        self.log.error("{why}", why=why)
        self._carry_out(self._conversation.failed(why, self.clock.seconds()))

    # --- The terminal

    def attached(self, terminal: LineTerminal) -> None:
        if self._terminal is not None:
            self._terminal.show("> attached elsewhere")
            self._terminal.close()
        self._terminal = terminal
        self._carry_out(self._conversation.attached(self.clock.seconds(), self._time_of_day()))

    def typed(self, terminal: LineTerminal, line: str) -> None:
        if terminal is self._terminal:
            self._carry_out(self._conversation.typed(line, self.clock.seconds()))

    def ended(self, terminal: LineTerminal) -> None:
        if terminal is self._terminal:
            self._carry_out(self._conversation.ended(self.clock.seconds()))

    def detached(self, terminal: LineTerminal) -> None:
        if terminal is self._terminal:
            self._terminal = None
            self._conversation.detached()
            self.flowing(terminal)
            self._finish_if_done()

    def flowing(self, terminal: LineTerminal) -> None:
        if self._line is not None:
            self._line.transport.resumeProducing()

    # --- Effects

    def _carry_out(self, effects: list[Effect]) -> None:
        for effect in effects:
            match effect:
                case Show(line):
                    self._show(line)
                case Say(line):
                    if self._line is not None:
                        self._line.say(line)
                case HangUp():
                    if self._line is not None:
                        self._line.hang_up()
                case CloseTerminal():
                    if self._terminal is not None:
                        self._terminal.close()
                case Finish(status):
                    self._finishing, self._status = True, status
                    if self._terminal is not None:
                        self._terminal.close()
                    self._finish_if_done()
        self.take_input()

    def _show(self, line: str) -> None:
        if self._terminal is None:
            return
        self._terminal.show(line)
        if self._terminal.clogged and self._line is not None:
            self._line.transport.pauseProducing()

    def _finish_if_done(self) -> None:
        if self._finishing and self._terminal is None and not self.finished.called:
            self.finished.callback(self._status)


class _Closing(Protocol):
    """A connection that is closed without losing what was written.

    Closing a socket with something unread in it makes the kernel reset the
    connection, and the other side may lose what it had not read yet. So we
    say that we are done, read on until the other side is too, but not forever.
    """

    transport: Any
    _lingering: IDelayedCall | None = None
    _closed = False
    clock: IReactorTime

    def hang_up(self) -> None:
        if self._closed:
            return
        self._closed = True
        self._lingering = self.clock.callLater(LINGER, self._cut)
        over_tls = INegotiated.providedBy(self.transport)
        if over_tls:
            # TLS has its own goodbye, which it says when nobody produces any more.
            self.transport.unregisterProducer()
            self.transport.loseConnection()
        else:
            self.transport.loseWriteConnection()

    def _cut(self) -> None:
        self._lingering = None
        self.transport.abortConnection()

    def readConnectionLost(self) -> None:
        self.transport.loseConnection()

    def writeConnectionLost(self) -> None:
        """Nothing: the reader says when it is over."""

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        if self._lingering is not None:
            self._lingering.cancel()
            self._lingering = None


@implementer(IHalfCloseableProtocol)
class Busy(_Closing):
    """Tells a caller that the line is busy."""

    def __init__(self, chat: TcpChat) -> None:
        self._chat = chat
        self.clock = chat.clock

    def connectionMade(self) -> None:
        self._chat.busy(+1)
        self.transport.write(BUSY)
        self.hang_up()

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        super().connectionLost(reason)
        self._chat.busy(-1)


@implementer(IHalfCloseableProtocol, IPushProducer)
class Chat(_Closing):
    """The connection with the other person. `clogged` while it does not take what is said."""

    def __init__(self, chat: TcpChat) -> None:
        self._chat = chat
        self.clock = chat.clock
        self._lines = Lines()
        self._liveness: Liveness | None = None
        self._ours = False
        self._problem = ""
        self.clogged = False

    def connectionMade(self) -> None:
        self._liveness = Liveness(self.transport, self.clock, self._dead)
        self.transport.registerProducer(self, True)
        self.take_line()

    def take_line(self) -> None:
        """Be who is on the line, unless somebody else is."""
        self._ours = self._chat.answered(self, _who(self.transport.getPeer()))
        if not self._ours:
            self.transport.write(BUSY)
            self.hang_up()

    def dataReceived(self, data: bytes) -> None:
        if not self._ours or self._problem:
            return
        try:
            for line in self._lines.feed(data):
                self._chat.heard(line)
        except WireError as problem:
            self._problem = f"the chat was ended: the other side sent {problem}"
            self.hang_up()

    def say(self, line: str) -> None:
        self.transport.write(f"{line}\n".encode("utf-8", "replace"))

    def readConnectionLost(self) -> None:
        if self._ours and not self._problem and (last := self._lines.rest()) is not None:
            self._chat.heard(last)
        super().readConnectionLost()

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        super().connectionLost(reason)
        if self._liveness is not None:
            self._liveness.stop()
        if not self._ours:
            return
        if (last := self._lines.rest()) is not None and not self._problem:
            self._chat.heard(last)
        self._chat.lost(*self.how_it_ended(reason))

    def how_it_ended(self, reason: Failure) -> tuple[str, int]:
        """Why the line is gone, and the exit status for that."""
        if self._problem:
            return self._problem, 1
        if self._closed and reason.check(ConnectionDone, ConnectionAborted):
            return "you hung up", 0
        if reason.check(ConnectionDone):
            return "the other side hung up", 0
        return f"the connection was lost: {reason.getErrorMessage()}", 1

    def _dead(self) -> None:
        self._problem = "the connection was lost: the other side does not answer any more"
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


def _who(peer: IAddress) -> str:
    host = getattr(peer, "host", None)
    return host_and_port(host, peer.port) if host else "somebody on this machine"  # type: ignore[attr-defined]
