"""Standard input and output as a transport: real pipes and terminals, and a reactor by hand."""

import contextlib
import os
import termios
import tty
from collections.abc import Iterable
from typing import Any

from twisted.internet.interfaces import IConsumer, IPushProducer, ITransport
from twisted.internet.main import CONNECTION_DONE, CONNECTION_LOST
from twisted.python.failure import Failure
from twisted.trial.unittest import SynchronousTestCase
from zope.interface.verify import verifyObject

from twisted_chat.terminal.entered import Entered
from twisted_chat.terminal.line import LineTerminal
from twisted_chat.terminal.standard import StandardTerminal
from twisted_chat.terminal.window import LONGEST_TYPED, USUAL, IWindow, terminal_width


class Turns:
    """A reactor that takes its turns when it is told to."""

    def __init__(self) -> None:
        self.readers: set[Any] = set()
        self.writers: set[Any] = set()

    def addReader(self, reader: Any) -> None:
        self.readers.add(reader)

    def addWriter(self, writer: Any) -> None:
        self.writers.add(writer)

    def removeReader(self, reader: Any) -> None:
        self.readers.discard(reader)

    def removeWriter(self, writer: Any) -> None:
        self.writers.discard(writer)

    def turn(self) -> None:
        """Let each write, and then each read."""
        for one in list(self.writers):
            self._done(one, one.doWrite())
        for one in list(self.readers):
            self._done(one, one.doRead())

    def lose(self, one: Any) -> None:
        """Find out that its pipe is broken; one that is read has come to an end."""
        self._done(one, CONNECTION_DONE if one in self.readers else CONNECTION_LOST)

    def _done(self, one: Any, why: Any) -> None:
        if why:
            self.removeReader(one)
            self.removeWriter(one)
            one.connectionLost(Failure(why))


class Person:
    """Writes down what is told."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def attached(self, terminal: LineTerminal) -> None:
        self.told.append("attached")

    def typed(self, terminal: LineTerminal, lines: Iterable[str]) -> None:
        self.told += lines

    def ended(self, terminal: LineTerminal) -> None:
        self.told.append("ended")

    def detached(self, terminal: LineTerminal) -> None:
        self.told.append("detached")

    def flowing(self, terminal: LineTerminal) -> None:
        self.told.append("flowing")


class Standard(SynchronousTestCase):
    """A person between two descriptors."""

    def setUp(self) -> None:
        self.reactor, self.person = Turns(), Person()

    def seat(self, reading: int, writing: int) -> LineTerminal:
        self.line = LineTerminal(self.person)
        self.terminal = StandardTerminal(self.line, self.reactor, reading=reading, writing=writing)
        return self.line

    def pipe(self) -> tuple[int, int]:
        ends = os.pipe()
        for end in ends:
            self.addCleanup(self.close, end)
        return ends

    def close(self, descriptor: int) -> None:
        with contextlib.suppress(OSError):
            os.close(descriptor)

    def pipes(self) -> tuple[LineTerminal, int, int]:
        """A seat on pipes, where to type and where to read."""
        reading, typing = self.pipe()
        seeing, writing = self.pipe()
        return self.seat(reading, writing), typing, seeing

    def test_interfaces(self) -> None:
        """It is what it says that it is."""
        self.pipes()
        for interface in (ITransport, IConsumer, IPushProducer, IWindow):
            verifyObject(interface, self.terminal)

    def test_both_ways(self) -> None:
        """What is typed is told, what is shown comes out, and in the end it is over once."""
        line, typing, seeing = self.pipes()
        os.write(typing, b"hello\nyou")
        self.reactor.turn()
        line.show("< hi")
        self.reactor.turn()
        self.assertEqual(os.read(seeing, 100), b"< hi\n")
        os.close(typing)
        self.reactor.turn()
        self.assertEqual(self.person.told, ["attached", "hello", "you", "ended"])
        line.show("> bye")
        line.close()
        self.reactor.turn()
        self.reactor.turn()
        self.assertEqual(os.read(seeing, 100), b"> bye\n")
        self.assertEqual(self.person.told[4:], ["detached"])
        self.assertIsNone(self.terminal.problem)
        self.assertFalse(self.reactor.readers or self.reactor.writers)

    def test_nobody_reads(self) -> None:
        """A pipe that nobody reads is a problem of its own kind, found at the first word."""
        line, _, seeing = self.pipes()
        os.close(seeing)
        line.show("< hi")
        self.reactor.turn()
        self.assertEqual(self.person.told, ["attached", "ended", "detached"])
        self.assertIsInstance(self.terminal.problem, BrokenPipeError)

    def test_nobody_left(self) -> None:
        """So is one whose reader is gone before there is a word, as a reactor tells it."""
        self.pipes()
        self.reactor.lose(self.terminal._writer)
        self.assertEqual(self.person.told, ["attached", "ended", "detached"])
        self.assertIsInstance(self.terminal.problem, BrokenPipeError)

    def test_full(self) -> None:
        """A full disk is told by its reason, also in the last words."""
        for last in (False, True):
            self.setUp()
            reading, _ = self.pipe()
            full = os.open("/dev/full", os.O_WRONLY)
            self.addCleanup(os.close, full)
            line = self.seat(reading, full)
            line.show("> bye")
            if last:
                line.close()
            self.reactor.turn()
            problem = self.terminal.problem
            assert problem is not None
            self.assertEqual(problem.strerror, "No space left on device")
            self.assertEqual(self.person.told[-1], "detached")

    def test_closed_after_loss(self) -> None:
        """A terminal that is closed after its output was lost is over."""
        line, _, seeing = self.pipes()
        os.close(seeing)
        line.show("< hi")
        self.reactor.turn()
        over: list[Failure] = []
        self.patch(line, "connectionLost", over.append)
        line.close()
        self.assertEqual(len(over), 1)
        self.assertFalse(self.reactor.readers or self.reactor.writers)

    def test_paused(self) -> None:
        """What is typed waits while it is not wanted."""
        line, typing, _ = self.pipes()
        line.listen(False)
        os.write(typing, b"hello\n")
        self.reactor.turn()
        self.assertEqual(self.person.told, ["attached"])
        line.listen(True)
        self.reactor.turn()
        self.assertEqual(self.person.told, ["attached", "hello"])

    def test_rows(self) -> None:
        """At a terminal lines are broken at its width of then; into a pipe they go whole."""
        ours, theirs = os.openpty()
        self.addCleanup(os.close, ours)
        self.addCleanup(os.close, theirs)
        line = self.seat(theirs, theirs)
        for columns, rows in (
            (20, [b"< bob: xxxxxxxxxxxx", b"| xxxxxxxx"]),
            (80, [b"< bob: " + b"x" * 20]),
        ):
            termios.tcsetwinsize(theirs, (24, columns))
            line.show("< bob: " + "x" * 20)
            self.reactor.turn()
            self.assertEqual(os.read(ours, 1000).split(), b"\n".join(rows).split())
        line, _, seeing = self.pipes()
        line.show("x" * 1000)
        self.reactor.turn()
        self.assertEqual(os.read(seeing, 2000), b"x" * 1000 + b"\n")

    def test_cut(self) -> None:
        """A line that a terminal has cut is not told, and why is shown; the next one is."""
        for length, told in ((LONGEST_TYPED - 1, True), (LONGEST_TYPED, False), (9999, False)):
            self.setUp()
            ours, theirs = os.openpty()
            self.addCleanup(os.close, ours)
            self.addCleanup(os.close, theirs)
            modes = termios.tcgetattr(theirs)
            modes[3] &= ~termios.ECHO
            termios.tcsetattr(theirs, termios.TCSANOW, modes)
            self.seat(theirs, theirs)
            os.write(ours, b"x" * length + b"\nyou\n")
            for _ in range(3):
                self.reactor.turn()
            lines = ["x" * length] if told else []
            self.assertEqual(self.person.told, ["attached", *lines, "you"])
            if not told:
                shown = os.read(ours, 1000).replace(b"\r\n| ", b" ")
                self.assertIn(b"cuts lines at 4,095 bytes", shown)

    def test_interrupted(self) -> None:
        """At Ctrl-C what was entered is shown as not said, and what comes later is not read."""
        self.patch(Entered, "_is_ours", lambda entered: True)
        for entered, shown in (
            (b"hello\n", "> this came with Ctrl-C, and was not said: hello"),
            (
                b"hello\n \nyou\nhalf",
                "> 2 lines came with Ctrl-C, and were not said, from this on:",
            ),
            (b"\n", ""),
            (b"half", ""),
        ):
            self.setUp()
            ours, theirs = os.openpty()
            self.addCleanup(os.close, ours)
            self.addCleanup(os.close, theirs)
            line = self.seat(theirs, self.pipe()[1])
            os.write(ours, entered)
            self.terminal.interrupted()
            os.write(ours, b"ls\n")
            self.terminal.interrupted()
            self.reactor.turn()
            told: list[str] = []
            self.patch(line, "show", told.append)
            self.terminal.tell_unread()
            line.listen(True)
            self.reactor.turn()
            self.assertEqual(self.person.told, ["attached"])
            self.assertEqual([one[: len(shown)] for one in told], [shown] if shown else [])
            self.assertEqual(os.read(theirs, 100), b"ls\n")
            self.terminal.put_back()
            self.assertFalse(termios.tcgetattr(theirs)[3] & termios.NOFLSH)

    def test_pipe_interrupted(self) -> None:
        """What comes from a pipe is read on."""
        _, typing, _ = self.pipes()
        self.terminal.interrupted()
        self.terminal.tell_unread()
        os.write(typing, b"hello\n")
        self.reactor.turn()
        self.assertEqual(self.person.told, ["attached", "hello"])

    def test_last_words(self) -> None:
        """What waits to be shown when a program ends is shown."""
        line, _, seeing = self.pipes()
        line.show("> not sent: hello")
        self.terminal._writer.connectionLost(Failure(CONNECTION_LOST))
        self.assertEqual(os.read(seeing, 100), b"> not sent: hello\n")

    def test_not_cut(self) -> None:
        """From a pipe, and at a terminal that hands out what is typed at once, nothing is."""
        ours, theirs = os.openpty()
        self.addCleanup(os.close, ours)
        self.addCleanup(os.close, theirs)
        tty.setcbreak(theirs)
        for reading, typing in ((theirs, ours), self.pipe()):
            self.setUp()
            self.seat(reading, self.pipe()[1])
            os.write(typing, b"x" * LONGEST_TYPED)
            self.reactor.turn()
            os.write(typing, b"\n")
            self.reactor.turn()
            self.assertEqual(self.person.told, ["attached", "x" * LONGEST_TYPED])

    def test_width(self) -> None:
        """A terminal that says no width has the usual one; what is no terminal has none."""
        ours, theirs = os.openpty()
        self.addCleanup(os.close, ours)
        self.addCleanup(os.close, theirs)
        self.assertEqual(terminal_width(theirs), USUAL)
        self.assertIsNone(terminal_width(self.pipe()[0]))
        self.assertIsNone(terminal_width(12345))
