"""Standing between protocols and their transports."""

from typing import Any

from twisted.internet.address import IPv4Address, UNIXAddress
from twisted.internet.endpoints import TCP4ClientEndpoint, TCP4ServerEndpoint
from twisted.internet.error import ConnectionDone
from twisted.internet.interfaces import IHalfCloseableProtocol, INegotiated, ITransport
from twisted.internet.protocol import DatagramProtocol, Factory, Protocol
from twisted.internet.task import Clock
from twisted.internet.testing import MemoryReactorClock, StringTransport
from twisted.python.failure import Failure
from zope.interface import alsoProvides, implementer

from tests.support.captures import FileTestCase, analyzed
from tests.support.network import FakeNetwork
from twisted_chat.addresses import Address
from twisted_chat.trace import taps
from twisted_chat.trace.capture import Capture
from twisted_chat.trace.headers import REBUILT
from twisted_chat.trace.layers import dissect
from twisted_chat.trace.packet import Packet
from twisted_chat.trace.recorder import MEBIBYTE, Recorder
from twisted_chat.trace.taps import CallingTap, ConnectionTap, ListeningTap, TapFactory, tap

HERE, THERE = ("127.0.0.1", 8090), ("127.0.0.1", 4001)


class TapTestCase(FileTestCase):
    """Records into a file, and reads it."""

    def setUp(self) -> None:
        self.path = self.mktemp()
        self.recorder = Recorder(self.path, MEBIBYTE, lambda: 10**18)
        self.addCleanup(self.recorder.close)

    def recorded(self) -> list[Packet]:
        """What is in the file."""
        self.recorder.close()
        self.frames = list(Capture(self.path))
        return [dissect(frame.linktype, frame.data) for frame in self.frames]


class Echo(DatagramProtocol):
    """Sends back what it gets."""

    transport: Any

    def datagramReceived(self, datagram: bytes, addr: Address) -> None:
        self.transport.write(datagram.upper(), addr)


class Batches(Echo):
    """Takes what arrives in one go."""

    def datagramsReceived(self, datagrams: list[tuple[bytes, Address]]) -> None:
        for datagram, addr in datagrams:
            self.datagramReceived(datagram, addr)


class Datagrams(TapTestCase):
    """Between a UDP port and its protocol."""

    def test_off(self) -> None:
        """Without a recorder there is nothing in between."""
        protocol = Echo()
        self.assertIs(tap(protocol, None), protocol)

    def test_both_ways(self) -> None:
        """What comes and what goes is recorded in order, with both addresses, and still works."""
        clock = Clock()
        network = FakeNetwork(clock)
        echo, heard = Echo(), Heard()
        network.listen(tap(echo, self.recorder), HERE)
        other = network.listen(heard, THERE)
        other.write(b"hello", HERE)
        clock.pump([0.01, 0.01])
        self.assertEqual(heard.datagrams, [(b"HELLO", HERE)])
        self.assertEqual(
            [(one.source, one.destination, one.payload) for one in self.recorded()],
            [(THERE, HERE, b"hello"), (HERE, THERE, b"HELLO")],
        )
        self.assertEqual({frame.comments for frame in self.frames}, {(REBUILT,)})
        self.assertEqual(echo.transport.getHost().port, 8090)

    def test_batches(self) -> None:
        """A protocol that takes batches is given them, and one that does not is not."""
        self.assertFalse(hasattr(tap(Echo(), self.recorder), "datagramsReceived"))
        network = FakeNetwork(Clock())
        protocol: Any = tap(Batches(), self.recorder)
        network.listen(protocol, HERE)
        protocol.datagramsReceived([(b"a", THERE), (b"b", THERE)])
        self.assertEqual([one.payload for one in self.recorded()], [b"a", b"b", b"A", b"B"])

    def test_life(self) -> None:
        """The protocol starts and stops with the port, and logs under its own name."""
        echo = Echo()
        port = FakeNetwork(Clock()).listen(tap(echo, self.recorder), HERE)
        self.assertIsNotNone(echo.transport)
        self.assertEqual(port.protocol.logPrefix(), "Echo")
        port.stopListening()
        self.assertIsNone(echo.transport)

    def test_bound_to_all(self) -> None:
        """Of a port on all addresses the one is recorded that the other side sees."""
        for bound, other, expected in (
            ("0.0.0.0", "127.0.0.2", "127.0.0.1"),
            ("::", "127.0.0.2", "127.0.0.1"),
            ("::", "::1", "::1"),
            ("192.0.2.7", "127.0.0.1", "192.0.2.7"),
        ):
            found = taps._own_host(bound, other)
            self.assertIn(found, (expected, other), (bound, other))

    def test_too_long(self) -> None:
        """The longest datagram there can be is recorded as far as it fits."""
        protocol: Any = tap(Echo(), self.recorder)
        FakeNetwork(Clock()).listen(protocol, HERE)
        protocol.datagramReceived(b"x" * 65_507, THERE)
        self.assertEqual(len(self.recorded()[0].payload), 65_495)


class Heard(DatagramProtocol):
    """Remembers what it hears."""

    def __init__(self) -> None:
        self.datagrams: list[tuple[bytes, Address]] = []

    def datagramReceived(self, datagram: bytes, addr: Address) -> None:
        self.datagrams.append((datagram, addr))


@implementer(IHalfCloseableProtocol)
class Line(Protocol):
    """A protocol that greets, and notes what happens to it."""

    transport: Any

    def __init__(self) -> None:
        self.events: list[Any] = []

    def connectionMade(self) -> None:
        self.transport.write(b"welcome\n")

    def dataReceived(self, data: bytes) -> None:
        self.events.append(data)

    def readConnectionLost(self) -> None:
        self.events.append("read lost")

    def writeConnectionLost(self) -> None:
        self.events.append("write lost")

    def connectionLost(self, reason: Any = None) -> None:
        self.events.append("lost")


def transport(host: Any = None, peer: Any = None) -> StringTransport:
    """A connection between two addresses, by default of IPv4."""
    made = StringTransport(peerAddress=peer or IPv4Address("TCP", *THERE))
    made.hostAddr = host or IPv4Address("TCP", *HERE)
    return made


class Connections(TapTestCase):
    """Between a TCP connection and its protocol."""

    def tapped(self, line: Protocol, over: StringTransport) -> ConnectionTap:
        factory = TapFactory(Factory.forProtocol(lambda: line), self.recorder)
        made: ConnectionTap = factory.buildProtocol(None)
        made.makeConnection(over)
        return made

    def test_both_ways(self) -> None:
        """Data in both directions is recorded as one TCP conversation, the greeting too."""
        line, over = Line(), transport()
        made = self.tapped(line, over)
        made.dataReceived(b"hello\n")
        line.transport.writeSequence([b"a", b"b"])
        self.assertEqual(over.value(), b"welcome\nab")
        self.assertEqual(line.events, [b"hello\n"])
        self.assertEqual(
            [(one.source, one.payload) for one in self.recorded()],
            [(HERE, b"welcome\n"), (THERE, b"hello\n"), (HERE, b"ab")],
        )
        notes = analyzed(self.frames)
        self.assertEqual(notes.texts("not captured"), [])
        self.assertEqual(len(notes.texts("recording")), 1)

    def test_large(self) -> None:
        """A large piece is recorded as several segments, without a gap."""
        self.tapped(Line(), transport()).dataReceived(b"x" * 100_000)
        payloads = [one.payload for one in self.recorded()[1:]]
        self.assertEqual((len(payloads), sum(map(len, payloads))), (4, 100_000))
        self.assertEqual(analyzed(self.frames).texts("not captured"), [])

    def test_half_close(self) -> None:
        """Half-closing reaches a protocol that knows it, and others are not said to know it."""
        line = Line()
        made = self.tapped(line, transport())
        self.assertTrue(IHalfCloseableProtocol.providedBy(made))
        made.readConnectionLost()
        made.writeConnectionLost()
        made.connectionLost(Failure(ConnectionDone()))
        self.assertEqual(line.events, ["read lost", "write lost", "lost"])
        plain = self.tapped(Protocol(), transport())
        self.assertFalse(IHalfCloseableProtocol.providedBy(plain))

    def test_transport(self) -> None:
        """To the protocol the tap is its transport, with all that one provides."""
        line, over = Line(), transport()
        self.tapped(line, over)
        self.assertTrue(ITransport.providedBy(line.transport))
        line.transport.loseConnection()
        self.assertTrue(over.disconnecting)

    def test_tls(self) -> None:
        """What goes through TLS is marked: it was not readable on the network."""
        over = transport()
        alsoProvides(over, INegotiated)
        self.tapped(Line(), over)
        self.recorded()
        (comment,) = self.frames[0].comments
        self.assertIn(taps.TLS, comment)
        self.assertTrue(comment.startswith(REBUILT))

    def test_unix(self) -> None:
        """A UNIX socket has no addresses; what stands for them is said, and keeps sides apart."""
        self.tapped(Line(), transport(UNIXAddress(None), UNIXAddress("a.sock"))).dataReceived(b"x")
        first, second = self.recorded()
        self.assertEqual((first.source, first.destination), (second.destination, second.source))
        self.assertNotEqual(first.source, first.destination)
        self.assertIn(taps.UNIX, self.frames[0].comments[0])

    def test_no_more(self) -> None:
        """A factory that takes no more connections still takes none."""
        factory = Factory()
        factory.buildProtocol = lambda addr: None  # type: ignore[method-assign]
        self.assertIsNone(TapFactory(factory, self.recorder).buildProtocol(None))


class Endpoints(TapTestCase):
    """Where we listen, and whom we call."""

    def test_both(self) -> None:
        """Whoever calls or is called through a tap is recorded."""
        reactor = MemoryReactorClock()
        lines = [Line(), Line()]
        listening = ListeningTap(TCP4ServerEndpoint(reactor, 8090), self.recorder)
        calling = CallingTap(TCP4ClientEndpoint(reactor, *THERE), self.recorder)
        self.successResultOf(listening.listen(Factory.forProtocol(lambda: lines[0])))
        connecting = calling.connect(Factory.forProtocol(lambda: lines[1]))
        factories: list[Any] = [reactor.tcpServers[0][1], reactor.tcpClients[0][2]]
        for factory in factories:
            factory.buildProtocol(IPv4Address("TCP", *THERE)).makeConnection(transport())
        self.assertIs(self.successResultOf(connecting), lines[1])
        self.assertEqual([one.payload for one in self.recorded()], [b"welcome\n"] * 2)
