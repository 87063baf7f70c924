"""What is carried, between whom, and how much of it."""

from twisted.trial.unittest import SynchronousTestCase

from tests.support.cluster import ClusterOfServers
from tests.support.mixed_server import KEYS, PLACES, MixedServer
from twisted_chat.addresses import Address
from twisted_chat.directory.directory import KeyHolder
from twisted_chat.links import Link
from twisted_chat.server.bounds import Bounds
from twisted_chat.server.gen2.introductions import PairSecrets
from twisted_chat.server.gen2.relay import CARRIED, CARRIED_OF_ONE, IDLE, Relay
from twisted_chat.server.gen2.sessions import LinkSession
from twisted_chat.wire.common import JoinRoom, Leave, Locate
from twisted_chat.wire.gen2.answers import Answer
from twisted_chat.wire.gen2.between_servers import ServersSeal, ask_to_carry
from twisted_chat.wire.gen2.datagrams import LARGEST_RELAYED, RELAY_HEADER, relayed
from twisted_chat.wire.gen2.growth import PATHS, RELAY, Can
from twisted_chat.wire.gen2.pairing import AskCarrying, AskPairing, Carrying, NotCarrying, Pairing
from twisted_chat.wire.gen2.requests import QuitRoom, Request

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
        sent = self.server.core.relay.carry(datagram, source, self.server.now)
        if sent is not None:
            self.assertEqual(sent[0], datagram)
        return None if sent is None else sent[1]


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
        return self.relay.begin(self.users[one], self.users[other].fingerprint, now) is True

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


class BetweenServers(SynchronousTestCase):
    """Two servers with one log and one key, a user of each in one room, and a third server."""

    def setUp(self) -> None:
        self.all = ClusterOfServers(3, secrets=SECRETS)
        self.links = [self.come(number, number) for number in (0, 1)]

    def come(self, number: int, who: int, *features: str) -> Link:
        """The one with this key comes to the server of this number, and into the room."""
        server = self.all.servers[number]
        link = server.link(who)
        server.say(link, Can(features or (PATHS, RELAY)).encode())
        for words in (f"hi user{who}", "rc lab", "rj lab"):
            server.say(link, words.encode())
            self.all.settle()
        server.take(link)
        return link

    def ask(self, number: int, request: Request) -> list[Answer]:
        """The user of this server asks for this. Returns what comes of it, from whichever."""
        server, link = self.all.servers[number], self.links[number]
        server.take(link)
        server.say(link, request.encode())
        self.all.settle()
        return server.take(link)

    def carry(self, here: int, there: int, size: int = 100, at: Address | None = None) -> str:
        """What comes of a datagram from the user of one server: where another one sends it on to,
        or which of the two drops it."""
        datagram = relayed(TAG, bytes(size - RELAY_HEADER))
        first, second = (self.all.servers[number] for number in (here, there))
        sent = first.core.relay.carry(datagram, at or PLACES[here], first.now)
        self.all.settle()
        if sent is None:
            return "first"
        self.assertEqual(sent[1], (f"192.0.2.{there + 1}", 8090))
        last = second.core.relay.carry(sent[0], ("192.0.2.99", 5), second.now)
        if last is None:
            return "second"
        self.assertEqual(last[0], datagram)
        return last[1][0]

    def test_both_ways(self) -> None:
        """Where one asks both servers carry, each to its own user, and the one is told."""
        self.assertEqual(self.ask(0, AskCarrying(KEYS[1])), [Carrying(KEYS[1])])
        self.assertEqual((self.carry(0, 1), self.carry(1, 0)), (PLACES[1][0], PLACES[0][0]))

    def test_introduced(self) -> None:
        """Two of different servers who are introduced are told that they are carried for, but by
        a server that carries nothing."""
        for number, carries in ((0, True), (1, True), (1, False)):
            self.all.servers[number].core._introductions.carries = carries
            self.all.wait(20)
            other = KEYS[1 - number]
            told = [one for one in self.ask(number, AskPairing(other)) if isinstance(one, Pairing)]
            self.assertEqual([one.carried for one in told], [carries])
        box = self.all.servers[0].take(self.links[0])
        self.assertEqual([one.carried for one in box if isinstance(one, Pairing)][-1:], [False])
        self.all.servers[1].core._introductions.carries = True
        self.all.servers[0].core._introductions.carries = False
        self.all.wait(20)
        self.all.servers[0].take(self.links[0])
        self.ask(1, AskPairing(KEYS[0]))
        box = self.all.servers[0].take(self.links[0])
        self.assertEqual([one.carried for one in box if isinstance(one, Pairing)], [False])

    def test_not_asked(self) -> None:
        """Nothing is carried before, and none of what others send: nobody but a server has the
        key, and nobody but the user has its address."""
        self.assertEqual((self.carry(0, 1), self.carry(1, 0)), ("first", "first"))
        self.ask(0, AskCarrying(KEYS[1]))
        self.assertEqual(self.carry(0, 1, at=("198.51.100.9", 9)), "first")
        datagram = relayed(TAG, bytes(50))
        second = self.all.servers[1]
        for key in (b"", bytes(31)):
            for larger in (False, True):
                sealed = ServersSeal(key).seal(datagram, larger=larger)
                self.assertIsNone(second.core.relay.carry(sealed, PLACES[0], second.now))
        sealed = ServersSeal(SECRETS.key).seal(datagram, larger=KEYS[1] > KEYS[0])
        self.assertIsNone(second.core.relay.carry(sealed, PLACES[0], second.now))
        third = self.all.servers[2]
        sealed = ServersSeal(SECRETS.key).seal(datagram, larger=KEYS[0] > KEYS[1])
        self.assertIsNone(third.core.relay.carry(sealed, PLACES[0], third.now))

    def test_refused(self) -> None:
        """The other's server says no for one who takes nothing over a server, or has left."""
        self.all.servers[1].lose(self.links[1])
        self.links[1] = self.come(1, 1, PATHS)
        self.assertEqual(self.ask(0, AskCarrying(KEYS[1])), [NotCarrying(KEYS[1])])
        self.all.servers[1].lose(self.links[1])
        self.links[1] = self.come(1, 1)
        self.all.servers[1].core.renew(Bounds(relay=False), self.all.now)
        self.assertEqual(self.ask(0, AskCarrying(KEYS[1])), [NotCarrying(KEYS[1])])
        self.all.servers[1].core.renew(Bounds(), self.all.now)
        self.assertEqual(self.ask(0, AskCarrying(KEYS[1])), [Carrying(KEYS[1])])
        self.ask(1, QuitRoom("lab"))
        self.assertEqual((self.carry(0, 1), self.carry(1, 0)), ("first", "first"))
        self.assertEqual(self.ask(0, AskCarrying(KEYS[1])), [NotCarrying(KEYS[1])])

    def test_stranger(self) -> None:
        """A server is not made to carry for one whom its user has nothing to do with."""
        second = self.all.servers[1]
        self.ask(1, QuitRoom("lab"))
        self.all.cluster(0).tell(
            self.all.servers[0].directory.holders.get(KEYS[1]), ask_to_carry(KEYS[0])
        )
        self.all.settle()
        self.assertEqual(len(second.core.relay), 0)
        self.assertEqual(self.all.servers[0].take(self.links[0])[-1], NotCarrying(KEYS[1]))

    def test_amounts(self) -> None:
        """Each server keeps its bounds: of a pair, and of the site where the sender is."""
        self.ask(0, AskCarrying(KEYS[1]))
        rate = Bounds().relay_rate
        for _ in range(int(rate * 4 / 1000)):
            self.assertEqual(self.carry(0, 1, 1000), PLACES[1][0])
        self.assertEqual(self.carry(0, 1, 1000), "first")
        self.all.servers[0].core.renew(Bounds(relay_rate=1_000_000), self.all.now)
        self.assertEqual(self.carry(0, 1, 1000), "second")

    def test_asked_early(self) -> None:
        """Where the other's server is asked before it has its user it carries all the same, from
        what either sends first."""
        for here, there in ((0, 1), (1, 0)):
            self.setUp()
            second = self.all.servers[1]
            session = second.core._sessions.registered.pop(KEYS[1])
            self.ask(0, AskCarrying(KEYS[1]))
            self.assertEqual(len(second.core.relay), 0)
            second.core._sessions.registered[KEYS[1]] = session
            self.assertEqual(self.carry(here, there), PLACES[there][0])

    def test_goes_elsewhere(self) -> None:
        """One whose server is another by now is carried for there, without anybody asking anew;
        what still comes to the former is dropped."""
        self.ask(0, AskCarrying(KEYS[1]))
        former = self.all.servers[1]
        former.lose(self.links[1])
        self.come(2, 1)
        self.assertEqual(self.carry(0, 2), PLACES[1][0])
        third = self.all.servers[2]
        sent = third.core.relay.carry(relayed(TAG, bytes(50)), PLACES[1], third.now)
        assert sent is not None
        self.assertEqual(sent[1], ("192.0.2.1", 8090))
        sealed = ServersSeal(SECRETS.key).seal(relayed(TAG, bytes(9)), larger=KEYS[0] > KEYS[1])
        self.assertIsNone(former.core.relay.carry(sealed, PLACES[0], former.now))
