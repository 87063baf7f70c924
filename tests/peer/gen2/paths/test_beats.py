"""Beats to the server, and what an answer to one means."""

from itertools import count

from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.addresses import Address
from twisted_chat.links import CloseLink, Link
from twisted_chat.moments import NEVER
from twisted_chat.peer.effects import Effects, SendProbe
from twisted_chat.peer.gen2.failover import Reconnected
from twisted_chat.peer.gen2.paths.beats import (
    ALSO,
    ALSO_EVERY,
    ANSWERABLE,
    EVERY,
    LASTED,
    SOON,
    Beats,
)
from twisted_chat.peer.gen2.requests import ServerRequests
from twisted_chat.wire.gen2.beats import Beat, BeatBack, NoLinkThere, read_beat
from twisted_chat.wire.gen2.signs import SIGN, RestKeys

SERVER, ELSEWHERE, SIX = ("192.0.2.1", 8090), ("192.0.2.2", 8090), ("2001:db8::1", 8090)
TOKEN = b"token 01"


class Way:
    """A way to the server, of which is noted what is done."""

    def __init__(self) -> None:
        self.link: Link | None = Link("a" * 64, SERVER, dialled=True)
        self.done: list[str] = []

    def lost(self, now: float) -> None:
        self.link = None
        self.done.append("lost")

    def start(self, now: float) -> None:
        self.done.append("start")


class Ways:
    """What knows the way to the server."""

    def __init__(self, server: Reconnected) -> None:
        self.server = server
        self.effects = Effects()
        self.requests = ServerRequests(self.effects)
        self.has_links = False


class Beating(SynchronousTestCase):
    """A link over which the server has told a token at second 10."""

    def setUp(self) -> None:
        numbers = count(1)
        self.way, self.effects = Way(), Effects()
        self.link = self.way.link
        draw = lambda size: next(numbers).to_bytes(size, "big")  # noqa: E731
        self.ways = Ways(self.way)
        self.beats = Beats(self.ways, self.effects, draw)
        self.beats.begin(TOKEN, None, 10.0)

    def sent(self) -> list[Beat]:
        """The beats that went out, to the server."""
        sent = self.effects.take()
        assert all(isinstance(one, SendProbe) and one.to == SERVER for one in sent)
        return [read_beat(one.datagram) for one in sent if isinstance(one, SendProbe)]

    def beat(self, now: float) -> bytes:
        """One is due; its number."""
        self.beats.tick(now)
        (beat,) = self.sent()
        self.assertEqual(beat.token, TOKEN)
        return beat.number

    def answer(self, number: bytes, now: float, source: Address = SERVER) -> None:
        self.beats.answered(NoLinkThere(number).encode(), source, now)

    def test_every(self) -> None:
        """One goes out every other second, each with another number."""
        self.beats.tick(10.0 + EVERY - 0.01)
        self.assertEqual(self.sent(), [])
        numbers = set()
        for _ in range(5):
            numbers.add(self.beat(self.beats.wake))
        self.assertEqual((len(numbers), self.beats.wake), (5, 10.0 + 6 * EVERY))

    def test_answered(self) -> None:
        """An answer is the end of the link, and another is made at once, where it has lasted."""
        self.answer(self.beat(14.0), 14.1)
        self.assertEqual(self.way.done, ["lost", "start"])
        (effect,) = self.effects.take()
        assert isinstance(effect, CloseLink)
        self.assertIs(effect.link, self.link)
        self.assertEqual(self.beats.wake, NEVER)

    def test_answered_soon(self) -> None:
        """One that has not lasted is followed by another later, as any that is lost: whoever has
        another address each moment does not shake hands without end."""
        self.answer(self.beat(12.0), 10.0 + LASTED - 0.1)
        self.assertEqual(self.way.done, ["lost"])

    def test_no_answer(self) -> None:
        """What comes from elsewhere, has no number of ours, or is no answer, changes nothing; nor
        does what came to one of long ago, or of another link."""
        number = self.beat(14.0)
        self.answer(number, 14.1, ELSEWHERE)
        self.answer(b"\xff" * 8, 14.1)
        self.beats.answered(b"\7", SERVER, 14.1)
        for _ in range(ANSWERABLE):
            later = self.beat(self.beats.wake)
        self.answer(number, 30.0)
        self.way.link = Link("a" * 64, SERVER, dialled=True)
        self.answer(later, 30.0)
        self.assertEqual(self.way.done, [])

    def test_once(self) -> None:
        """A second answer finds no link to end."""
        number = self.beat(14.0)
        self.answer(number, 14.1)
        self.way.link = self.link
        self.answer(number, 14.2)
        self.assertEqual(self.way.done, ["lost", "start"])

    def test_rests(self) -> None:
        """While the link rests there are beats as long as there is a link to somebody, and to be
        told that the server has none from there is answered by a sign of life, and loses
        nothing."""
        resting = self.ways.requests.resting
        resting.begin(
            RestKeys(TOKEN + bytes(8), bytes(32), bytes(32)), SERVER, six=False, now=10.0
        )
        self.sent()
        self.ways.has_links = True
        number = self.beat(10.0 + EVERY)
        self.answer(number, 12.1)
        (sign,) = self.ways.effects.take()
        assert isinstance(sign, SendProbe)
        self.assertEqual((sign.datagram[0], sign.to), (SIGN, SERVER))
        resting.rouse(12.2)
        self.answer(number, 12.3)
        self.assertEqual((self.way.done, self.ways.effects.take()), ([], []))
        resting.end()
        resting.begin(
            RestKeys(TOKEN + bytes(8), bytes(32), bytes(32)), SERVER, six=False, now=13.0
        )
        self.ways.has_links = False
        self.beats.tick(10.0 + 10 * EVERY)
        self.assertEqual(self.sent(), [])
        self.beats.hasten(10.0 + 10 * EVERY)
        self.assertEqual(len(self.sent()), 1)

    def test_hastened(self) -> None:
        """Where something has no answer one goes out at once, and some more soon, but not many
        for many reasons at once."""
        for now in (11.0, 11.05, 11.1):
            self.beats.hasten(now)
        self.assertEqual(len(self.sent()), 1)
        at, gaps = 11.0, []
        for _ in range(len(SOON) + 2):
            gaps.append(round(self.beats.wake - at, 6))
            at = self.beats.wake
            self.beat(at)
        self.assertEqual(gaps, [SOON[0], *SOON, EVERY])

    def test_other_link(self) -> None:
        """Over another link there is none before the server has told a token there; nor without
        one, or without a link."""
        self.way.link = Link("a" * 64, SERVER, dialled=True)
        self.beats.tick(12.0)
        self.assertEqual((self.sent(), self.beats.wake), ([], NEVER))
        self.beats.hasten(12.5)
        self.assertEqual(self.sent(), [])
        self.beats.begin(b"", None, 13.0)
        self.beats.hasten(13.5)
        self.assertEqual((self.sent(), self.beats.wake), ([], NEVER))
        self.beats.begin(TOKEN, None, 14.0)
        self.beat(16.0)
        self.way.link = None
        self.beats.tick(18.0)
        self.assertEqual((self.sent(), self.beats.wake), ([], NEVER))


class OverBoth(SynchronousTestCase):
    """A server that says at second 10 that it is over IPv6 too."""

    def setUp(self) -> None:
        numbers = count(1)
        self.way, self.effects = Way(), Effects()
        draw = lambda size: next(numbers).to_bytes(size, "big")  # noqa: E731
        self.beats = Beats(Ways(self.way), self.effects, draw)
        self.beats.begin(TOKEN, SIX, 10.0)

    def passes(self, until: float) -> list[tuple[float, bytes]]:
        """What goes there meanwhile: when, and with which number."""
        went = [(10.0, one) for one in self.numbers()]
        while (now := self.beats.wake) <= until:
            self.beats.tick(now)
            went += [(now, one) for one in self.numbers()]
        return went

    def numbers(self) -> list[bytes]:
        return [
            read_beat(one.datagram).number
            for one in self.effects.take()
            if isinstance(one, SendProbe) and one.to == SIX
        ]

    def test_nobody(self) -> None:
        """Where nothing comes back there are four in all, and four more when our network has
        changed: whoever is named gets no more."""
        went = [round(at - 10, 6) for at, _ in self.passes(100.0)]
        self.assertEqual(went, [0.0, ALSO[0], ALSO[0] + ALSO[1], sum(ALSO)])
        self.beats.network_changed(200.0)
        self.assertEqual(len(self.passes(300.0)), len(ALSO) + 1)

    def test_comes_back(self) -> None:
        """What has come back is shown at once, and then now and then, as long as it comes back."""
        self.passes(10.0)
        self.beats.answered(BeatBack(b"shown 01").encode(), SIX, 10.1)
        self.assertEqual(self.numbers(), [b"shown 01"])
        for at in (10.2, 10.2 + ALSO_EVERY):
            self.beats.answered(BeatBack(b"shown 01").encode(), SIX, at)
            went = self.passes(at + ALSO_EVERY - 0.1)
            self.assertEqual([one for one in went if one[0] > at], [])
            self.beats.tick(at + ALSO_EVERY)
            self.assertEqual(self.numbers(), [b"shown 01"])
        self.assertEqual(len(self.passes(1000.0)), len(ALSO))

    def test_from_elsewhere(self) -> None:
        """What others send back is nothing."""
        self.passes(10.0)
        self.beats.answered(BeatBack(b"shown 01").encode(), SERVER, 10.1)
        self.assertEqual(self.numbers(), [])

    def test_ever_new(self) -> None:
        """Whoever sends ever new numbers back is not sent more for that."""
        for number in range(1000):
            self.beats.answered(BeatBack(number.to_bytes(8, "big")).encode(), SIX, 10.1)
        self.assertLess(len(self.numbers()), 3 * len(ALSO))

    def test_over(self) -> None:
        """Without the link there are none."""
        self.way.link = None
        self.passes(100.0)
        self.assertEqual(self.beats.wake, NEVER)
