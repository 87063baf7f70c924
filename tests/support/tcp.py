"""Connections, endpoints and a terminal in memory, for TCP chat."""

import errno
import socket
import struct
from typing import Any

from twisted.internet.address import IPv4Address
from twisted.internet.defer import Deferred, fail, succeed
from twisted.internet.error import CannotListenError, ConnectError, ConnectionAborted
from twisted.internet.interfaces import (
    IAddress,
    IListeningPort,
    IProtocol,
    IProtocolFactory,
    IStreamClientEndpoint,
    IStreamServerEndpoint,
)
from twisted.internet.task import Clock, deferLater
from twisted.internet.testing import StringTransport
from twisted.python.failure import Failure
from zope.interface import implementer

from twisted_chat.tcp.protocol import TcpChat
from twisted_chat.tcp.visitor import Visitor
from twisted_chat.terminal.tcp_face import for_people

HERE = IPv4Address("TCP", "0.0.0.0", 8090)
CALLER = IPv4Address("TCP", "192.0.2.1", 50000)
TAKEN = CannotListenError("", 8090, OSError(errno.EADDRINUSE, "Address already in use"))


class FakeConnection(StringTransport):
    """A connection with a stranger: as lenient as a real one, and half-closeable.

    Closed by us it is lost only when the stranger closes it too, `hang_up()`.
    """

    half_closed = False

    def __init__(self, protocol: IProtocol, handle: object = None) -> None:
        super().__init__(peerAddress=CALLER, lenient=True)
        self.protocol: Any = protocol
        self._handle = handle
        protocol.makeConnection(self)

    def getHandle(self) -> object:
        return self._handle

    def loseWriteConnection(self) -> None:
        self.half_closed = True

    def abortConnection(self) -> None:
        super().abortConnection()
        self.lose(ConnectionAborted())

    def lose(self, problem: Exception) -> None:
        """The connection ends like this."""
        self.connected = False
        self.protocol.connectionLost(Failure(problem))


class Handle:
    """A TCP socket as far as Linux tells about it: segments that are
    `unacknowledged`, seconds of `silence` since the last acknowledgement, and
    `probes` since then."""

    family = socket.AF_INET

    def __init__(self, unacknowledged: int = 0, silence: float = 0.0, probes: int = 0) -> None:
        self.probes = probes
        self.unacknowledged = unacknowledged
        self.silence = silence
        self.options: dict[int, int] = {}

    def setsockopt(self, level: int, option: int, value: int) -> None:
        self.options[option] = value

    def getsockopt(self, level: int, option: int, size: int) -> bytes:
        assert (level, option) == (socket.IPPROTO_TCP, socket.TCP_INFO)
        words = [0] * 24  # After eight bytes; linux/tcp.h.
        words[4], words[12] = self.unacknowledged, int(1000 * self.silence)
        return struct.pack("=3xB4x24I", self.probes, *words)[:size]


def accept(factory: IProtocolFactory, handle: object = None) -> FakeConnection:
    """Somebody calls, and the factory takes it: it is certain that it is a call."""
    protocol = factory.buildProtocol(CALLER)
    assert protocol is not None
    connection = FakeConnection(protocol, handle)
    if isinstance(protocol, Visitor):
        protocol.settle()
    return connection


class FakeTerminal:
    """A person at a terminal of this chat."""

    def __init__(self, chat: TcpChat) -> None:
        self.transport = StringTransport(lenient=True)
        self.protocol = for_people(chat)
        self.protocol.makeConnection(self.transport)

    @property
    def shown(self) -> list[str]:
        """The lines shown so far."""
        written: bytes = self.transport.value()
        return written.decode().splitlines()

    def type(self, text: str) -> None:
        self.protocol.dataReceived(text.encode())


@implementer(IStreamServerEndpoint, IListeningPort)
class FakeServer:
    """A place to listen, and the port there. `problem` is why nobody can listen,
    `listened` how often somebody tried."""

    def __init__(self) -> None:
        self.problem: Exception | None = None
        self.listened = 0
        self.factory: IProtocolFactory | None = None

    @property
    def listening(self) -> bool:
        return self.factory is not None

    def listen(self, protocolFactory: IProtocolFactory) -> Deferred[IListeningPort]:
        self.listened += 1
        assert not self.listening
        if self.problem is not None:
            return fail(self.problem)
        self.factory = protocolFactory
        return succeed(self)

    def startListening(self) -> None:
        """Not used: endpoints hand out ports that listen."""

    def stopListening(self) -> Deferred[None]:
        assert self.listening
        self.factory = None
        return succeed(None)

    def getHost(self) -> IAddress:
        return HERE

    def call(self) -> FakeConnection:
        """Somebody calls here."""
        assert self.factory is not None, "nobody listens"
        return accept(self.factory)


@implementer(IStreamClientEndpoint)
class FakeClient:
    """Somebody to call, who refuses `refusals` times; with `silent`, who never answers.

    `tried` is when each call was made, `round_trip` the seconds that one takes.
    No call may be made while `server` listens.
    """

    def __init__(self, clock: Clock, server: FakeServer, refusals: int = 0) -> None:
        self._clock = clock
        self._server = server
        self._refusals = refusals
        self.silent = False
        self.round_trip = 0.0
        self.tried: list[float] = []
        self.connection: FakeConnection | None = None

    def connect(self, protocolFactory: IProtocolFactory) -> Deferred[IProtocol]:
        assert not self._server.listening, "a call to this machine would reach ourselves"
        self.tried.append(self._clock.seconds())
        if self.silent:
            return Deferred()
        if len(self.tried) <= self._refusals:
            return fail(ConnectError(string="refused"))
        if self.round_trip:
            return deferLater(self._clock, self.round_trip, self._connected, protocolFactory)
        return succeed(self._connected(protocolFactory))

    def _connected(self, protocolFactory: IProtocolFactory) -> IProtocol:
        protocol = protocolFactory.buildProtocol(CALLER)
        assert protocol is not None
        self.connection = FakeConnection(protocol)
        return protocol
