"""The host that is called, on a reactor in memory whose names are invented."""

import socket
from typing import Any

from twisted.internet.address import IPv4Address, IPv6Address
from twisted.internet.error import DNSLookupError
from twisted.internet.interfaces import IHostnameResolver
from twisted.internet.protocol import Factory, Protocol
from twisted.internet.testing import MemoryReactorClock
from twisted.trial.unittest import SynchronousTestCase
from zope.interface import implementer

from twisted_chat.tcp.called import CalledHost


@implementer(IHostnameResolver)
class Names:
    """Names that lead to `found`."""

    def __init__(self) -> None:
        self.found: list[Any] = []

    def resolveHostName(self, resolutionReceiver: Any, *_: Any, **__: Any) -> Any:
        resolutionReceiver.resolutionBegan(None)
        for address in self.found:
            resolutionReceiver.addressResolved(address)
        resolutionReceiver.resolutionComplete()


class Called(SynchronousTestCase):
    """One who is called by name."""

    def setUp(self) -> None:
        self.reactor = MemoryReactorClock()
        self.names = Names()
        self.reactor.nameResolver = self.names
        self.host = CalledHost(self.reactor, "bob.example", 8090)

    def call(self, *found: Any) -> Any:
        """Call, while the name leads to these."""
        self.names.found = list(found)
        calling = self.host.connect(Factory.forProtocol(Protocol))
        calling.addErrback(lambda failure: failure.trap(DNSLookupError))
        self.reactor.advance(1)
        self.reactor.advance(1)
        return calling

    def test_all_addresses(self) -> None:
        """All addresses of both families are tried, without waiting for the first to fail."""
        self.call(IPv6Address("TCP", "2001:db8::1", 8090), IPv4Address("TCP", "192.0.2.1", 8090))
        tried = [client[:2] for client in self.reactor.tcpClients]
        self.assertEqual(tried, [("2001:db8::1", 8090), ("192.0.2.1", 8090)])

    def test_each_time_anew(self) -> None:
        """Each call looks the name up again; what leads nowhere forgets nothing."""
        self.call(IPv4Address("TCP", "192.0.2.1", 8090))
        self.assertTrue(self.host.is_at("192.0.2.1"))
        self.assertTrue(self.host.is_at("::ffff:192.0.2.1"))
        self.call(IPv4Address("TCP", "192.0.2.2", 8090))
        self.assertEqual(self.reactor.tcpClients[-1][:2], ("192.0.2.2", 8090))
        self.assertTrue(self.host.is_at("192.0.2.2"))
        self.assertFalse(self.host.is_at("192.0.2.1"))
        self.call()
        self.assertTrue(self.host.is_at("192.0.2.2"))

    def test_elsewhere(self) -> None:
        """Nobody is the one who is called before anything is found, and others never are."""
        self.assertFalse(self.host.is_at("192.0.2.1"))
        self.call(IPv6Address("TCP", "2001:db8::1", 8090))
        self.assertTrue(self.host.is_at("2001:db8:0::1"))
        for other in ("2001:db8::2", "192.0.2.1", "::1", "127.0.0.2"):
            self.assertFalse(self.host.is_at(other), other)

    def test_zone(self) -> None:
        """A link-local address is called on the link that was named, and is another elsewhere."""
        zone = socket.if_nametoindex("lo")
        self.call(IPv6Address("TCP", "fe80::1", 8090, 0, zone))
        self.assertEqual(self.reactor.tcpClients[-1][:2], ("fe80::1%lo", 8090))
        self.assertTrue(self.host.is_at("fe80::1%lo"))
        self.assertFalse(self.host.is_at("fe80::1%eth9"))
