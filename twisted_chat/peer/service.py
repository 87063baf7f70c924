"""Assembly of a UDP peer: `udpchat HOST PORT`."""

import os
import time
from collections.abc import Callable
from typing import Any

from twisted.internet.abstract import isIPv6Address
from twisted.internet.interfaces import IProtocol

from twisted_chat.addresses import Address
from twisted_chat.identity.fingerprints import spoken
from twisted_chat.identity.keys import Identity
from twisted_chat.net.batched import datagram_port
from twisted_chat.net.keylog import keylog_file
from twisted_chat.net.port import BoundedPort
from twisted_chat.net.quic_bounds import LARGEST_DATAGRAM
from twisted_chat.net.quic_port import QuicPort
from twisted_chat.net.service import DatagramService
from twisted_chat.peer.generations import EitherSession
from twisted_chat.peer.keyed import KeyedSession
from twisted_chat.peer.protocol import LinkedPeer
from twisted_chat.peer.session import Session
from twisted_chat.peer.trust import Memory
from twisted_chat.terminal.line import LineTerminal
from twisted_chat.trace.recorder import Recorder
from twisted_chat.trace.taps import tap


class PeerService(DatagramService):
    """A peer with its port; the terminal is opened when the port is.

    `identity` is its key, `memory` what is known of those of others, and
    `server_key` the fingerprint that the server must have, if that is known.
    """

    def __init__(
        self,
        server: Address,
        name: str | None,
        reactor: Any,
        open_terminal: Callable[[IProtocol], object],
        *,
        identity: Identity,
        memory: Memory,
        server_key: str = "",
        patient: bool,
        recorder: Recorder | None = None,
    ) -> None:
        def make_session(port: int) -> EitherSession:
            keyed = KeyedSession(
                server,
                identity.fingerprint,
                name,
                memory,
                spoken,
                epoch=time.time_ns(),
                patient=patient,
                server_key=server_key,
            )
            return EitherSession(
                server, keyed, lambda chosen: Session(server, port, chosen, patient=patient)
            )

        def make_port() -> BoundedPort:
            links = QuicPort(
                identity, self.peer, reactor, text=self.peer, keylog=keylog_file(os.environ)
            )
            self.peer.carrier = links
            return datagram_port(
                0,
                tap(links, recorder),
                reactor,
                interface="::" if isIPv6Address(server[0]) else "0.0.0.0",
                longest=LARGEST_DATAGRAM,
            )

        self.peer = LinkedPeer(make_session, reactor)
        super().__init__(make_port)
        self._open_terminal = open_terminal

    def startService(self) -> None:
        super().startService()
        self._open_terminal(LineTerminal(self.peer))
