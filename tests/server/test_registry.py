"""How many names are kept for those who went from one site."""

from twisted.trial.unittest import SynchronousTestCase

from tests.support.datagram_server import BOB
from tests.support.mixed_server import PLACES, MixedServer
from twisted_chat.addresses import Address
from twisted_chat.server.bounds import RETURN, SETTLE
from twisted_chat.wire.common import Leave, Register


class SiteTests(SynchronousTestCase):
    """A site loses its own names, not those of others."""

    def setUp(self) -> None:
        self.server = MixedServer(name_ttl=100, names=4, names_per_host=2)

    def pass_by(self, number: int, address: Address) -> None:
        """Somebody from there registers and leaves."""
        link = self.server.link(number, address)
        self.server.ask(link, Register(f"user{number}"))
        self.server.ask(link, Leave())

    def kept(self) -> list[str]:
        """The names that are kept."""
        return sorted(held.key for held in self.server.directory.held.read())

    def test_flood(self) -> None:
        """Whoever comes and goes under one name after the other loses its own, in
        their order, and the names of those elsewhere are kept."""
        for number in range(2):
            self.pass_by(number, PLACES[number])
        flood = self.server.link(2)
        for number in range(20):
            self.server.ask(flood, Register(f"flood{number}"))
        self.server.ask(flood, Leave())
        self.assertEqual(self.kept(), ["flood18", "flood19", "user0", "user1"])
        self.assertEqual(self.server.datagram(BOB, b"hi user0"), [b"hi"])
        self.assertEqual(self.server.datagram(BOB, b"hi flood0"), [b"hi flood0"])

    def test_total(self) -> None:
        """However few are kept for each site, in all there are no more than the total."""
        for number in range(6):
            self.pass_by(number, PLACES[number])
        self.assertEqual(self.kept(), ["user2", "user3", "user4", "user5"])

    def test_one_network(self) -> None:
        """The addresses of an IPv6 /64 have their names together, whatever the keys."""
        for number in range(4):
            self.pass_by(number, (f"2001:db8::{number + 1}", 7000))
        self.assertEqual(self.kept(), ["user2", "user3"])

    def test_silent(self) -> None:
        """It is the same for who says no goodbye."""
        for number in range(3):
            link = self.server.link(number, PLACES[0])
            self.server.ask(link, Register(f"user{number}"))
            self.server.lose(link)
        self.server.wait(RETURN + 1)
        self.assertEqual(self.kept(), ["user1", "user2"])

    def test_taken_up_again(self) -> None:
        """A name that its key has taken up again is not kept, and counts later
        where its holder is then."""
        for number in range(2):
            self.pass_by(number, PLACES[0])
        again = self.server.session("user0", 0)
        self.server.move(again, PLACES[4])
        self.server.wait(SETTLE + 1)
        self.pass_by(2, PLACES[0])
        self.assertEqual(self.kept(), ["user1", "user2"])
        self.server.ask(again, Leave())
        self.assertEqual(self.kept(), ["user0", "user1", "user2"])
        counted = [self.server.directory.names_at_site(host) for host, _ in PLACES[:5]]
        self.assertEqual(counted, [2, 0, 0, 0, 1])

    def test_expired(self) -> None:
        """The names of a site expire as all do, and nothing is left over."""
        self.pass_by(0, PLACES[0])
        self.server.wait(60)
        self.pass_by(1, PLACES[0])
        self.server.wait(60)
        self.assertEqual(self.kept(), ["user1"])
        self.server.wait(60)
        self.assertEqual((self.kept(), len(self.server.directory.held._sites)), ([], 0))
