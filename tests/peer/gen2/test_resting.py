"""Being there for a server without a link."""

from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.moments import NEVER
from twisted_chat.peer.effects import Effects, SendProbe
from twisted_chat.peer.gen2.resting import (
    AGAIN,
    DOUBT,
    EVERY,
    EVERY_OF_SEVERAL,
    LONGEST,
    MEANWHILE,
    Resting,
    RestState,
)
from twisted_chat.wire.gen2.signs import (
    LARGEST_SAID,
    NO_ECHO,
    SIGN,
    RestKeys,
    Sign,
    SignAnswer,
    SignOutcome,
    call,
    read_sign,
    unknown,
    unseal,
)

SERVER, ELSEWHERE = ("192.0.2.1", 8090), ("192.0.2.2", 8090)
KEYS = RestKeys(b"token 01 and id.", b"p" * 32, b"s" * 32)
OTHERS = RestKeys(KEYS.id, b"P" * 32, b"S" * 32)


class Base(SynchronousTestCase):
    """A link that rests since second 10."""

    def setUp(self) -> None:
        self.effects = Effects()
        self.resting = resting = Resting(self.effects)
        self.told: list[bytes] = []
        self.happened: list[str] = []
        resting.told = lambda messages, now: self.told.extend(messages)
        resting.needs_link = self.needs_link
        resting.needs_none = self.needs_none
        resting.unknown = lambda now: self.happened.append("unknown")
        self.now = 10.0
        resting.begin(KEYS, SERVER, six=False, now=10.0)

    def needs_link(self, now: float) -> None:
        """As one who has to be told once."""
        self.happened.append("needs a link")
        self.resting.rouse(now)

    def needs_none(self, now: float) -> None:
        """The same."""
        self.happened.append("needs none")
        self.resting.rest_on(now)

    def sent(self) -> list[Sign]:
        """The signs that went out since this was last asked, to the server."""
        sent = self.effects.take()
        assert all(isinstance(one, SendProbe) and one.to == SERVER for one in sent)
        return [
            read_sign(one.datagram, KEYS.proves, six=False)
            for one in sent
            if isinstance(one, SendProbe)
        ]

    def wait(self, seconds: float) -> list[Sign]:
        """Time passes; what is sent in it."""
        until, sent = self.now + seconds, self.sent()
        while self.resting.wake <= until:
            self.now = max(self.now, self.resting.wake)
            self.resting.tick(self.now)
            sent += self.sent()
        self.now = until
        return sent

    def answer(
        self,
        sign: Sign,
        found: SignOutcome = SignOutcome.HERE,
        value: bytes = NO_ECHO,
        said: int = 0,
    ) -> None:
        self.receive(SignAnswer(sign.counter, found, value, said).encode(KEYS.proves, six=False))

    def receive(self, datagram: bytes) -> None:
        self.resting.received(datagram, SERVER, self.now)

    def said(self, sign: Sign) -> list[bytes]:
        """What is said in a sign."""
        return unseal(KEYS, SIGN, sign.said, sign.box) if sign.box else []


class Signs(Base):
    """When there is one."""

    def test_every(self) -> None:
        """One goes out every so many seconds, each with a larger counter, as they are answered."""
        for number in range(1, 4):
            self.assertEqual(self.wait(EVERY - 0.1), [])
            (sign,) = self.wait(0.2)
            self.assertEqual(sign, Sign(KEYS.id, number))
            self.answer(sign)
            self.now -= 0.1

    def test_several(self) -> None:
        """Where other servers serve us too one goes out more often."""
        self.resting.several(True, self.now)
        self.assertEqual(self.wait(EVERY_OF_SEVERAL - 0.1), [])
        self.assertEqual(len(self.wait(0.2)), 1)
        self.assertEqual(len(self.wait(1.9)), 9)  # And without an answer again, as often as that.

    def test_no_answer(self) -> None:
        """Without an answer one goes out again and again, the server is doubted, and then a link
        is needed."""
        self.assertFalse(self.resting.doubted(self.now))
        self.assertEqual(len(self.wait(EVERY)), 1)
        self.assertFalse(self.resting.doubted(self.now + DOUBT - 0.1))
        self.assertTrue(self.resting.doubted(self.now + DOUBT))
        again = self.wait(sum(AGAIN))
        self.assertEqual((len(again), self.happened), (len(AGAIN) - 1, ["needs a link"]))
        meanwhile = self.wait(10 * MEANWHILE + 0.1)  # While the link is made we are there.
        self.assertEqual(len(meanwhile), 10)
        self.assertFalse(self.resting.alive(self.now))
        self.answer(meanwhile[-1])
        self.assertEqual(self.happened[1:], ["needs none"])
        self.assertTrue(self.resting.rests)
        self.assertEqual(self.wait(EVERY - 0.1), [])
        self.resting.end()
        self.assertEqual((self.resting.wake, self.wait(60)), (NEVER, []))

    def test_late_answer(self) -> None:
        """An answer to one of the last is one."""
        signs = self.wait(EVERY + AGAIN[0] + AGAIN[1])
        self.assertEqual(len(signs), 3)
        self.answer(signs[0])
        self.assertEqual(self.wait(EVERY - 0.1), [])

    def test_no_answers(self) -> None:
        """What comes from elsewhere, is proven by others, over the other family, or is an answer
        to nothing, is none."""
        (sign,) = self.wait(EVERY)
        wrong = SignAnswer(sign.counter, SignOutcome.UNKNOWN)
        self.resting.received(wrong.encode(KEYS.proves, six=False), ELSEWHERE, self.now)
        self.receive(wrong.encode(OTHERS.proves, six=False))
        self.receive(wrong.encode(KEYS.proves, six=True))
        self.receive(
            SignAnswer(sign.counter + 1, SignOutcome.UNKNOWN).encode(KEYS.proves, six=False)
        )
        self.receive(wrong.encode(KEYS.proves, six=False)[:-1])
        self.assertEqual(self.happened, [])
        self.assertEqual(len(self.wait(AGAIN[0])), 1)

    def test_echo(self) -> None:
        """What the server wants said back is, at once, and from then on; the same is not said
        back twice at once."""
        (sign,) = self.wait(EVERY)
        self.answer(sign, SignOutcome.ECHO, b"an echo.")
        self.answer(sign, SignOutcome.ECHO, b"an echo.")
        (again,) = self.wait(0.1)
        self.assertEqual(again.echo, b"an echo.")
        self.answer(again)
        (later,) = self.wait(EVERY)
        self.assertEqual(later.echo, b"an echo.")

    def test_unknown(self) -> None:
        """Where the server does not know us we are to come, or to ask again when it says: it has
        others to take in first."""
        (sign,) = self.wait(EVERY)
        self.receive(unknown(sign.counter, 1500).encode(KEYS.proves, six=False))
        self.assertEqual((self.happened, self.wait(1.4)), ([], []))
        (again,) = self.wait(0.2)
        self.receive(unknown(again.counter, 0).encode(KEYS.proves, six=False))
        self.assertEqual(self.happened, ["unknown"])

    def test_unknown_for_ever(self) -> None:
        """No server has us wait for longer than this."""
        (sign,) = self.wait(EVERY)
        self.receive(unknown(sign.counter, 2**60).encode(KEYS.proves, six=False))
        self.assertEqual(self.wait(LONGEST - 0.1), [])
        self.assertEqual(len(self.wait(0.2)), 1)

    def test_hastened(self) -> None:
        """One goes out at once where our network is another."""
        self.resting.hasten(self.now)
        self.assertEqual(len(self.sent()), 1)
        self.resting.rouse(self.now)
        self.resting.hasten(self.now)
        self.assertEqual(self.sent(), [])


class Saying(Base):
    """What is said in it."""

    def test_said(self) -> None:
        """What is said in one turn is in one box, which is sent until the server has it; what is
        said meanwhile is in the next."""
        self.resting.say(b"one")
        self.resting.say(b"two")
        (sign,) = self.wait(0)
        self.assertEqual(self.said(sign), [b"one", b"two"])
        self.resting.say(b"three")
        (again,) = self.wait(AGAIN[0])
        self.assertEqual((again.said, again.box), (sign.said, sign.box))
        self.assertGreater(again.counter, sign.counter)
        self.answer(sign, said=1)
        (following,) = self.wait(0)
        self.assertEqual((following.said, self.said(following)), (2, [b"three"]))
        self.answer(following, said=2)
        (later,) = self.wait(EVERY)
        self.assertEqual(later.box, b"")

    def test_not_opened(self) -> None:
        """An answer that does not say that it was opened is not taken for that."""
        self.resting.say(b"one")
        (sign,) = self.wait(0)
        self.answer(sign, said=0)
        (again,) = self.wait(AGAIN[0])
        self.assertEqual(self.said(again), [b"one"])

    def test_too_long(self) -> None:
        """What does not fit waits for a link."""
        self.resting.say(b"x" * LARGEST_SAID)
        self.assertEqual((self.wait(0), self.happened), ([], ["needs a link"]))
        self.resting.say(b"more")
        *_, last = meanwhile = self.wait(60)
        self.assertEqual({one.box for one in meanwhile}, {b""})
        self.answer(last)
        self.assertEqual(self.happened[1:], [])  # It still does.
        self.assertTrue(self.resting.alive(self.now))
        self.assertEqual(self.resting.come_back(0), [b"x" * LARGEST_SAID, b"more"])

    def test_over_link(self) -> None:
        """What comes with a list waits for a link too, and so does what follows."""
        self.resting.say(b"one")
        self.wait(0)
        self.resting.say(b"ul", over_link=True)
        self.assertEqual((self.wait(0), self.happened), ([], ["needs a link"]))
        self.assertIs(self.resting.state, RestState.ROUSED)
        self.assertEqual(self.resting.come_back(0), [b"one", b"ul"])
        self.assertIs(self.resting.state, RestState.NOT)

    def test_opened_before(self) -> None:
        """What the server has opened is not said to it again over the link."""
        self.resting.say(b"one")
        self.wait(0)
        self.resting.say(b"two")
        self.resting.rouse(self.now)
        self.assertEqual(self.resting.come_back(1), [b"two"])

    def test_last_words(self) -> None:
        """What is said at the very end is sent once."""
        self.resting.say(b"by")
        self.resting.last_words()
        (sign,) = self.sent()
        self.assertEqual(self.said(sign), [b"by"])
        self.resting.last_words()
        self.assertEqual(self.sent(), [])


class Told(Base):
    """What the server says."""

    def test_told(self) -> None:
        """What it says is told, once, in its order, and answered each time."""
        first, second = (call(KEYS, number, [b"%d" % number]) for number in (1, 3))
        for datagram in (first, first, second, first, second):
            self.receive(datagram)
        self.assertEqual(self.told, [b"1", b"3"])
        self.assertEqual([sign.heard for sign in self.sent()], [1, 1, 3, 3, 3])
        self.assertEqual(self.resting.heard, 3)

    def test_come(self) -> None:
        """Where it says nothing there has to be a link."""
        self.receive(call(KEYS, 1, []))
        self.assertEqual(self.happened, ["needs a link"])
        self.assertEqual(self.resting.heard, 0)

    def test_sealed_by_others(self) -> None:
        """What others have sealed, or is cut, is nothing, and not answered."""
        self.receive(call(OTHERS, 1, [b"1"]))
        self.receive(call(KEYS, 1, [b"1"])[:-1])
        self.resting.received(call(KEYS, 1, [b"1"]), ELSEWHERE, self.now)
        self.assertEqual((self.told, self.sent(), self.happened), ([], [], []))

    def test_over(self) -> None:
        """Nothing is taken when it rests no more."""
        self.resting.end()
        self.receive(call(KEYS, 1, [b"1"]))
        self.assertEqual((self.told, self.sent(), self.resting.wake), ([], [], NEVER))
