"""TCP chat on connections that are only pretended."""

from typing import Any

from twisted.internet.error import ConnectionDone, ConnectionLost
from twisted.internet.interfaces import IHalfCloseableProtocol, INegotiated, IPushProducer
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase
from zope.interface import directlyProvides
from zope.interface.verify import verifyObject

from tests.support.tcp import CALLER, FakeConnection, FakeTerminal, Handle, accept
from twisted_chat.lines import MAX_LINE
from twisted_chat.tcp.connection import BUSY, LINGER, Busy, Chat
from twisted_chat.tcp.conversation import MAX_HELD, Conversation
from twisted_chat.tcp.liveness import LOOK, UNACKNOWLEDGED
from twisted_chat.tcp.protocol import MAX_BUSY, TcpChat
from twisted_chat.tcp.visitor import BEGINNING

GREETING = "> connected with 192.0.2.1:50000; :q hangs up"


class ChatTestCase(SynchronousTestCase):
    """One end of TCP chat with a person at its terminal."""

    def setUp(self) -> None:
        self.clock = Clock()
        self.chat = self.make(Conversation(once=True, hold=True))
        self.terminal = FakeTerminal(self.chat)

    def make(self, conversation: Conversation) -> TcpChat:
        return TcpChat(conversation, self.clock)

    def connect(self, handle: object = None) -> FakeConnection:
        """Somebody is on the line; the greeting is cleared away."""
        connection = accept(self.chat, handle)
        self.assertEqual(self.terminal.shown[-1:], [GREETING])
        self.terminal.transport.clear()
        return connection

    def hear(self, connection: FakeConnection, data: bytes) -> None:
        connection.protocol.dataReceived(data)

    def end(self) -> int:
        """The terminal, which was closed, is gone: the status that the program ends with."""
        self.assertTrue(self.terminal.transport.disconnecting)
        self.assertNoResult(self.chat.finished)
        self.terminal.protocol.connectionLost()
        status: int = self.successResultOf(self.chat.finished)
        return status


class TextTests(ChatTestCase):
    """What is said and heard."""

    def test_typed(self) -> None:
        """Each line typed is sent at once, as UTF-8, with its line feed, in order."""
        connection = self.connect()
        self.terminal.type("grüß dich\n")
        self.assertEqual(connection.value(), "grüß dich\n".encode())
        self.terminal.type("\nlast\nunfinished")
        self.assertEqual(connection.value(), "grüß dich\n\nlast\n".encode())

    def test_typed_before(self) -> None:
        """What was typed before the call is sent first."""
        self.terminal.type("one\ntwo\n")
        connection = accept(self.chat)
        self.terminal.type("three\n")
        self.assertEqual(connection.value(), b"one\ntwo\nthree\n")

    def test_split_character(self) -> None:
        """A multibyte character that arrives in pieces is shown whole."""
        connection = self.connect()
        for byte in "né€𝄞\n".encode():
            self.assertEqual(self.terminal.shown, [])
            self.hear(connection, bytes([byte]))
        self.assertEqual(self.terminal.shown, ["< né€𝄞"])

    def test_not_utf8(self) -> None:
        """Bytes that are not UTF-8 are shown as replacement characters, and the chat goes on."""
        connection = self.connect()
        self.hear(connection, b"a\xff\xc3b\nfine\n")
        self.assertEqual(self.terminal.shown, ["< a\ufffd\ufffdb", "< fine"])

    def test_not_obeyed(self) -> None:
        """Escape sequences of the other side do not reach the terminal."""
        self.hear(self.connect(), b"\x1b]0;title\x07\n")
        self.assertNotIn(b"\x1b", self.terminal.transport.value())
        self.assertEqual(self.terminal.shown, ["< ␛]0;title␇"])

    def test_longest_line(self) -> None:
        """A line of exactly the bound is shown."""
        self.hear(self.connect(), b"x" * MAX_LINE + b"\n")
        self.assertEqual(self.terminal.shown, ["< " + "x" * MAX_LINE])

    def test_too_long_a_line(self) -> None:
        """A line over the bound ends the chat, says why, and the status is 1."""
        for ending in (b"", b"\nafter\n"):
            self.setUp()
            connection = self.connect()
            self.hear(connection, b"before\n" + b"x" * (MAX_LINE + 1) + ending)
            self.assertTrue(connection.half_closed)
            self.hear(connection, b"more\n")
            connection.lose(ConnectionDone())
            self.assertEqual(
                self.terminal.shown,
                [
                    "< before",
                    "> the chat was ended: the other side sent a line over 65,536 bytes",
                ],
            )
            self.assertEqual(self.end(), 1)

    def test_too_long_a_line_without_end(self) -> None:
        """A flood without line feeds is noticed before it ends, and is not kept."""
        connection = self.connect()
        for _ in range(100):
            self.hear(connection, b"x" * 1000)
        self.assertTrue(connection.half_closed)


class EndTests(ChatTestCase):
    """How a line ends."""

    def test_interfaces(self) -> None:
        """Transports find half-closeable protocols, and a producer to pause."""
        chat = Chat(self.chat)
        verifyObject(IHalfCloseableProtocol, chat)
        verifyObject(IPushProducer, chat)
        verifyObject(IHalfCloseableProtocol, Busy(self.chat))

    def test_hang_up(self) -> None:
        """`:q` delivers what was typed and closes our half only; then the program ends well."""
        connection = self.connect()
        self.terminal.type("bye\n:q\n")
        self.assertEqual(connection.value(), b"bye\n")
        self.assertTrue(connection.half_closed)
        self.assertFalse(connection.disconnecting)
        self.hear(connection, b"bye you\n")
        connection.protocol.readConnectionLost()
        self.assertTrue(connection.disconnecting)
        connection.lose(ConnectionDone())
        self.assertEqual(self.terminal.shown, ["< bye you", "> you hung up"])
        self.assertEqual(self.end(), 0)
        self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_linger(self) -> None:
        """A side that does not hang up when we have is cut off after five seconds."""
        connection = self.connect()
        self.terminal.type(":q\n")
        self.assertEqual(LINGER, 5)
        self.clock.advance(4.9)
        self.assertFalse(connection.disconnected)
        self.clock.advance(0.2)
        self.assertTrue(connection.disconnected)
        self.assertEqual(self.terminal.shown, ["> you hung up"])
        self.assertEqual(self.end(), 0)

    def test_hang_up_over_tls(self) -> None:
        """TLS has no half-close: the whole connection is closed after what was said."""
        protocol = self.chat.buildProtocol(CALLER)
        assert protocol is not None
        connection = FakeConnection(protocol)
        self.clock.advance(BEGINNING)
        directlyProvides(connection, INegotiated)
        self.terminal.type("bye\n:q\n")
        self.assertEqual(connection.value(), b"bye\n")
        self.assertIsNone(connection.producer)
        self.assertTrue(connection.disconnecting)
        self.assertFalse(connection.half_closed)

    def test_other_side_hangs_up(self) -> None:
        """When the other side hangs up so do we, and the program ends well."""
        connection = self.connect()
        connection.protocol.readConnectionLost()
        self.assertTrue(connection.disconnecting)
        connection.lose(ConnectionDone())
        self.assertEqual(self.terminal.shown, ["> the other side hung up"])
        self.assertEqual(self.end(), 0)

    def test_unfinished_line(self) -> None:
        """The last line of the other side is shown once, though it has no line feed."""
        for half_closed in (True, False):
            self.setUp()
            connection = self.connect()
            self.hear(connection, b"one\ntwo")
            if half_closed:
                connection.protocol.readConnectionLost()
            connection.lose(ConnectionDone())
            self.assertEqual(self.terminal.shown, ["< one", "< two", "> the other side hung up"])

    def test_lost(self) -> None:
        """A connection that breaks is told from one that ends: it says so, and the status is 1."""
        connection = self.connect()
        self.hear(connection, b"I think that")
        connection.lose(ConnectionLost("timed out"))
        first, second = self.terminal.shown
        self.assertEqual(first, "< I think that")
        self.assertTrue(second.startswith("> the connection was lost: "), second)
        self.assertEqual(self.end(), 1)

    def test_lost_after_hanging_up(self) -> None:
        """A connection that breaks before all is delivered did not end well, hung up or not."""
        connection = self.connect()
        self.terminal.type("bye\n:q\n")
        connection.lose(ConnectionLost("reset"))
        (shown,) = self.terminal.shown
        self.assertTrue(shown.startswith("> the connection was lost: "), shown)
        self.assertEqual(self.end(), 1)

    def test_close(self) -> None:
        """Closing the chat hangs up, and is done when nobody is on the line."""
        self.assertIsNone(self.successResultOf(self.chat.close()))
        connection = self.connect()
        closed = self.chat.close()
        self.assertTrue(connection.half_closed)
        self.assertNoResult(closed)
        connection.lose(ConnectionDone())
        self.assertIsNone(self.successResultOf(closed))

    def test_end_of_input(self) -> None:
        """The end of input delivers the unfinished last line too, then hangs up."""
        connection = self.connect()
        self.terminal.type("one\ntwo")
        self.terminal.protocol.readConnectionLost()
        self.assertEqual(connection.value(), b"one\ntwo\n")
        self.assertTrue(connection.half_closed)

    def test_finished_waits_for_the_terminal(self) -> None:
        """The program does not end before its last words are shown."""
        self.terminal.type(":q\n")
        self.assertEqual(self.end(), 0)


class BusyTests(ChatTestCase):
    """One on the line, others call."""

    def test_busy(self) -> None:
        """A second caller is told that the line is busy, and the first notices nothing."""
        first = self.connect()
        second = accept(self.chat)
        self.assertEqual(second.value(), BUSY)
        self.assertTrue(second.half_closed)
        self.hear(second, b"let me in\n")
        self.terminal.type("hello\n")
        self.assertEqual(second.value(), BUSY)
        self.assertEqual(first.value(), b"hello\n")
        self.assertEqual(self.terminal.shown, [])
        second.lose(ConnectionDone())
        self.assertTrue(self.chat.engaged)

    def test_busy_lingers(self) -> None:
        """A caller who stays on a busy line is cut off after five seconds."""
        self.connect()
        second = accept(self.chat)
        self.clock.advance(LINGER)
        self.assertTrue(second.disconnected)
        self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_bounded(self) -> None:
        """No more than a bounded number is told so at once; there is room again when they go."""
        self.connect()
        callers = [accept(self.chat) for _ in range(MAX_BUSY)]
        self.assertIsNone(self.chat.buildProtocol(CALLER))
        callers[0].lose(ConnectionDone())
        self.assertIsInstance(self.chat.buildProtocol(CALLER), Busy)

    def test_race(self) -> None:
        """Of two who got through at the same moment one has the line, the other is told."""
        late, early = self.chat.buildProtocol(CALLER), self.chat.buildProtocol(CALLER)
        assert late is not None
        assert early is not None
        first = FakeConnection(early)
        second = FakeConnection(late)
        self.clock.advance(BEGINNING)
        self.assertEqual(second.value(), BUSY)
        self.assertTrue(second.half_closed)
        self.hear(second, b"boo\n")
        second.lose(ConnectionLost())
        self.assertTrue(self.chat.engaged)
        self.terminal.type("hello\n")
        self.assertEqual(first.value(), b"hello\n")
        self.assertEqual(self.terminal.shown, [GREETING])

    def test_next_caller(self) -> None:
        """At a daemon the line is free again when a caller has gone."""
        self.chat = self.make(Conversation(once=False, hold=False))
        self.terminal = FakeTerminal(self.chat)
        self.connect().lose(ConnectionDone())
        self.assertFalse(self.chat.engaged)
        second = self.connect()
        self.terminal.type("hello\n")
        self.assertEqual(second.value(), b"hello\n")

    def test_finishing(self) -> None:
        """A person's program that is about to end takes no further caller."""
        self.connect().lose(ConnectionDone())
        self.assertIsInstance(self.chat.buildProtocol(CALLER), Busy)


class FlowTests(ChatTestCase):
    """Nobody has to keep what the other end does not take."""

    def test_terminal_clogged(self) -> None:
        """While the terminal does not take what is shown, nothing more is read from the peer."""
        connection = self.connect()
        self.terminal.protocol.pauseProducing()
        self.hear(connection, b"flood\n")
        self.assertEqual(connection.producerState, "paused")
        self.terminal.protocol.resumeProducing()
        self.assertEqual(connection.producerState, "producing")

    def test_clogged_terminal_goes(self) -> None:
        """A terminal that goes while it is clogged does not leave the peer paused."""
        self.chat = self.make(Conversation(once=False, hold=False, detachable=True))
        self.terminal = FakeTerminal(self.chat)
        connection = self.connect()
        self.terminal.protocol.pauseProducing()
        self.hear(connection, b"flood\n")
        self.terminal.protocol.connectionLost()
        self.assertEqual(connection.producerState, "producing")

    def test_peer_clogged(self) -> None:
        """While the peer does not take what is said, nothing more is read from the terminal."""
        connection: Any = self.connect()
        self.assertTrue(connection.streaming)
        connection.producer.pauseProducing()
        self.assertEqual(self.terminal.transport.producerState, "paused")
        self.hear(connection, b"still heard\n")
        self.assertEqual(self.terminal.transport.producerState, "paused")
        connection.producer.resumeProducing()
        self.assertEqual(self.terminal.transport.producerState, "producing")

    def test_clogged_peer_goes(self) -> None:
        """A peer that goes while it is clogged does not leave the terminal unread."""
        self.chat = self.make(Conversation(once=False, hold=False))
        self.terminal = FakeTerminal(self.chat)
        connection: Any = self.connect()
        connection.producer.pauseProducing()
        connection.lose(ConnectionLost())
        self.assertEqual(self.terminal.transport.producerState, "producing")

    def test_nobody_there(self) -> None:
        """What is typed to nobody is read up to the bound, and on when somebody is there."""
        self.terminal.type(("x" * 1023 + "\n") * (MAX_HELD // 1023 + 1))
        self.assertEqual(self.terminal.transport.producerState, "paused")
        accept(self.chat)
        self.assertEqual(self.terminal.transport.producerState, "producing")


class AttachTests(ChatTestCase):
    """A daemon's terminal."""

    def setUp(self) -> None:
        self.clock = Clock()
        self.chat = self.make(Conversation(once=False, hold=False, detachable=True))
        self.terminal = FakeTerminal(self.chat)

    def test_attached_elsewhere(self) -> None:
        """Who attaches takes the terminal over; the former one is told and let go."""
        connection = self.connect()
        second = FakeTerminal(self.chat)
        self.assertEqual(self.terminal.shown, ["> attached elsewhere"])
        self.assertTrue(self.terminal.transport.disconnecting)
        self.terminal.type("ghost\n")
        self.terminal.protocol.connectionLost()
        second.type("hello\n")
        self.assertEqual(connection.value(), b"hello\n")
        self.hear(connection, b"hi\n")
        self.assertEqual(second.shown[-1], "< hi")

    def test_missed(self) -> None:
        """What came while nobody was attached is there for who attaches."""
        connection = self.connect()
        self.terminal.protocol.connectionLost()
        self.hear(connection, b"are you there?\n")
        shown = FakeTerminal(self.chat).shown
        self.assertRegex(shown[0], r"^< \[\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\] are you there\?$")
        leave = "Ctrl-D leaves, and the daemon stays; :q hangs up"
        self.assertRegex(shown[1], rf"^> attached; \S+ is on the line\. {leave}$")
        self.assertEqual(len(shown), 2)

    def test_detaching(self) -> None:
        """The end of input at the terminal closes that, and the line stays."""
        connection = self.connect()
        self.terminal.protocol.readConnectionLost()
        self.assertTrue(self.terminal.transport.disconnecting)
        self.assertFalse(connection.half_closed)
        self.assertNoResult(self.chat.finished)


class DeathTests(ChatTestCase):
    """A peer that is gone without a word."""

    def test_noticed(self) -> None:
        """The chat ends with status 1 and says why, and what it watched is let go."""
        connection = self.connect(Handle(unacknowledged=1, silence=UNACKNOWLEDGED))
        self.clock.advance(LOOK)
        self.assertFalse(connection.connected)
        self.assertEqual(
            self.terminal.shown,
            ["> the connection was lost: the other side does not answer any more"],
        )
        self.assertEqual(self.end(), 1)
        self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_hung_up(self) -> None:
        """A connection that is gone is not watched."""
        self.connect(Handle()).lose(ConnectionDone())
        self.assertEqual(self.clock.getDelayedCalls(), [])
