"""One who calls us, until it is certain that this is a call.

Over TLS the other side looks at our certificate, and may not like it: at its
issuer before the handshake is done, at its name right after. Without TLS it may
speak TLS, which begins at once. Nobody was there then, and nothing is said to them.
"""

from typing import Protocol

from twisted.internet.protocol import connectionDone
from twisted.python.failure import Failure

from twisted_chat.alarm import Alarm
from twisted_chat.moments import NEVER
from twisted_chat.tcp import certificate
from twisted_chat.tcp.connection import Chat, LineOwner
from twisted_chat.tcp.events import Missed

SETTLING = 0.1
"""Seconds after a TLS handshake in which the other side leaves if it does not like our name."""
BEGINNING = 0.05
"""Seconds after a connection in which a side that speaks TLS has begun to. They are over
before a call of ours has rung."""
TLS_HELLO = b"\x16\x03"
"""How TLS begins: a record with a handshake, of a version 3 (RFC 8446, 5.1); no text does."""
NO_TLS = b"there is no TLS here\n"
"""What one who speaks it is told, and finds to be none either."""


class Host(LineOwner, Protocol):
    """The one who has the line, as a visitor sees it."""

    def visiting(self, visitor: "Visitor", there: bool) -> None:
        """Somebody is about to be on the line, or no more."""

    def refused(self, who: str, why: Missed, problem: str) -> None:
        """A call came to nothing: why, and what OpenSSL says of it, if anything."""


class Visitor(Chat):
    """A connection that somebody else has made."""

    _chat: Host

    def __init__(self, chat: Host) -> None:
        super().__init__(chat)
        self._settling = Alarm(self.clock, self._settled)
        self._known = False
        self._begun = b""

    def connectionMade(self) -> None:
        self._chat.visiting(self, True)
        super().connectionMade()

    def take_line(self) -> None:
        seconds = SETTLING if self.over_tls else BEGINNING
        self._settling.set_in(seconds)

    def settle(self) -> None:
        """Be a call, if that was only not certain yet."""
        if self._settling.stop():
            self._settled()

    def _settled(self) -> None:
        self._know()
        super().take_line()
        begun, self._begun = self._begun, b""
        super().dataReceived(begun)

    def dataReceived(self, data: bytes) -> None:
        if self._settling.due == NEVER:
            super().dataReceived(data)
            return
        self._begun += data
        begins = self._begun[: len(TLS_HELLO)]
        if self.over_tls or not TLS_HELLO.startswith(begins):
            self.settle()
        elif begins == TLS_HELLO:
            self._refuse()

    def readConnectionLost(self) -> None:
        self.settle()
        super().readConnectionLost()

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        self._settling.stop()
        if not self._known:
            self._know()
            left = certificate.why_a_caller_left(reason)
            self._chat.refused(self.who, *(left if self.over_tls else (Missed.HUNG_UP, "")))
        super().connectionLost(reason)

    def give_up(self) -> None:
        """End it, and say nothing of it."""
        self._know()
        self.transport.abortConnection()

    def _refuse(self) -> None:
        self._settling.stop()
        self._know()
        self._chat.refused(self.who, Missed.SPEAKS_TLS, "")
        self.transport.write(NO_TLS)
        self.transport.loseConnection()

    def _know(self) -> None:
        """It is known what this is: nobody is about to be on the line any more."""
        self._known = True
        self._chat.visiting(self, False)
