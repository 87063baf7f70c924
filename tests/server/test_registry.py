"""How many names are kept for those who went from one site."""

from twisted.trial.unittest import SynchronousTestCase

from tests.server.house import PLACES, House
from tests.server.test_core import BOB
from twisted_chat.addresses import Address
from twisted_chat.server.bounds import RETURN, SETTLE
from twisted_chat.wire.common import Leave, Register


class SiteTests(SynchronousTestCase):
    """A site loses its own names, not those of others."""

    def setUp(self) -> None:
        self.house = House(name_ttl=100, names=4, names_per_host=2)

    def pass_by(self, number: int, address: Address) -> None:
        """Somebody from there registers and leaves."""
        link = self.house.link(number, address)
        self.house.ask(link, Register(f"user{number}"))
        self.house.ask(link, Leave())

    def kept(self) -> list[str]:
        """The names that are kept."""
        return sorted(held.key for held in self.house.directory.held.read())

    def test_flood(self) -> None:
        """Whoever comes and goes under one name after the other loses its own, in
        their order, and the names of those elsewhere are kept."""
        for number in range(2):
            self.pass_by(number, PLACES[number])
        flood = self.house.link(2)
        for number in range(20):
            self.house.ask(flood, Register(f"flood{number}"))
        self.house.ask(flood, Leave())
        self.assertEqual(self.kept(), ["flood18", "flood19", "user0", "user1"])
        self.assertEqual(self.house.datagram(BOB, b"hi user0"), [b"hi"])
        self.assertEqual(self.house.datagram(BOB, b"hi flood0"), [b"hi flood0"])

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
            link = self.house.link(number, PLACES[0])
            self.house.ask(link, Register(f"user{number}"))
            self.house.lose(link)
        self.house.wait(RETURN + 1)
        self.assertEqual(self.kept(), ["user1", "user2"])

    def test_taken_up_again(self) -> None:
        """A name that its key has taken up again is not kept, and counts later
        where its holder is then."""
        for number in range(2):
            self.pass_by(number, PLACES[0])
        again = self.house.session("user0", 0)
        self.house.move(again, PLACES[4])
        self.house.wait(SETTLE + 1)
        self.pass_by(2, PLACES[0])
        self.assertEqual(self.kept(), ["user1", "user2"])
        self.house.ask(again, Leave())
        self.assertEqual(self.kept(), ["user0", "user1", "user2"])
        counted = [self.house.directory.names_at_site(host) for host, _ in PLACES[:5]]
        self.assertEqual(counted, [2, 0, 0, 0, 1])

    def test_expired(self) -> None:
        """The names of a site expire as all do, and nothing is left over."""
        self.pass_by(0, PLACES[0])
        self.house.wait(60)
        self.pass_by(1, PLACES[0])
        self.house.wait(60)
        self.assertEqual(self.kept(), ["user1"])
        self.house.wait(60)
        self.assertEqual((self.kept(), len(self.house.directory.held._sites)), ([], 0))
