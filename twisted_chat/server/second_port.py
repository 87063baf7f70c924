"""The port beside that of a server, by which users find out what their routers do: it sends
back what has a good token, and sends to who asks for it once without being asked there."""

from collections.abc import Callable
from typing import Any, Protocol

from twisted.internet.protocol import DatagramProtocol

from twisted_chat.addresses import Address


class ServerBeside(Protocol):
    """The server that it belongs to."""

    def listen_beside(self, port: int, write: Callable[[bytes, Address], object]) -> None:
        """There is a second port, which writes so."""

    def sent_back(self, datagram: bytes, source: Address) -> bytes | None:
        """What is to be sent back for this datagram."""


class SecondPort(DatagramProtocol):
    """Belongs to a server, which is there when the port is."""

    transport: Any
    noisy = False

    def __init__(self, server: Callable[[], ServerBeside]) -> None:
        self._server = server

    def startProtocol(self) -> None:
        self._server().listen_beside(self.transport.getHost().port, self.transport.write)

    def datagramReceived(self, datagram: bytes, addr: Address) -> None:
        answer = self._server().sent_back(datagram, addr)
        if answer is not None:
            self.transport.write(answer, addr)
