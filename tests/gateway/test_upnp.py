"""Having a port led to us in UPnP: asked for, renewed, and given back at the end."""

from collections.abc import Callable

from twisted.internet.defer import Deferred
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from tests.support.gateways import OUTSIDE
from twisted_chat.addresses import Address
from twisted_chat.gateway.upnp import UpnpPort
from twisted_chat.net.igd import Led

HOUR = 3600
LED = Led(OUTSIDE, HOUR)


class FakeIgd:
    """Leads, if it does, and counts what it is asked."""

    def __init__(self) -> None:
        self.leads: Led | None = LED
        self.asked = self.given_back = 0

    def lead(self) -> Led | None:
        self.asked += 1
        return self.leads

    def give_back(self) -> None:
        self.given_back += 1


class Leading(SynchronousTestCase):
    """One port at one gateway, whose answers come when we say so."""

    def setUp(self) -> None:
        self.clock = Clock()
        self.igd = FakeIgd()
        self.changes: list[Address | None] = []
        self.under_way: list[tuple[Deferred[Led | None], Callable[[], Led | None]]] = []
        self.port = UpnpPort(
            self.igd, self.clock, self.apart, lambda work: work(), self.changes.append
        )

    def apart(self, work: Callable[[], Led | None]) -> "Deferred[Led | None]":
        self.under_way.append((Deferred(), work))
        return self.under_way[-1][0]

    def answer(self) -> None:
        (one,) = self.under_way
        self.under_way.clear()
        one[0].callback(one[1]())

    def test_led(self) -> None:
        """It is asked for once, renewed after half of its time, and told once."""
        self.port.ask()
        self.port.ask()
        self.answer()
        self.port.ask()
        self.assertEqual((self.igd.asked, self.changes), (1, [OUTSIDE]))
        self.clock.advance(HOUR / 2)
        self.answer()
        self.assertEqual((self.igd.asked, self.changes), (2, [OUTSIDE]))
        self.port.end()
        self.assertEqual(self.igd.given_back, 1)
        self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_ends(self) -> None:
        """It is told where that has ended, and may be asked again then."""
        self.port.ask()
        self.answer()
        self.igd.leads = None
        self.clock.advance(HOUR / 2)
        self.answer()
        self.assertEqual(self.changes, [OUTSIDE, None])
        self.assertEqual(self.clock.getDelayedCalls(), [])
        self.port.ask()
        self.answer()
        self.assertEqual((self.igd.asked, self.changes), (3, [OUTSIDE, None]))

    def test_end_while_asking(self) -> None:
        """What comes after the end is not told, and is given back."""
        self.port.ask()
        self.port.end()
        self.answer()
        self.assertEqual((self.igd.given_back, self.changes), (1, []))
        self.assertEqual(self.clock.getDelayedCalls(), [])
