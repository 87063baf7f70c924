"""Callers over TLS, whose handshakes are pretended."""

from twisted.internet.error import ConnectionDone, ConnectionLost
from twisted.internet.interfaces import INegotiated
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase
from zope.interface import directlyProvides

from tests.support.tcp import CALLER, FakeConnection, FakeTerminal
from twisted_chat.tcp.connection import HANDSHAKE
from twisted_chat.tcp.conversation import Conversation
from twisted_chat.tcp.protocol import MAX_VISITORS, REFUSALS_APART, TcpChat
from twisted_chat.tcp.visitor import SETTLING

GREETING = "> connected with 192.0.2.1:50000; :q hangs up"


class TlsConnection(FakeConnection):
    """A connection over TLS."""

    def __init__(self, protocol: object) -> None:
        directlyProvides(self, INegotiated)
        super().__init__(protocol)  # type: ignore[arg-type]


class Visits(SynchronousTestCase):
    """Somebody calls us over TLS."""

    def setUp(self) -> None:
        self.clock = Clock()
        self.chat = TcpChat(Conversation(once=True, hold=True), self.clock)
        self.terminal = FakeTerminal(self.chat)
        self.terminal.type("hello\n")
        self.terminal.transport.clear()

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
        """Who stops ends such calls too, without a word."""
        visitor = self.visit()
        self.successResultOf(self.chat.close())
        self.assertFalse(visitor.connected)
        self.assertEqual(self.terminal.shown, [])
        self.assertEqual(self.clock.getDelayedCalls(), [])
