"""Having a port led to us, on a fake transport, and when the gateway is asked at all."""

from collections.abc import Callable
from queue import SimpleQueue
from typing import Any

from twisted.internet.task import Clock
from twisted.internet.testing import FakeDatagramTransport, MemoryReactorClock
from twisted.trial.unittest import SynchronousTestCase

from tests.support.gateways import OUTSIDE, FakeGateway
from tests.support.igds import FakeSpeaker
from twisted_chat.addresses import Address
from twisted_chat.gateway.mapping import LAST, SECONDS
from twisted_chat.gateway.messages import PORT, Language
from twisted_chat.gateway.protocol import GatewayPort
from twisted_chat.gateway.service import GatewayService
from twisted_chat.net.igd import Igd

GATEWAY = ("192.168.1.1", PORT)
HOST = "127.0.0.1"


class Port(SynchronousTestCase):
    """One port at one gateway."""

    def setUp(self) -> None:
        self.clock = Clock()
        self.clock.advance(100)
        self.changes: list[Address | None] = []
        self.in_vain = 0
        self.port = GatewayPort(
            GATEWAY[0],
            "192.168.1.2",
            8091,
            self.clock,
            self.changes.append,
            self.count,
            bytes,
        )
        self.transport = FakeDatagramTransport()
        self.gateway = FakeGateway(Language.PCP)

    def count(self) -> None:
        self.in_vain += 1

    def answer(self, source: Address = GATEWAY) -> int:
        """Let the gateway answer what was sent, from there. Returns how much that was."""
        sent, self.transport.written = self.transport.written, []
        for datagram, to in sent:
            self.assertEqual(to, GATEWAY)
            answer = self.gateway.answer(datagram, self.clock.seconds())
            assert answer is not None
            self.port.datagramReceived(answer, source)
        return len(sent)

    def test_led(self) -> None:
        """It is told once where others reach us, again when that ends, and given back."""
        self.port.makeConnection(self.transport)
        self.assertEqual(self.answer(("192.168.1.9", PORT)), 1)
        self.assertEqual(self.changes, [])
        self.clock.advance(0.3)
        self.assertEqual(self.answer(), 1)
        self.assertEqual(self.changes, [OUTSIDE])
        self.port.datagramReceived(b"what", GATEWAY)
        self.clock.advance(SECONDS / 2)
        self.assertEqual(self.answer(), 1)
        self.assertEqual(self.changes, [OUTSIDE])
        self.port.end()
        self.assertEqual(len(self.transport.written), LAST)
        self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_ends(self) -> None:
        """It is told too where it ends because the gateway is gone."""
        self.port.makeConnection(self.transport)
        self.answer()
        self.assertEqual(self.in_vain, 0)
        self.clock.pump([60] * 120)
        self.assertEqual(self.changes, [OUTSIDE, None])
        self.port.end()

    def test_in_vain(self) -> None:
        """It is told once in each round in which nothing comes of it."""
        self.port.makeConnection(self.transport)
        self.clock.pump([0.1] * 36)
        self.assertEqual(self.in_vain, 0)
        self.clock.pump([0.1] * 10)
        self.assertEqual(self.in_vain, 1)
        self.clock.pump([1] * 610)
        self.assertEqual(self.in_vain, 2)
        self.transport.written.clear()
        self.clock.pump([1] * 595)
        self.gateway.code = 2
        self.answer()
        self.assertEqual(self.in_vain, 3)
        self.port.end()


class ThreadlessReactor(MemoryReactorClock):
    """Does what is for threads when it is asked to, or at once."""

    def __init__(self) -> None:
        super().__init__()
        self._threads: SimpleQueue[Callable[[], object]] = SimpleQueue()

    def callFromThread(self, what: Callable[..., object], *args: object) -> None:
        self._threads.put(lambda: what(*args))

    def getThreadPool(self) -> "ThreadlessReactor":
        return self

    def callInThreadWithCallback(
        self, told: Callable[[bool, object], object], what: Callable[[], object]
    ) -> None:
        told(True, what())

    def done(self) -> None:
        """What a thread has done."""
        self._threads.get(timeout=10)()


class Asked(SynchronousTestCase):
    """Whether the gateway is asked."""

    def service(self, *, far: bool, gateway: str, own: str, upnp: bool = False) -> Any:
        """What asks, over a port that the reactor in memory has."""
        self.reactor: Any = ThreadlessReactor()
        self.changes: list[Address | None] = []
        self.speaker = FakeSpeaker(gateway)
        return GatewayService(
            self.reactor,
            lambda: far,
            self.changes.append,
            lambda: gateway,
            lambda host: own,
            lambda host, own, port: Igd(host, own, port, lambda: self.speaker) if upnp else None,
        )

    def test_not_asked(self) -> None:
        """Not where the server is near, where there is no gateway, nor with an address that
        everybody reaches."""
        for far, gateway, own in (
            (False, "127.0.0.1", "127.0.0.1"),
            (True, "", "127.0.0.1"),
            (True, "127.0.0.1", ""),
            (True, "127.0.0.1", "198.18.0.9"),
        ):
            service = self.service(far=far, gateway=gateway, own=own)
            service.ask(8091)
            self.assertEqual(self.reactor.getReaders(), [])
            service.stop()
            self.assertEqual(self.changes, [])

    def test_upnp(self) -> None:
        """It is asked in UPnP where it has not answered otherwise, and that is given back at the
        end, and where it answers otherwise later."""
        for later in (False, True):
            service = self.service(far=True, gateway=HOST, own=HOST, upnp=True)
            service.ask(8091)
            self.reactor.pump([0.1] * 30)
            self.assertEqual(self.speaker.led, {})
            self.reactor.pump([0.1] * 20)
            self.reactor.done()
            self.assertEqual(self.changes, [(OUTSIDE[0], 8091)])
            self.assertIn(8091, self.speaker.led)
            if later:
                service._led(("203.0.112.5", 4000))
                self.assertEqual(self.speaker.led, {})
            service.stop()
            self.assertEqual(self.speaker.led, {})
            self.assertIs(self.changes[-1], None)

    def test_no_upnp(self) -> None:
        """It is not where there is no library for it."""
        service = self.service(far=True, gateway=HOST, own=HOST)
        service.ask(8091)
        self.reactor.pump([0.1] * 50)
        service.stop()
        self.assertEqual((self.speaker.asked, self.changes), ([], [None]))

    def test_asked(self) -> None:
        """Once, and anew where it is another port; at the end the port for it is closed."""
        service = self.service(far=True, gateway="127.0.0.1", own="127.0.0.1")
        service.ask(8091)
        (first,) = self.reactor.getReaders()
        service.ask(8091)
        self.assertEqual(self.reactor.getReaders(), [first])
        service.ask(8092)
        self.reactor.advance(1)
        self.assertNotIn(first, self.reactor.getReaders())
        service.stop()
        self.reactor.advance(1)
        self.assertEqual(self.reactor.getReaders(), [])
        self.assertEqual(self.changes, [None, None])
