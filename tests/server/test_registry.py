"""How many names are kept for those who went from one site."""

from twisted.trial.unittest import SynchronousTestCase

from tests.support.datagram_server import ALICE, BOB, CLEAR
from tests.support.mixed_server import KEYS, PLACES, MixedServer
from twisted_chat.addresses import Address
from twisted_chat.directory.directory import Departed, Registered
from twisted_chat.links import Link
from twisted_chat.server import telling
from twisted_chat.server.bounds import RETURN
from twisted_chat.wire.common import (
    Bare,
    CreateRoom,
    JoinRoom,
    Leave,
    RoomReady,
    Verb,
    Welcome,
)
from twisted_chat.wire.gen2.answers import Done, Leaving, PutOut, Refused
from twisted_chat.wire.gen2.grounds import Ground
from twisted_chat.wire.gen2.requests import GiveRoom, QuitRoom, RegisterKey, RoomVerb
from twisted_chat.wire.gen2.roster import RosterEnds

HI = Bare(Verb.HI)


def too_many(room: str) -> Refused:
    """A room that would be one too many."""
    return Refused(RoomVerb.CREATE, room, Ground.MANY)


def crowded(count: int, *, links: int = 1, **bounds: float) -> tuple[MixedServer, list[Link]]:
    """A server with so many users of generation 1, and links to it."""
    server = MixedServer(**bounds)  # type: ignore[arg-type]
    for number in range(count):
        address = (f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}", 4000)
        name = f"user{number:06d}"
        server.directory.apply(Registered(address, name, name), server.now)
    return server, [server.session(f"anna{number}", number) for number in range(links)]


class SiteTests(SynchronousTestCase):
    """A site loses its own names, not those of others."""

    def setUp(self) -> None:
        self.server = MixedServer(name_ttl=100, names=4, names_per_host=2)

    def pass_by(self, number: int, address: Address) -> None:
        """Somebody from there registers and leaves."""
        link = self.server.link(number, address)
        self.server.ask(link, RegisterKey(f"user{number}"))
        self.server.ask(link, Leave())

    def kept(self) -> list[str]:
        """The names that are kept."""
        return sorted(kept.casefolded for kept in self.server.directory.kept_names.read())

    def test_flood(self) -> None:
        """A user who comes and goes under one name after the other loses its own, in
        their order, and the names of those elsewhere are kept."""
        for number in range(2):
            self.pass_by(number, PLACES[number])
        flood = self.server.link(2)
        for number in range(20):
            self.server.ask(flood, RegisterKey(f"flood{number}"))
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
        """It is the same for those who say no goodbye."""
        for number in range(3):
            link = self.server.link(number, PLACES[0])
            self.server.ask(link, RegisterKey(f"user{number}"))
            self.server.lose(link)
        self.server.wait(RETURN + 1)
        self.assertEqual(self.kept(), ["user1", "user2"])

    def test_taken_up_again(self) -> None:
        """A name that its key has taken up again is not kept, and counts later
        where its holder is then."""
        for number in range(2):
            self.pass_by(number, PLACES[0])
        again = self.server.link(0, PLACES[4])
        self.server.ask(again, RegisterKey("user0"))
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
        self.assertEqual((self.kept(), len(self.server.directory.kept_names._sites)), ([], 0))


class TellingTests(SynchronousTestCase):
    """Coming and going is paid for by those who do."""

    def test_paid(self) -> None:
        """Those of one site cause so many messages a second; the one who does not wait for
        them comes in at once, and nobody waits to go."""
        self.patch(telling, "TELL_RATE", 100)
        self.patch(telling, "TELL_BURST", 200)
        server, links = crowded(0, links=3, rate=1e6, burst=10**6, answer_rate=10**9)
        server.ask(links[0], CreateRoom("lab"))
        server.ask(links[0], JoinRoom("lab"))
        for number in range(97):
            source = (f"10.0.0.{number}", 4000)
            server.datagram(source, b"hi user%d" % number)
            server.datagram(source, b"rj lab")
        joins, begun = 0, server.now
        while server.now < begun + 20:
            server.say(links[1], JoinRoom("lab").encode())
            server.say(links[1], QuitRoom("lab").encode())
            server.wait(0.5)
            joins += server.take(links[1]).count(PutOut("lab", Leaving.LEFT))
        self.assertTrue(10 <= joins <= (200 + 20 * 100) / (2 * 99) + 2, joins)
        self.assertEqual(server.ask(links[2], JoinRoom("lab"))[-1], RosterEnds("lab"))
        self.assertEqual(server.ask(links[2], QuitRoom("lab")), [PutOut("lab", Leaving.LEFT)])

    def test_moves(self) -> None:
        """Moving is paid for as coming is: those of one site who link from elsewhere again and
        again wait, and are still in the room then; others are told so much and no more."""
        self.patch(telling, "TELL_RATE", 100)
        self.patch(telling, "TELL_BURST", 200)
        server, links = crowded(60, links=4, rate=1e6, burst=10**6, answer_rate=10**9)
        for link in links:
            server.ask(link, CreateRoom("lab"))
            server.ask(link, JoinRoom("lab"))
        for number in range(60):
            server.datagram((f"10.0.0.{number}", 4000), b"rj lab")
        server.wait(60)
        moves, begun, port = 0, server.now, 1
        address, mover = server.holder(1).address, links[1]
        server.lose(mover)
        while server.now < begun + 20:
            if server.holder(1).address != address:
                moves, address = moves + 1, server.holder(1).address
                server.lose(mover)
            if mover not in server.boxes:
                port += 1
                mover = server.link(1, ("10.9.9.9", port))
                server.say(mover, RegisterKey("anna1").encode())
            server.wait(0.05)
            server.take(links[0])
        caused = 64
        self.assertTrue(20 <= moves <= (200 + 20 * 100) / caused + 2, moves)
        self.assertEqual(server.holder(1).rooms, (server.room("lab"),))
        self.assertEqual(server.ask(links[3], QuitRoom("lab")), [PutOut("lab", Leaving.LEFT)])

    def test_paid_without_a_key(self) -> None:
        """The same for those without a key, who are refused meanwhile; the one who is in the
        room is told its roster again whenever it asks."""
        self.patch(telling, "TELL_RATE", 100)
        self.patch(telling, "TELL_BURST", 200)
        server, (link,) = crowded(0, rate=1e6, burst=10**6, answer_rate=10**9)
        server.ask(link, CreateRoom("lab"))
        bob = ("10.0.0.1", 4000)
        server.datagram(bob, b"hi bob")
        answers = list[bytes]()
        for _ in range(300):
            server.datagram(bob, b"rj lab")
            server.datagram(bob, b"rk")
            answers += server.told(bob)
        self.assertIn(b"rj", answers)
        server.wait(60)
        for _ in range(300):
            server.told(bob)
            server.datagram(bob, b"rj lab")
            self.assertEqual(server.told(bob), [b"rj __clear_peers__"])


class PlaceTests(SynchronousTestCase):
    """Places for users."""

    def test_invented_users(self) -> None:
        """Datagrams with any addresses on them leave half of all places to those with a key,
        and take no more than what they have from each other."""
        server = MixedServer(users=100)
        for number in range(1000):
            address = (f"10.0.{number >> 8}.{number & 255}", 1)
            self.assertEqual(server.datagram(address, b"hi u%d" % number), [b"hi u%d" % number])
        self.assertEqual(len(server.directory.users), 50)
        self.assertEqual(server.ask(server.link(0), RegisterKey("anna")), [Welcome("anna")])
        self.assertEqual(server.datagram(("10.0.3.231", 1), b"ar anna"), [b"ar 203.0.113.0 7000"])

    def test_the_largest_site_first(self) -> None:
        """The one that goes is the longest silent of the site with the most, and is told."""
        server = MixedServer(users=12)
        server.datagram(ALICE, b"hi alice")
        for port in range(1, 4):
            server.datagram(("10.0.0.1", port), b"hi a%d" % port)
        for port in range(1, 3):
            server.datagram(("10.0.0.2", port), b"hi b%d" % port)
        server.wait(10)
        server.datagram(("10.0.0.1", 1), b"ul")
        self.assertEqual(server.datagram(BOB, b"hi bob"), [b"hi bob"])
        self.assertEqual(server.changes[-2], Departed(("10.0.0.1", 2), expired=True))
        self.assertEqual(server.told(("10.0.0.1", 2))[-1], CLEAR)
        self.assertEqual(server.datagram(ALICE, b"ar bob"), [b"ar 192.0.2.2 2000"])

    def test_of_a_site(self) -> None:
        """Those without a key cannot keep those with one out of half of what a site has."""
        server = MixedServer(users_per_host=4)
        for port in range(1, 10):
            server.datagram((PLACES[0][0], port), b"hi u%d" % port)
        self.assertEqual(len(server.directory.users), 4)
        answers = [
            server.ask(server.link(number, PLACES[0]), RegisterKey(f"k{number}"))
            for number in range(3)
        ]
        self.assertEqual(answers, [[Welcome("k0")], [Welcome("k1")], [HI]])


class RoomTests(SynchronousTestCase):
    """Rooms."""

    def test_of_a_user(self) -> None:
        """A user has so many rooms, with a key and without, and as many as it has can be
        given to it."""
        server = MixedServer(rooms_per_user=2)
        anna, ben = server.session("anna", 0), server.session("ben", 1)
        server.datagram(BOB, b"hi bob")
        for number in range(3):
            created = server.ask(anna, CreateRoom(f"a{number}"))
            self.assertEqual(
                created, [RoomReady("a0"), RoomReady("a1"), too_many("a2")][number:][:1]
            )
            name = b"b%d" % number
            self.assertEqual(
                server.datagram(BOB, b"rc " + name), [b"rc " + name, b"rc"][number > 1 :][:1]
            )
        server.ask(ben, CreateRoom("c"))
        for link in (anna, ben):
            server.ask(link, JoinRoom("c"))
        server.take(ben)
        self.assertEqual(
            server.ask(ben, GiveRoom("c", "anna")),
            [Refused(RoomVerb.GIVE, "c", Ground.MANY)],
        )
        self.assertEqual(server.ask(ben, GiveRoom("c", "ben")), [Done(RoomVerb.GIVE, "c")])
        self.assertEqual(server.room("c").creator, KEYS[1])

    def test_of_a_site(self) -> None:
        """Those of one site have so many rooms, also under ever new names; others still can."""
        server = MixedServer(rooms_per_user=2, rooms_per_host=3)
        created = list[bytes]()
        for port in range(1, 6):
            for number in range(2):
                server.datagram(("10.0.0.1", port), b"hi u%d" % port)
                created += server.datagram(("10.0.0.1", port), b"rc r%d.%d" % (port, number))
            server.datagram(("10.0.0.1", port), b"by")
        self.assertEqual(created, [b"rc r1.0", b"rc r1.1", b"rc r2.0"] + [b"rc"] * 7)
        server.datagram(BOB, b"hi bob")
        self.assertEqual(server.datagram(BOB, b"rc lab"), [b"rc lab"])

    def test_of_a_site_with_a_key(self) -> None:
        """Those without a key cannot keep those with one out of half of what a site has."""
        server = MixedServer(rooms_per_host=4)
        eve = (PLACES[0][0], 1)
        server.datagram(eve, b"hi eve")
        made = [server.datagram(eve, b"rc e%d" % number) for number in range(5)]
        self.assertEqual(made[3:], [[b"rc e3"], [b"rc"]])
        anna = server.session("anna", 0)
        rooms = [server.ask(anna, CreateRoom(f"a{number}")) for number in range(3)]
        self.assertEqual(rooms, [[RoomReady("a0")], [RoomReady("a1")], [too_many("a2")]])

    def test_those_without_a_key(self) -> None:
        """They have half of all rooms; then those go that have been empty for longest, and
        none that somebody is in."""
        server = MixedServer(rooms=4)
        for number in range(10):
            address = (f"10.0.0.{number}", 1)
            server.datagram(address, b"hi u%d" % number)
            if number == 1:
                server.datagram(("10.0.0.0", 1), b"rj r0")
            self.assertEqual(server.datagram(address, b"rc r%d" % number), [b"rc r%d" % number])
        self.assertEqual([room.name for room in server.directory.rooms], ["r0", "r9"])
        anna = server.session("anna", 0)
        for name in ("a", "b"):
            self.assertEqual(server.ask(anna, CreateRoom(name)), [RoomReady(name)])
        self.assertEqual(server.ask(anna, CreateRoom("c")), [too_many("c")])
        server.datagram(("10.0.0.9", 1), b"rj r9")
        self.assertEqual(server.datagram(("10.0.0.5", 1), b"rc more"), [b"rc"])
