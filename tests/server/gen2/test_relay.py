"""What is carried, between whom, and how much of it."""

from twisted.trial.unittest import SynchronousTestCase

from tests.support.mixed_server import KEYS, PLACES, MixedServer
from twisted_chat.addresses import Address
from twisted_chat.directory.directory import KeyHolder
from twisted_chat.links import Link
from twisted_chat.server.bounds import Bounds
from twisted_chat.server.gen2.introductions import PairSecrets
from twisted_chat.server.gen2.relay import CARRIED, CARRIED_OF_ONE, IDLE, Relay
from twisted_chat.server.gen2.sessions import LinkSession
from twisted_chat.wire.common import JoinRoom, Leave, Locate
from twisted_chat.wire.gen2.datagrams import LARGEST_RELAYED, RELAY_HEADER, relayed
from twisted_chat.wire.gen2.growth import PATHS, RELAY, Can
from twisted_chat.wire.gen2.pairing import AskCarrying, Carrying, NotCarrying
from twisted_chat.wire.gen2.requests import QuitRoom

SECRETS = PairSecrets(bytes(32), bytes)
TAG = SECRETS.tag(KEYS[0], KEYS[1])


class Carried(SynchronousTestCase):
    """A server, and those who take what it carries."""

    def setUp(self) -> None:
        self.server = MixedServer(secrets=SECRETS)

    def come(
        self, number: int, *features: str, room: str = "lab", at: Address | None = None
    ) -> Link:
        """The one with this number comes into a room."""
        link = self.server.link(number, at)
        self.server.say(link, Can(features or (PATHS, RELAY)).encode())
        self.server.register(link, f"user{number}", room)
        self.server.take(link)
        return link

    def carry(self, source: Address, size: int = 100, tag: bytes = TAG) -> Address | None:
        """Where a datagram of this size, from there, is sent on to."""
        datagram = relayed(tag, bytes(size - RELAY_HEADER))
        return self.server.core.relay.carry(datagram, source, self.server.now)


class Between(Carried):
    """Between whom."""

    def test_both_ways(self) -> None:
        """What one of two in a room has sent goes to where the other is registered."""
        anna, _ = self.come(0), self.come(1)
        self.assertEqual(self.server.ask(anna, AskCarrying(KEYS[1])), [Carrying(KEYS[1])])
        self.assertEqual(self.carry(PLACES[0]), PLACES[1])
        self.assertEqual(self.carry(PLACES[1]), PLACES[0])

    def test_introduced(self) -> None:
        """The same for those of whom one has asked for the other."""
        anna, _ = self.come(0, room=""), self.come(1, room="")
        self.assertEqual(self.server.ask(anna, AskCarrying(KEYS[1])), [NotCarrying(KEYS[1])])
        self.server.ask(anna, Locate("user1"))
        self.assertEqual(self.server.ask(anna, AskCarrying(KEYS[1])), [Carrying(KEYS[1])])
        self.assertEqual(self.carry(PLACES[0]), PLACES[1])

    def test_not_asked(self) -> None:
        """Nothing is carried before one of the two has asked, and for no other tag."""
        anna, _ = self.come(0), self.come(1)
        self.assertIsNone(self.carry(PLACES[0]))
        self.server.ask(anna, AskCarrying(KEYS[1]))
        self.assertIsNone(self.carry(PLACES[0], tag=bytes(8)))

    def test_strangers(self) -> None:
        """Nobody else has anything carried, to whomever: neither those without a key nor
        members from another address, nor a third one."""
        anna, _, _ = self.come(0), self.come(1), self.come(2)
        self.server.ask(anna, AskCarrying(KEYS[1]))
        for source in (PLACES[2], ("198.51.100.1", 9), (PLACES[0][0], 9)):
            self.assertIsNone(self.carry(source))

    def test_not_together(self) -> None:
        """Nothing is carried to one who has left, nor to one without a living link."""
        anna, ben = self.come(0), self.come(1)
        self.server.ask(anna, AskCarrying(KEYS[1]))
        self.server.ask(ben, QuitRoom("lab"))
        self.assertIsNone(self.carry(PLACES[0]))
        self.server.ask(ben, JoinRoom("lab"))
        self.assertEqual(self.carry(PLACES[0]), PLACES[1])
        self.server.lose(ben)
        self.assertIsNone(self.carry(PLACES[0]))
        self.server.ask(anna, Leave())
        self.assertIsNone(self.carry(PLACES[0]))

    def test_unwilling(self) -> None:
        """Nothing is carried for those who take nothing over a server, by none that carries
        nothing, and to oneself or nobody."""
        anna, _ = self.come(0), self.come(1, PATHS)
        for key in (KEYS[1], KEYS[0], KEYS[4]):
            self.assertEqual(self.server.ask(anna, AskCarrying(key)), [NotCarrying(key)])
        for server in (MixedServer(secrets=SECRETS, relay=False), MixedServer()):
            self.server = server
            anna, _ = self.come(0), self.come(1)
            self.assertEqual(server.ask(anna, AskCarrying(KEYS[1])), [NotCarrying(KEYS[1])])

    def test_moved(self) -> None:
        """One who is registered from elsewhere is carried for from there, without asking anew."""
        anna, ben = self.come(0), self.come(1)
        self.server.ask(anna, AskCarrying(KEYS[1]))
        self.server.lose(ben)
        link = self.server.link(1, ("198.51.100.9", 9))
        self.server.say(link, Can((PATHS, RELAY)).encode())
        self.server.register(link, "user1")
        self.assertEqual(self.carry(PLACES[0]), ("198.51.100.9", 9))
        self.assertIsNone(self.carry(PLACES[1]))


class Amounts(Carried):
    """How much."""

    def asked(self, *pairs: tuple[int, int]) -> None:
        """These ask for each other."""
        here = {link.fingerprint: link for link in self.server.boxes}
        for number in sorted({*sum(pairs, ())}):
            if KEYS[number] not in here:
                here[KEYS[number]] = self.come(number)
        for one, other in pairs:
            self.server.ask(here[KEYS[one]], AskCarrying(KEYS[other]))

    def many(self, source: Address, tag: bytes = TAG) -> int:
        """Bytes that are carried of as much as one can send at once from there."""
        carried = 0
        while self.carry(source, 1024, tag) is not None:
            carried += 1024
        return carried

    def test_size(self) -> None:
        """A datagram of 1,300 bytes is carried, and no longer one, nor an empty one."""
        self.asked((0, 1))
        self.assertEqual(self.carry(PLACES[0], LARGEST_RELAYED), PLACES[1])
        self.assertIsNone(self.carry(PLACES[0], LARGEST_RELAYED + 1))
        self.assertIsNone(self.carry(PLACES[0], RELAY_HEADER))

    def test_pair(self) -> None:
        """For a pair 128 KiB at once, then 32 KiB a second, in both directions together."""
        self.asked((0, 1))
        self.assertEqual(self.many(PLACES[0]), 128 * 1024)
        self.assertEqual(self.many(PLACES[1]), 0)
        self.server.wait(1)
        self.assertEqual(self.many(PLACES[1]), 32 * 1024)

    def test_user(self) -> None:
        """For what one user sends, to all others together, four times as much."""
        pairs = [(0, other) for other in range(1, 6)]
        self.asked(*pairs)
        carried = [self.many(PLACES[0], SECRETS.tag(KEYS[0], KEYS[other])) for _, other in pairs]
        self.assertEqual(carried, [128 * 1024] * 4 + [0])

    def test_of_others(self) -> None:
        """What others send to one takes nothing of what that one may send, to whomever."""
        pairs = [(0, other) for other in range(1, 6)]
        self.asked(*pairs)
        for _, other in pairs[:4]:
            self.many(PLACES[other], SECRETS.tag(KEYS[0], KEYS[other]))
        self.assertEqual(self.many(PLACES[0], SECRETS.tag(KEYS[0], KEYS[5])), 128 * 1024)

    def test_of_a_site(self) -> None:
        """Those of one site have twice as much as one user, and keep nobody else out."""
        self.server = MixedServer(secrets=SECRETS, relay_user_rate=32 * 1024)
        for number in range(3):
            self.come(number, at=(PLACES[0][0], 7000 + number))
        pairs = [(0, 3), (1, 4), (2, 5)]
        self.asked(*pairs)
        tags = [SECRETS.tag(KEYS[one], KEYS[other]) for one, other in pairs]
        carried = [self.many((PLACES[0][0], 7000 + n), tag) for n, tag in enumerate(tags)]
        self.assertEqual(carried, [128 * 1024, 128 * 1024, 0])
        self.assertEqual(self.many(PLACES[5], tags[2]), 128 * 1024)

    def test_in_all(self) -> None:
        """And so much for everybody."""
        self.server = MixedServer(secrets=SECRETS, relay_rate_in_all=64 * 1024)
        self.asked((0, 1), (2, 3), (4, 5))
        tags = [SECRETS.tag(KEYS[one], KEYS[one + 1]) for one in (0, 2, 4)]
        carried = [self.many(PLACES[2 * place], tag) for place, tag in enumerate(tags)]
        self.assertEqual(carried, [128 * 1024, 128 * 1024, 0])


class Pairs(SynchronousTestCase):
    """How many at a time. All of them are together."""

    def setUp(self) -> None:
        self.users = [
            KeyHolder(
                (f"10.0.{number // 250}.{number % 250 + 1}", 7000),
                f"user{number}",
                f"user{number}",
                0.0,
                fingerprint=f"{number:064x}",
            )
            for number in range(400)
        ]
        sessions = {}
        for user in self.users:
            link = Link(user.fingerprint, user.address, False)
            link.learn(frozenset((PATHS, RELAY)))
            sessions[user.fingerprint] = LinkSession(link)
        holders = {user.fingerprint: user for user in self.users}
        self.relay = Relay(
            Bounds(), sessions, holders, lambda one, other: True, SECRETS, lambda *dropped: None
        )

    def begin(self, one: int, other: int, now: float = 0.0) -> bool:
        """Whether it carries between these two then."""
        return self.relay.begin(self.users[one], self.users[other].fingerprint, now)

    def test_of_one(self) -> None:
        """One has so many others; those for whom nothing was carried for a minute make way."""
        for other in range(1, CARRIED_OF_ONE + 1):
            self.assertTrue(self.begin(0, other))
        self.assertFalse(self.begin(0, 100))
        self.assertFalse(self.begin(100, 0))
        self.assertTrue(self.begin(0, 1))
        self.assertFalse(self.begin(100, 0, IDLE - 1))
        self.assertTrue(self.begin(100, 0, IDLE))
        self.assertEqual(len(self.relay), 1)

    def test_in_all(self) -> None:
        """There are so many pairs."""
        pairs = ((one, one + step) for step in range(1, 33) for one in range(400 - step))
        self.assertEqual(sum(self.begin(one, other) for one, other in pairs), CARRIED)
        self.assertEqual(len(self.relay), CARRIED)
