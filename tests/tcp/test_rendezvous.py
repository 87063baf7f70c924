"""How two people find each other, in the time of a Clock."""

import errno
from pathlib import Path

from service_identity import VerificationError
from twisted.internet.defer import Deferred
from twisted.internet.endpoints import TCP4ClientEndpoint
from twisted.internet.error import CannotListenError, ConnectionDone, ConnectionLost
from twisted.internet.interfaces import (
    IHalfCloseableProtocol,
    IListeningPort,
    INegotiated,
    IProtocolFactory,
)
from twisted.internet.protocol import Factory
from twisted.internet.task import Clock
from twisted.internet.testing import MemoryReactorClock
from twisted.trial.unittest import SynchronousTestCase
from zope.interface import directlyProvides

from tests.support.tcp import (
    CALLER,
    TAKEN,
    FakeClient,
    FakeConnection,
    FakeServer,
    FakeTerminal,
)
from twisted_chat.startup import CannotStart
from twisted_chat.tcp.call import TAKING, Call
from twisted_chat.tcp.connection import BUSY
from twisted_chat.tcp.conversation import Conversation
from twisted_chat.tcp.events import LineEnding
from twisted_chat.tcp.neighbour import Neighbour
from twisted_chat.tcp.protocol import TcpChat
from twisted_chat.tcp.rendezvous import Rendezvous
from twisted_chat.terminal.tcp_wording import how_it_ended

CALLING = "> calling bob:8090; listening in between on TCP port 8090"
WAITING = "> waiting on TCP port 8090"
GREETING = "> connected with 192.0.2.1:50000; :q hangs up"
BUSY_NOTICE = "> bob:8090 says that the line is busy; nothing was sent"
IN_USE = "TCP port 8090 is in use: choose another, or end what uses it"


class RendezvousTestCase(SynchronousTestCase):
    """A chat, a place to listen, and a clock."""

    def setUp(self) -> None:
        self.clock = Clock()
        self.chat = TcpChat(Conversation(once=True, hold=True), self.clock)
        self.terminal = FakeTerminal(self.chat)
        self.server = FakeServer()

    def script(self) -> None:
        """Begin anew, with a script instead of a person."""
        self.setUp()
        self.chat = TcpChat(Conversation(once=True, hold=True, interactive=False), self.clock)
        self.terminal = FakeTerminal(self.chat)

    def start(self, rendezvous: Rendezvous) -> Rendezvous:
        """Start as an application is started."""
        rendezvous.privilegedStartService()
        rendezvous.startService()
        return rendezvous

    def waiting(self) -> Rendezvous:
        return Rendezvous(self.chat, self.server, "TCP port 8090")

    def calling(self, refusals: int = 0, *, stay: bool = False) -> Rendezvous:
        self.client = FakeClient(self.clock, self.server, refusals)
        return Rendezvous(
            self.chat,
            self.server,
            "TCP port 8090",
            self.client,
            "bob:8090",
            stay=stay,
            between=lambda least, most: (least + most) / 2,
        )

    def hang_on(self) -> FakeConnection:
        """The connection of our last call."""
        assert self.client.connection is not None
        return self.client.connection

    def pass_seconds(self, seconds: int) -> None:
        self.clock.pump([0.5] * (2 * seconds))


class WaitingTests(RendezvousTestCase):
    """Nobody is called."""

    def test_listens_once(self) -> None:
        """It listens from the privileged start on, says where, and takes a call."""
        rendezvous = self.waiting()
        rendezvous.privilegedStartService()
        self.assertTrue(self.server.listening)
        rendezvous.startService()
        self.assertEqual(self.terminal.shown, [WAITING])
        self.server.call()
        self.assertEqual(self.terminal.shown, [WAITING, GREETING])

    def test_port_in_use(self) -> None:
        """Where it cannot listen the start raises CannotStart, which says so."""
        self.server.problem = TAKEN
        with self.assertRaises(CannotStart) as caught:
            self.waiting().privilegedStartService()
        self.assertEqual(str(caught.exception), IN_USE)
        self.assertEqual(self.terminal.shown, [])
        self.assertNoResult(self.chat.finished)

    def test_port_in_use_without_privileges(self) -> None:
        """The same, where there is no privileged start."""
        self.server.problem = TAKEN
        with self.assertRaises(CannotStart):
            self.waiting().startService()

    def test_no_such_directory(self) -> None:
        """A UNIX socket whose directory is not there prevents the start like a port in use."""
        self.server.problem = FileNotFoundError(errno.ENOENT, "No such file or directory")
        with self.assertRaises(CannotStart) as caught:
            self.waiting().privilegedStartService()
        self.assertEqual(
            str(caught.exception),
            "cannot listen on TCP port 8090: No such file or directory",
        )

    def test_port_in_use_later(self) -> None:
        """Where the port takes a while to be refused, the chat says so and ends with status 1."""

        class Slow(FakeServer):
            answer: Deferred[IListeningPort] = Deferred()

            def listen(self, protocolFactory: IProtocolFactory) -> Deferred[IListeningPort]:
                return self.answer

        server = Slow()
        self.start(Rendezvous(self.chat, server, "TCP port 8090"))
        server.answer.errback(CannotListenError("", 8090, OSError("no such thing")))
        self.assertEqual(self.terminal.shown, ["> cannot listen on TCP port 8090: no such thing"])
        self.terminal.protocol.connectionLost()
        self.assertEqual(self.successResultOf(self.chat.finished), 1)

    def test_stops(self) -> None:
        """Stopping ends the listening."""
        rendezvous = self.start(self.waiting())
        self.successResultOf(rendezvous.stopService())
        self.assertFalse(self.server.listening)

    def test_stops_with_somebody_there(self) -> None:
        """Stopping hangs up, waits for the other side, and leaves nothing for later."""
        rendezvous = self.start(self.waiting())
        connection = self.server.call()
        stopped = rendezvous.stopService()
        self.assertTrue(connection.half_closed)
        self.assertNoResult(stopped)
        connection.lose(ConnectionDone())
        self.successResultOf(stopped)
        self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_stops_with_somebody_who_stays(self) -> None:
        """Stopping takes five seconds at most, whatever the other side does."""
        rendezvous = self.start(self.waiting())
        self.server.call()
        stopped = rendezvous.stopService()
        self.pass_seconds(5)
        self.successResultOf(stopped)
        self.assertEqual(self.clock.getDelayedCalls(), [])


class CallingTests(RendezvousTestCase):
    """Somebody is called first."""

    def test_answered_at_once(self) -> None:
        """A call that is taken is all there is: nobody listens."""
        self.start(self.calling())
        self.clock.advance(TAKING)
        self.assertEqual(self.terminal.shown, [CALLING, GREETING])
        self.assertFalse(self.server.listening)
        self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_does_not_call_before_its_start(self) -> None:
        """The privileged start calls nobody."""
        self.calling().privilegedStartService()
        self.assertEqual(self.client.tried, [])

    def test_retries_each_second(self) -> None:
        """A refused call is repeated each second until it is taken, and then no more."""
        self.start(self.calling(refusals=3))
        self.pass_seconds(10)
        self.assertEqual(self.client.tried, [0, 1, 2, 3])
        self.assertEqual(self.terminal.shown, [CALLING, GREETING])
        self.assertFalse(self.server.listening)

    def test_listens_in_between(self) -> None:
        """Between two calls it listens, and during a call it does not."""
        self.start(self.calling(refusals=99))
        self.assertTrue(self.server.listening)
        self.client.silent = True
        self.clock.advance(1)
        self.assertEqual(self.client.tried, [0, 1])
        self.assertFalse(self.server.listening)

    def test_takes_a_call_in_between(self) -> None:
        """Who calls us in between is taken, we call no more, and a second one finds it busy."""
        self.start(self.calling(refusals=99))
        self.clock.advance(0.5)
        self.server.call()
        self.assertEqual(self.terminal.shown, [CALLING, GREETING])
        self.pass_seconds(20)
        self.assertEqual(self.client.tried, [0])
        self.assertEqual(self.terminal.shown, [CALLING, GREETING])
        self.assertEqual(self.server.call().value(), BUSY)

    def test_gives_up(self) -> None:
        """After 15 seconds of refusals it says so once, with the reason, and waits itself."""
        self.start(self.calling(refusals=99))
        self.pass_seconds(14)
        self.assertEqual(self.terminal.shown, [CALLING])
        self.pass_seconds(20)
        self.assertEqual(self.client.tried, list(range(15)))
        calling, gave_up, waiting = self.terminal.shown
        self.assertEqual(calling, CALLING)
        self.assertTrue(
            gave_up.startswith("> nobody answered at bob:8090 for 15 seconds: "), gave_up
        )
        self.assertIn("refused", gave_up)
        self.assertEqual(waiting, WAITING)
        self.server.call()
        self.assertEqual(self.terminal.shown[-1], GREETING)

    def test_gives_up_on_silence(self) -> None:
        """Calls that nobody answers or refuses are given up after 15 seconds as well."""
        rendezvous = self.calling()
        self.client.silent = True
        self.start(rendezvous)
        self.pass_seconds(14)
        self.assertNotIn(WAITING, self.terminal.shown)
        self.pass_seconds(1)
        self.assertTrue(self.server.listening)
        self.assertEqual(self.terminal.shown[-1], WAITING)
        self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_listens_between_silent_calls(self) -> None:
        """A call that is swallowed takes four seconds, and then the other side can call us."""
        rendezvous = self.calling()
        self.client.silent = True
        self.start(rendezvous)
        self.clock.advance(3.9)
        self.assertFalse(self.server.listening)
        self.clock.advance(0.1)
        self.assertTrue(self.server.listening)
        self.pass_seconds(2)
        self.assertEqual(self.client.tried, [0, 5])

    def test_cut_off(self) -> None:
        """A call that is cut off before anybody has taken it is repeated, and nothing is lost."""
        self.start(self.calling())
        self.terminal.type("hello\n")
        self.hang_on().lose(ConnectionLost())
        self.pass_seconds(2)
        self.assertEqual(self.client.tried, [0, 1])
        self.assertEqual(self.terminal.shown[-1], GREETING)
        self.assertEqual(self.terminal.shown.count(GREETING), 1)
        self.assertEqual(self.hang_on().value(), b"hello\n")

    def test_refused_by_tls(self) -> None:
        """Nobody is said to be there before TLS trusts them; what hindered it is told."""
        self.start(self.calling(refusals=1))
        while self.clock.seconds() < 15:
            self.clock.advance(1)
            if self.client.connection is not None:
                self.client.connection.lose(ValueError("certificate verify failed"))
                self.client.connection = None
        self.assertNotIn(GREETING, self.terminal.shown)
        self.assertIn("certificate verify failed", self.terminal.shown[-2])

    def test_rings_for_a_round_trip(self) -> None:
        """It is certain that a call is taken when a reset would have come."""
        rendezvous = self.calling()
        self.client.round_trip = 0.5
        self.start(rendezvous)
        self.clock.advance(0.5)
        self.clock.advance(0.5 + TAKING - 0.01)
        self.assertEqual(self.terminal.shown, [CALLING])
        self.clock.advance(0.02)
        self.assertEqual(self.terminal.shown, [CALLING, GREETING])

    def test_taken_when_something_comes(self) -> None:
        """Who says something has taken the call, and is heard."""
        self.start(self.calling())
        self.hang_on().protocol.dataReceived(b"hello\n")
        self.assertEqual(self.terminal.shown, [CALLING, GREETING, "< hello"])
        self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_taken_and_ended(self) -> None:
        """Who hangs up properly had taken the call: it is not repeated."""
        for ending in ("half", "whole"):
            self.setUp()
            self.start(self.calling())
            connection = self.hang_on()
            if ending == "half":
                connection.protocol.readConnectionLost()
            connection.lose(ConnectionDone())
            self.assertEqual(
                self.terminal.shown, [CALLING, GREETING, "> the other side hung up"], ending
            )
            self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_busy(self) -> None:
        """A busy line costs one line and status 1; nothing is said, and it is not called again."""
        for ending in ("half", "whole", "in pieces"):
            self.script()
            self.start(self.calling())
            self.terminal.type("hello\n")
            connection = self.hang_on()
            for piece in [BUSY[:7], BUSY[7:]] if ending == "in pieces" else [BUSY]:
                connection.protocol.dataReceived(piece)
            if ending != "whole":
                connection.protocol.readConnectionLost()
                self.assertTrue(connection.disconnecting)
            connection.lose(ConnectionDone())
            self.assertEqual(self.terminal.shown, [CALLING, BUSY_NOTICE], ending)
            self.assertEqual(connection.value(), b"")
            self.terminal.protocol.connectionLost()
            self.assertEqual(self.successResultOf(self.chat.finished), 1)
            self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_busy_is_told_late(self) -> None:
        """Where it is told after we have begun to speak, the status is 1 too."""
        self.script()
        self.start(self.calling())
        self.terminal.type("hello\n:q\n")
        self.clock.advance(TAKING)
        connection = self.hang_on()
        self.assertEqual(connection.value(), b"hello\n")
        connection.protocol.dataReceived(BUSY)
        connection.protocol.readConnectionLost()
        connection.lose(ConnectionDone())
        self.assertEqual(
            self.terminal.shown[2:],
            [
                "< the line is busy",
                "> the other side hung up, and said no more than that the line is busy",
            ],
        )
        self.terminal.protocol.connectionLost()
        self.assertEqual(self.successResultOf(self.chat.finished), 1)

    def test_somebody_talks_of_busy_lines(self) -> None:
        """Who says more than that, or stays, is somebody like everybody else, and is heard."""
        for said in (BUSY + b"no, it is not\n", BUSY.rstrip(), b"the line\n", BUSY * 2):
            self.script()
            self.start(self.calling())
            self.terminal.type("hello\n")
            connection = self.hang_on()
            connection.protocol.dataReceived(said)
            connection.protocol.readConnectionLost()
            connection.lose(ConnectionDone())
            heard = [f"< {line}" for line in said.decode().splitlines()]
            self.assertEqual(
                self.terminal.shown, [CALLING, GREETING, *heard, "> the other side hung up"]
            )
            self.assertEqual(connection.value(), b"hello\n")
        self.script()
        self.start(self.calling())
        self.hang_on().protocol.dataReceived(BUSY)
        self.assertEqual(self.terminal.shown, [CALLING])
        self.clock.advance(TAKING)
        self.assertEqual(self.terminal.shown, [CALLING, GREETING, "< the line is busy"])

    def test_told_of_half_an_end(self) -> None:
        """A call over a real endpoint learns that the other side has no more to say, and not
        that all is over, which would lose what is on its way."""
        reactor = MemoryReactorClock()
        endpoint = TCP4ClientEndpoint(reactor, "192.0.2.1", 8090)
        endpoint.connect(Factory.forProtocol(lambda: Call(self.chat, 0.0)))
        made = reactor.tcpClients[0][2].buildProtocol(CALLER)
        assert made is not None
        FakeConnection(made)
        self.assertTrue(IHalfCloseableProtocol.providedBy(made))

    def say_plain(self) -> FakeConnection:
        """A script's first words to somebody."""
        self.script()
        self.start(self.calling())
        self.terminal.type("hello\n:q\n")
        self.clock.advance(TAKING)
        connection = self.hang_on()
        self.assertEqual(connection.value(), b"hello\n")
        return connection

    def end(self) -> int:
        """The status that the program ends with."""
        self.terminal.protocol.connectionLost()
        self.assertEqual(self.clock.getDelayedCalls(), [])
        status: int = self.successResultOf(self.chat.finished)
        return status

    def test_hung_up_at_the_first_words(self) -> None:
        """One who hangs up at the first words and says nothing, as one who waits with TLS does,
        may not have read them: that is told, and the status is 1."""
        connection = self.say_plain()
        self.assertFalse(connection.half_closed)
        connection.protocol.readConnectionLost()
        self.assertTrue(connection.disconnecting)
        connection.lose(ConnectionDone())
        self.assertEqual(self.terminal.shown[2:], [f"> {how_it_ended(LineEnding.UNPROVEN, '')}"])
        self.assertEqual(self.end(), 1)

    def test_refused_as_no_tls(self) -> None:
        """So it is where TLS says that this is none; which is no text."""
        connection = self.say_plain()
        connection.protocol.dataReceived(b"\x15\x03\x03\x00\x02\x02F\n")
        connection.protocol.readConnectionLost()
        connection.lose(ConnectionDone())
        self.assertEqual(self.terminal.shown[2:], [f"> {how_it_ended(LineEnding.UNPROVEN, '')}"])
        self.assertEqual(self.end(), 1)

    def test_hung_up_after_us(self) -> None:
        """One who waits for our end hangs up right after it, and has read everything."""
        connection = self.say_plain()
        self.clock.advance(TAKING)
        self.assertTrue(connection.half_closed)
        connection.protocol.readConnectionLost()
        connection.lose(ConnectionDone())
        self.assertEqual(self.terminal.shown[2:], ["> you hung up"])
        self.assertEqual(self.end(), 0)

    def test_hung_up_with_words(self) -> None:
        """One who says something, or has had no more to say before we began, has read us."""
        for early in (False, True):
            if early:
                self.script()
                self.start(self.calling())
                self.terminal.type("hello\n")
                connection = self.hang_on()
            else:
                connection = self.say_plain()
                connection.protocol.dataReceived(b"hi\n")
            connection.protocol.readConnectionLost()
            self.assertEqual(connection.value(), b"hello\n")
            connection.lose(ConnectionDone())
            self.assertEqual(self.terminal.shown[-1], "> the other side hung up")
            self.assertEqual(self.end(), 0)

    def test_busy_for_a_daemon(self) -> None:
        """A daemon that finds the line busy says so, and waits for a call."""
        self.chat = TcpChat(Conversation(once=False, hold=True), self.clock)
        self.terminal = FakeTerminal(self.chat)
        self.start(self.calling(stay=True))
        connection = self.hang_on()
        connection.protocol.dataReceived(BUSY)
        connection.lose(ConnectionDone())
        self.assertEqual(self.terminal.shown, [CALLING, BUSY_NOTICE, WAITING])
        self.assertTrue(self.server.listening)
        self.assertNoResult(self.chat.finished)

    def test_out_of_step(self) -> None:
        """The time between two calls is chosen anew each time, between half a second and 1.5."""
        asked = []

        def between(least: float, most: float) -> float:
            asked.append((least, most))
            return least

        self.client = FakeClient(self.clock, self.server, 2)
        self.start(
            Rendezvous(self.chat, self.server, "here", self.client, "bob:8090", between=between)
        )
        self.pass_seconds(2)
        self.assertEqual(asked, [(0.5, 1.5)] * 2)
        self.assertEqual(self.client.tried, [0, 0.5, 1])

    def test_typed_meanwhile(self) -> None:
        """What is typed while calling is said when somebody is there."""
        self.start(self.calling(refusals=2))
        self.terminal.type("hello\n")
        self.pass_seconds(3)
        self.assertEqual(self.hang_on().value(), b"hello\n")

    def test_port_in_use_meanwhile(self) -> None:
        """A port in use hinders no call; what matters is whether it is free in the end."""
        self.server.problem = TAKEN
        self.start(self.calling(refusals=3))
        self.pass_seconds(4)
        self.assertEqual(self.terminal.shown, [CALLING, GREETING])

    def test_port_in_use_in_the_end(self) -> None:
        """A port still in use when we have to wait costs one line and status 1."""
        self.server.problem = TAKEN
        self.start(self.calling(refusals=99))
        self.pass_seconds(16)
        self.assertEqual(self.terminal.shown[2:], [f"> {IN_USE}"])
        self.terminal.protocol.connectionLost()
        self.assertEqual(self.successResultOf(self.chat.finished), 1)
        self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_stays(self) -> None:
        """A daemon listens too once its call was taken, so that others may come later."""
        self.chat = TcpChat(Conversation(once=False, hold=True), self.clock)
        self.terminal = FakeTerminal(self.chat)
        self.start(self.calling(stay=True))
        self.clock.advance(TAKING)
        self.assertTrue(self.server.listening)
        self.assertEqual(self.terminal.shown, [CALLING, GREETING])
        self.hang_on().lose(ConnectionDone())
        self.server.call()
        self.assertEqual(self.terminal.shown[-1], GREETING)

    def test_stays_after_a_call_in_between(self) -> None:
        """A daemon that was called in between goes on listening at the same port."""
        self.chat = TcpChat(Conversation(once=False, hold=True), self.clock)
        self.terminal = FakeTerminal(self.chat)
        self.start(self.calling(refusals=99, stay=True))
        caller = self.server.call()
        self.pass_seconds(20)
        caller.lose(ConnectionDone())
        self.server.call()
        self.assertEqual(self.terminal.shown[-1], GREETING)
        self.assertEqual(self.server.listened, 1)


class ElsewhereTests(RendezvousTestCase):
    """Somebody is called, and somebody else calls."""

    def test_not_sent(self) -> None:
        """What was typed for the one who is called is not given to another who calls."""
        self.chat = TcpChat(Conversation(once=True, hold=True, whom="bob:8090"), self.clock)
        self.terminal = FakeTerminal(self.chat)
        self.start(self.calling(refusals=99))
        self.terminal.type("my secret\n")
        stranger = self.server.call()
        self.assertEqual(stranger.value(), b"")
        self.assertEqual(
            self.terminal.shown[-2:],
            [
                "> not sent: my secret",
                "> this is a call from elsewhere, and not bob:8090; type it again to send it",
            ],
        )
        self.terminal.type("my secret\n")
        self.assertEqual(stranger.value(), b"my secret\n")

    def test_after_giving_up(self) -> None:
        """So after the calls were given up."""
        self.chat = TcpChat(Conversation(once=True, hold=True, whom="bob:8090"), self.clock)
        self.terminal = FakeTerminal(self.chat)
        self.start(self.calling(refusals=99))
        self.terminal.type("my secret\n")
        self.pass_seconds(20)
        self.assertEqual(self.server.call().value(), b"")

    def test_called_back(self) -> None:
        """The one who is called may call: what was typed is sent, and nothing is lost."""
        for is_at in ("192.0.2.1", "192.0.2.2"):
            conversation = Conversation(once=True, hold=True, whom="bob:8090")
            self.chat = TcpChat(conversation, self.clock, is_at.__eq__)
            self.terminal = FakeTerminal(self.chat)
            self.server = FakeServer()
            self.start(self.calling(refusals=99))
            self.terminal.type("hello\n")
            sent = self.server.call().value()
            self.assertEqual(sent, b"hello\n" if is_at == "192.0.2.1" else b"")

    def test_script(self) -> None:
        """A script that finds another there says nothing and has status 1."""
        conversation = Conversation(once=True, hold=True, whom="bob:8090", interactive=False)
        self.chat = TcpChat(conversation, self.clock)
        self.terminal = FakeTerminal(self.chat)
        self.start(self.calling(refusals=99))
        self.terminal.type("one\ntwo\n")
        self.terminal.protocol.readConnectionLost()
        stranger = self.server.call()
        self.assertTrue(stranger.half_closed)
        stranger.lose(ConnectionDone())
        self.assertEqual(stranger.value(), b"")
        self.assertIn("> not sent: two", self.terminal.shown)
        self.terminal.protocol.connectionLost()
        self.assertEqual(self.successResultOf(self.chat.finished), 1)


CALLING_ALONE = (
    "> calling tls:bob:8090; not listening meanwhile: to be called over tls too, give"
    " --listen ssl:8090:privateKey=key.pem:certKey=cert.pem"
)


class WithoutAPlaceTests(RendezvousTestCase):
    """Nobody can call us with the protection that was asked for."""

    def start_calling(self, refusals: int) -> None:
        """Call, without listening."""
        self.client = FakeClient(self.clock, self.server, refusals)
        self.start(
            Rendezvous(
                *(self.chat, None, "", self.client, "tls:bob:8090", "tls"),
                between=lambda least, most: 1,
            )
        )

    def test_reached(self) -> None:
        """It goes on calling, and does not listen in between."""
        self.start_calling(refusals=3)
        self.pass_seconds(4)
        self.assertEqual(self.client.tried, [0, 1, 2, 3])
        self.assertEqual(self.server.listened, 0)
        self.assertEqual(self.terminal.shown, [CALLING_ALONE, GREETING])

    def test_not_reached(self) -> None:
        """After its time it ends with status 1 and one line, and what was typed goes to nobody."""
        self.start_calling(refusals=99)
        self.terminal.type("my secret\n")
        self.pass_seconds(16)
        self.assertEqual(self.server.listened, 0)
        (last,) = self.terminal.shown[2:]
        self.assertTrue(last.startswith("> nobody answered at tls:bob:8090 for 15 seconds: "))
        self.assertTrue(last.endswith("refused; nothing was sent"), last)
        self.terminal.protocol.connectionLost()
        self.assertEqual(self.successResultOf(self.chat.finished), 1)
        self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_certificate(self) -> None:
        """A certificate that does not do ends it at once: that does not mend itself."""
        for stay in (False, True):
            self.setUp()
            self.chat = TcpChat(Conversation(once=not stay, hold=True), self.clock)
            self.terminal = FakeTerminal(self.chat)
            rendezvous = self.calling(stay=stay)
            self.start(rendezvous)
            directlyProvides(self.hang_on(), INegotiated)
            self.hang_on().lose(VerificationError([]))
            (shown,) = (line for line in self.terminal.shown if "cannot be trusted" in line)
            self.assertTrue(
                shown.startswith("> the one who answers at bob:8090 cannot be trusted: ")
            )
            self.assertTrue(shown.endswith("; nothing was sent"), shown)
            self.pass_seconds(20)
            self.assertEqual(self.client.tried, [0])
            self.assertEqual(self.server.listening, stay)


class PlaceTests(RendezvousTestCase):
    """Where it waits, in words."""

    def test_any_port(self) -> None:
        """The port that the system has chosen is said."""
        for where, shown in (
            ("TCP port 8090", "TCP port 8090"),
            ("TCP port 0", "TCP port 8090"),
            ("tcp:0", "tcp:0 (port 8090)"),
            ("tcp:8090:interface=127.0.0.1", "tcp:8090:interface=127.0.0.1"),
        ):
            self.setUp()
            self.start(Rendezvous(self.chat, self.server, where))
            self.assertEqual(self.terminal.shown, [f"> waiting on {shown}"])


class FakeNeighbour(Neighbour):
    """Another chat, which is `there` or not, without a lock."""

    there = True

    def __init__(self, endpoint: FakeClient) -> None:
        super().__init__(Path("nowhere"), endpoint)
        self.claimed = False

    def claim(self) -> None:
        self.claimed = True

    def release(self) -> None:
        self.claimed = False


class NeighbourTests(RendezvousTestCase):
    """The port where we would wait is in use."""

    def wait(self, refusals: int = 0, *, there: bool = True) -> Rendezvous:
        """Wait, with somebody else at the port."""
        self.server.problem = TAKEN
        self.client = FakeClient(self.clock, self.server, refusals)
        self.neighbour = FakeNeighbour(self.client)
        self.neighbour.there = there
        return Rendezvous(self.chat, self.server, "TCP port 8090", neighbour=self.neighbour)

    def test_called(self) -> None:
        """A chat of the same person that has the port is called, and told what was typed."""
        self.terminal.type("hello\n")
        self.start(self.wait())
        self.clock.advance(TAKING)
        self.assertEqual(
            self.terminal.shown[1:],
            ["> TCP port 8090 has another chat of yours: calling it", GREETING],
        )
        self.assertEqual(self.hang_on().value(), b"hello\n")
        self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_not_in_this_moment(self) -> None:
        """While it calls somebody itself it is called again, and the port is tried again."""
        self.start(self.wait(refusals=99))
        self.clock.pump([0.1] * 2)
        self.server.problem = None
        self.clock.pump([0.1] * 2)
        self.assertTrue(self.server.listening)
        self.assertEqual(self.terminal.shown[-1], WAITING)
        self.assertTrue(self.neighbour.claimed)

    def test_nobody(self) -> None:
        """Another program that has the port is not called."""
        with self.assertRaises(CannotStart) as caught:
            self.start(self.wait(there=False))
        self.assertEqual(str(caught.exception), IN_USE)
        self.assertEqual(self.client.tried, [])

    def test_never(self) -> None:
        """A chat that is never reached is tried for 15 seconds."""
        self.start(self.wait(refusals=999))
        self.pass_seconds(16)
        self.assertEqual(self.terminal.shown[1:], [f"> {IN_USE}"])
        self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_busy(self) -> None:
        """One whose line is busy is not disturbed again."""
        self.start(self.wait())
        self.hang_on().protocol.dataReceived(BUSY)
        self.hang_on().lose(ConnectionDone())
        self.assertEqual(
            self.terminal.shown[1:],
            [f"> {IN_USE}; another chat of yours has it, and the line is busy"],
        )

    def test_not_instead_of_another(self) -> None:
        """What is for somebody else is not brought to it."""
        self.server.problem = TAKEN
        self.client = FakeClient(self.clock, self.server, 99)
        neighbour = FakeNeighbour(FakeClient(self.clock, self.server))
        self.start(
            Rendezvous(
                *(self.chat, self.server, "TCP port 8090", self.client, "bob:8090"),
                neighbour=neighbour,
            )
        )
        self.assertTrue(neighbour.claimed)
        self.pass_seconds(20)
        self.assertEqual(self.terminal.shown[-1], f"> {IN_USE}")

    def test_released(self) -> None:
        """Who has ended has the port no more."""
        rendezvous = self.wait()
        self.server.problem = None
        self.start(rendezvous)
        self.assertTrue(self.neighbour.claimed)
        rendezvous.stopService()
        self.assertFalse(self.neighbour.claimed)


class StoppingTests(RendezvousTestCase):
    """Stopping while calling."""

    def assert_quiet(self, rendezvous: Rendezvous) -> None:
        """Stopping is done at once, and nothing is left, nothing more said."""
        shown = self.terminal.shown
        self.successResultOf(rendezvous.stopService())
        self.assertEqual(self.clock.getDelayedCalls(), [])
        self.assertFalse(self.server.listening)
        self.pass_seconds(20)
        self.assertEqual(self.terminal.shown, shown)

    def test_during_a_call(self) -> None:
        """A call that is not answered yet is given up."""
        rendezvous = self.calling()
        self.client.silent = True
        self.assert_quiet(self.start(rendezvous))
        self.assertEqual(self.client.tried, [0])

    def test_while_it_rings(self) -> None:
        """A call that may have been taken is given up."""
        rendezvous = self.start(self.calling())
        self.assert_quiet(rendezvous)
        self.assertFalse(self.hang_on().connected)
        self.assertEqual(self.client.tried, [0])

    def test_between_calls(self) -> None:
        """No further call is made, and the port is let go."""
        rendezvous = self.start(self.calling(refusals=99))
        self.pass_seconds(2)
        self.assert_quiet(rendezvous)
        self.assertEqual(self.client.tried, [0, 1, 2])

    def test_after_giving_up(self) -> None:
        """The port where it waits is let go."""
        rendezvous = self.start(self.calling(refusals=99))
        self.pass_seconds(16)
        self.assert_quiet(rendezvous)

    def test_never_started(self) -> None:
        """What was not started has nothing to stop."""
        self.successResultOf(self.waiting().stopService())

    def test_after_a_start_that_failed(self) -> None:
        """twistd stops what could not start, and that works."""
        self.server.problem = TAKEN
        rendezvous = self.waiting()
        self.assertRaises(CannotStart, rendezvous.privilegedStartService)
        self.successResultOf(rendezvous.stopService())
