"""Who is introduced to whom, and what each is told."""

from twisted.trial.unittest import SynchronousTestCase

from tests.support.cluster import ClusterOfServers
from tests.support.mixed_server import KEYS, PLACES, MixedServer
from twisted_chat.links import Link
from twisted_chat.server.gen2.introductions import ASKED_OF_ONE, AskedFor, PairSecrets
from twisted_chat.wire.common import JoinRoom, Locate
from twisted_chat.wire.gen2.answers import Answer, parse_answer
from twisted_chat.wire.gen2.contact import ContactInfo
from twisted_chat.wire.gen2.growth import CHECKUP, HISTORY, PATHS, RELAY, REST, WAIT, Can
from twisted_chat.wire.gen2.pairing import AskPairing, NotPaired, OwnAddresses, Pairing, Seen
from twisted_chat.wire.gen2.requests import QuitRoom

AT = {"10.0.0.1": ("10.0.0.1", 7000), "192.168.1.2": ("192.168.1.2", 7000)}
AT_EACH = ("anna", "ben")
INSIDE = ("192.168.1.2", 7000), ("192.168.1.3", 7001)


class Introducing(SynchronousTestCase):
    """A server with anna and ben, who look for ways."""

    def setUp(self) -> None:
        self.drawn = 0
        self.server = MixedServer(secrets=PairSecrets(bytes(32), self.draw))
        self.anna, self.ben = self.come("anna", 0), self.come("ben", 1)

    def draw(self, count: int) -> bytes:
        self.drawn += 1
        return bytes((self.drawn,)) * count

    def come(self, name: str, number: int, *features: str, room: str = "") -> Link:
        """Somebody comes who can this, or all of it."""
        link = self.server.link(number)
        self.server.say(link, Can(features or (PATHS, RELAY)).encode())
        return self.server.register(link, name, room)

    def pairings(self, answers: list[Answer]) -> list[Pairing]:
        """Those among what was told."""
        return [one for one in answers if isinstance(one, Pairing)]

    def test_seen(self) -> None:
        """The server says that it introduces, and carries, and to who wants to know where it
        sees them; to others nothing."""
        server = self.server
        link = server.link(2)
        self.assertEqual(
            parse_answer(server.said_first[link]),
            Can((PATHS, RELAY, CHECKUP, WAIT, HISTORY, REST)),
        )
        self.assertEqual(server.ask(link, Can((PATHS,))), [Seen(PLACES[2], bytes((3,)) * 8)])
        self.assertEqual(server.ask(server.link(3), Can()), [])

    def test_room(self) -> None:
        """Those who meet in a room are told of each other at once, with one tag and one secret."""
        server = self.server
        server.enter(self.anna, "lab")
        server.take(self.anna)
        answers = server.ask(self.ben, JoinRoom("lab"))
        (of_anna,), (of_ben,) = self.pairings(answers), self.pairings(server.take(self.anna))
        self.assertEqual(of_anna.contact, ContactInfo("anna", KEYS[0], *PLACES[0]))
        self.assertEqual(of_ben.contact, ContactInfo("ben", KEYS[1], *PLACES[1]))
        self.assertEqual((of_anna.tag, of_anna.secret), (of_ben.tag, of_ben.secret))
        self.assertTrue(of_anna.carried and of_ben.carried)

    def test_poke(self) -> None:
        """So are those of whom one has asked for the other by name."""
        (of_ben,) = self.pairings(self.server.ask(self.anna, Locate("ben")))
        (of_anna,) = self.pairings(self.server.take(self.ben))
        self.assertEqual(of_ben.secret, of_anna.secret)

    def test_asked(self) -> None:
        """One who is together with another may ask, and then the secret is a new one, but not
        sooner than in five seconds; the tag stays."""
        server = self.server
        first, *_ = self.pairings(server.ask(self.anna, Locate("ben")))
        server.take(self.ben)
        second, *_ = self.pairings(server.ask(self.ben, AskPairing(KEYS[0])))
        self.assertEqual(server.ask(self.ben, AskPairing(KEYS[0])), [NotPaired(KEYS[0], 5)])
        server.wait(5)
        third, *_ = self.pairings(server.ask(self.anna, AskPairing(KEYS[1])))
        self.assertEqual(len({first.secret, second.secret, third.secret}), 3)
        self.assertEqual(len({first.tag, second.tag, third.tag}), 1)

    def test_strangers(self) -> None:
        """Those who have nothing to do with each other are not introduced: nobody learns
        by a fingerprint where somebody is, nor that there is nobody."""
        for key in (KEYS[1], KEYS[5], KEYS[0]):
            self.assertEqual(self.server.ask(self.anna, AskPairing(key)), [NotPaired(key)])
        self.assertEqual(self.server.take(self.ben), [])

    def test_no_longer(self) -> None:
        """Those who are in a room no longer are together no longer."""
        server = self.server
        for link in (self.anna, self.ben):
            server.enter(link, "lab")
        server.ask(self.ben, QuitRoom("lab"))
        server.wait(10)
        self.assertEqual(server.ask(self.ben, AskPairing(KEYS[0])), [NotPaired(KEYS[0])])

    def test_of_before(self) -> None:
        """Nobody is told to look for a way to one who does not."""
        server = self.server
        carla = server.session("carla", 2)
        self.assertEqual(self.pairings(server.ask(self.anna, Locate("carla"))), [])
        self.assertEqual(self.pairings(server.take(carla)), [])
        self.assertEqual(server.ask(self.anna, AskPairing(KEYS[2])), [NotPaired(KEYS[2])])

    def test_no_relay(self) -> None:
        """Where one takes nothing over a server, or the server carries nothing, it says so."""
        server = self.server
        self.come("carla", 2, PATHS)
        (of_carla,) = self.pairings(server.ask(self.anna, Locate("carla")))
        self.assertFalse(of_carla.carried)
        self.server = MixedServer(secrets=PairSecrets(bytes(32), self.draw), relay=False)
        anna, _ = self.come("anna", 0), self.come("ben", 1)
        self.assertEqual(
            parse_answer(self.server.said_first[anna]), Can((PATHS, CHECKUP, WAIT, HISTORY, REST))
        )
        (of_ben,) = self.pairings(self.server.ask(anna, Locate("ben")))
        self.assertFalse(of_ben.carried)

    def test_moved(self) -> None:
        """One who is in a room from elsewhere is introduced anew."""
        server = self.server
        for link in (self.anna, self.ben):
            server.enter(link, "lab")
        server.take(self.anna)
        server.lose(self.ben)
        link = server.link(1, ("198.51.100.9", 9))
        server.say(link, Can((PATHS,)).encode())
        server.register(link, "ben")
        (of_ben,) = self.pairings(server.take(self.anna))
        self.assertEqual((of_ben.contact.host, of_ben.contact.port), ("198.51.100.9", 9))

    def test_large_room(self) -> None:
        """In a room of more than 32 those who want it ask."""
        server = MixedServer(secrets=PairSecrets(bytes(32), self.draw))
        self.server = server
        anna = self.come("anna", 0)
        server.enter(anna, "lab")
        server.crowd("lab", 40)
        server.take(anna)
        ben = self.come("ben", 1)
        server.take(ben)
        self.assertEqual(self.pairings(server.ask(ben, JoinRoom("lab"))), [])
        self.assertEqual(len(self.pairings(server.ask(ben, AskPairing(KEYS[0])))), 1)

    def test_bounded(self) -> None:
        """Of those for whom somebody has asked the latest are known."""
        known = AskedFor()
        users = [self.server.holder(number) for number in (0, 1)]
        known.asked(KEYS[0], KEYS[1])
        for number in range(ASKED_OF_ONE - 1):
            known.asked(KEYS[0], f"{number:064x}")
        self.assertTrue(known.together(*users))
        self.assertTrue(known.together(*reversed(users)))
        known.asked(KEYS[0], "f" * 64)
        self.assertFalse(known.together(*users))


class Own(SynchronousTestCase):
    """Addresses of users' own machines."""

    def setUp(self) -> None:
        self.server = MixedServer(secrets=PairSecrets(bytes(32), bytes))

    def come(self, name: str, number: int, host: str, *own: tuple[str, int]) -> Link:
        """Somebody comes from this host who says that these are its own."""
        link = self.server.link(number, (host, 7000 + number))
        self.server.say(link, Can((PATHS,)).encode())
        self.server.say(link, OwnAddresses(own).encode())
        return self.server.register(link, name)

    def told(self, asker: Link, name: str) -> tuple[tuple[str, int], ...]:
        """Whom one asks for, and where that one is said to be inside."""
        answers = self.server.ask(asker, Locate(name))
        return next(one.own for one in answers if isinstance(one, Pairing))

    def test_same_host(self) -> None:
        """They are told to those who are behind the same address, and to nobody else."""
        ben = self.come("ben", 1, "198.51.100.1", *INSIDE)
        anna = self.come("anna", 0, "198.51.100.1", ("192.168.1.9", 7000))
        carla = self.come("carla", 2, "198.51.100.2", ("192.168.1.9", 7000))
        self.assertEqual(self.told(anna, "ben"), INSIDE)
        self.assertEqual(self.told(carla, "ben"), ())
        (of_carla,) = (
            one
            for one in self.server.take(ben)
            if isinstance(one, Pairing) and one.contact.name == "carla"
        )
        self.assertEqual(of_carla.own, ())

    def test_said_later(self) -> None:
        """Those who say them when they are in a room already are introduced anew to those who
        are told of them, and not to others, as a pair is introduced twice at once at most."""
        anna = self.come("anna", 0, "198.51.100.1")
        ben = self.come("ben", 1, "198.51.100.1")
        carla = self.come("carla", 2, "198.51.100.2")
        for link in (anna, ben, carla):
            self.server.enter(link, "lab")
        for link in (anna, carla):
            self.server.take(link)
        self.server.say(ben, OwnAddresses(INSIDE).encode())
        (of_ben,) = (one for one in self.server.take(anna) if isinstance(one, Pairing))
        self.assertEqual(of_ben.own, INSIDE)
        self.assertEqual(self.server.take(carla), [])

    def test_loopback(self) -> None:
        """One that every machine has is told only within that machine."""
        self.come("ben", 1, "198.51.100.1", ("127.0.0.1", 7000), *INSIDE[:1])
        self.assertEqual(self.told(self.come("anna", 0, "198.51.100.1"), "ben"), INSIDE[:1])
        self.come("dora", 3, "127.0.0.1", ("127.0.0.1", 7003))
        self.assertEqual(
            self.told(self.come("carla", 2, "127.0.0.1"), "dora"), (("127.0.0.1", 7003),)
        )


class AcrossServers(SynchronousTestCase):
    """Two servers of a cluster, with anna at the first and ben at the second."""

    def setUp(self) -> None:
        drawn = iter(range(1, 99))
        secrets = PairSecrets(bytes(32), lambda count: bytes((next(drawn),)) * count)
        self.cluster = ClusterOfServers(2, secrets=secrets)
        self.anna, self.ben = (self.come(number, name) for number, name in enumerate(AT_EACH))

    def come(self, number: int, name: str) -> Link:
        """Somebody is registered at the server of this number."""
        server = self.cluster.servers[number]
        link = server.link(number)
        server.say(link, Can((PATHS, RELAY)).encode())
        server.say(link, f"hi {name}".encode())
        self.cluster.settle()
        return link

    def ask(self, number: int, link: Link, message: bytes) -> list[Pairing]:
        """What one is told of others as it asks for this at its server."""
        server = self.cluster.servers[number]
        server.take(link)
        server.say(link, message)
        self.cluster.settle()
        return self.told(number, link)

    def told(self, number: int, link: Link) -> list[Pairing]:
        """What one is told of others."""
        return [one for one in self.cluster.servers[number].take(link) if isinstance(one, Pairing)]

    def test_room(self) -> None:
        """Those who meet in a room are told of each other, with one tag and one secret, and that
        their servers carry between them; once, however many servers know of it."""
        self.cluster.servers[0].say(self.anna, b"rc lab")
        self.cluster.settle()
        self.cluster.servers[0].say(self.anna, b"rj lab")
        self.cluster.settle()
        (of_anna,) = self.ask(1, self.ben, b"rj lab")
        (of_ben,) = self.told(0, self.anna)
        self.assertEqual(of_anna.contact, ContactInfo("anna", KEYS[0], *PLACES[0]))
        self.assertEqual(of_ben.contact, ContactInfo("ben", KEYS[1], *PLACES[1]))
        self.assertEqual((of_anna.tag, of_anna.secret), (of_ben.tag, of_ben.secret))
        self.assertTrue(of_anna.carried and of_ben.carried)

    def test_poke(self) -> None:
        """So are those of whom one has asked for the other, and either may ask for it anew."""
        (of_ben,) = self.ask(0, self.anna, b"ar ben")
        (of_anna,) = self.told(1, self.ben)
        self.assertEqual(of_ben.secret, of_anna.secret)
        self.cluster.wait(6)
        (again,) = self.ask(1, self.ben, AskPairing(KEYS[0]).encode())
        self.assertNotEqual(again.secret, of_anna.secret)
        self.assertEqual([one.secret for one in self.told(0, self.anna)], [again.secret])

    def test_keyless(self) -> None:
        """Nobody is introduced to one without a key, wherever that one is."""
        other = self.cluster.servers[1]
        other.datagram(PLACES[3], b"hi eve")
        self.cluster.settle()
        self.cluster.servers[0].say(self.anna, b"rc lab")
        self.cluster.settle()
        other.datagram(PLACES[3], b"rj lab")
        self.cluster.settle()
        self.assertEqual(self.ask(0, self.anna, b"rj lab"), [])
        self.assertEqual(self.ask(0, self.anna, b"ar eve"), [])

    def test_nothing_to_do(self) -> None:
        """Nobody else may ask for it."""
        self.assertEqual(self.ask(1, self.ben, AskPairing(KEYS[0]).encode()), [])
        self.assertEqual(self.told(0, self.anna), [])
