"""The port that reads and sends in batches: as good as the other, and what it does besides."""

import errno
import socket
import sys
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from twisted.internet.protocol import DatagramProtocol
from twisted.internet.testing import MemoryReactorClock
from twisted.logger import capturedLogs, formatEvent
from twisted.trial.unittest import SkipTest, SynchronousTestCase

from tests.net import test_port
from tests.net.test_port import LONGEST, STRANGER, Collector, FailingSocket, PortCase
from tests.support.strategies import many
from twisted_chat.addresses import Address, Datagrams
from twisted_chat.net.batched import (
    AT_ONCE,
    FULL,
    OUTBOX,
    BatchedPort,
    Calls,
    Outgoing,
    ReachedAt,
    datagram_port,
)
from twisted_chat.net.port import BATCH, BoundedPort
from twisted_chat.net.reached import ask_for_it


def real_calls() -> Calls:
    """The two system calls, where this installation has them."""
    try:
        from twisted_chat.net import _mmsg
    except ImportError:
        raise SkipTest(
            "this installation was made without a C compiler, or not on Linux"
        ) from None
    return _mmsg


class FakeCalls:
    """The calls over a socket that fails; `room` is how many datagrams it still sends."""

    def __init__(self, failing: FailingSocket) -> None:
        self._failing = failing
        self.room = 0
        self.sent: list[bytes] = []
        self.asked = 0

    def receive(
        self,
        fd: int,
        count: int,
        size: int,
        reached: ReachedAt | None,
        every: bool,
        usual: bytes | None,
    ) -> Datagrams:
        taken: Datagrams = [self._failing.recvfrom(size)]  # type: ignore[list-item]
        while len(taken) < count and not self._failing.fails:
            taken.append(self._failing.recvfrom(size))  # type: ignore[arg-type]
        return taken

    def send(
        self, fd: int, family: int, datagrams: Outgoing, start: int, usual: bytes | None
    ) -> int:
        self.asked += 1
        if not self.room:
            raise BlockingIOError(errno.EAGAIN, "no room")
        some = datagrams[start : start + min(self.room, AT_ONCE)]
        self.room -= len(some)
        self.sent += [datagram for datagram, *_ in some]
        return len(some)


class BatchedCase(PortCase):
    """Makes ports of the batched kind."""

    def make(self, **options: Any) -> BatchedPort:
        return BatchedPort(0, self.protocol, self.reactor, calls=real_calls(), **options)

    def failing(
        self, *steps: bytes | OSError, batch: int = BATCH
    ) -> tuple[BatchedPort, FailingSocket]:
        failing = FailingSocket(*steps)
        self.calls = FakeCalls(failing)
        port = BatchedPort(
            0, self.protocol, self.reactor, calls=self.calls, longest=LONGEST, batch=batch
        )
        port.startListening()
        self.addCleanup(port.socket.close)
        return port, failing


class ReceivingTests(BatchedCase, test_port.ReceivingTests):
    """What comes in, as on the other port."""


class SeveralAddresses(BatchedCase, test_port.SeveralAddresses):
    """At one of several addresses of ours, as on the other port."""


class SendingTests(BatchedCase, test_port.SendingTests):
    """What goes out, as on the other port."""

    def test_no_room(self) -> None:
        """While the kernel has no room datagrams wait, in order, and more than
        may wait are lost, which is said once a second."""
        port, _ = self.failing()
        with capturedLogs() as logged:
            for number in range(OUTBOX + 5):
                port.write(b"%d" % number, STRANGER)
                if number == 0:
                    port.doWrite()
            self.assertEqual(self.calls.asked, 1)
            self.assertEqual(len(logged), 1)
            self.calls.room = OUTBOX + 5
            port.doWrite()
        self.assertEqual(self.calls.sent, [b"%d" % number for number in range(OUTBOX)])
        self.assertIn("wait already", str(formatEvent(logged[0])))
        self.assertEqual(self.reactor.getWriters(), [])
        self.assert_open(port)

    def test_some_room(self) -> None:
        """What the kernel takes is sent; the rest goes when there is room, before what is new."""
        port, _ = self.failing()
        self.calls.room = 3
        for number in range(5):
            port.write(b"%d" % number, STRANGER)
        port.doWrite()
        self.assertEqual(self.calls.sent, [b"0", b"1", b"2"])
        self.assertIn(port, self.reactor.getWriters())
        self.calls.room = 9
        port.write(b"5", STRANGER)
        port.doWrite()
        self.assertEqual(self.calls.sent, [b"0", b"1", b"2", b"3", b"4", b"5"])


class ConnectedTests(BatchedCase, test_port.ConnectedTests):
    """A port that is tied to one other, as the other kind is."""


class AdoptedTests(BatchedCase, test_port.AdoptedTests):
    """A socket that was open before, as on the other port."""


class FamiliesTests(BatchedCase, test_port.FamiliesTests):
    """IPv6, and both at once, as on the other port."""

    def test_zone(self) -> None:
        """A link-local caller keeps the zone that an answer needs."""
        host, zone = link_local_host()
        port = self.port("::")
        caller = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
        self.addCleanup(caller.close)
        caller.settimeout(5)
        caller.bind((host, 0, 0, zone))
        caller.sendto(b"hi", (host, port.getHost().port, 0, zone))
        port.doRead()
        ((_, source),) = self.protocol.got
        self.assertEqual(source, (f"{host}%{zone}", caller.getsockname()[1]))
        self.write(port, b"by number", source)
        self.assertEqual(caller.recv(99), b"by number")
        name = socket.if_indextoname(zone)
        self.write(port, b"by name", (f"{host}%{name}", source[1]))
        self.assertEqual(caller.recv(99), b"by name")


def link_local_host() -> tuple[str, int]:
    """A link-local address of this machine (RFC 4291, 2.5.6), and its zone."""
    table = Path("/proc/net/if_inet6")
    for line in table.read_text().splitlines() if table.exists() else ():
        digits, index, *_ = line.split()
        if digits.startswith("fe80"):
            return socket.inet_ntop(socket.AF_INET6, bytes.fromhex(digits)), int(index, 16)
    raise SkipTest("this machine has no link-local address")


class Echo(DatagramProtocol):
    """Says everything back, and a last word."""

    noisy = False

    def __init__(self, last: Address) -> None:
        self._last = last

    def startProtocol(self) -> None:
        self._port: Any = self.transport

    def datagramReceived(self, datagram: bytes, addr: Address) -> None:
        self._port.write(datagram, addr)

    def stopProtocol(self) -> None:
        self._port.write(b"bye", self._last)


class Whole(DatagramProtocol):
    """Wants batches."""

    noisy = False

    def __init__(self) -> None:
        self.batches: list[Datagrams] = []

    def datagramsReceived(self, datagrams: Datagrams) -> None:
        self.batches.append(datagrams)
        if datagrams[0][0] == b"bad":
            raise ValueError("what is this")


class TurnTests(BatchedCase):
    """When things go out."""

    def test_answers_go_together(self) -> None:
        """What a protocol writes while it is given a batch goes out with one call."""
        self.protocol = Echo(STRANGER)  # type: ignore[assignment]
        port, _ = self.failing(*[b"x"] * 10)
        self.calls.room = 99
        port.doRead()
        self.assertEqual((self.calls.sent, self.calls.asked), ([b"x"] * 10, 1))
        self.assertEqual(self.reactor.getWriters(), [])

    def test_written_at_other_times(self) -> None:
        """What is written outside a read waits for the reactor's word, which is for this turn."""
        port, _ = self.failing()
        self.calls.room = 99
        port.write(b"a", STRANGER)
        port.write(b"b", STRANGER)
        self.assertEqual((self.calls.asked, self.reactor.getWriters()), (0, [port]))
        port.doWrite()
        self.assertEqual((self.calls.sent, self.calls.asked), ([b"a", b"b"], 1))
        self.assertEqual(self.reactor.getWriters(), [])

    def test_very_much(self) -> None:
        """Very much does not wait for the end of the turn."""
        port, _ = self.failing()
        self.calls.room = 2 * FULL
        for _ in range(FULL):
            port.write(b"x", STRANGER)
        self.assertEqual(len(self.calls.sent), FULL)

    def test_last_words(self) -> None:
        """What was written before the port closes, and while it does, still goes out."""
        caller = self.caller()
        self.protocol = Echo(caller.getsockname())  # type: ignore[assignment]
        port = self.make(interface="127.0.0.1", longest=LONGEST)
        port.startListening()
        port.write(b"one", caller.getsockname())
        port.stopListening()
        self.reactor.advance(0)
        self.assertEqual([caller.recv(9), caller.recv(9)], [b"one", b"bye"])

    def test_whole_batches(self) -> None:
        """A protocol that wants batches gets them, and an error costs one, with one line."""
        self.protocol = Whole()  # type: ignore[assignment]
        port, _ = self.failing(b"bad", b"x", OSError(errno.EIO, "no"), b"y")
        port.doRead()
        port.doRead()
        given_ = [[datagram for datagram, _ in batch] for batch in self.protocol.batches]  # type: ignore[attr-defined]
        self.assertEqual(given_, [[b"bad", b"x"], [b"y"]])
        self.assertEqual(len(self.flushLoggedErrors(ValueError)), 1)

    def test_larger_batches(self) -> None:
        """A batch may be larger than what one call reads."""
        port, failing = self.failing(*[b"x"] * 1000, batch=AT_ONCE * 2 + 5)
        port.doRead()
        self.assertEqual(len(self.protocol.got), AT_ONCE * 2 + 5)
        self.assertEqual(failing.left(), 1000 - AT_ONCE * 2 - 5)


class CallsTests(SynchronousTestCase):
    """The two calls themselves."""

    def setUp(self) -> None:
        self.calls = real_calls()
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.addCleanup(self.socket.close)
        self.socket.bind(("127.0.0.1", 0))
        self.here: Address = self.socket.getsockname()

    def test_nothing_there(self) -> None:
        """Reading does not wait."""
        with self.assertRaises(BlockingIOError):
            self.calls.receive(self.socket.fileno(), 1, 9, None, False, None)

    def test_an_address_is_one_object(self) -> None:
        """Datagrams from one address come with one and the same tuple."""
        self.calls.send(self.socket.fileno(), socket.AF_INET, [(b"x", self.here)] * 9, 0, None)
        got = self.calls.receive(self.socket.fileno(), 9, 9, None, False, None)
        self.assertEqual(got, [(b"x", self.here)] * 9)
        self.assertEqual(len({id(address) for _, address in got}), 1)

    def test_many_addresses(self) -> None:
        """Whatever came between, each datagram comes with its own address."""
        callers = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(200)]
        for number, caller in enumerate(callers):
            self.addCleanup(caller.close)
            caller.bind((f"127.0.{number}.{number}", 0))
        for _ in range(2):
            for caller in callers:
                caller.sendto(b"x", self.here)
                ((_, address),) = self.calls.receive(self.socket.fileno(), 1, 9, None, False, None)
                self.assertEqual(address, caller.getsockname())

    def test_where_it_arrived(self) -> None:
        """It is told of what arrived elsewhere than the kernel answers from, of the rest
        where that is asked for, and of nothing where the socket was not told to say it."""
        everywhere = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.addCleanup(everywhere.close)
        everywhere.bind(("0.0.0.0", 0))
        port, fd = everywhere.getsockname()[1], everywhere.fileno()
        for asks in (False, True):
            if asks:
                self.assertTrue(ask_for_it(everywhere))
            for every in (False, True):
                for host in ("127.0.0.1", "127.0.0.2", "127.0.0.1"):
                    self.socket.sendto(b"x", (host, port))
                reached: ReachedAt = []
                self.calls.receive(fd, 9, 9, reached, every, bytes(32))
                told: list[str | None] = ["127.0.0.2"] if asks else []
                if every:
                    told = [None, "127.0.0.2" if asks else None, None]
                self.assertEqual(reached, [(self.here, local) for local in told])

    def test_nothing_leaks(self) -> None:
        """Neither of the calls keeps an object that it was given or has made."""
        everywhere = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.addCleanup(everywhere.close)
        everywhere.bind(("0.0.0.0", 0))
        ask_for_it(everywhere)
        there = ("127.0.0.2", everywhere.getsockname()[1])
        datagram, local = b"some bytes", "127.0.0.1"
        counts = []
        for _ in range(3):
            for _ in range(100):
                out: Outgoing = [(datagram, there, local), (datagram, there, "wrong")]
                self.calls.send(self.socket.fileno(), socket.AF_INET, out, 0, None)
                with self.assertRaises(ValueError):
                    self.calls.send(self.socket.fileno(), socket.AF_INET, out, 1, None)
                reached: ReachedAt = []
                got = self.calls.receive(everywhere.fileno(), 9, 99, reached, True, None)
            address = got[0][1]
            counts.append([sys.getrefcount(one) for one in (datagram, local, there, address)])
        self.assertEqual(counts[1:], counts[:-1])

    def test_the_first_that_cannot_be_sent(self) -> None:
        """What is before it is sent; asked again from there, it says what is wrong."""
        fd = self.socket.fileno()
        for wrong, error in (
            ((b"x", ("nowhere", 1)), ValueError),
            ((b"x", ("127.0.0.1\0", 0)), ValueError),
            ((b"x", ("127.0.0.1%1", 1)), ValueError),
            ((b"x", ("::1", 1)), ValueError),
            ((b"x", ("127.0.0.1", 2**70)), OverflowError),
            ((b"x", ("127.0.0.1", "1")), TypeError),
            ((b"x", (None, 1)), TypeError),
            ((b"x", ("\ud800", 1)), UnicodeEncodeError),
            ((b"x", ("127.0.0.1",)), TypeError),
            ((b"x", 5), TypeError),
            (("x", self.here), TypeError),
            (b"x", TypeError),
            ((b"x", self.here, "nowhere"), ValueError),
            ((b"x", self.here, "::1"), ValueError),
            ((b"x", self.here, "192.0.2.1"), OSError),
            ((b"x", self.here, 5), TypeError),
            ((b"x", self.here, "127.0.0.1", 5), TypeError),
            ((b"x" * 70_000, self.here), OSError),
        ):
            datagrams: Any = [(b"a", self.here), (bytearray(b"b"), self.here), wrong]
            self.assertEqual(self.calls.send(fd, socket.AF_INET, datagrams, 0, None), 2)
            with self.assertRaises(error):
                self.calls.send(fd, socket.AF_INET, datagrams, 2, None)
            self.assertEqual(
                self.calls.receive(fd, 9, 9, None, False, None),
                [(b"a", self.here), (b"b", self.here)],
            )

    def test_misuse(self) -> None:
        """Our own mistakes raise, and do not crash."""
        calls: Any = self.calls
        wrong: Any = ((1, 2), ("x", 1, 1), (0, 0, 1), (0, 1, 0), (0, 1, 2**17))
        for arguments in wrong:
            with self.assertRaises((TypeError, ValueError)):
                calls.receive(*arguments, None, False, None)
        for arguments in (), (0, 1, 1), (0, 1, 1, (), False, None), (0, 1, 1, None, False, b""):
            with self.assertRaises(TypeError):
                calls.receive(*arguments)
        wrong = ((0, 2, ((b"", None),), 0), (0, 2, [], 0), (0, 99, [(b"", None)], 0))
        for arguments in wrong:
            with self.assertRaises((TypeError, ValueError)):
                calls.send(*arguments, None)
        for arguments in (), (0, 2, [], 0), (0, 2, [], 0, b""):
            with self.assertRaises(TypeError):
                calls.send(*arguments)
        self.socket.close()
        with self.assertRaises(OSError):
            calls.receive(999_999, 1, 1, None, False, None)

    @many
    @given(st.lists(st.binary(max_size=40), max_size=100), st.integers(1, 30))
    def test_any_bytes(self, payloads: list[bytes], size: int) -> None:
        """What is sent arrives, in order, cut at the size that is asked for."""
        fd, at = self.socket.fileno(), 0
        outgoing: Outgoing = [(payload, self.here) for payload in payloads]
        got: Datagrams = []
        while at < len(outgoing):
            at += self.calls.send(fd, socket.AF_INET, outgoing, at, None)
            got += self.calls.receive(fd, AT_ONCE, size, None, False, None)
        self.assertEqual([datagram for datagram, _ in got], [sent[:size] for sent in payloads])


class ChoiceTests(SynchronousTestCase):
    """Which port is used."""

    def test_with_and_without(self) -> None:
        """The batched port where there are the calls, the other where there are not."""
        calls = real_calls()
        for available, kind in ((calls, BatchedPort), (None, BoundedPort)):
            port = datagram_port(0, Collector(), MemoryReactorClock(), longest=9, calls=available)
            self.assertIs(type(port), kind)
