"""Links between two ports: opened, carried through a bad network, moved, and ended."""

import io
import logging

from twisted.internet.task import Clock

from tests.support.quic import CALLED, CALLER, KEYS, THIRD, End, QuicCase
from twisted_chat.errors import WireError
from twisted_chat.links import Dial, SendFrames
from twisted_chat.net.quic_bounds import (
    ANSWER_TIME,
    ASK_EVERY,
    HANDSHAKE_TIME,
    IDLE_TIMEOUT,
    KEEPALIVE,
    KEEPALIVE_LONGEST,
    MOVED_OUT,
    MOVES,
    PATIENCE,
    SMALLEST_INITIAL,
)
from twisted_chat.net.quic_port import QuicPort
from twisted_chat.wire.framing import MAX_FRAME


class Opening(QuicCase):
    """How a link comes to be."""

    def test_opened(self) -> None:
        """Both ends are told, and know each other's proven key."""
        self.link()
        self.assertEqual(self.caller.heard.told, ["opened"])
        self.assertEqual(self.called.heard.told, ["opened"])
        self.assertEqual(self.caller.link.fingerprint, self.called.key.fingerprint)
        self.assertEqual(self.called.link.fingerprint, self.caller.key.fingerprint)
        self.assertEqual((self.caller.link.address, self.caller.link.dialled), (CALLED, True))
        self.assertEqual((self.called.link.address, self.called.link.dialled), (CALLER, False))

    def test_expected(self) -> None:
        """The beginning of a fingerprint is enough to dial, and so is none at a first contact."""
        for number, expected in enumerate((self.called.key.fingerprint[:32], "")):
            self.caller.dial(self.called, expected)
            self.later(1)
            self.assertEqual(len(self.caller.heard.links), number + 1)

    def test_bad_network(self) -> None:
        """A link opens, and frames come whole, once and in order, through any network."""
        self.network.loss, self.network.duplication, self.network.delay = 0.3, 0.3, 0.05
        for number in range(10):
            self.caller.dial(self.called)
            self.later(20, lambda number=number: len(self.caller.heard.links) > number)  # type: ignore[misc]
            if self.caller.heard.links:
                break
        said = [b"%d " % number + b"x" * (number * 37 % 3000) for number in range(200)]
        self.called.heard.answers = lambda link, message: self.called.port.send(
            SendFrames(link, [message])
        )
        for message in said:
            self.caller.say(message)
            self.later(0.01)
        self.later(50, lambda: len(self.caller.heard.messages) == len(said))
        self.assertEqual(self.called.heard.messages, said)
        self.assertEqual(self.caller.heard.messages, said)

    def answered(self, since: int) -> bool:
        return any(datagram.source == CALLED for datagram in self.network.sent[since:])

    def test_another_server(self) -> None:
        """A server goes on with what another one that has the same key has begun, which holds
        nothing of it; one that has another key does not."""
        for key, opened in ((self.called.key, True), (KEYS[2], False)):
            before, links = len(self.network.sent), len(self.called.port)
            self.caller.dial(self.called, "")
            self.later(1, lambda before=before: self.answered(before))  # type: ignore[misc]
            self.assertEqual(len(self.called.port), links)
            self.called.transport.kill()
            self.called = End(self.network, key, CALLED)
            self.later(HANDSHAKE_TIME + 1)
            self.assertEqual(bool(self.called.heard.links), opened)

    def test_however_written(self) -> None:
        """An address is dialled in whatever form it is written; answers come in one form."""
        six = End(self.network, KEYS[2], ("2001:db8::1", 8090))
        for host in ("::ffff:10.0.0.2", "2001:DB8:0::1", "2001:db8::0.0.0.1"):
            port = CALLED[1] if "ffff" in host else six.address[1]
            self.caller.port.dial(Dial((host, port), ""))
            self.later(1)
            self.assertEqual(self.caller.heard.told.pop(), "opened", host)
            self.assertEqual(self.caller.link.address, (host, port))

    def test_nobody(self) -> None:
        """Where nobody answers, or no address is, the dial fails, in time and once."""
        nowhere = ("10.9.9.9", 9)
        for address in (nowhere, ("nohost", 1), ("10.0.0.2", 70_000), ("fe80::1%lo", 1)):
            self.caller.port.dial(Dial(address, ""))
        self.later(HANDSHAKE_TIME + 5)
        self.assertEqual(len({address for address, *_ in self.caller.heard.failed}), 4)
        self.assertEqual(len(self.caller.heard.failed), 4)
        self.assertEqual(len(self.caller.port), 0)

    def test_not_accepting(self) -> None:
        """A port that is not to be dialled answers no attempt."""
        deaf = QuicPort(
            KEYS[2], self.called.heard, self.clock, time_of_day=self.clock.seconds, accepts=False
        )
        self.network.listen(deaf, THIRD)
        self.caller.port.dial(Dial(THIRD, ""))
        self.later(HANDSHAKE_TIME + 1)
        self.assertEqual(len(self.caller.heard.failed), 1)
        self.assertFalse([one for one in self.network.sent if one.source == THIRD])

    def test_most(self) -> None:
        """A port has so many links and no more, dialled or accepted."""
        self.called.port._links._most = 1
        self.link()
        third = End(self.network, KEYS[2], THIRD)
        third.dial(self.called)
        self.called.dial(third)
        self.later(HANDSHAKE_TIME + 1)
        self.assertEqual(len(third.heard.failed), 1)
        self.assertEqual(len(self.called.heard.failed), 1)
        self.assertEqual(len(self.called.port), 1)

    def retry(self) -> bool:
        """Whether an address is being validated, by the last datagram of all."""
        return bool(self.network.sent) and self.network.sent[-1].payload[0] & 0xF0 == 0xF0

    def test_clock_set_meanwhile(self) -> None:
        """A clock that is set between a token and its return costs one attempt, no more."""
        for step in (-3600.0, 3600.0):
            self.caller.dial(self.called)
            self.later(1, self.retry)
            self.called.ahead += step
            self.later(HANDSHAKE_TIME + 1)
            self.assertEqual(self.caller.heard.links, [])
            self.link()
            self.caller.heard.links.clear()

    def test_token_of_another_machine(self) -> None:
        """A server takes the token of another that has its key, though the clock by which
        it measures durations began at another time."""
        self.clock.advance(1_000_000)
        self.caller.dial(self.called)
        self.later(1, self.retry)
        self.network.remove(self.called.transport)
        port = QuicPort(KEYS[1], self.called.heard, Clock(), time_of_day=self.clock.seconds)
        self.network.listen(port, CALLED)
        self.later(1)
        self.assertEqual(len(self.called.heard.links), 1)

    def test_keylog(self) -> None:
        """The secrets of both directions are written where Wireshark can read them."""
        keylog = io.StringIO()
        port = QuicPort(
            KEYS[2], self.caller.heard, self.clock, time_of_day=self.clock.seconds, keylog=keylog
        )
        self.network.listen(port, THIRD)
        port.dial(Dial(CALLED, ""))
        self.later(1)
        labels = {line.split()[0] for line in keylog.getvalue().splitlines()}
        self.assertIn("CLIENT_TRAFFIC_SECRET_0", labels)
        self.assertIn("SERVER_TRAFFIC_SECRET_0", labels)


class Carrying(QuicCase):
    """What a link carries, and what it costs."""

    def setUp(self) -> None:
        super().setUp()
        self.link()

    def test_largest(self) -> None:
        """The largest frame arrives whole in both directions; a longer one is our own mistake."""
        largest = bytes(range(256)) * (MAX_FRAME // 256)
        self.caller.say(largest)
        self.called.say(largest)
        self.later(5)
        self.assertEqual(self.called.heard.messages, [largest])
        self.assertEqual(self.caller.heard.messages, [largest])
        self.assertRaises(WireError, self.caller.say, largest + b"x")
        self.assertEqual(self.caller.port.unsent(self.caller.link), 0)

    def test_taken(self) -> None:
        """Who sends is told when nothing of it waits any more, however much it was, and once."""
        said = self.caller.heard
        before = said.times_taken
        self.caller.say(*(bytes(1000) for _ in range(150)))
        self.assertEqual(said.times_taken, before)
        self.later(0.0)
        self.assertEqual(said.times_taken, before)
        self.later(5)
        self.assertEqual(said.times_taken, before + 1)
        self.assertEqual(len(self.called.heard.messages), 150)

    def test_together(self) -> None:
        """What is said in one turn travels together."""
        before = len(self.network.sent)
        self.caller.say(*(b"a word" for _ in range(100)))
        self.later(1)
        self.assertEqual(len(self.called.heard.messages), 100)
        self.assertLess(len(self.network.sent) - before, 8)

    def test_keepalive(self) -> None:
        """A silent link stays open, for one datagram and its answer of each side every 25
        seconds, after a while."""
        self.later(100)
        before = len(self.network.sent)
        self.later(10 * KEEPALIVE_LONGEST)
        self.assertEqual(len(self.network.sent) - before, 40)
        self.assertEqual(self.caller.heard.told, ["opened"])
        self.assertEqual(self.called.heard.told, ["opened"])

    def test_one_timer(self) -> None:
        """However many links there are, a port has one timer."""
        for _ in range(5):
            self.caller.dial(self.called)
        self.later(2)
        self.assertEqual(len(self.caller.heard.links), 6)
        self.assertEqual(len(self.clock.calls), 2)

    def test_lost(self) -> None:
        """Whoever is gone without a word is missed by both sides, as each of them asks and
        gets no answer: whoever has dialled gives up first. Each is told of its doubt before."""
        self.network.loses = lambda datagram: True
        self.later(KEEPALIVE + ANSWER_TIME - 1)
        self.assertEqual(self.caller.heard.told, ["opened"])
        self.later(1.5)
        self.assertEqual(self.caller.heard.told, ["opened", "lost: no answer"])
        self.assertEqual(self.called.heard.told, ["opened"])
        self.later(PATIENCE - KEEPALIVE - ANSWER_TIME)
        self.assertEqual(self.called.heard.told, ["opened", "lost: no answer"])
        self.assertEqual((self.caller.heard.doubts, self.called.heard.doubts), (1, 1))
        self.later(60)
        self.assertEqual((len(self.caller.port), len(self.called.port)), (0, 0))
        self.assertEqual(self.clock.calls, [])

    def test_one_way(self) -> None:
        """Where one way is dead the link is lost in time, however much comes over the other."""
        for dead in (CALLER, CALLED):
            self.network.loses = lambda datagram, dead=dead: datagram.source == dead  # type: ignore[misc]
            started = self.clock.seconds()
            while "lost: no answer" not in self.caller.heard.told:
                self.assertLess(self.clock.seconds(), started + KEEPALIVE + ANSWER_TIME + 1)
                self.caller.say(b"do you hear me?")
                self.called.say(b"I talk all the time")
                self.later(0.5)
            self.assertLess(self.clock.seconds(), started + ANSWER_TIME + 2)
            self.network.loses = lambda datagram: False
            self.later(60)
            self.caller.heard.told.clear()
            self.link()

    def test_one_way_unsaid(self) -> None:
        """Also where nothing but what the other side says would tell."""
        self.network.loses = lambda datagram: datagram.source == CALLER
        for _ in range(int(2 * (KEEPALIVE + ANSWER_TIME)) - 2):
            self.called.say(b"I talk all the time")
            self.later(0.5)
        self.assertEqual(self.caller.heard.told, ["opened"])
        self.later(2)
        self.assertEqual(self.caller.heard.told, ["opened", "lost: no answer"])
        self.assertGreater(len(self.caller.heard.messages), 20)

    def test_old_answer(self) -> None:
        """What was sent before the question and is acknowledged later is no answer to it."""
        late = []
        self.network.loses = lambda datagram: (
            datagram.source == CALLED and not late.append(datagram.payload)  # type: ignore[func-returns-value]
        )
        self.caller.say(b"word")
        self.later(0.01)
        self.network.loses = lambda datagram: True
        self.later(2)
        for payload in late:
            self.network.carry(CALLED, payload, CALLER)
            self.caller.port.datagramReceived(payload, CALLED)
        self.later(ANSWER_TIME)
        self.assertEqual(self.caller.heard.told, ["opened", "lost: no answer"])

    def test_no_answer(self) -> None:
        """Who has dialled misses the other side sooner when it says something: a link is no
        good on which nothing comes back, whatever else is sent on it meanwhile."""
        self.network.loses = lambda datagram: datagram.source == CALLED
        for _ in range(2):
            self.caller.say(b"are you there?")
            self.later((ANSWER_TIME + ASK_EVERY) / 2 - 0.1)
            self.assertEqual(self.caller.heard.told, ["opened"])
        self.later(1)
        self.assertEqual(self.caller.heard.told, ["opened", "lost: no answer"])

    def test_slow_answer(self) -> None:
        """An answer is enough, however late in the time it comes."""
        self.network.loses = lambda datagram: datagram.source == CALLED
        self.caller.say(b"are you there?")
        self.later(ANSWER_TIME - 1)
        self.network.loses = lambda datagram: False
        self.called.say(b"yes")
        self.later(2 * IDLE_TIMEOUT)
        self.assertEqual(self.caller.heard.told, ["opened"])

    def test_away(self) -> None:
        """Whoever the network leaves for ten seconds at any moment keeps the link, at least
        where nothing was said."""
        for moment in range(int(KEEPALIVE)):
            self.later(moment)
            self.network.loses = lambda datagram: True
            self.later(ANSWER_TIME - 1)
            self.network.loses = lambda datagram: False
            self.later(20)
        self.assertEqual(self.caller.heard.told, ["opened"])
        self.assertEqual(self.called.heard.told, ["opened"])

    def test_much_lost(self) -> None:
        """Where three of ten datagrams are lost each way silent links stay for half an hour or
        more, whichever these are."""
        for self.seed in range(6):
            self.setUp()
            self.network.loss, self.network.delay = 0.3, 0.1
            self.later(1800)
            self.assertEqual(self.caller.heard.told, ["opened"], self.seed)
            self.assertEqual(self.called.heard.told, ["opened"], self.seed)

    def test_many_questions(self) -> None:
        """Before a link is given up so many questions have gone out that no answer comes one time
        in a million where each way loses four of ten, each by itself."""
        before = len(self.network.sent)
        self.network.loses = lambda datagram: True
        self.later(2 * IDLE_TIMEOUT)
        self.assertEqual(self.caller.heard.told, ["opened", "lost: no answer"])
        asked = [one for one in self.network.sent[before:] if one.source == CALLER]
        self.assertLess((1 - 0.6 * 0.6) ** len(asked), 1e-6)

    def test_narrow(self) -> None:
        """A path that becomes narrow in mid-chat and tells nobody holds nothing up."""
        for number in range(200):
            if number == 100:
                self.network.loses = lambda datagram: len(datagram.payload) > SMALLEST_INITIAL
            for end in (self.caller, self.called):
                end.say(b"%d" % number + bytes(2000))
            self.later(0.05)
        self.later(2)
        self.assertEqual(len(self.called.heard.messages), 200)
        self.assertEqual(len(self.caller.heard.messages), 200)

    def test_hung_up(self) -> None:
        """The other end is told why a link ended, and we are told nothing."""
        self.caller.say(b"by")
        self.caller.hang_up("for \x1b[31mtoday")
        self.caller.say(b"not said any more")
        self.later(1)
        self.assertEqual(self.called.heard.messages, [b"by"])
        self.assertEqual(self.called.heard.told, ["opened", "lost: for \u241b[31mtoday"])
        self.assertEqual(self.caller.heard.told, ["opened"])
        self.assertEqual((len(self.caller.port), len(self.called.port)), (0, 0))
        self.assertEqual((self.caller.port._by_id, self.called.port._by_id), ({}, {}))

    def test_quiet(self) -> None:
        """What the other end says of why it ended goes to no log as it came."""
        records: list[logging.LogRecord] = []
        handler = logging.Handler()
        handler.emit = records.append  # type: ignore[method-assign,assignment]
        logging.getLogger().addHandler(handler)
        self.addCleanup(logging.getLogger().removeHandler, handler)
        self.caller.hang_up("for \x1b[31mtoday")
        self.later(1)
        self.assertEqual(records, [])

    def test_stopped(self) -> None:
        """A port that stops says so on every link, and leaves no timer."""
        self.caller.transport.stopListening()
        self.later(1)
        self.assertEqual(self.called.heard.told, ["opened", "lost: the program ends"])
        self.assertEqual(self.clock.calls, [])

    def test_listener_fails(self) -> None:
        """A mistake of whoever listens costs one line a second in the log, and no link."""

        def mistake(link: object, message: bytes) -> None:
            raise ValueError(message)

        self.called.heard.answers = mistake
        self.caller.say(b"one", b"two")
        self.later(1)
        self.assertEqual(self.called.heard.messages, [b"one", b"two"])
        self.assertEqual(len(self.flushLoggedErrors(ValueError)), 1)

    def test_said_to_one_who_has_hung_up(self) -> None:
        """What is said on a link that the other side has closed, before the library tells of
        that, is no failure of the library: the link has ended as any does."""
        self.caller.dial(self.called)
        self.later(1)
        self.caller.hang_up("enough")
        for _ in range(100):
            self.later(0.01)
            for link in self.called.heard.links:
                self.called.port.send(SendFrames(link, [b"word"]))
        self.later(1)
        self.assertEqual(self.called.heard.told.count("lost: enough"), 1)
        self.assertNotIn("QUIC failed", self.called.port.totals())

    def test_library_fails(self) -> None:
        """What the library raises ends that link, and no other, and is counted."""

        def panic(*anything: object) -> None:
            raise BaseException("a panic")

        self.caller.dial(self.called)
        self.later(1)
        first, _ = self.called.heard.links
        self.called.port._links._by_link[first]._quic.receive_datagram = panic  # type: ignore
        for link in self.caller.heard.links:
            self.caller.port.send(SendFrames(link, [b"word"]))
        self.later(1)
        self.assertEqual(self.called.heard.told[2:], ["lost: QUIC failed: a panic"])
        self.assertEqual(self.called.heard.messages, [b"word"])
        self.assertEqual(self.called.port.totals()["QUIC failed"], 1)


class Moving(QuicCase):
    """A link whose end moves."""

    def setUp(self) -> None:
        super().setUp()
        self.link()

    def test_in_mid_sentence(self) -> None:
        """Whoever gets another address while speaking keeps the link, and loses no word."""
        said = [b"%d" % number for number in range(100)]
        for number, message in enumerate(said):
            if number == 50:
                self.caller.transport.rebind(THIRD)
            self.caller.say(message)
            self.called.say(message)
            self.later(0.01)
        self.later(5)
        self.assertEqual(self.called.heard.messages, said)
        self.assertEqual(self.caller.heard.messages, said)
        self.assertEqual(self.called.heard.told, ["opened", f"moved to {THIRD[0]}"])
        self.assertEqual(self.called.link.address, THIRD)

    def test_silent(self) -> None:
        """Whoever moves without a word is found again with the next keepalive."""
        self.caller.transport.rebind(THIRD)
        self.later(2 * KEEPALIVE)
        self.called.say(b"still there?")
        self.later(1)
        self.assertEqual(self.caller.heard.messages, [b"still there?"])

    def test_copied(self) -> None:
        """A datagram that comes again from another address takes no link away
        from two who speak."""
        self.caller.say(b"word")
        self.later(0.0005)
        self.network.carry(THIRD, self.network.sent[-1].payload, CALLED)
        for _ in range(20):
            self.caller.say(b"word")
            self.called.say(b"answer")
            self.later(0.02)
        self.later(1)
        self.assertEqual(self.called.heard.messages, [b"word"] * 21)
        self.assertEqual(self.caller.heard.messages, [b"answer"] * 20)
        self.assertEqual(self.called.heard.told, ["opened"])

    def test_copied_faster(self) -> None:
        """Where the copy comes before the original, who has dialled misses the answers
        and can make another link; nobody else has one."""
        self.network.loses = lambda datagram: datagram.source == CALLER
        self.caller.say(b"word")
        self.later(0.0005)
        self.network.loses = lambda datagram: False
        copied = self.network.sent[-1].payload
        self.network.carry(THIRD, copied, CALLED)
        self.later(0.0005)
        self.network.carry(CALLER, copied, CALLED)
        for _ in range(20):
            self.caller.say(b"word")
            self.called.say(b"answer")
            self.later(0.02)
        self.later(ANSWER_TIME + ASK_EVERY)
        self.assertEqual(self.caller.heard.told, ["opened", "lost: no answer"])
        self.assertEqual(self.called.heard.told[:1], ["opened"])
        self.link()
        self.caller.say(b"again")
        self.later(1)
        self.assertEqual(self.called.heard.messages[-1:], [b"again"])

    def test_often(self) -> None:
        """Whoever moves fifty times, at any gap, is always soon linked again, and hears
        why it was not: the library survives three moves."""
        for gap in (0.3, 2.0, 20.0):
            for number in range(50):
                self.caller.transport.rebind((f"10.2.{int(gap * 10)}.{number}", 6000 + number))
                self.later(gap)
                if self.caller.heard.told[-1].startswith("lost"):
                    self.link()
            self.later(ANSWER_TIME + KEEPALIVE + 1)
            if self.caller.heard.told[-1].startswith("lost"):
                self.link()
            self.caller.say(b"word")
            self.called.say(b"answer")
            self.later(1)
            self.assertEqual(self.called.heard.messages.pop(), b"word")
            self.assertEqual(self.caller.heard.messages.pop(), b"answer")

    def test_worn(self) -> None:
        """A link that has moved as often as it can is ended by the accepting side, which says
        so where the other end is; both know, and nothing that was said is lost."""
        for number in range(MOVES):
            self.assertEqual(self.caller.heard.told, ["opened"])
            self.caller.transport.rebind((f"10.2.0.{number}", 6000))
            self.caller.say(b"%d" % number)
            self.called.say(b"%d" % number)
            self.later(MOVED_OUT / 2)
        self.called.say(b"last")
        self.later(MOVED_OUT)
        why = "lost: it has moved too often: another link is needed"
        self.assertEqual(self.caller.heard.told[-1], why)
        self.assertEqual(self.called.heard.told[-1], why)
        self.assertEqual(self.caller.heard.messages, [b"0", b"1", b"2", b"last"])
        self.assertEqual(self.called.heard.messages, [b"0", b"1", b"2"])

    def test_back(self) -> None:
        """Whoever comes back to where it was before is answered there, and what was late from
        there when it left changes nothing."""
        self.caller.say(b"late")
        late: list[bytes] = []
        self.network.loses = lambda one: (
            one.source == CALLER and not late.append(one.payload)  # type: ignore[func-returns-value]
        )
        self.later(0.5)
        self.network.loses = lambda one: False
        self.caller.transport.rebind(THIRD)
        self.caller.say(b"there")
        self.later(0.5)
        self.network.carry(CALLER, late[0], CALLED)
        self.later(0.5)
        self.called.say(b"there you are")
        self.later(0.5)
        self.assertEqual(self.caller.heard.messages, [b"there you are"])
        self.later(2)
        self.caller.transport.rebind(CALLER)
        self.caller.say(b"back")
        self.later(0.5)
        self.called.say(b"welcome back")
        self.later(0.5)
        self.assertEqual(self.caller.heard.messages, [b"there you are", b"welcome back"])
        self.assertEqual(self.called.link.address, CALLER)
        self.assertEqual(
            self.called.heard.told,
            ["opened", f"moved to {THIRD[0]}", f"moved to {CALLER[0]}"],
        )
