"""A UDP port that nothing can close or hold up: real sockets on loopback, or one that fails."""

import errno
import socket
import sys
from functools import partial
from typing import Any

from twisted.internet.protocol import DatagramProtocol
from twisted.internet.testing import MemoryReactorClock
from twisted.logger import capturedLogs, formatEvent
from twisted.trial.unittest import SkipTest, SynchronousTestCase

from twisted_chat.addresses import Address
from twisted_chat.net.port import BATCH, NEAR, BoundedPort
from twisted_chat.net.reached import usual_hosts

LONGEST = 16
"""Bytes in the longest datagram that is allowed here."""
STRANGER = ("192.0.2.1", 1000)


IP_MTU_DISCOVER, IP_RECVTTL = 10, 12
"""Of ip(7); this Python does not have them."""


class Collector(DatagramProtocol):
    """Keeps what it gets, and cannot bear `bad`."""

    noisy = False

    def __init__(self) -> None:
        self.got: list[tuple[bytes, Address]] = []
        self.refused = 0

    def connectionRefused(self) -> None:
        self.refused += 1

    def datagramReceived(self, datagram: bytes, addr: Address) -> None:
        self.got.append((datagram, addr))
        if datagram == b"bad":
            raise ValueError("what is this")


class FailingSocket:
    """Gives datagrams and errors in turn, then has nothing; sends nothing."""

    def __init__(self, *steps: bytes | OSError) -> None:
        self._steps = list(steps)
        self.source: tuple[str, int] | tuple[str, int, int, int] = STRANGER

    def recvmsg(self, size: int, room: int) -> tuple[bytes, list[object], int, object]:
        datagram, source = self.recvfrom(size)
        return datagram, [], 0, source

    def recvfrom(self, size: int) -> tuple[bytes, object]:
        if not self._steps:
            raise BlockingIOError(errno.EAGAIN, "nothing there")
        step = self._steps.pop(0)
        if isinstance(step, OSError):
            raise step
        return step[:size], self.source

    def sendto(self, datagram: bytes, address: Address) -> None:
        raise BlockingIOError(errno.EAGAIN, "no room")

    @property
    def fails(self) -> bool:
        """Whether there is no datagram to be received now."""
        return not self._steps or isinstance(self._steps[0], OSError)

    def left(self) -> int:
        """How many steps have not been read."""
        return len(self._steps)


class PortCase(SynchronousTestCase):
    """Makes ports and callers, and closes what it made."""

    def setUp(self) -> None:
        self.reactor = MemoryReactorClock()
        self.protocol = Collector()

    def make(self, **options: Any) -> BoundedPort:
        """A port of the kind that is tested."""
        return BoundedPort(0, self.protocol, self.reactor, **options)

    def port(self, interface: str = "127.0.0.1", batch: int = BATCH) -> BoundedPort:
        """A port that listens."""
        port = self.make(interface=interface, longest=LONGEST, batch=batch)
        port.startListening()
        self.addCleanup(port.socket.close)
        return port

    def failing(
        self, *steps: bytes | OSError, batch: int = BATCH
    ) -> tuple[BoundedPort, FailingSocket]:
        """A port that listens, over a socket that fails."""
        port, failing = self.port(batch=batch), FailingSocket(*steps)
        port.socket = failing  # type: ignore[assignment]
        return port, failing

    def write(self, port: BoundedPort, datagram: bytes, address: Address | None) -> None:
        """Write, and let the reactor's turn end."""
        port.write(datagram, address)
        for writer in self.reactor.getWriters():
            writer.doWrite()

    def caller(self, host: str = "127.0.0.1") -> socket.socket:
        """A socket of somebody else."""
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        made = socket.socket(family, socket.SOCK_DGRAM)
        self.addCleanup(made.close)
        made.settimeout(5)
        made.bind((host, 0))
        return made

    def assert_open(self, port: BoundedPort) -> None:
        """The port listens and has not been told to stop."""
        self.assertTrue(port.connected)
        self.assertIn(port, self.reactor.getReaders())

    def datagrams(self) -> list[bytes]:
        """What the protocol got."""
        return [datagram for datagram, _ in self.protocol.got]


class TakesAll(Collector):
    """Is given what was read in one go, and cannot bear it where `bad` is in it."""

    def __init__(self) -> None:
        super().__init__()
        self.goes: list[list[tuple[bytes, Address]]] = []

    def datagramsReceived(self, datagrams: list[tuple[bytes, Address]]) -> None:
        self.goes.append(datagrams)
        for one in datagrams:
            self.datagramReceived(*one)


class ReceivingTests(PortCase):
    """What comes in."""

    def test_in_one_go(self) -> None:
        """A protocol that takes many datagrams at once is given all that was read, and nothing
        where nothing was; when it cannot bear one of them the port stays open."""
        self.protocol = taker = TakesAll()
        port, _ = self.failing(*[b"%d" % number for number in range(BATCH + 2)])
        for many in (BATCH, BATCH + 2, BATCH + 2):
            port.doRead()
            self.assertEqual(len(self.datagrams()), many)
        self.assertEqual([*map(len, taker.goes)], [BATCH, 2])
        self.protocol = TakesAll()
        port, _ = self.failing(b"bad", b"good")
        with capturedLogs() as logged:
            port.doRead()
        self.assertEqual([one["many"] for one in logged], [2])
        self.assertEqual(len(self.flushLoggedErrors(ValueError)), 1)
        self.assert_open(port)

    def test_datagrams_and_their_sources(self) -> None:
        """The protocol gets each datagram, with where it came from."""
        port, caller = self.port(), self.caller()
        caller.sendto(b"one", ("127.0.0.1", port.getHost().port))
        caller.sendto(b"two", ("127.0.0.1", port.getHost().port))
        port.doRead()
        source = caller.getsockname()
        self.assertEqual(self.protocol.got, [(b"one", source), (b"two", source)])

    def test_a_batch_a_turn(self) -> None:
        """One turn reads a batch, and the next one goes on."""
        port, caller = self.port(batch=4), self.caller()
        for number in range(6):
            caller.sendto(b"%d" % number, ("127.0.0.1", port.getHost().port))
        port.doRead()
        self.assertEqual(self.datagrams(), [b"0", b"1", b"2", b"3"])
        port.doRead()
        self.assertEqual(self.datagrams()[4:], [b"4", b"5"])

    def test_empty_datagrams_count(self) -> None:
        """A flood of empty datagrams is read by batches like any other."""
        port, failing = self.failing(*[b""] * 1000)
        port.doRead()
        self.assertEqual(self.datagrams(), [b""] * BATCH)
        self.assertEqual(failing.left(), 1000 - BATCH)

    def test_one_byte_too_long(self) -> None:
        """What is too long is seen to be, and what fits is whole."""
        port, caller = self.port(), self.caller()
        for size in (LONGEST, LONGEST + 1, 1000):
            caller.sendto(b"x" * size, ("127.0.0.1", port.getHost().port))
        port.doRead()
        self.assertEqual(
            [len(got) for got in self.datagrams()], [LONGEST, LONGEST + 1, LONGEST + 1]
        )

    def test_errors(self) -> None:
        """An error of any kind is counted; what comes after it is received."""
        errors = [
            OSError(number, "no") for number in (errno.ENOMEM, errno.ECONNREFUSED, errno.EIO)
        ]
        port, _ = self.failing(*errors, b"after")
        with capturedLogs() as logged:
            port.doRead()
        self.assertEqual(self.datagrams(), [b"after"])
        self.assertEqual(len(logged), 1)
        self.assertIn("receiving failed for 1 datagrams", str(formatEvent(logged[0])))
        self.assert_open(port)

    def test_errors_without_end(self) -> None:
        """A socket that only fails holds nobody up: errors are read by batches too."""
        port, failing = self.failing(*[OSError(errno.ENOMEM, "no")] * 1000)
        port.doRead()
        self.assertEqual(failing.left(), 1000 - BATCH)
        self.assert_open(port)

    def test_interrupted(self) -> None:
        """A signal ends the turn, and is no error."""
        port, _ = self.failing(InterruptedError(errno.EINTR, "signal"), b"after")
        with capturedLogs() as logged:
            port.doRead()
            self.assertEqual(self.datagrams(), [])
            port.doRead()
        self.assertEqual(self.datagrams(), [b"after"])
        self.assertEqual(logged, [])

    def test_a_protocol_that_raises(self) -> None:
        """What the protocol cannot bear is logged once a second, and the next datagram is read."""
        port, _ = self.failing(b"bad", b"bad", b"good")
        port.doRead()
        self.assertEqual(self.datagrams(), [b"bad", b"bad", b"good"])
        self.assertEqual(len(self.flushLoggedErrors(ValueError)), 1)
        self.assert_open(port)


class SeveralAddresses(PortCase):
    """A port at all addresses of this machine, asked at one of them."""

    def ask(self, port: BoundedPort, caller: socket.socket, *hosts: str) -> None:
        """Be asked at these addresses, one after the other."""
        for host in hosts:
            if ":" not in host and caller.family == socket.AF_INET6:
                host = f"::ffff:{host}"
            caller.sendto(b"?", (host, port.getHost().port))
        port.doRead()

    def answer(self, port: BoundedPort, caller: socket.socket) -> str:
        """Where the answer to whoever asked last comes from."""
        self.write(port, b"!", self.protocol.got[-1][1])
        datagram, source = caller.recvfrom(9)
        self.assertEqual(datagram, b"!")
        return str(source[0])

    def test_answers_from_there(self) -> None:
        """Each is answered from the address that it asked last, whoever asks between."""
        port = self.port("0.0.0.0")
        callers = [self.caller() for _ in range(3)]
        for turn in range(3):
            hosts = [f"127.0.{(turn + number) % 3}.1" for number in range(3)]
            for caller, host in zip(callers, hosts, strict=True):
                self.ask(port, caller, host)
            addresses = [address for _, address in self.protocol.got[-3:]]
            for caller, host, address in zip(callers, hosts, addresses, strict=True):
                self.write(port, b"!", address)
                self.assertEqual(caller.recvfrom(9), (b"!", (host, port.getHost().port)))
                self.assertEqual(port.reached_at(address), host)

    def test_last_asked(self) -> None:
        """Of two addresses that one has asked, in one turn too, the last counts."""
        port, caller = self.port("0.0.0.0"), self.caller()
        for hosts in (
            ("127.0.0.2",),
            ("127.0.0.3", "127.0.0.1"),
            ("127.0.0.1", "127.0.0.3"),
            ("127.0.0.1",),
        ):
            self.ask(port, caller, *hosts)
            self.assertEqual(self.answer(port, caller), hosts[-1])

    def test_ipv6(self) -> None:
        """At all of IPv6 those of IPv4 are answered from where they asked, mapped or not."""
        port = self.port("::")
        for host in ("::1", "127.0.0.1"):
            caller = self.caller(host)
            self.ask(port, caller, host)
            self.assertEqual(self.answer(port, caller), host)
        self.ask(port, caller, "127.0.0.2")
        self.assertEqual(self.answer(port, caller), "127.0.0.2")
        six = self.caller("::ffff:127.0.0.1")
        self.ask(port, six, "127.0.0.4")
        self.assertEqual(self.protocol.got[-1][1][0], "127.0.0.1")
        self.assertEqual(self.answer(port, six), "::ffff:127.0.0.4")

    def test_address_gone(self) -> None:
        """Where the address is not ours any more the kernel chooses, and nothing is lost."""
        port, caller = self.port("0.0.0.0"), self.caller()
        self.ask(port, caller, "127.0.0.2")
        address = self.protocol.got[-1][1]
        port._reached.heard([(address, "192.0.2.77")])
        with capturedLogs() as logged:
            self.assertEqual(self.answer(port, caller), "127.0.0.1")
        self.assertEqual(self.answer(port, caller), "127.0.0.1")
        self.assertEqual(logged, [])

    def test_called(self) -> None:
        """To one that was called the kernel chooses the way, wherever the answer arrives."""
        port, caller = self.port("0.0.0.0"), self.caller()
        at = caller.getsockname()
        self.write(port, b"!", at)
        self.assertEqual(caller.recvfrom(9)[1][0], "127.0.0.1")
        self.ask(port, caller, "127.0.0.2")
        self.assertEqual(self.answer(port, caller), "127.0.0.1")

    def test_one_that_only_answers(self) -> None:
        """A port whose words are all answers answers that one too from where it asked."""
        port = self.make(interface="0.0.0.0", longest=LONGEST, answers=True)
        port.startListening()
        self.addCleanup(port.socket.close)
        caller = self.caller()
        self.write(port, b"!", caller.getsockname())
        self.assertEqual(caller.recvfrom(9)[1][0], "127.0.0.1")
        self.ask(port, caller, "127.0.0.2")
        self.assertEqual(self.answer(port, caller), "127.0.0.2")

    def test_reached_at(self) -> None:
        """It can be asked where somebody reaches us, also who was not heard yet."""
        bound = self.port("127.0.0.3")
        self.assertEqual(bound.reached_at(("127.0.0.1", 9)), "127.0.0.3")
        self.protocol = Collector()
        port = self.port("0.0.0.0")
        self.assertEqual(port.reached_at(("127.0.0.1", 9)), "127.0.0.1")
        self.assertIsNone(port.reached_at(("nowhere", 9)))

    def test_usual_at(self) -> None:
        """It can be asked where most others reach us over either family, if it listens at all
        addresses of that."""
        self.assertIsNone(self.port("127.0.0.3").usual_at(False))
        self.protocol = Collector()
        port = self.port("0.0.0.0")
        self.assertIsNone(port.usual_at(True))
        four, six = usual_hosts(socket.AF_INET6)
        at = port.getHost().port
        self.assertEqual(port.usual_at(False), (four, at) if four else None)
        self.protocol = Collector()
        both = self.port("::")
        at = both.getHost().port
        self.assertEqual(both.usual_at(True), (six, at) if six else None)
        self.assertEqual(both.usual_at(False), (four, at) if four else None)


class SendingTests(PortCase):
    """What goes out."""

    def test_arrives(self) -> None:
        """What is written arrives, an empty datagram too."""
        port, caller = self.port(), self.caller()
        for datagram in (b"hello", b""):
            self.write(port, datagram, caller.getsockname())
            self.assertEqual(caller.recvfrom(99), (datagram, ("127.0.0.1", port.getHost().port)))

    def test_near(self) -> None:
        """What is to get through one router alone says so, whatever family the port is of; what
        comes after it does not."""
        if sys.platform != "linux":
            raise SkipTest("IP_RECVTTL is of Linux")
        for interface in ("127.0.0.1", "::"):
            self.protocol = Collector()
            port, caller = self.port(interface), self.caller()
            caller.setsockopt(socket.IPPROTO_IP, IP_RECVTTL, 1)
            hops = []
            for write in (port.write_near, partial(self.write, port), port.write_near):
                write(b"!", caller.getsockname())
                _, ((_, _, said),), _, _ = caller.recvmsg(9, socket.CMSG_SPACE(4))
                hops.append(int.from_bytes(said, sys.byteorder))
            self.assertEqual(hops[::2], [NEAR, NEAR])
            self.assertGreater(hops[1], NEAR)

    def test_near_cannot(self) -> None:
        """Nothing is sent where that cannot be said, and nothing is raised where nothing can."""
        port, caller = self.port(), self.caller()
        port.write_near(b"!", ("127.0.0.1", 0))
        port.socket.close()
        port.write_near(b"!", caller.getsockname())

    def test_what_cannot_be_sent(self) -> None:
        """A port, a host or a size that cannot be costs one datagram, and no traceback."""
        port = self.port()
        with capturedLogs() as logged:
            for datagram, address in (
                (b"x", ("127.0.0.1", 0)),
                (b"x", ("127.0.0.1", 70_000)),
                (b"x", ("127.0.0.1", -1)),
                (b"x", ("::1", 1000)),
                (b"x", ("255.255.255.255", 1000)),
                (b"x" * 70_000, ("127.0.0.1", 1000)),
            ):
                self.write(port, datagram, address)
                self.reactor.advance(1)
        self.assertEqual(len(logged), 6)
        for event in logged:
            self.assertIn("sending failed for 1 datagrams", str(formatEvent(event)))
        self.assert_open(port)

    def test_no_room(self) -> None:
        """A full buffer loses datagrams, and says so once a second."""
        port, _ = self.failing()
        with capturedLogs() as logged:
            for _ in range(100):
                self.write(port, b"x", STRANGER)
            self.assertEqual(len(logged), 1)
            self.reactor.advance(1)
            self.write(port, b"x", STRANGER)
        self.assertEqual(len(logged), 2)
        self.assertIn("sending failed for 100 datagrams", str(formatEvent(logged[1])))
        self.assertIn("no room", str(formatEvent(logged[1])))
        self.assert_open(port)


class ConnectedTests(PortCase):
    """A port that is tied to one other."""

    def test_talks(self) -> None:
        """What is written without an address goes to the other."""
        port, caller = self.port(), self.caller()
        port.connect(*caller.getsockname())
        self.write(port, b"hello", None)
        self.assertEqual(caller.recv(99), b"hello")

    def test_refused(self) -> None:
        """The protocol hears that nobody is there, and the port stays open."""
        port, caller = self.port(), self.caller()
        port.connect(*caller.getsockname())
        caller.close()
        self.write(port, b"hello", None)
        port.doRead()
        self.assertEqual(self.protocol.refused, 1)
        self.assert_open(port)


class OtherNetworks(PortCase):
    """A machine whose addresses change while a port is open."""

    def test_network_changed(self) -> None:
        """Where others were heard is forgotten, and the kernel chooses from where to write."""
        port = self.make(interface="", longest=LONGEST)
        port.startListening()
        self.addCleanup(port.socket.close)
        caller = self.caller("127.0.0.2")
        caller.sendto(b"hi", ("127.0.0.3", port.getHost().port))
        port.doRead()
        source = caller.getsockname()
        self.assertEqual(port.heard_at(source), "127.0.0.3")
        port.network_changed()
        self.assertIsNone(port.heard_at(source))
        self.write(port, b"answer", source)
        self.assertNotEqual(caller.recvfrom(99)[1][0], "127.0.0.3")


class AdoptedTests(PortCase):
    """A socket that was open before."""

    def test_adopted(self) -> None:
        """What came before is read, with the buffers of a socket of our own; nothing waits."""
        bound = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        bound.bind(("127.0.0.1", 0))
        caller = self.caller()
        caller.sendto(b"early", bound.getsockname())
        port = self.make(interface="127.0.0.1", longest=LONGEST, adopted=bound)
        port.startListening()
        self.addCleanup(bound.close)
        self.assertEqual(port.getHost().port, bound.getsockname()[1])
        port.doRead()
        self.assertEqual(self.protocol.got, [(b"early", caller.getsockname())])
        self.protocol = Collector()
        own = self.port().socket
        for option in (socket.SO_RCVBUF, socket.SO_SNDBUF):
            asked = (socket.SOL_SOCKET, option)
            self.assertEqual(bound.getsockopt(*asked), own.getsockopt(*asked))
        self.assertEqual(bound.gettimeout(), 0.0)


class NarrowPaths(PortCase):
    """What routers on the way may do with a datagram."""

    def test_may_be_cut(self) -> None:
        """No datagram of either family tells routers of IPv4 not to cut it (DF)."""
        if sys.platform != "linux":
            raise SkipTest("elsewhere they do not by themselves")
        if sys.platform != "linux":
            raise SkipTest("IP_RECVTTL is of Linux")
        for interface in ("127.0.0.1", "::"):
            self.protocol = Collector()
            port = self.port(interface)
            self.assertEqual(port.socket.getsockopt(socket.IPPROTO_IP, IP_MTU_DISCOVER), 0)


class FamiliesTests(PortCase):
    """IPv6, and both at once."""

    def test_ipv6(self) -> None:
        """An IPv6 port and its callers have plain addresses."""
        port, caller = self.port("::1"), self.caller("::1")
        source = caller.getsockname()[:2]
        caller.sendto(b"hi", ("::1", port.getHost().port))
        port.doRead()
        self.assertEqual(self.protocol.got, [(b"hi", source)])
        self.write(port, b"answer", source)
        self.assertEqual(caller.recv(99), b"answer")

    def test_both(self) -> None:
        """On `::` callers of both families are served, each with an address of its own kind."""
        port = self.port("::")
        for host in ("127.0.0.1", "::1"):
            caller = self.caller(host)
            source = caller.getsockname()[:2]
            caller.sendto(b"hi", (host, port.getHost().port))
            port.doRead()
            self.assertEqual(self.protocol.got.pop(), (b"hi", source))
            self.write(port, b"answer", source)
            self.assertEqual(caller.recv(99), b"answer")

    def test_zone(self) -> None:
        """A link-local source keeps the zone that an answer needs; others have none."""
        for source, plain in (
            (("fe80::1", 7, 0, 2), ("fe80::1%2", 7)),
            (("2001:db8::1", 7, 0, 0), ("2001:db8::1", 7)),
            (("::ffff:192.0.2.1", 7, 0, 0), ("192.0.2.1", 7)),
        ):
            self.protocol = Collector()
            port, failing = self.failing(b"x")
            failing.source = source
            port.doRead()
            self.assertEqual(self.protocol.got.pop(), (b"x", plain))
