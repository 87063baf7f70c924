"""Which links are dialled, on the word of a server that can say anything."""

from collections import Counter

from twisted.trial.unittest import SynchronousTestCase

from tests.peer.keyed import key_of
from tests.peer.linked import SERVER, Person, World
from tests.support.contacts import contact_of
from twisted_chat.addresses import Address
from twisted_chat.links import SendFrames
from twisted_chat.peer.gen2.dial_queue import (
    MAX_DIALS,
    MAX_DIALS_OF_A_HOST,
    MAX_HOSTS,
    PATIENCE,
    STALE,
    DialQueue,
    Places,
)
from twisted_chat.peer.gen2.link import PeerLink
from twisted_chat.peer.whereabouts import Whereabouts
from twisted_chat.wire.gen2.answers import Answer
from twisted_chat.wire.gen2.contact import ContactInfo
from twisted_chat.wire.gen2.roster import RosterBegins, RosterEnds, RosterMember

HERE = ("10.0.0.5", 5005)


def somebody(number: int, host: str = "192.0.2.1") -> PeerLink:
    """One who is at a port of a host."""
    name, address = f"user{number}", (host, 1024 + number)
    one = PeerLink(contact_of(name, key_of(str(number)), address))
    one.reachable_at(address)
    return one


def dial_of(one: PeerLink) -> tuple[Address, str]:
    """How somebody is dialled."""
    return one.addresses[0], one.fingerprint


class Turns(SynchronousTestCase):
    """How many at a time."""

    def setUp(self) -> None:
        self.dialled: list[tuple[Address, str]] = []
        self.dialling = DialQueue(lambda address, key: self.dialled.append((address, key)))

    def want(self, *people: PeerLink, now: float = 0.0) -> None:
        for one in people:
            self.dialling.want(one, now)
        self.dialling.tick(now)

    def test_behind_many(self) -> None:
        """One who is wanted last is dialled at once, however many of another host wait before."""
        for number in range(100):
            self.dialling.want_now(somebody(number), 0.0)
        last = somebody(100, "192.0.2.2")
        self.dialling.want_now(last, 0.0)
        self.assertEqual(len(self.dialled), MAX_DIALS_OF_A_HOST + 1)
        self.assertEqual(self.dialled[-1], dial_of(last))

    def test_of_a_host(self) -> None:
        """Two dials go to one host at a time; the next follows when one of them is answered."""
        people = [somebody(number) for number in range(6)]
        self.want(*people)
        self.assertEqual(len(self.dialled), MAX_DIALS_OF_A_HOST)
        for count, one in enumerate(people[:4], 3):
            self.dialling.linked("192.0.2.1", one.fingerprint, 0.0)
            self.assertEqual(len(self.dialled), count)
        self.assertEqual([key for _, key in self.dialled], [one.fingerprint for one in people])

    def test_of_a_network(self) -> None:
        """The addresses of an IPv6 /64 are one host."""
        self.want(*(somebody(number, f"2001:db8::{number}") for number in range(6)))
        self.assertEqual(len(self.dialled), MAX_DIALS_OF_A_HOST)

    def test_in_all(self) -> None:
        """So many are on their way at a time, wherever to, and each host has its turn."""
        self.want(*(somebody(number, f"192.0.2.{number}") for number in range(100)))
        self.assertEqual(len(self.dialled), MAX_DIALS)
        for dial in list(self.dialled):
            self.dialling.failed(*dial, 5.0)
        hosts = {host for (host, _), _ in self.dialled}
        self.assertEqual(len(hosts), 2 * MAX_DIALS)

    def test_stale(self) -> None:
        """What has been on its way for long can be begun anew, and what has not goes on."""
        one = somebody(1)
        self.want(one)
        for now, stale in ((STALE - 0.1, False), (STALE, True), (STALE + 1, False)):
            self.assertIs(self.dialling.give_up_stale(*dial_of(one), now), stale)
            self.want(one, now=now)
        self.assertEqual(self.dialled, [dial_of(one)] * 2)
        self.assertFalse(self.dialling.give_up_stale(*dial_of(somebody(2)), 100.0))

    def test_host_rests(self) -> None:
        """A host at which nobody answers is left alone longer and longer, whoever is there."""
        self.want(*(somebody(number) for number in range(200)))
        now, last = 0.0, 0.0
        while now < 300:
            now = self.dialling.wake
            before = len(self.dialled)
            for dial in self.dialling.tick(now):
                self.dialling.failed(*dial, now)
            last = now if len(self.dialled) > before else last
        self.assertLess(len(self.dialled), 30)
        self.assertGreater(last, 200)

    def test_host_is_known(self) -> None:
        """Where somebody is linked to, one who does not answer keeps nobody waiting."""
        people = [somebody(number) for number in range(5)]
        self.want(people[0])
        self.dialling.linked("192.0.2.1", people[0].fingerprint, 0.0)
        self.want(*people[1:])
        self.dialling.failed(*dial_of(people[1]), 1.0)
        self.assertEqual(len(self.dialled), 4)
        self.dialling.unlinked(people[0].fingerprint)
        self.dialling.failed(*dial_of(people[2]), 1.0)
        self.assertEqual(len(self.dialled), 4)

    def test_gone_while_dialled(self) -> None:
        """One who is not wanted any more counts until nothing can come of the dial."""
        people = [somebody(number) for number in range(3)]
        self.want(*people)
        self.dialling.drop(people[0])
        self.want(people[0])
        self.assertEqual(len(self.dialled), 2)
        self.assertEqual(len(self.dialling.tick(PATIENCE)), 2)

    def test_new_address(self) -> None:
        """One who is at another address now is dialled there at once, while the dial to the
        former one counts until nothing can come of it, or there is a link."""
        one, others = somebody(1), [somebody(2), somebody(3)]
        self.want(one)
        self.move(one, 2001)
        self.assertEqual([port for (_, port), _ in self.dialled], [1025, 2001])
        self.want(*others)
        self.assertEqual(len(self.dialled), MAX_DIALS_OF_A_HOST)
        self.assertFalse(self.dialling.failed(("192.0.2.1", 1025), one.fingerprint, 1.0))
        self.dialling.linked("192.0.2.1", one.fingerprint, 1.0)
        self.assertEqual(len(self.dialled), 4)

    def test_ever_new_addresses(self) -> None:
        """One who is said to be at ever new addresses is dialled at two of a host at a time, and
        at those of many hosts so many times in all."""
        for bound, host in ((MAX_DIALS_OF_A_HOST, "192.0.2.1"), (MAX_DIALS, "192.0.2.{}")):
            self.setUp()
            one = somebody(1)
            for number in range(100):
                self.move(one, 2000 + number, host.format(number))
            self.assertEqual(len(self.dialled), bound)

    def test_new_address_of_a_host_that_rests(self) -> None:
        """A host that is left alone is dialled at another address at once only where there was
        a link to the very peer who is said to be there."""
        one = somebody(1)
        self.want(one)
        self.dialling.failed(*dial_of(one), 0.0)
        self.move(one, 2001)
        self.assertEqual(len(self.dialled), 1)
        one.linked_at = "192.0.2.1"
        self.move(one, 2002)
        self.assertEqual(len(self.dialled), 2)

    def move(self, one: PeerLink, port: int, host: str = "192.0.2.1") -> None:
        """The server says that somebody is elsewhere now."""
        one.reachable_at((host, port))
        self.dialling.want_at_new_address(one, 0.0)
        self.dialling.tick(0.0)

    def test_not_wanted(self) -> None:
        """One who is not wanted any more is not dialled, and nothing of them stays."""
        people = [somebody(number) for number in range(9)]
        self.want(*people)
        for one in people:
            self.dialling.drop(one)
        for _, key in list(self.dialled):
            self.dialling.linked("192.0.2.1", key, 1.0)
            self.dialling.unlinked(key)
        self.dialling.tick(100.0)
        self.assertEqual(len(self.dialled), MAX_DIALS_OF_A_HOST)
        self.assertEqual(self.dialling._hosts, {})

    def test_many_hosts(self) -> None:
        """No more hosts are remembered for their silence than the bound says."""
        for number in range(MAX_HOSTS + 50):
            one = somebody(1, f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}")
            self.want(one, now=float(number))
            self.dialling.failed(*dial_of(one), float(number))
        self.assertEqual(len(self.dialling._hosts), MAX_HOSTS)


class Where(SynchronousTestCase):
    """Where a first datagram may go to."""

    def test_never(self) -> None:
        """Not to many at once, to nobody, or to ourselves."""
        places = Places(Whereabouts(("192.0.2.1", 8090)), HERE)
        for host in (
            *("224.0.0.1", "239.1.1.1", "255.255.255.255", "240.0.0.1", "0.0.0.0", "0.1.2.3"),
            *("::", "ff02::1", "::ffff:224.0.0.1", "::ffff:0.0.0.0", "::ffff:255.255.255.255"),
        ):
            self.assertFalse(places.allow((host, 9)), host)
        self.assertFalse(places.allow(("192.0.2.9", 0)))
        self.assertFalse(places.allow(HERE))
        for host in ("192.0.2.9", "10.0.0.5", "2001:db8::1", "fe80::1", "::ffff:192.0.2.9"):
            self.assertTrue(places.allow((host, 9)), host)

    def test_loopback(self) -> None:
        """To our own machine only where the server is on it."""
        for host in ("127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"):
            self.assertFalse(Places(Whereabouts(("192.0.2.1", 8090)), None).allow((host, 9)), host)
            self.assertTrue(Places(Whereabouts(("127.0.0.1", 8090)), None).allow((host, 9)), host)
            self.assertTrue(Places(Whereabouts(("::1", 8090)), None).allow((host, 9)), host)


class Hostile(SynchronousTestCase):
    """A server that names who is not there."""

    def in_a_room(self) -> tuple[World, Person]:
        world = World()
        (alice,) = world.room("alice")
        return world, alice

    def roster(self, world: World, contacts: list[ContactInfo]) -> None:
        """Tell everybody who is registered that these are in the room."""
        messages: list[Answer] = [
            RosterBegins("lab", 100),
            *(RosterMember("lab", one) for one in contacts),
            RosterEnds("lab"),
        ]
        for session in world.server._core.gen2._sessions.registered.values():
            for number, message in enumerate(messages):
                world.server.carrier.perform(SendFrames(session.link, [message.encode()]))
                if number % 200 == 0:
                    world.wait(0.1)

    def sent(self, contacts: list[ContactInfo]) -> Counter[str]:
        """Bytes that go to each host in 40 seconds."""
        world, alice = self.in_a_room()
        self.roster(world, contacts)
        world.network.sent.clear()
        world.wait(40)
        alice.do("$userlist", "users (1): alice")
        to: Counter[str] = Counter()
        for one in world.network.sent:
            if one.source == alice.at and one.to != SERVER:
                to[one.to[0]] += len(one.payload)
        return to

    def test_roster_of_invented_members(self) -> None:
        """Ten thousand members that nobody knows of, each at a host of its own, are sent
        less than a megabyte in 40 seconds in all."""
        contacts = [
            # Keys larger than ours, so that it is we who dial.
            ContactInfo(
                f"u{number}",
                "f" * 16 + key_of(str(number))[16:],
                f"10.9.{number >> 8}.{number & 255}",
                9,
            )
            for number in range(10_000)
        ]
        to = self.sent(contacts)
        self.assertTrue(0 < sum(to.values()) < 1_000_000, sum(to.values()))
        self.assertLess(max(to.values()), 20_000)

    def test_victim(self) -> None:
        """A host at which all of them are said to be is sent two kilobytes a second."""
        contacts = [
            ContactInfo(f"u{number}", key_of(str(number)), "10.9.9.9", 1024 + number)
            for number in range(10_000)
        ]
        to = self.sent(contacts)
        self.assertEqual(set(to), {"10.9.9.9"})
        self.assertLess(to["10.9.9.9"], 40 * 2_000)

    def test_victim_at_ever_new_ports(self) -> None:
        """A host at which one member is said to be, at ever new ports, is not sent more."""
        world, _ = self.in_a_room()
        victim = "f" * 64  # Larger than ours, so that we dial.
        world.network.sent.clear()
        start = world.clock.seconds()
        for number in range(200):
            self.roster(world, [ContactInfo("mallory", victim, "10.9.9.9", 1024 + number)])
            world.wait(0.1)
        to = [one for one in world.network.sent if one.to[0] == "10.9.9.9"]
        self.assertTrue(to)
        seconds = world.clock.seconds() - start
        self.assertLess(sum(len(one.payload) for one in to), seconds * 2_000)

    def test_our_own_machine(self) -> None:
        """What listens on our own machine is sent nothing, as the server is elsewhere."""
        contacts = [
            ContactInfo(f"u{number}", key_of(str(number)), "127.0.0.1", 1024 + number)
            for number in range(100)
        ]
        self.assertEqual(self.sent(contacts), Counter())


class Honest(SynchronousTestCase):
    """People who are there."""

    def test_one_office(self) -> None:
        """Fifteen people behind one address are all linked within two seconds."""
        world = World()
        world.office = "10.0.0.77"
        people = world.room(*(f"user{number}" for number in range(15)))
        world.wait(2)
        people[-1].type("hello")
        world.wait(0.5)
        for one in people[:-1]:
            self.assertEqual(one.told("<"), ["< user14: hello"])
