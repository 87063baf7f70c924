"""Users of whom there is no link, and what proves who they are."""

from itertools import count

from twisted.trial.unittest import SynchronousTestCase

from tests.support.mixed_server import KEYS, PLACES, MixedServer
from tests.support.rester import Rester
from twisted_chat.addresses import Address
from twisted_chat.links import Link
from twisted_chat.server.bounds import RETURN
from twisted_chat.server.gen2.introductions import PairSecrets
from twisted_chat.server.gen2.resting import OF_A_SITE_AT_ONCE, PERIOD, SIGNS_AT_ONCE, SILENT
from twisted_chat.server.gen2.return_queue import RETURNS
from twisted_chat.server.gen2.send_queue import LAG
from twisted_chat.server.operators.bans import Ban, BanKind
from twisted_chat.wire.common import Bare, Leave, Locate, Verb, Welcome
from twisted_chat.wire.gen2.answers import Expelled, Introduced, parse_answer
from twisted_chat.wire.gen2.pairing import Pairing, Seen
from twisted_chat.wire.gen2.requests import RegisterKey, SignOfLife
from twisted_chat.wire.gen2.rest import AskRest, AtRest, CameBack, ComeBack
from twisted_chat.wire.gen2.roster import Came
from twisted_chat.wire.gen2.signs import NO_ECHO, SIGN_BYTES, RestKeys, Sign, SignOutcome

ELSEWHERE: Address = ("198.51.100.9", 4711)
SIX: Address = ("2001:db8::9", 4711)


class Base(SynchronousTestCase):
    """Anna rests, Bob has a link, and both are in a room."""

    def setUp(self) -> None:
        self.server = self.start()
        self.anna = Rester(self.server, 0, "anna")
        self.server.enter(self.anna.link, "lab")
        self.bob = self.server.session("bob", 1, "lab")
        self.server.take(self.anna.link)
        self.anna.rest()
        self.resting = self.server.core.resting

    def start(self) -> MixedServer:
        """A server with the same key, which knows nobody."""
        numbers = count(1)
        secrets = PairSecrets(bytes(32), lambda size: next(numbers).to_bytes(size, "big"))
        return MixedServer(secrets=secrets)

    def session(self, one: Rester) -> str:
        """Where the server takes one to be, if that is registered."""
        session = self.server.core._sessions.registered.get(one.link.fingerprint)
        return "" if session is None else session.address[0]


class Resting(Base):
    """What becomes of one who rests."""

    def test_there(self) -> None:
        """One who rests has no link, is who it was, and in its room, as long as it shows that it
        is there; where it does not, it is lost as over a link."""
        figures = self.server.core.operations.figures()
        self.assertEqual((figures["resting"], figures["links"], figures["with_key"]), (1, 1, 2))
        for _ in range(4):
            self.server.wait(SILENT - 1)
            self.assertEqual(self.anna.lives().found, SignOutcome.HERE)
        self.assertIn("anna", self.server.room("lab").members)
        self.server.wait(SILENT + PERIOD)
        self.assertEqual((len(self.resting), self.session(self.anna)), (0, ""))
        self.assertIn("anna", self.server.room("lab").members)
        self.server.wait(RETURN)
        self.assertNotIn("anna", self.server.room("lab").members)

    def test_said_meanwhile(self) -> None:
        """One who has said something since it asked does not rest: what waited goes over the
        link."""
        link = self.anna.again()
        self.server.ask(link, ComeBack(self.anna.keys.id, 0))
        self.server.say(link, AskRest().encode())
        self.server.register(self.server.link(2), "carol", "lab")
        carol = [one for one in self.server.take(link) if isinstance(one, Came)]
        self.assertEqual((len(self.resting), carol), (1, []))
        told = self.server.ask(link, SignOfLife())
        self.assertEqual([one.contact.name for one in told if isinstance(one, Came)], ["carol"])
        self.assertEqual(len(self.resting), 0)

    def test_other_keys(self) -> None:
        """Each rest has an id and keys of its own, also over the same link: the numbers of boxes
        begin anew, and no two texts may be sealed with one key and one number."""
        seen, granted = [self.anna.keys], AtRest(self.anna.keys)
        for _ in range(3):
            link = self.anna.again()
            self.server.ask(link, ComeBack(self.anna.keys.id, 0))
            for again in (False, True):
                self.server.ask(link, SignOfLife())  # It has said something since.
                (answer,) = self.server.ask(link, AskRest())
                assert isinstance(answer, AtRest)
                granted = answer
                self.assertEqual(again, granted.keys.token == seen[-1].token)
                seen.append(granted.keys)
            self.anna.link, self.anna.keys = link, granted.keys
        for part in ("id", "proves", "seals"):
            self.assertEqual(len({getattr(keys, part) for keys in seen}), len(seen))

    def test_strangers(self) -> None:
        """Nobody rests who is not registered."""
        link = self.server.link(3)
        self.assertEqual(self.server.ask(link, AskRest()), [Bare(Verb.HI)])

    def test_comes_back(self) -> None:
        """Another link takes the place, with all that was said meanwhile and not heard, and no
        roster has to be told again."""
        self.server.register(self.server.link(2), "carol", "lab")
        self.assertEqual(len(self.anna.hear()), 1)
        self.server.register(self.server.link(3), "dave", "lab")
        ((number, (came,)),) = self.anna.calls()
        link = self.anna.again()
        told = self.server.ask(link, ComeBack(self.anna.keys.id, number - 1))
        self.assertEqual(told, [CameBack(0), parse_answer(came)])
        self.assertEqual(len(self.resting), 0)
        self.anna.link = link
        self.assertIsNotNone(self.anna.rest())
        link = self.anna.again(ELSEWHERE)
        self.assertEqual(self.server.ask(link, ComeBack(self.anna.keys.id, 0))[0], CameBack(0))
        self.assertEqual(self.session(self.anna), ELSEWHERE[0])

    def test_comes_back_without(self) -> None:
        """Nobody is back who has no link: what is said of that in a sign of life is refused."""
        self.anna.lives(ComeBack(self.anna.keys.id, 0).encode())
        self.assertEqual(self.anna.hear(), [Bare(Verb.HI).encode()])
        self.server.wait(SILENT + PERIOD)
        self.assertEqual(self.session(self.anna), "")

    def test_comes_back_as_nobody(self) -> None:
        """A link of another key takes nobody's place, nor does one with an id of nobody."""
        stranger = self.server.link(4)
        for identifier in (self.anna.keys.id, b"n" * 16):
            answer = self.server.ask(stranger, ComeBack(identifier, 0))
            self.assertEqual(answer, [Bare(Verb.HI)])
        self.assertEqual(self.session(self.anna), PLACES[0][0])
        link = self.anna.again()
        self.assertEqual(self.server.ask(link, ComeBack(b"n" * 16, 0)), [Bare(Verb.HI)])

    def test_registers_anew(self) -> None:
        """A program that was started again registers, and the one that rested is no more."""
        link = self.anna.again()
        told = self.server.ask(link, RegisterKey("anna", "0" * 20))
        self.assertIn(Welcome("anna"), told)
        self.assertEqual(len(self.resting), 0)

    def test_rival(self) -> None:
        """Another program with the key is refused, as the one who rests shows that it lives."""
        link = self.anna.again()
        self.server.ask(link, RegisterKey("anna", "1" * 20))
        self.assertEqual(self.anna.hear(), [SignOfLife().encode()])
        self.anna.lives(SignOfLife().encode())
        (refused,) = self.server.take(link)
        self.assertIn("anna", str(refused))
        self.assertEqual(self.session(self.anna), PLACES[0][0])

    def test_leaves(self) -> None:
        """One who rests can leave without a link."""
        self.anna.lives(Leave().encode())
        self.assertNotIn("anna", self.server.room("lab").members)
        self.assertEqual(self.session(self.anna), "")

    def test_expelled(self) -> None:
        """One who rests and is put out is told why."""
        self.server.core.operations.do({"do": "kick", "name": "anna"}, self.server.now)
        self.server.note(self.server.core.gen2.effects(self.server.now))
        ((_, told),) = self.anna.calls()
        self.assertIsInstance(parse_answer(told[-1]), Expelled)
        self.assertEqual(len(self.resting), 0)


class Introducing(Base):
    """What is for one who rests is said in a datagram."""

    def test_introduced(self) -> None:
        """Both of a pair are told of each other at once, and no link has to be made for that."""
        self.anna.hear()
        carol = Rester(self.server, 2, "carol")
        self.server.take(carol.link)
        found = self.server.ask(carol.link, Locate("anna"))
        pairs = [one for one in found if isinstance(one, Pairing)]
        ((_, told),) = self.anna.calls()
        kinds = [type(parse_answer(one)) for one in told]
        self.assertEqual(kinds, [Introduced, Pairing])
        pair = parse_answer(told[1])
        assert isinstance(pair, Pairing)
        self.assertEqual((pair.tag, pair.secret), (pairs[0].tag, pairs[0].secret))


class Proofs(Base):
    """What is sent in the name of one who rests."""

    def state(self) -> tuple[str, int, str]:
        """Where the server takes Anna to be, and since what it has heard of her."""
        session = self.server.core._sessions.registered[KEYS[0]]
        assert session.rest is not None
        return self.session(self.anna), session.rest.heard, self.server.holder(0).name

    def test_replayed(self) -> None:
        """A sign is good for once: what is said in it is heard once, whoever sends it again, from
        wherever, and however late, and nobody is answered."""
        topic = self.anna.sign(b"rt lab good")
        self.assertIsNotNone(self.anna.send(topic))
        before = self.state()
        self.anna.lives()
        for source in (PLACES[0], ELSEWHERE, PLACES[1]):
            self.assertIsNone(self.anna.send(topic, source))
        self.server.wait(SILENT + PERIOD)
        self.assertEqual(before[0], PLACES[0][0])
        self.assertEqual(len(self.resting), 0)  # None of them has shown that she is there.
        self.assertEqual(self.server.dropped, ["a sign of life that is no news"] * 3)

    def test_altered(self) -> None:
        """One in which anything is another is dropped, and so is one of another family."""
        before, datagram = self.state(), self.anna.sign(b"by")
        for place in range(1, len(datagram)):
            wrong = bytearray(datagram)
            wrong[place] ^= 1
            self.assertIsNone(self.anna.send(bytes(wrong)))
        for cut in range(1, len(datagram)):
            self.assertIsNone(self.anna.send(datagram[:cut]))
        self.assertIsNone(self.anna.send(datagram, SIX))
        self.assertEqual(self.state(), before)

    def test_stolen(self) -> None:
        """One that is taken on its way, and sent from elsewhere, moves nobody: what comes back
        there has to be said by the one who has the key."""
        stolen = self.anna.sign(b"rt lab bad")
        answer = self.anna.answer(self.anna.send(stolen, ELSEWHERE))
        assert answer is not None
        self.assertEqual((answer.found, self.state()[:2]), (SignOutcome.ECHO, (PLACES[0][0], 0)))
        # The one who has taken it knows the echo, and no key.
        keys = RestKeys(self.anna.keys.id, b"x" * 32, b"x" * 32)
        guess = Sign(keys.id, 99, answer.value).encode(keys.proves, six=False)
        self.assertIsNone(self.anna.send(guess, ELSEWHERE))
        self.assertEqual(self.anna.lives().found, SignOutcome.HERE)
        self.assertEqual(self.state()[0], PLACES[0][0])

    def test_moved(self) -> None:
        """One who is elsewhere is there once it has said the echo back, and others are told, and
        it is told where; the echo of one place is none for another."""
        self.server.take(self.bob)
        self.anna.address = ELSEWHERE
        answer = self.anna.answer(self.anna.send(self.anna.sign()))
        assert answer is not None
        other = self.anna.sign(echo=answer.value)
        again = self.anna.answer(self.anna.send(other, ("198.51.100.10", 4711)))
        assert again is not None
        self.assertEqual((again.found, self.session(self.anna)), (SignOutcome.ECHO, PLACES[0][0]))
        here = self.anna.answer(self.anna.send(self.anna.sign(echo=answer.value)))
        assert here is not None
        self.assertEqual((here.found, self.session(self.anna)), (SignOutcome.HERE, ELSEWHERE[0]))
        (came,) = [one for one in self.server.take(self.bob) if isinstance(one, Came)]
        self.assertEqual((came.contact.host, came.contact.port), ELSEWHERE)
        ((_, told),) = self.anna.calls(ELSEWHERE)
        self.assertEqual(
            told, []
        )  # There is a roster for her, as seen from there: she is to come.

    def test_told_where(self) -> None:
        """One who is in no room needs no link when it has moved, and is told where it is."""
        carol = Rester(self.server, 2, "carol")
        carol.rest()
        carol.address = ELSEWHERE
        carol.lives()
        told = [parse_answer(one) for one in carol.hear()]
        self.assertEqual([one.address for one in told if isinstance(one, Seen)], [ELSEWHERE])

    def test_banned_there(self) -> None:
        """Nobody is let in by resting where it is banned: it has to come with a link."""
        ban = Ban(BanKind.ADDRESS, ELSEWHERE[0], float("inf"), "no")
        self.server.core._bans.add(ban)
        self.anna.address = ELSEWHERE
        self.assertIs(self.anna.lives().found, SignOutcome.UNKNOWN)
        self.assertEqual(self.session(self.anna), PLACES[0][0])
        self.assertEqual(
            self.server.ask(self.anna.again(), ComeBack(self.anna.keys.id, 0)), [Bare(Verb.HI)]
        )

    def test_invented(self) -> None:
        """A flood of invented ids is answered by nothing, and nothing is kept of it."""
        for number in range(1000):
            invented = Sign(number.to_bytes(16, "big"), 1).encode(b"k" * 32, six=False)
            self.assertIsNone(self.anna.send(invented, (f"10.0.{number % 250}.1", 99)))
        self.assertEqual(len(self.resting._returns._turns), 0)
        self.assertEqual(len(set(self.server.dropped)), 1)

    def test_smaller(self) -> None:
        """No answer has as many bytes as what it answers, and there are only so many to those
        who are elsewhere, or unknown."""
        self.server.dropped.clear()
        answers = 0
        for _ in range(OF_A_SITE_AT_ONCE + 50):
            sign = self.anna.sign()
            back = self.anna.send(sign, ELSEWHERE)
            self.assertLess(len(back or b""), SIGN_BYTES)
            answers += back is not None
        self.assertLessEqual(answers, OF_A_SITE_AT_ONCE + 1)
        self.assertIn("a sign of life from elsewhere, too often", self.server.dropped)

    def test_takes_nothing(self) -> None:
        """One who asks for ever more, and never takes it, is lost."""
        asks, boxes = Locate("bob").encode(), 0
        while len(self.resting) and boxes < 100:
            self.anna.lives(*[asks] * 80)
            self.server.wait(0.2)
            boxes += 1
        self.assertEqual(self.session(self.anna), "")
        self.assertLess(boxes * 80 * 80, 2 * LAG)

    def test_too_many(self) -> None:
        """One who goes on is not read any more."""
        answers = [self.anna.send(self.anna.sign()) for _ in range(SIGNS_AT_ONCE + 50)]
        self.assertLessEqual(len(answers) - answers.count(None), SIGNS_AT_ONCE + 1)


class Returning(Base):
    """The server was started anew, and knows nobody."""

    def setUp(self) -> None:
        super().setUp()
        self.anna.server = self.server = self.start()
        self.resting = self.server.core.resting

    def test_unknown(self) -> None:
        """One who rested is told to come at once, from where it has shown to be, and nobody else
        is in its name."""
        first = self.anna.answer(self.anna.send(self.anna.sign()))
        assert first is not None
        self.assertEqual((first.found, self.server.validated), (SignOutcome.ECHO, []))
        told = self.anna.answer(self.anna.send(self.anna.sign(echo=first.value)))
        assert told is not None
        self.assertEqual((told.found, told.milliseconds), (SignOutcome.UNKNOWN, 0))
        self.assertEqual(self.server.validated, [self.anna.address])
        link = self.anna.again()
        self.assertEqual(self.server.ask(link, ComeBack(self.anna.keys.id, 0)), [Bare(Verb.HI)])
        self.assertIn(Welcome("anna"), self.server.ask(link, RegisterKey("anna", "0" * 20)))

    def test_one_after_the_other(self) -> None:
        """All are told to come, and when: so many in a second, and each has one place."""
        waits = []
        others = [Rester(self.start(), 1, "bob", (f"10.1.0.{number}", 99)) for number in range(9)]
        for number, one in enumerate(others):
            one.rest()
            identifier = number.to_bytes(16, "big")
            proves = self.resting._proving(identifier)
            one.keys, one.server = RestKeys(identifier, proves, b"s" * 32), self.server
            waits += [one.lives().milliseconds, one.lives().milliseconds]
            self.assertEqual({*self.server.validated}, {others[0].address})  # Whose turn it is.
        expected = [int(1000 * number / RETURNS) for number in range(9) for _ in range(2)]
        for wait, other in zip(waits, expected, strict=True):
            self.assertLessEqual(abs(wait - other), 1)

    def test_elsewhere(self) -> None:
        """One who has come, and one whose link rests anew, is known by the new id alone."""
        old = self.anna.sign()
        anna = Rester(self.server, 0, "anna")
        anna.rest()
        answer = self.anna.answer(self.anna.send(old))
        assert answer is not None
        self.assertEqual((answer.found, anna.lives().found), (SignOutcome.ECHO, SignOutcome.HERE))
        self.assertNotEqual(answer.value, NO_ECHO)


class Links(SynchronousTestCase):
    """A server that draws nothing."""

    def test_impossible(self) -> None:
        """It lets no link rest, and says so."""
        server = MixedServer()
        link: Link = server.session("anna")
        self.assertEqual(server.ask(link, AskRest()), [])
        self.assertNotIn(b"rest", server.said_first[link])
