"""What the other end has the library do beyond what a link needs, and where it ends."""

from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from tests.support.quic import CALLED, CALLER, THIRD, QuicCase
from twisted_chat.addresses import Address
from twisted_chat.net.quic_bounds import ELSEWHERE_FACTOR, MOST_IDS, SMALL, UNASKED
from twisted_chat.net.quic_excess import Excess, Sent

ID = b"abcdefgh"
HANDSHAKE = bytes((0xE0, 0, 0, 0, 1, len(ID))) + ID + bytes(100)


def short(identifier: bytes = ID, length: int = 36) -> bytes:
    """A packet with a short header."""
    return (b"@" + identifier).ljust(length, b"\xff")


def written(many: int, to: Address = CALLER, length: int = 36) -> Sent:
    """What the library has written in one go."""
    return [(short(length=length), to)] * many


class Answers(SynchronousTestCase):
    """Datagrams that are sent because of frames that want an answer."""

    def setUp(self) -> None:
        self.excess = Excess()

    def test_as_many_as_came(self) -> None:
        """One for each datagram that came is no excess, nor a few more."""
        for _ in range(100):
            self.excess.came(64, elsewhere=False)
            sent = self.excess.pass_on(written(64 + UNASKED), CALLER)
            self.assertEqual(len(sent), 64 + UNASKED)
        self.assertIsNone(self.excess.why)

    def test_more_than_came(self) -> None:
        """With more the link is to end, and the others are not sent."""
        self.excess.came(1, elsewhere=False)
        sent = self.excess.pass_on(written(120), CALLER)
        self.assertEqual(len(sent), 1 + UNASKED)
        self.assertEqual(self.excess.why, "it has asked for too many answers")

    def test_large(self) -> None:
        """Many full datagrams are what was said."""
        sent = self.excess.pass_on(written(200, length=SMALL + 1), CALLER)
        self.assertEqual((len(sent), self.excess.why), (200, None))

    def test_elsewhere(self) -> None:
        """To where the other end may be go three datagrams for each that came from there."""
        self.excess.came(2, elsewhere=True)
        sent = [self.excess.pass_on(written(5, THIRD), CALLER) for _ in range(3)]
        self.assertEqual(sum(map(len, sent)), 2 * ELSEWHERE_FACTOR)
        self.assertEqual(self.excess.pass_on(written(5), CALLER), written(5))


class Ids(SynchronousTestCase):
    """Connection ids of the other end."""

    def setUp(self) -> None:
        self.excess = Excess()
        self.excess.pass_on([(HANDSHAKE, CALLER)], CALLER)

    def _use(self, count: int) -> None:
        for number in range(count):
            identifier = number.to_bytes(len(ID), "big")
            self.excess.pass_on([(short(identifier), CALLER)], CALLER)

    def test_some(self) -> None:
        """Another id now and then is no excess, however much is said to each."""
        for _ in range(1000):
            self.excess.pass_on([(short(), CALLER)], CALLER)
        self._use(MOST_IDS - 1)
        self.assertIsNone(self.excess.why)

    def test_many(self) -> None:
        """One who replaces ids without end has no link any more."""
        self._use(MOST_IDS + 1)
        self.assertEqual(self.excess.why, "it has changed its connection id too often")


class Challenging:
    """The library where the other end has asked whether a path is open, over a hundred
    times in one datagram."""

    def __init__(self, quic: Any) -> None:
        self._quic = quic
        self._asked = True

    def __getattr__(self, name: str) -> Any:
        return getattr(self._quic, name)

    def datagrams_to_send(self, now: float) -> list[tuple[bytes, Address]]:
        answers = written(120) if self._asked else []
        self._asked = False
        rest: list[tuple[bytes, Address]] = self._quic.datagrams_to_send(now)
        return answers + rest


class Links(QuicCase):
    """A link of a port."""

    def test_challenges(self) -> None:
        """A link over which too many answers are asked for ends, with a reason."""
        self.link()
        (connection,) = self.called.port._links._all
        library: Any = Challenging(connection._quic)
        connection._quic = library
        before = len(self.network.sent)
        self.caller.say(b"word")
        self.later(2)
        sent = [one for one in self.network.sent[before:] if one.source == CALLED]
        self.assertLess(len(sent), 2 * UNASKED)
        self.assertEqual(self.called.heard.told[-1], "lost: it has asked for too many answers")
        self.assertEqual(self.caller.heard.told[-1], "lost: it has asked for too many answers")
