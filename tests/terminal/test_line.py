"""A terminal of lines, at a transport that is only pretended."""

from collections.abc import Iterable

from twisted.internet.error import ConnectionDone, ConnectionLost
from twisted.internet.interfaces import IHalfCloseableProtocol, IPushProducer
from twisted.internet.testing import StringTransport
from twisted.python.failure import Failure
from twisted.trial.unittest import SynchronousTestCase
from zope.interface.verify import verifyObject

from twisted_chat.lines import MAX_LINE
from twisted_chat.terminal.line import LineTerminal


class Listener:
    """A Person that writes down what it is told."""

    def __init__(self) -> None:
        self.events: list[str] = []
        self.closes_at: list[str] = []
        """Lines at which the terminal is closed."""

    def attached(self, terminal: LineTerminal) -> None:
        self.events.append("attached")

    def typed(self, terminal: LineTerminal, lines: Iterable[str]) -> None:
        for line in lines:
            self.events.append(f"typed {line}")
            if line in self.closes_at:
                terminal.close()

    def ended(self, terminal: LineTerminal) -> None:
        self.events.append("ended")

    def detached(self, terminal: LineTerminal) -> None:
        self.events.append("detached")

    def flowing(self, terminal: LineTerminal) -> None:
        self.events.append("flowing")


class LineTerminalTests(SynchronousTestCase):
    """Lines in, lines out."""

    def setUp(self) -> None:
        self.person = Listener()
        self.terminal = LineTerminal(self.person)
        self.transport = StringTransport()
        self.terminal.makeConnection(self.transport)
        self.assertEqual(self.person.events, ["attached"])
        self.person.events.clear()

    def test_interfaces(self) -> None:
        """Transports find it half-closeable, and a producer that can be paused."""
        verifyObject(IHalfCloseableProtocol, self.terminal)
        verifyObject(IPushProducer, self.terminal)

    def test_typed(self) -> None:
        """Each line is told when its line feed is there, however it arrives in pieces."""
        for piece in ("héllo\nyo".encode()[i : i + 1] for i in range(9)):
            self.terminal.dataReceived(piece)
        self.assertEqual(self.person.events, ["typed héllo"])
        self.terminal.dataReceived(b"u\nme\n")
        self.assertEqual(self.person.events, ["typed héllo", "typed you", "typed me"])

    def test_byte_order_mark(self) -> None:
        """What an editor begins a script with is not said; anywhere else it is text."""
        self.terminal.dataReceived(b"\xef\xbb\xbfone\n\xef\xbb\xbftwo\n")
        self.assertEqual(self.person.events, ["typed one", "typed \ufefftwo"])

    def test_shown(self) -> None:
        """A line is shown as UTF-8 with its line feed."""
        self.terminal.show("< héllo")
        self.assertEqual(self.transport.value(), "< héllo\n".encode())

    def test_lone_surrogate_is_shown(self) -> None:
        """A text that has no UTF-8 is shown as well as it can be."""
        self.terminal.show("a\ud800b")
        self.assertEqual(self.transport.value(), b"a<U+D800>b\n")

    def test_end_of_input(self) -> None:
        """At the end of input the unfinished last line counts, and the terminal still shows."""
        self.terminal.dataReceived(b"one\ntwo")
        self.terminal.readConnectionLost()
        self.assertEqual(self.person.events, ["typed one", "typed two", "ended"])
        self.assertFalse(self.terminal.unread)
        self.terminal.show("> still here")
        self.assertEqual(self.transport.value(), b"> still here\n")

    def test_gone(self) -> None:
        """When the terminal is gone its input has ended, it is detached, each told once."""
        self.terminal.dataReceived(b"one\ntwo")
        self.terminal.readConnectionLost()
        self.terminal.connectionLost(Failure(ConnectionDone()))
        self.terminal.connectionLost(Failure(ConnectionLost()))
        self.assertEqual(self.person.events, ["typed one", "typed two", "ended", "detached"])

    def test_gone_at_once(self) -> None:
        """A terminal that goes without an end of input has one all the same, before it is gone."""
        self.terminal.dataReceived(b"last")
        self.terminal.connectionLost(Failure(ConnectionLost()))
        self.assertEqual(self.person.events, ["typed last", "ended", "detached"])

    def test_nobody_reads(self) -> None:
        """Standard output that nobody reads any more is a terminal that is gone."""
        self.terminal.writeConnectionLost()
        self.assertEqual(self.person.events, ["ended", "detached"])

    def test_too_long_a_line(self) -> None:
        """A line over the bound says so, ends the input, and nothing after it is read."""
        self.terminal.dataReceived(b"one\n" + b"x" * (MAX_LINE + 1) + b"\ntwo\n")
        for _ in range(3):
            self.terminal.dataReceived(b"x" * (MAX_LINE + 1))
        self.terminal.readConnectionLost()
        self.assertEqual(self.person.events, ["typed one", "ended"])
        self.assertTrue(self.terminal.unread)
        self.assertEqual(
            self.transport.value(),
            b"> a line over 65,536 bytes cannot be sent; nothing after it was read\n",
        )

    def test_close(self) -> None:
        """Closing lets go of the transport, and nothing more is read."""
        self.terminal.show("> bye")
        self.terminal.close()
        self.assertTrue(self.transport.disconnecting)
        self.assertIsNone(self.transport.producer)
        self.terminal.dataReceived(b"late\n")
        self.terminal.readConnectionLost()
        self.assertEqual(self.person.events, [])

    def test_closed_while_reading(self) -> None:
        """What arrived together with the line that closed the terminal is not told."""

        person = Listener()
        person.closes_at = [":q"]
        terminal = LineTerminal(person)
        terminal.makeConnection(StringTransport())
        terminal.dataReceived(b":q\nmore\n")
        self.assertEqual(person.events, ["attached", "typed :q"])

    def test_listen(self) -> None:
        """What is typed waits in the transport while it is not wanted."""
        self.terminal.listen(False)
        self.assertEqual(self.transport.producerState, "paused")
        self.terminal.listen(True)
        self.assertEqual(self.transport.producerState, "producing")

    def test_listen_after_closing(self) -> None:
        """A closed terminal is neither paused nor resumed, which transports refuse."""
        self.terminal.close()
        self.terminal.listen(True)
        self.terminal.listen(False)
        self.assertEqual(self.transport.producerState, "producing")

    def test_clogged(self) -> None:
        """A terminal that does not take what is shown is clogged, until it tells that it flows."""
        self.assertIs(self.transport.producer, self.terminal)
        self.assertTrue(self.transport.streaming)
        self.terminal.pauseProducing()
        self.assertTrue(self.terminal.clogged)
        self.assertEqual(self.person.events, [])
        self.terminal.resumeProducing()
        self.assertFalse(self.terminal.clogged)
        self.assertEqual(self.person.events, ["flowing"])
