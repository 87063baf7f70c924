"""What the server answers to beats, and to whom."""

from itertools import count

from twisted.trial.unittest import SynchronousTestCase

from tests.support.mixed_server import PLACES, MixedServer
from twisted_chat.addresses import Address
from twisted_chat.links import Link
from twisted_chat.server.gen2.beats import IN_ALL, OF_A_SITE_AT_ONCE
from twisted_chat.server.gen2.introductions import PairSecrets
from twisted_chat.wire.gen2.beats import Beat, BeatBack, NoLinkThere, read_beat_answer
from twisted_chat.wire.gen2.growth import PATHS, Can
from twisted_chat.wire.gen2.pairing import Pairing, Seen

ELSEWHERE, SIX = ("198.51.100.9", 4711), ("2001:2::9", 4711)
AT_SIX: Address = ("2001:2::1", 8090)
AT_FOUR: Address = ("198.18.0.2", 8090)
NUMBER = b"number 1"


class Beats(SynchronousTestCase):
    """Somebody at a link, who was told a token."""

    def setUp(self) -> None:
        numbers = count(1)
        secrets = PairSecrets(bytes(32), lambda size: next(numbers).to_bytes(size, "big"))
        self.server = MixedServer(secrets=secrets)
        self.link = self.server.link(0)
        self.token = self.told(self.link)

    def told(self, link: Link) -> bytes:
        """By what beats of the one at this link are known."""
        (seen,) = self.server.ask(link, Can((PATHS,)))
        assert isinstance(seen, Seen)
        return seen.token

    def beat(self, source: Address, token: bytes | None = None) -> bytes | None:
        """What comes back for a beat from there."""
        datagram = Beat(self.token if token is None else token, NUMBER).encode()
        return self.server.core.beats.heard(datagram, source, self.server.now)

    def assert_answered(self, answer: bytes | None) -> None:
        assert answer is not None
        self.assertEqual(read_beat_answer(answer), NoLinkThere(NUMBER))

    def test_there(self) -> None:
        """From where the link is nothing is answered, with each one's own token, though the
        server says it twice."""
        other = self.told(self.server.link(1))
        self.assertEqual(self.told(self.link), self.token)
        self.assertNotEqual(other, self.token)
        self.assertIsNone(self.beat(PLACES[0]))
        self.assertIsNone(self.beat(PLACES[1], other))
        self.assertEqual(self.server.dropped, [])

    def test_elsewhere(self) -> None:
        """From another host, another port, or by a token of nobody, it is."""
        self.assert_answered(self.beat(ELSEWHERE))
        self.assert_answered(self.beat((PLACES[0][0], 9)))
        self.assert_answered(self.beat(PLACES[0], b"\xff" * 8))

    def test_no_link(self) -> None:
        """When the link is gone it is, from there too; and nothing is kept of it."""
        self.server.lose(self.link)
        self.assert_answered(self.beat(PLACES[0]))

    def test_moved(self) -> None:
        """A link that seems to be elsewhere, as it will be ended, or somebody has copied what
        came over it: only where it came up it is one."""
        self.server.move(self.link, ELSEWHERE)
        self.assert_answered(self.beat(ELSEWHERE))
        self.assertIsNone(self.beat(PLACES[0]))

    def test_no_beat(self) -> None:
        """What is none is dropped, and not answered, an answer too: two servers do not keep
        each other busy."""
        heard, now = self.server.core.beats.heard, self.server.now
        self.assertIsNone(heard(b"\6", ELSEWHERE, now))
        self.assertIsNone(heard(NoLinkThere(NUMBER).encode(), ELSEWHERE, now))
        self.assertEqual(len(self.server.dropped), 2)

    def test_bounds(self) -> None:
        """A site gets so many answers at once, and so do all together; whoever beats from where
        the link is takes none of them."""
        answers = [self.beat(("198.51.100.9", port)) for port in range(1, 100)]
        self.assertEqual(len([one for one in answers if one]), OF_A_SITE_AT_ONCE)
        for _ in range(1000):
            self.beat(PLACES[0])
        hosts = (f"198.18.{number // 250}.{number % 250}" for number in range(1000))
        answers += [self.beat((host, 9)) for host in hosts]
        self.assertEqual(len([one for one in answers if one]), IN_ALL)
        self.server.now += 1
        self.assert_answered(self.beat(("198.51.100.10", 9)))

    def test_nobody_is_introduced(self) -> None:
        """A server that introduces nobody tells no token, and answers a beat as one of nobody."""
        self.server = MixedServer()
        self.assertEqual(self.server.ask(self.server.link(0), Can((PATHS,))), [])
        self.assert_answered(self.beat(PLACES[0]))


class OverBoth(SynchronousTestCase):
    """A server that is reached over both families, and somebody who has come over IPv4."""

    def setUp(self) -> None:
        numbers = count(1)
        secrets = PairSecrets(bytes(32), lambda size: next(numbers).to_bytes(size, "big"))
        self.server = MixedServer(secrets=secrets)
        self.server.usual = {True: AT_SIX, False: AT_FOUR}
        self.anna, self.seen = self.come("anna", 0, ("198.18.1.2", 7000))

    def come(self, name: str, number: int, address: Address) -> tuple[Link, Seen]:
        """Somebody comes from there."""
        link = self.server.link(number, address)
        (seen,) = self.server.ask(link, Can((PATHS,)))
        assert isinstance(seen, Seen)
        return self.server.register(link, name), seen

    def beat(self, number: bytes, source: Address) -> bytes:
        """The number that comes back."""
        datagram = Beat(self.seen.token, number).encode()
        back = self.server.core.beats.heard(datagram, source, self.server.now)
        assert back is not None
        self.assertLess(len(back), len(datagram))
        answer = read_beat_answer(back)
        assert isinstance(answer, BeatBack)
        return answer.number

    def told(self, link: Link) -> list[Address | None]:
        """Where others are over the other family, as the one at this link is told."""
        return [one.also for one in self.server.take(link) if isinstance(one, Pairing)]

    def test_told(self) -> None:
        """Each is told the other address: over IPv4 that of IPv6, and the reverse; none where it
        does not lead there, or the server has none."""
        self.assertEqual(self.seen.also, AT_SIX)
        self.assertEqual(self.come("ben", 1, ("2001:2::7", 7000))[1].also, AT_FOUR)
        self.assertIsNone(self.come("dora", 3, ("127.0.0.1", 7000))[1].also)
        self.server.usual = {True: ("fd00::1", 8090)}
        self.assertIsNone(self.come("carla", 2, ("198.18.3.2", 7000))[1].also)
        self.assertEqual(self.come("eve", 4, ("192.168.1.2", 7000))[1].also, ("fd00::1", 8090))
        self.server.usual = {}
        self.assertIsNone(self.come("fred", 5, ("198.18.4.2", 7000))[1].also)

    def test_found(self) -> None:
        """Who shows an address of the other family is introduced with it, to those alone who
        have that family, anew where they are in a room."""
        ben, _ = self.come("ben", 1, ("2001:2::7", 7000))
        carla, _ = self.come("carla", 2, ("198.18.3.2", 7000))
        for link in (self.anna, ben, carla):
            self.server.enter(link, "lab")
        self.assertEqual(self.told(ben), [None])
        self.told(carla)
        self.server.now += 60
        self.beat(self.beat(NUMBER, SIX), SIX)
        self.server.note(self.server.core.gen2.effects(self.server.now))
        self.assertEqual(self.told(ben), [SIX])
        self.assertEqual(self.told(carla), [None])
        self.server.now += 60
        self.beat(self.beat(NUMBER, SIX), SIX)
        self.assertEqual(self.told(ben), [])

    def test_not_shown(self) -> None:
        """An address that nobody has shown to read at is told to nobody, whoever has written it
        on a beat: a number that went elsewhere, or to another, shows nothing."""
        ben, its = self.come("ben", 1, ("198.18.4.2", 7000))
        number = self.beat(NUMBER, SIX)
        self.assertEqual(self.beat(NUMBER, SIX), number)
        self.beat(number, ("2001:2::a", 4711))
        self.assertNotEqual(self.beat(number, (SIX[0], 9)), number)
        self.seen = its
        self.assertNotEqual(self.beat(number, SIX), number)
        for link in (self.anna, ben):
            self.assertIsNone(self.server.core.gen2._sessions.get(link).also)  # type: ignore[union-attr]
