"""Who gets a place, and a room, where there are only so many."""

from twisted.trial.unittest import SynchronousTestCase

from tests.support.datagram_server import ALICE, BOB, CLEAR
from tests.support.mixed_server import KEYS, PLACES, MixedServer
from twisted_chat.directory.directory import Departed
from twisted_chat.wire.common import Bare, CreateRoom, JoinRoom, Register, RoomReady, Verb, Welcome
from twisted_chat.wire.gen2.answers import Done, Refused
from twisted_chat.wire.gen2.requests import Extra, GiveRoom

HI, RC = Bare(Verb.HI), Bare(Verb.RC)


class UserTests(SynchronousTestCase):
    """Places for users."""

    def test_invented_users(self) -> None:
        """Datagrams with any addresses on them leave half of all places to those with a key,
        and take no more than what they have from each other."""
        server = MixedServer(users=100)
        for number in range(1000):
            address = (f"10.0.{number >> 8}.{number & 255}", 1)
            self.assertEqual(server.datagram(address, b"hi u%d" % number), [b"hi u%d" % number])
        self.assertEqual(len(server.directory.users), 50)
        self.assertEqual(server.ask(server.link(0), Register("anna")), [Welcome("anna")])
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
            server.ask(server.link(number, PLACES[0]), Register(f"k{number}"))
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
            self.assertEqual(created, [RoomReady(f"a{number}") if number < 2 else RC])
            name = b"b%d" % number
            self.assertEqual(
                server.datagram(BOB, b"rc " + name), [b"rc " + name, b"rc"][number > 1 :][:1]
            )
        server.ask(ben, CreateRoom("c"))
        for link in (anna, ben):
            server.ask(link, JoinRoom("c"))
        server.take(ben)
        self.assertEqual(server.ask(ben, GiveRoom("anna")), [Refused(Extra.GIVE)])
        self.assertEqual(server.ask(ben, GiveRoom("ben")), [Done(Extra.GIVE)])
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
        self.assertEqual(server.ask(anna, CreateRoom("c")), [RC])
        server.datagram(("10.0.0.9", 1), b"rj r9")
        self.assertEqual(server.datagram(("10.0.0.5", 1), b"rc more"), [b"rc"])
