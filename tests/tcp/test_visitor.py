"""Callers who may be none: over TLS, whose handshakes are pretended, and without."""

from twisted.internet.error import ConnectionDone, ConnectionLost
from twisted.internet.interfaces import INegotiated
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase
from zope.interface import directlyProvides

from tests.support.tcp import CALLER, FakeConnection, FakeTerminal
from twisted_chat.tcp.connection import HANDSHAKE
from twisted_chat.tcp.conversation import Conversation
from twisted_chat.tcp.protocol import MAX_VISITORS, REFUSALS_APART, TcpChat
from twisted_chat.tcp.visitor import BEGINNING, NO_TLS, SETTLING

GREETING = "> connected with 192.0.2.1:50000; :q hangs up"


class TlsConnection(FakeConnection):
    """A connection over TLS."""

    def __init__(self, protocol: object) -> None:
        directlyProvides(self, INegotiated)
        super().__init__(protocol)  # type: ignore[arg-type]


class Waiting(SynchronousTestCase):
    """A chat that waits for a call, with something typed for whoever calls."""

    def setUp(self) -> None:
        self.clock = Clock()
        self.chat = TcpChat(Conversation(once=True, hold=True), self.clock)
        self.terminal = FakeTerminal(self.chat)
        self.terminal.type("hello\n")
        self.terminal.transport.clear()


class Visits(Waiting):
    """Somebody calls us over TLS."""

    def visit(self) -> TlsConnection:
        protocol = self.chat.buildProtocol(CALLER)
        assert protocol is not None
        return TlsConnection(protocol)

    def test_taken(self) -> None:
        """Nobody is there before the handshake is done, and has not been regretted."""
        visitor = self.visit()
        self.assertTrue(self.chat.expecting)
        visitor.protocol.handshakeCompleted()
        self.clock.advance(SETTLING / 2)
        self.assertEqual((self.terminal.shown, visitor.value()), ([], b""))
        self.clock.advance(SETTLING)
        self.assertEqual((self.terminal.shown, visitor.value()), ([GREETING], b"hello\n"))
        self.assertFalse(self.chat.expecting)
        self.clock.advance(HANDSHAKE)
        self.assertTrue(visitor.connected)

    def test_says_something(self) -> None:
        """One who says something means it."""
        visitor = self.visit()
        visitor.protocol.handshakeCompleted()
        visitor.protocol.dataReceived(b"hi\n")
        self.assertEqual(self.terminal.shown, [GREETING, "< hi"])

    def test_leaves(self) -> None:
        """One who leaves before costs one line; what was typed is kept for the next."""
        for done in (False, True):
            self.setUp()
            visitor = self.visit()
            if done:
                visitor.protocol.handshakeCompleted()
            visitor.lose(ConnectionLost())
            (told,) = self.terminal.shown
            self.assertTrue(told.startswith("> a call from 192.0.2.1:50000 came to nothing: "))
            self.assertNoResult(self.chat.finished)
            self.assertEqual(self.clock.getDelayedCalls(), [])
            following = self.visit()
            following.protocol.handshakeCompleted()
            self.clock.advance(SETTLING)
            self.assertEqual(following.value(), b"hello\n")

    def test_told_seldom(self) -> None:
        """A flood of such calls costs a line a minute, which counts them."""
        for _ in range(50):
            self.visit().lose(ConnectionLost())
        self.assertEqual(len(self.terminal.shown), 1)
        self.clock.advance(REFUSALS_APART)
        self.visit().lose(ConnectionLost())
        self.assertEqual(len(self.terminal.shown), 2)
        self.assertTrue(self.terminal.shown[1].endswith(" (49 more calls before it did too)"))

    def test_never_done(self) -> None:
        """A handshake that is not done after ten seconds is cut off."""
        visitor = self.visit()
        self.clock.advance(HANDSHAKE)
        self.assertFalse(visitor.connected)
        self.assertIn("did not finish the TLS handshake", self.terminal.shown[0])

    def test_bound(self) -> None:
        """More than so many handshakes at once are cut off."""
        for _ in range(MAX_VISITORS):
            self.visit()
        self.assertIsNone(self.chat.buildProtocol(CALLER))

    def test_second(self) -> None:
        """One who is ready after another has the line finds it busy."""
        first, second = self.visit(), self.visit()
        first.protocol.handshakeCompleted()
        second.protocol.handshakeCompleted()
        self.clock.advance(SETTLING)
        self.assertEqual(second.value(), b"the line is busy\n")
        second.lose(ConnectionDone())
        self.assertEqual(self.terminal.shown, [GREETING])

    def test_stopping(self) -> None:
        """The one who stops ends such calls too, without a word of them."""
        visitor = self.visit()
        self.successResultOf(self.chat.close())
        self.assertFalse(visitor.connected)
        self.assertEqual(self.terminal.shown, ["> not sent: hello"])
        self.assertEqual(self.clock.getDelayedCalls(), [])


class PlainVisits(Waiting):
    """Somebody calls us where we speak plain text."""

    def visit(self) -> FakeConnection:
        protocol = self.chat.buildProtocol(CALLER)
        assert protocol is not None
        return FakeConnection(protocol)

    def test_taken(self) -> None:
        """One who says nothing at once has the line a moment later, and is told what waits."""
        visitor = self.visit()
        self.assertTrue(self.chat.expecting)
        self.assertEqual((self.terminal.shown, visitor.value()), ([], b""))
        self.clock.advance(BEGINNING)
        self.assertEqual((self.terminal.shown, visitor.value()), ([GREETING], b"hello\n"))
        self.assertFalse(self.chat.expecting)
        self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_says_something(self) -> None:
        """One who says something, or has nothing to say, means it; however it comes in pieces."""
        for pieces, heard in (
            ([b"hi\n"], "< hi"),
            ([b"\x16", b"hi\n"], "< \u2416hi"),
            ([b"\x16\n"], "< \u2416"),
        ):
            self.setUp()
            visitor = self.visit()
            for piece in pieces:
                visitor.protocol.dataReceived(piece)
            self.assertEqual(self.terminal.shown, [GREETING, heard])
        self.setUp()
        visitor = self.visit()
        visitor.protocol.readConnectionLost()
        self.assertEqual(self.terminal.shown, [GREETING])
        self.assertEqual(visitor.value(), b"hello\n")

    def test_first_byte_of_a_text(self) -> None:
        """A text that begins as TLS does is heard when no more of it comes."""
        visitor = self.visit()
        visitor.protocol.dataReceived(b"\x16")
        self.assertEqual(self.terminal.shown, [])
        self.clock.advance(BEGINNING)
        visitor.protocol.dataReceived(b"\x03\n")
        self.assertEqual(self.terminal.shown, [GREETING, "< \u2416\u2403"])

    def test_speaks_tls(self) -> None:
        """One who speaks TLS costs one line, and is told something that is no TLS; what was
        typed is kept for the next."""
        for pieces in ([b"\x16\x03\x01\x02\n\x01"], [b"\x16", b"\x03\x01\n"]):
            self.setUp()
            visitor = self.visit()
            for piece in pieces:
                visitor.protocol.dataReceived(piece)
            visitor.protocol.dataReceived(b"more\n")
            (told,) = self.terminal.shown
            self.assertIn("> a call from 192.0.2.1:50000 came to nothing: it speaks TLS", told)
            self.assertEqual(visitor.value(), NO_TLS)
            self.assertTrue(visitor.disconnecting)
            visitor.lose(ConnectionDone())
            self.assertFalse(self.chat.expecting or self.chat.engaged)
            self.assertEqual(self.clock.getDelayedCalls(), [])
            following = self.visit()
            self.clock.advance(BEGINNING)
            self.assertEqual(following.value(), b"hello\n")
            self.assertEqual(len(self.terminal.shown), 2)

    def test_leaves(self) -> None:
        """One whose connection is lost before costs one line too, and takes nothing along."""
        self.visit().lose(ConnectionLost())
        self.assertEqual(
            self.terminal.shown,
            ["> a call from 192.0.2.1:50000 came to nothing: it hung up at once"],
        )
        self.assertFalse(self.chat.expecting)
        following = self.visit()
        self.clock.advance(BEGINNING)
        self.assertEqual(following.value(), b"hello\n")

    def test_second(self) -> None:
        """One who came meanwhile finds the line busy as soon as another has it."""
        first, second = self.visit(), self.visit()
        first.protocol.dataReceived(b"hi\n")
        self.assertEqual(second.value(), b"the line is busy\n")
        self.assertTrue(second.half_closed)
        self.assertEqual(first.value(), b"hello\n")
