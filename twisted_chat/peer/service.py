"""Assembly of a UDP peer: `udpchat HOST PORT`."""

from collections.abc import Callable
from typing import Any

from twisted.internet.abstract import isIPv6Address
from twisted.internet.interfaces import IProtocol

from twisted_chat.addresses import Address
from twisted_chat.net.batched import datagram_port
from twisted_chat.net.service import DatagramService
from twisted_chat.peer.protocol import Peer
from twisted_chat.peer.session import Session
from twisted_chat.terminal.line import LineTerminal
from twisted_chat.trace.recorder import Recorder
from twisted_chat.trace.taps import tap
from twisted_chat.wire import MAX_DATAGRAM


class PeerService(DatagramService):
    """A peer with its port; the terminal is opened when the port is."""

    def __init__(
        self,
        server: Address,
        name: str | None,
        reactor: Any,
        open_terminal: Callable[[IProtocol], object],
        *,
        patient: bool,
        recorder: Recorder | None = None,
    ) -> None:
        self.peer = Peer(
            lambda port: Session(server, port, name, patient=patient),
            reactor,
        )
        interface = "::" if isIPv6Address(server[0]) else "0.0.0.0"
        super().__init__(
            lambda: datagram_port(
                0,
                tap(self.peer, recorder),
                reactor,
                interface=interface,
                longest=MAX_DATAGRAM,
            )
        )
        self._open_terminal = open_terminal

    def startService(self) -> None:
        super().startService()
        self._open_terminal(LineTerminal(self.peer))
