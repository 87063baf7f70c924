"""Having a port led to us, on a fake transport, and when the gateway is asked at all."""

from typing import Any

from twisted.internet.task import Clock
from twisted.internet.testing import FakeDatagramTransport, MemoryReactorClock
from twisted.trial.unittest import SynchronousTestCase

from tests.support.gateways import OUTSIDE, FakeGateway
from twisted_chat.addresses import Address
from twisted_chat.gateway.mapping import LAST, SECONDS
from twisted_chat.gateway.messages import PORT, Language
from twisted_chat.gateway.protocol import GatewayPort
from twisted_chat.gateway.service import GatewayService

GATEWAY = ("192.168.1.1", PORT)


class Port(SynchronousTestCase):
    """One port at one gateway."""

    def setUp(self) -> None:
        self.clock = Clock()
        self.clock.advance(100)
        self.changes: list[Address | None] = []
        self.port = GatewayPort(
            GATEWAY[0], "192.168.1.2", 8091, self.clock, self.changes.append, bytes
        )
        self.transport = FakeDatagramTransport()
        self.gateway = FakeGateway(Language.PCP)

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
        self.clock.pump([60] * 120)
        self.assertEqual(self.changes, [OUTSIDE, None])
        self.port.end()


class Asked(SynchronousTestCase):
    """Whether the gateway is asked."""

    def service(self, *, far: bool, gateway: str, own: str) -> Any:
        """What asks, and the ports that it has opened."""
        self.reactor: Any = MemoryReactorClock()
        self.changes: list[Address | None] = []
        return GatewayService(
            self.reactor,
            lambda: far,
            self.changes.append,
            lambda: gateway,
            lambda host: own,
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
