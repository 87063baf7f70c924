"""How one whose link rests is called."""

from itertools import count

from twisted.trial.unittest import SynchronousTestCase

from tests.support.mixed_server import MixedServer
from tests.support.rester import Rester
from twisted_chat.server.gen2.calling import CALLS
from twisted_chat.server.gen2.introductions import PairSecrets
from twisted_chat.server.gen2.send_queue import LAG_AT_REST
from twisted_chat.wire.common import JoinRoom
from twisted_chat.wire.gen2.answers import parse_answer
from twisted_chat.wire.gen2.requests import SetTopic
from twisted_chat.wire.gen2.rest import ComeBack
from twisted_chat.wire.gen2.room_news import Topic
from twisted_chat.wire.gen2.roster import Came, RosterBegins, RosterEnds
from twisted_chat.wire.gen2.signs import LARGEST_SAID


class Called(SynchronousTestCase):
    """Anna rests, Bob is in a room with her, and sets what it is about."""

    def setUp(self) -> None:
        numbers = count(1)
        secrets = PairSecrets(bytes(32), lambda size: next(numbers).to_bytes(size, "big"))
        self.server = MixedServer(secrets=secrets)
        self.bob = self.server.session("bob", 1, "lab")
        self.anna = Rester(self.server, 0, "anna")
        self.server.ask(self.anna.link, JoinRoom("lab"))
        self.server.take(self.anna.link)
        self.anna.rest()

    def topic(self, text: str) -> bytes:
        """What Anna is told of a new one."""
        self.server.ask(self.bob, SetTopic("lab", text))
        return Topic("lab", text).encode()

    def test_again(self) -> None:
        """She is called, with what is said, until she has heard it, at these times."""
        told, times = self.topic("tea"), []
        while self.server.now < 1010:
            times += [round(self.server.now - 1000, 1) for _ in self.anna.calls()]
            self.server.wait(0.1)
        sums = [sum(CALLS[:number]) for number in range(len(CALLS) + 1)]
        for expected, at in zip(sums, times, strict=True):
            self.assertLess(abs(expected - at), 0.15)
        self.anna.lives()
        self.assertEqual(self.anna.hear(), [told])
        self.server.wait(30)
        self.assertEqual(self.anna.calls(), [])

    def test_same(self) -> None:
        """What is sent again is the same to the byte, and what is said next has another number
        and comes when that has been heard."""
        first = self.topic("tea")
        self.server.wait(0.21)
        sent = self.server.told(self.anna.address)
        self.assertEqual((len(sent), len(set(sent))), (2, 1))
        second = self.topic("coffee")
        self.server.wait(0.31)
        self.assertEqual(self.anna.calls(), [(1, [first])])
        self.anna.heard = 1
        self.anna.lives()
        self.assertEqual(self.anna.calls(), [(2, [second])])

    def test_later(self) -> None:
        """One who heard no call is called again when it shows that it is there."""
        told = self.topic("tea")
        self.server.wait(19)
        self.anna.calls()
        self.anna.lives()
        self.assertEqual(self.anna.calls(), [(1, [told])])

    def test_too_much(self) -> None:
        """More than fits a datagram is said over a link, all of it, in order."""
        first = self.topic("tea")
        self.anna.calls()
        texts = [f"{number} " + "x" * 200 for number in range(8)]
        expected = [first, *map(self.topic, texts)]
        self.assertGreater(sum(map(len, expected)), LARGEST_SAID)
        ((number, nothing),) = self.anna.calls()
        self.assertEqual((number, nothing), (2, []))
        told = self.server.ask(self.anna.again(), ComeBack(self.anna.keys.id, 0))
        self.assertEqual([one.encode() for one in told[1:]], expected)

    def test_heard_some(self) -> None:
        """Nothing is said twice that she has heard."""
        self.topic("tea")
        ((number, _),) = self.anna.calls()
        told = self.topic("coffee")
        answers = self.server.ask(self.anna.again(), ComeBack(self.anna.keys.id, number))
        self.assertEqual([one.encode() for one in answers[1:]], [told])

    def test_roster(self) -> None:
        """A roster is begun when there is a link."""
        self.anna.lives(JoinRoom("lab").encode())
        ((_, nothing),) = self.anna.calls()
        self.assertEqual(nothing, [])
        told = self.server.ask(self.anna.again(), ComeBack(self.anna.keys.id, 0))
        kinds = [type(one) for one in told]
        self.assertIn(RosterBegins, kinds)
        self.assertIn(RosterEnds, kinds)

    def test_bounded(self) -> None:
        """What waits is bounded: who is there has the whole roster told instead."""
        for number in range(2000):
            address = f"10.9.{number // 250}.{number % 250}", 9
            self.server.datagram(address, f"hi guest{number}".encode())
            self.server.datagram(address, b"rj lab")
            self.server.wait(1.1)
            session = self.server.core._sessions.registered[self.anna.link.fingerprint]
            if session.streams:
                break
            if number % 10 == 0:
                self.anna.lives()
                self.anna.calls()
        waits = session.rest.waiting if session.rest is not None else None
        assert waits is not None
        self.assertLess(sum(map(len, waits.later)), LAG_AT_REST + 1000)
        told = self.server.ask(self.anna.again(), ComeBack(self.anna.keys.id, 0))
        kinds = [type(one) for one in told]
        self.assertIn(RosterEnds, kinds)
        self.assertIn(Came, kinds)

    def test_read(self) -> None:
        """What she is told is in the language."""
        self.topic("tea")
        ((_, (told,)),) = self.anna.calls()
        self.assertEqual(parse_answer(told), Topic("lab", "tea"))
