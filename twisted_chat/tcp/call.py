"""A call of ours, until it is certain that somebody has taken it.

A connection is there for us as soon as the kernel of the other side takes it.
When its program closes the port before it has seen us, as those who call each
other do again and again, that kernel resets the connection, a round trip later
at most. So a call rings first: until something comes from the other side, or
until a reset would have come.
"""

from twisted.internet.defer import Deferred
from twisted.internet.error import ConnectionDone
from twisted.internet.interfaces import IDelayedCall
from twisted.internet.protocol import connectionDone
from twisted.python.failure import Failure

from twisted_chat.tcp.protocol import Chat, TcpChat

TAKING = 0.1
"""Seconds in which a program takes what its kernel has taken."""


class Call(Chat):
    """The connection of a call that was begun at `began`. `taken` fires when
    it has the line, and fails with the reason if it never gets so far."""

    def __init__(self, chat: TcpChat, began: float) -> None:
        super().__init__(chat)
        self._began = began
        self._ringing: IDelayedCall | None = None
        self.taken: Deferred[None] = Deferred(self._give_up)

    def take_line(self) -> None:
        round_trip = self.clock.seconds() - self._began
        self._ringing = self.clock.callLater(round_trip + TAKING, self._take)

    def dataReceived(self, data: bytes) -> None:
        self._take()
        super().dataReceived(data)

    def readConnectionLost(self) -> None:
        self._take()
        super().readConnectionLost()

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        if reason.check(ConnectionDone):
            self._take()
        elif self._stop_ringing():
            self.taken.errback(reason)
        super().connectionLost(reason)

    def _take(self) -> None:
        if self._stop_ringing():
            super().take_line()
            self.taken.callback(None)

    def _give_up(self, taken: Deferred[None]) -> None:
        self._stop_ringing()
        self.transport.abortConnection()

    def _stop_ringing(self) -> bool:
        ringing, self._ringing = self._ringing, None
        if ringing is not None and ringing.active():
            ringing.cancel()
        return ringing is not None
