"""A call of ours, until it is certain that somebody has taken it.

A connection is there for us as soon as the kernel of the other side takes it.
When its program closes the port before it has seen us, as those who call each
other do again and again, that kernel resets the connection, a round trip later
at most. So a call rings first: until something comes from the other side, or
until a reset would have come. That the line is busy comes meanwhile too, before
anything is said to somebody who does not read it.
"""

from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.error import ConnectionDone
from twisted.internet.interfaces import IHalfCloseableProtocol
from twisted.internet.protocol import connectionDone
from twisted.python.failure import Failure
from zope.interface import alsoProvides

from twisted_chat.alarm import Alarm
from twisted_chat.moments import NEVER
from twisted_chat.tcp import certificate
from twisted_chat.tcp.connection import BUSY, Chat, LineOwner
from twisted_chat.tcp.events import CallRefusal, LineEnding
from twisted_chat.tcp.unreached import CallRefused

TAKING = 0.1
"""Seconds in which a program takes what its kernel has taken, and sees what was said."""
TLS_ALERT = b"\x15\x03"
"""How TLS refuses what is none (RFC 8446, 5.1 and 6); no text begins like this."""


def _half_closeable(transport: Any) -> None:
    """See that we are told when the other side has no more to say. What an endpoint puts
    around a protocol tells only that of a handshake where a protocol listens for both."""
    while (inner := getattr(transport, "transport", None)) is not None:
        transport = inner  # What a recorder runs over.
    alsoProvides(transport.protocol, IHalfCloseableProtocol)


class Call(Chat):
    """The connection of a call that was begun at `began`. `taken` fires when
    it has the line, and fails with the reason if it never gets so far."""

    _said = b""
    """How the other side began, long enough to tell whether that is all of `BUSY` and no more."""

    _seen_by = 0.0
    """When the other side has seen our first words, and would have hung up if they were
    nothing to it; 0 before there are any."""

    def __init__(self, chat: LineOwner, began: float) -> None:
        super().__init__(chat)
        self._began = began
        self._round_trip = 0.0
        self._hanging_up = Alarm(self.clock, super().hang_up)
        self._refused = False
        self._ringing = Alarm(self.clock, self._has_rung)
        self._given_up = False
        self.taken: Deferred[None] = Deferred(self._give_up)

    called = True

    def connectionMade(self) -> None:
        if not self.over_tls:
            _half_closeable(self.transport)
        super().connectionMade()

    def take_line(self) -> None:
        self._round_trip = self.clock.seconds() - self._began
        self._ringing.set_in(self._round_trip + TAKING)

    def dataReceived(self, data: bytes) -> None:
        so_far = self._said + data
        self._said = so_far[: len(BUSY) + 1]
        if not self.over_tls and self._said.startswith(TLS_ALERT):
            self._refused = True
        elif self._ringing.due == NEVER:
            super().dataReceived(data)
        elif not BUSY.startswith(so_far):
            self._take(so_far)

    def say(self, line: str) -> None:
        self._seen_by = self._seen_by or self.clock.seconds() + self._round_trip + TAKING
        super().say(line)

    def hang_up(self) -> None:
        """Not before it would show that our first words were nothing to the other side:
        one that waits with TLS hangs up at them, any other when we do."""
        left = self._seen_by - self.clock.seconds()
        if self._said or left <= 0:
            super().hang_up()
        else:
            self._hanging_up.set_in(left)

    def readConnectionLost(self) -> None:
        if not self._said and not self._closed and self.clock.seconds() < self._seen_by:
            self._refused = True
        self._take_unless_busy()
        super().readConnectionLost()

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        if reason.check(ConnectionDone):
            self._take_unless_busy()
        self._ringing.stop()
        self._hanging_up.stop()
        if not self.taken.called and not self._given_up:
            refused = self.over_tls and certificate.problem(self.transport.getHandle(), reason)
            self.taken.errback(refused or reason)
        super().connectionLost(reason)

    def how_it_ended(self, reason: Failure) -> tuple[LineEnding, str]:
        if self._said == BUSY and reason.check(ConnectionDone):
            return LineEnding.BUSY, ""
        if self._refused:
            return LineEnding.UNPROVEN, ""
        return super().how_it_ended(reason)

    def _take_unless_busy(self) -> None:
        if self._said != BUSY:
            self._take()
        elif self._ringing.stop():
            self.taken.errback(CallRefused(CallRefusal.BUSY))

    def _take(self, said: bytes | None = None) -> None:
        if self._ringing.stop():
            self._has_rung(said)

    def _has_rung(self, said: bytes | None = None) -> None:
        super().take_line()
        self.taken.callback(None)
        super().dataReceived(self._said if said is None else said)

    def _give_up(self, taken: Deferred[None]) -> None:
        self._given_up = True
        self._ringing.stop()
        self.transport.abortConnection()
