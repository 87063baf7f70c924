"""One who calls us, until it is certain that this is a call.

Over TLS the other side looks at our certificate, and may not like it: at its
issuer before the handshake is done, at its name right after. Nobody was there
then, and nothing is said to them.
"""

from typing import TYPE_CHECKING

from twisted.internet.interfaces import IDelayedCall
from twisted.internet.protocol import connectionDone
from twisted.python.failure import Failure

from twisted_chat.tcp import certificate
from twisted_chat.tcp.connection import Chat

if TYPE_CHECKING:
    from twisted_chat.tcp.protocol import TcpChat

SETTLING = 0.1
"""Seconds after a TLS handshake in which the other side leaves if it does not like our name."""


class Visitor(Chat):
    """A connection that somebody else has made."""

    def __init__(self, chat: "TcpChat") -> None:
        super().__init__(chat)
        self._settling: IDelayedCall | None = None
        self._known = False

    def connectionMade(self) -> None:
        if self.over_tls:
            self._chat.visiting(self, True)
        super().connectionMade()

    def take_line(self) -> None:
        if self.over_tls:
            self._settling = self.clock.callLater(SETTLING, self._settle)
        else:
            super().take_line()

    def dataReceived(self, data: bytes) -> None:
        self._settle()
        super().dataReceived(data)

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        self._stop_settling()
        if self.over_tls:
            self._chat.visiting(self, False)
            if not self._known:
                self._chat.refused(self.who, certificate.why_a_caller_left(reason))
        super().connectionLost(reason)

    def give_up(self) -> None:
        """End it, and say nothing of it."""
        self._known = True
        self.transport.abortConnection()

    def _settle(self) -> None:
        if self._stop_settling():
            self._known = True
            self._chat.visiting(self, False)
            super().take_line()

    def _stop_settling(self) -> bool:
        settling, self._settling = self._settling, None
        if settling is not None and settling.active():
            settling.cancel()
        return settling is not None
