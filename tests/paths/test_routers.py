"""The routers of the fake network do what their kinds are known for."""

from twisted.internet.protocol import DatagramProtocol
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from tests.paths.kinds import Kind
from tests.support.network import FakeNetwork, FakePort
from tests.support.routers import Router
from twisted_chat.addresses import Address

HOST = "198.18.1.2"
ONE, OTHER_PORT, OTHER_HOST = ("198.18.7.2", 1000), ("198.18.7.2", 1001), ("198.18.8.2", 1000)


class Ear(DatagramProtocol):
    """Remembers what came, and from where."""

    noisy = False

    def __init__(self) -> None:
        self.heard: list[tuple[bytes, Address]] = []

    def datagramReceived(self, datagram: bytes, addr: Address) -> None:
        self.heard.append((datagram, addr))


class Routers(SynchronousTestCase):
    """One host behind a router, and three places outside."""

    def setUp(self) -> None:
        self.clock = Clock()
        self.network = FakeNetwork(self.clock)
        self.ears: dict[FakePort, Ear] = {}
        self.outside: dict[Address, FakePort] = {}
        for place in (ONE, OTHER_PORT, OTHER_HOST):
            ear = Ear()
            self.outside[place] = self.network.listen(ear, place)
            self.ears[self.outside[place]] = ear

    def behind(self, router: Router, port: int = 5000, host: str = "192.168.1.2") -> FakePort:
        ear = Ear()
        made = router.listen(ear, port, host)
        self.ears[made] = ear
        return made

    def passes(self, seconds: float = 1.0) -> None:
        for _ in range(100):
            self.clock.advance(seconds / 100)

    def seen(self, port: FakePort, place: Address) -> Address:
        """From where something comes that a host sends to this place."""
        port.write(b"hello", place)
        self.passes()
        return self.ears[self.outside[place]].heard[-1][1]

    def comes_in(self, place: Address, at: Address, port: FakePort) -> bool:
        """Whether something gets to a host that is sent to this outside address."""
        before = len(self.ears[port].heard)
        self.outside[place].write(b"hoi", at)
        self.passes()
        return len(self.ears[port].heard) > before

    def test_filtering(self) -> None:
        """Who comes in, when the host has written to one of them."""
        for kind, let_in in (
            (Kind.CONE, (True, True, True)),
            (Kind.ADDRESS, (True, True, False)),
            (Kind.HOME, (True, False, False)),
            (Kind.SYMMETRIC, (True, False, False)),
            (Kind.ANSWERING, (True, False, False)),
            (Kind.SIX, (True, False, False)),
        ):
            host = "2001:2::7" if kind is Kind.SIX else f"198.18.{100 + list(Kind).index(kind)}.2"
            port = self.behind(Router(self.network, host, kind))
            at = self.seen(port, ONE)
            self.assertEqual(at[0], host)
            there = (ONE, OTHER_PORT, OTHER_HOST)
            found = tuple(self.comes_in(place, at, port) for place in there)
            self.assertEqual(found, let_in, kind)

    def test_mapping(self) -> None:
        """A symmetric router has a port for each destination, all others one for all."""
        for kind in (Kind.CONE, Kind.ADDRESS, Kind.HOME, Kind.SYMMETRIC, Kind.SIX):
            host = f"198.18.{100 + list(Kind).index(kind)}.2"
            port = self.behind(Router(self.network, host, kind))
            seen = {self.seen(port, place) for place in (ONE, OTHER_PORT, OTHER_HOST)}
            self.assertEqual(len(seen), 3 if kind is Kind.SYMMETRIC else 1, kind)

    def test_server_only(self) -> None:
        """Datagrams go to the server's host, and to nobody else."""
        port = self.behind(Router(self.network, HOST, Kind.SERVER_ONLY, only=ONE[0]))
        at = self.seen(port, ONE)
        self.assertTrue(self.comes_in(ONE, at, port))
        port.write(b"hello", OTHER_HOST)
        self.passes()
        self.assertFalse(self.comes_in(OTHER_HOST, at, port))
        self.assertEqual(self.ears[self.outside[OTHER_HOST]].heard, [])

    def test_answering(self) -> None:
        """Who comes unasked is then written to from another port, and not let in at the first."""
        port = self.behind(Router(self.network, HOST, Kind.ANSWERING))
        at = self.seen(port, ONE)
        self.assertFalse(self.comes_in(OTHER_HOST, at, port))
        another = self.seen(port, OTHER_HOST)
        self.assertNotEqual(another, at)
        self.assertFalse(self.comes_in(OTHER_HOST, at, port))
        self.assertTrue(self.comes_in(OTHER_HOST, another, port))
        self.assertEqual(self.seen(port, ONE), at)

    def test_lifetime(self) -> None:
        """What has been silent for too long is forgotten, and so is everything at a flush."""
        router = Router(self.network, HOST, Kind.HOME, lifetime=10.0)
        port = self.behind(router)
        at = self.seen(port, ONE)
        self.passes(8)
        self.assertTrue(self.comes_in(ONE, at, port))
        self.passes(8)
        self.assertTrue(self.comes_in(ONE, at, port))
        self.passes(11)
        self.assertFalse(self.comes_in(ONE, at, port))
        at = self.seen(port, ONE)
        router.forget()
        self.assertFalse(self.comes_in(ONE, at, port))
        self.assertNotEqual(self.seen(port, ONE), at)

    def test_within(self) -> None:
        """Two behind one router reach each other there, and by its outside address where
        it turns back."""
        for number, hairpin in ((1, True), (2, False)):
            router = Router(self.network, f"198.18.1{number}.2", Kind.HOME, hairpin=hairpin)
            one, other = self.behind(router), self.behind(router, host="192.168.1.3")
            one.write(b"inside", ("192.168.1.3", 5000))
            self.passes()
            self.assertEqual(self.ears[other].heard, [(b"inside", ("192.168.1.2", 5000))])
            theirs, ours = self.seen(other, ONE), self.seen(one, ONE)
            one.write(b"around", theirs)
            self.passes()
            found = self.ears[other].heard[1:]
            self.assertEqual(found, [(b"around", ours)] if hairpin else [])

    def test_carrier(self) -> None:
        """A router behind another: both have to let in what comes."""
        carrier = Router(self.network, HOST, Kind.HOME)
        port = self.behind(Router(carrier, "100.64.0.2", Kind.HOME))
        at = self.seen(port, ONE)
        self.assertEqual(at[0], HOST)
        self.assertTrue(self.comes_in(ONE, at, port))
        self.assertFalse(self.comes_in(OTHER_HOST, at, port))
