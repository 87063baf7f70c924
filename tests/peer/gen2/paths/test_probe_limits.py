"""Where probes may go, and how many."""

from collections import Counter

from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.addresses import Address
from twisted_chat.peer.events.paths import Origin
from twisted_chat.peer.gen2.paths.probe_limits import ProbePlaces, ProbeRates
from twisted_chat.peer.whereabouts import Whereabouts

HERE: Address = ("192.168.1.2", 5000)
OUTSIDE: Address = ("198.18.1.2", 40000)
THERE: Address = ("198.18.2.2", 41000)
NEAR: Address = ("198.18.1.2", 42000)
"""Somebody behind the same router."""


class Where(SynchronousTestCase):
    """Addresses that a server names."""

    def places(self, server: str = "198.18.0.2") -> ProbePlaces:
        place = (server, 8090)
        places = ProbePlaces(Whereabouts(place, [place]), HERE)
        places.observed = OUTSIDE
        return places

    def test_seen(self) -> None:
        """Where the server sees somebody on the internet they are probed."""
        self.assertTrue(self.places().allow(THERE, Origin.SEEN, THERE))
        self.assertTrue(self.places().allow(("2001:4::2", 4000), Origin.SEEN, THERE))

    def test_never(self) -> None:
        """Not many at once, nobody, nor ourselves; nor our own machine, on anybody's word."""
        for host in ("224.0.0.1", "255.255.255.255", "0.0.0.0", "ff02::1", "::", "127.0.0.1"):
            for origin in Origin:
                self.assertFalse(self.places().allow((host, 4000), origin, NEAR), host)
        for address in (HERE, OUTSIDE):
            self.assertFalse(self.places().allow(address, Origin.OWN, NEAR))

    def test_loopback(self) -> None:
        """Loopback where the server is at one too."""
        here = ("127.0.0.1", 4000)
        self.assertTrue(self.places("127.0.0.1").allow(here, Origin.SEEN, here))

    def test_services(self) -> None:
        """No port below 1024, but one from which the peer itself was heard."""
        for origin in Origin:
            allowed = self.places().allow((NEAR[0], 1023), origin, NEAR)
            self.assertEqual(allowed, origin is Origin.HEARD)

    def test_private(self) -> None:
        """A private address that the server claims to see, only where it can see it."""
        inside = ("192.168.1.9", 4000)
        self.assertFalse(self.places().allow(inside, Origin.SEEN, inside))
        self.assertTrue(self.places("192.168.1.1").allow(inside, Origin.SEEN, inside))

    def test_own(self) -> None:
        """What somebody has claimed, only where they are behind the same address as we are,
        as far as the server has said where we are."""
        inside = ("192.168.1.9", 4000)
        self.assertTrue(self.places().allow(inside, Origin.OWN, NEAR))
        self.assertFalse(self.places().allow(inside, Origin.OWN, THERE))
        unseen = self.places()
        unseen.observed = None
        self.assertFalse(unseen.allow(inside, Origin.OWN, NEAR))

    def test_server(self) -> None:
        """A server is spoken to over the other family where it says that it is: on the internet if
        it is there, at no service but its own port, and where we have that family ourselves."""
        there = ("2001:4::1", 8090)
        for at, own, address, allowed in (
            ("198.18.0.1", "2001:4::2", there, True),
            ("198.18.0.1", "192.168.1.2", there, False),
            ("198.18.0.1", "2001:4::2", ("198.18.0.9", 8090), False),
            ("198.18.0.1", "2001:4::2", ("2001:4::1", 53), False),
            ("198.18.0.1", "2001:4::2", ("fd00::1", 8090), False),
            ("192.168.1.1", "fd00::2", ("fd00::1", 8090), True),
            ("198.18.0.1", "2001:4::2", ("::1", 8090), False),
            ("198.18.0.1", "2001:4::2", ("ff02::1", 8090), False),
            ("2001:4::9", "198.18.7.7", ("198.18.0.1", 8090), True),
        ):
            server = Whereabouts((at, 8090), [(at, 8090)])
            places = ProbePlaces(server, None)
            places.own = ((own, 4000),)
            self.assertIs(places.allow_server(address), allowed, (at, own, address))


class Rates(SynchronousTestCase):
    """How many."""

    def sent(self, hosts: list[str], seconds: float) -> list[float]:
        """When probes go out to these hosts, as many as may."""
        rates, at = ProbeRates(), list[float]()
        for step in range(int(seconds * 100)):
            now = 1000 + step / 100
            for host in hosts:
                wait = rates.reserve(host, now)
                if wait is not None:
                    at.append(now + wait)
        return sorted(at)

    def most(self, at: list[float], window: float) -> int:
        """The most within so many seconds."""
        most = first = 0
        for last, moment in enumerate(at):
            while moment - at[first] > window:
                first += 1
            most = max(most, last - first + 1)
        return most

    def test_host(self) -> None:
        """20 in any second to one host, and to all of an IPv6 /64."""
        for hosts in (["198.18.2.2"], ["2001:4::2", "2001:4::3"]):
            self.assertLessEqual(self.most(self.sent(hosts, 10), 1.0), 20)

    def test_hour(self) -> None:
        """1,000 in any hour."""
        rates, now, sent = ProbeRates(), 1000.0, list[float]()
        while now < 9000:
            if (wait := rates.reserve("198.18.2.2", now)) is not None:
                sent.append(now + wait)
            now += 0.5
        self.assertLessEqual(self.most(sent, 3600.0), 1000)
        self.assertGreater(len(sent), 1000)

    def test_in_all(self) -> None:
        """100 in any second to everybody together."""
        hosts = [f"198.18.{number}.2" for number in range(200)]
        self.assertLessEqual(self.most(self.sent(hosts, 5), 1.0), 100)

    def test_wait(self) -> None:
        """What would have to wait for long is left out, and costs nothing."""
        rates = ProbeRates()
        waits = Counter(rates.reserve("198.18.2.2", 1000.0) is None for _ in range(1000))
        self.assertGreater(waits[True], 600)
        self.assertEqual(rates.reserve("198.18.3.2", 1000.0 + 30), 0.0)

    def test_answers(self) -> None:
        """10 answers in any second to one host."""
        rates = ProbeRates()
        at = [
            1000 + step / 100
            for step in range(1000)
            if rates.answer("198.18.2.2", 1000 + step / 100)
        ]
        self.assertLessEqual(self.most(at, 1.0), 10)
