"""Standing between a protocol and its transport, and recording what passes."""

import socket
from collections.abc import Callable
from functools import lru_cache, partial
from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import (
    IAddress,
    IHalfCloseableProtocol,
    IHandshakeListener,
    INegotiated,
    IProtocolFactory,
    IStreamClientEndpoint,
    IStreamServerEndpoint,
)
from twisted.internet.protocol import DatagramProtocol
from twisted.protocols.policies import ProtocolWrapper, WrappingFactory
from zope.interface import alsoProvides, implementer

from twisted_chat.addresses import Address, Datagrams, unmapped
from twisted_chat.trace import headers
from twisted_chat.trace.headers import REBUILT
from twisted_chat.trace.recorder import Recorder

TLS = "said inside TLS, recorded before encryption: on the network it was ciphertext"
UNIX = "said over a UNIX socket: port 1 stands for us, port 2 for the other side"

_ANY = frozenset({"0.0.0.0", "::", ""})
_KNOWN_HOSTS = 4096
"""Hosts for which we remember which of our addresses they see."""
_HERE, _THERE = ("127.0.0.1", 1), ("127.0.0.1", 2)
"""What stands for the two ends of a UNIX socket."""


def tap(protocol: DatagramProtocol, recorder: Recorder | None) -> DatagramProtocol:
    """The protocol to give to the port: this one, recorded if there is a recorder."""
    return protocol if recorder is None else DatagramTap(protocol, recorder)


class DatagramTap(DatagramProtocol):
    """To a UDP port the protocol, which gets what the port receives: in
    batches, if it takes them."""

    transport: Any
    noisy = False

    def __init__(self, protocol: DatagramProtocol, recorder: Recorder) -> None:
        self._protocol = protocol
        self._recorder = recorder
        take = getattr(protocol, "datagramsReceived", None)
        if take is not None:
            self.datagramsReceived = partial(self._batch, take)

    def startProtocol(self) -> None:
        local = self.transport.getHost()
        self._bound: Address = local.host, local.port
        self._heard_at = self.transport.heard_at
        self._protocol.makeConnection(_TappedPort(self.transport, self))  # type: ignore[arg-type]

    def stopProtocol(self) -> None:
        self._protocol.doStop()

    def datagramReceived(self, datagram: bytes, addr: Address) -> None:
        self._received(datagram, addr)
        self._protocol.datagramReceived(datagram, addr)

    def _batch(self, take: Callable[[Datagrams], None], datagrams: Datagrams) -> None:
        for datagram, addr in datagrams:
            self._received(datagram, addr)
        take(datagrams)

    def logPrefix(self) -> str:
        prefix: str = self._protocol.logPrefix()
        return prefix

    def connectionRefused(self) -> None:
        self._protocol.connectionRefused()

    def sent(self, datagram: bytes, addr: Address) -> None:
        """Record what the protocol sends."""
        packet = headers.udp(self._ours(addr), addr, datagram[: headers.LARGEST_PAYLOAD])
        self._recorder.packet(packet, REBUILT, inbound=False)

    def _received(self, datagram: bytes, addr: Address) -> None:
        packet = headers.udp(addr, self._ours(addr), datagram[: headers.LARGEST_PAYLOAD])
        self._recorder.packet(packet, REBUILT, inbound=True)

    def _ours(self, theirs: Address) -> Address:
        host, port = self._bound
        return self._heard_at(theirs) or _own_host(host, theirs[0]), port


class _TappedPort:
    """To a protocol its UDP port."""

    def __init__(self, port: Any, tap: DatagramTap) -> None:
        self._port = port
        self._tap = tap

    def write(self, datagram: bytes, addr: Address) -> None:
        self._tap.sent(datagram, addr)
        self._port.write(datagram, addr)

    def write_near(self, datagram: bytes, addr: Address) -> None:
        self._tap.sent(datagram, addr)
        self._port.write_near(datagram, addr)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._port, name)


@lru_cache(maxsize=_KNOWN_HOSTS)
def _own_host(bound: str, remote: str) -> str:
    """The address that a remote host sees, where a port is bound to all of ours."""
    six = ":" in remote
    if bound not in _ANY and (":" in bound) == six:
        return bound
    with socket.socket(socket.AF_INET6 if six else socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect((remote, 9))  # Sends nothing: it asks for the route.
        except OSError:
            return "::" if six else "0.0.0.0"
        host: str = probe.getsockname()[0]
        return host


@implementer(IStreamServerEndpoint)
class ListeningTap:
    """An endpoint whose connections are recorded."""

    def __init__(self, endpoint: IStreamServerEndpoint, recorder: Recorder) -> None:
        self._endpoint = endpoint
        self._recorder = recorder

    def listen(self, protocolFactory: IProtocolFactory) -> "Deferred[Any]":
        return self._endpoint.listen(TapFactory(protocolFactory, self._recorder))


@implementer(IStreamClientEndpoint)
class CallingTap:
    """An endpoint whose connection is recorded. Those who call get the protocol that it made."""

    def __init__(self, endpoint: IStreamClientEndpoint, recorder: Recorder) -> None:
        self._endpoint = endpoint
        self._recorder = recorder

    def connect(self, protocolFactory: IProtocolFactory) -> "Deferred[Any]":
        tapped = TapFactory(protocolFactory, self._recorder)
        connecting: Deferred[Any] = self._endpoint.connect(tapped)
        return connecting.addCallback(lambda connection: connection.wrappedProtocol)


class ConnectionTap(ProtocolWrapper):
    """Stands between a connection and its protocol."""

    transport: Any
    factory: "TapFactory"

    def connectionMade(self) -> None:
        # Before the protocol learns of it, and may write.
        if IHalfCloseableProtocol.providedBy(self.wrappedProtocol):
            alsoProvides(self, IHalfCloseableProtocol)
        if IHandshakeListener.providedBy(self.wrappedProtocol):
            alsoProvides(self, IHandshakeListener)
        ours, theirs = _address(self.transport.getHost()), _address(self.transport.getPeer())
        notes = [REBUILT]
        if INegotiated.providedBy(self.transport):
            notes.append(TLS)
        if ours is None or theirs is None:
            ours, theirs = _HERE, _THERE
            notes.append(UNIX)
        elif (":" in ours[0]) != (":" in theirs[0]):
            ours = (_own_host("", theirs[0]), ours[1])
        self._comment = "; ".join(notes)
        self._stream = headers.Stream(ours, theirs)

    def dataReceived(self, data: bytes) -> None:
        self._record(data, self._stream.received, inbound=True)
        super().dataReceived(data)

    def write(self, data: bytes) -> None:
        self._record(data, self._stream.sent, inbound=False)
        super().write(data)

    def writeSequence(self, data: Any) -> None:
        self.write(b"".join(data))

    def handshakeCompleted(self) -> None:
        self.wrappedProtocol.handshakeCompleted()  # type: ignore[attr-defined]

    def readConnectionLost(self) -> None:
        self.wrappedProtocol.readConnectionLost()  # type: ignore[attr-defined]

    def writeConnectionLost(self) -> None:
        self.wrappedProtocol.writeConnectionLost()  # type: ignore[attr-defined]

    def _record(self, data: bytes, segment: Any, *, inbound: bool) -> None:
        recorder = self.factory.recorder
        for start in range(0, len(data), headers.SEGMENT):
            piece = segment(data[start : start + headers.SEGMENT])
            recorder.packet(piece, self._comment, inbound=inbound)


class TapFactory(WrappingFactory):
    """Makes the connections that another factory makes, recorded."""

    noisy = False
    protocol = ConnectionTap

    def __init__(self, factory: Any, recorder: Recorder) -> None:
        super().__init__(factory)
        self.recorder = recorder

    def buildProtocol(self, addr: IAddress | None) -> Any:
        inner = self.wrappedFactory.buildProtocol(addr)
        return None if inner is None else ConnectionTap(self, inner)  # type: ignore[arg-type]


def _address(address: Any) -> Address | None:
    host = getattr(address, "host", None)
    return (unmapped(host), address.port) if host else None
