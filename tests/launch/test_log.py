"""A log on descriptors that do not always take it."""

import os
import select
import tempfile
import termios
from typing import Any

from twisted.internet.interfaces import IWriteDescriptor
from twisted.logger import LogLevel, LogPublisher, globalLogBeginner
from twisted.trial.unittest import SynchronousTestCase
from zope.interface.verify import verifyObject

from twisted_chat.launch import log
from twisted_chat.launch.log import LogStream
from twisted_chat.terminal.rows import fresh_row


class Writers:
    """A reactor that knows who waits to write."""

    def __init__(self) -> None:
        self.waiting: set[Any] = set()

    def addWriter(self, writer: Any) -> None:
        self.waiting.add(writer)

    def removeWriter(self, writer: Any) -> None:
        self.waiting.discard(writer)


class LogTestCase(SynchronousTestCase):
    """Has a pipe to log into."""

    def setUp(self) -> None:
        self.reading, self.writing = os.pipe()
        self.addCleanup(os.close, self.writing)
        os.set_blocking(self.reading, False)
        self.reactor = Writers()
        self.lost: list[OSError] = []

    def stream(self, descriptor: int | None = None, encoding: str = "utf-8") -> LogStream:
        return LogStream(
            self.reactor,
            self.writing if descriptor is None else descriptor,
            encoding,
            self.lost.append,
        )

    def taken(self) -> bytes:
        """What has come out."""
        data = b""
        try:
            while piece := os.read(self.reading, 1 << 20):
                data += piece
        except BlockingIOError:
            pass
        return data


class Streams(LogTestCase):
    """Lines, and what becomes of them."""

    def setUp(self) -> None:
        super().setUp()
        self.addCleanup(os.close, self.reading)

    def test_lines(self) -> None:
        """A line is written at once; what the encoding lacks is written another way."""
        verifyObject(IWriteDescriptor, stream := self.stream(encoding="latin-1"))
        stream.write("user łukasz für")
        self.assertEqual(self.taken(), "user \\u0142ukasz für\n".encode("latin-1"))
        self.assertFalse(self.reactor.waiting)

    def test_not_taken(self) -> None:
        """What is not taken waits, in order, up to a bound; then lines are dropped, and how
        many were is said when there is room."""
        stream = self.stream()
        lines = [f"{number:05} {'x' * 93}" for number in range(10_000)]
        for line in lines:
            stream.write(line)
        self.assertEqual(self.reactor.waiting, {stream})
        self.assertLessEqual(len(stream._left), log.WAITING + 100)
        came = b""
        while self.reactor.waiting:
            came += self.taken()
            stream.doWrite()
        stream.write("later")
        *told, dropped, last = (came + self.taken()).decode().splitlines()
        self.assertEqual(told, lines[: len(told)])
        self.assertEqual(
            dropped, f"{10_000 - len(told)} lines were left out here: nobody took them"
        )
        self.assertEqual(last, "later")

    def test_full(self) -> None:
        """A full disk is told once; what comes when there is room again is written."""
        full = os.open("/dev/full", os.O_WRONLY)
        self.addCleanup(os.close, full)
        stream = self.stream(full)
        stream.write("one")
        stream.write("two")
        (problem,) = self.lost
        self.assertEqual(problem.strerror, "No space left on device")
        with tempfile.TemporaryFile() as file:
            os.dup2(file.fileno(), full)
            stream.write("three")
            file.seek(0)
            self.assertEqual(file.read(), b"three\n2 lines were left out here: nobody took them\n")


class Nobody(LogTestCase):
    """Nobody reads any more."""

    def test_nobody(self) -> None:
        """It is told once, and nothing more is tried, whoever finds it out."""
        stream = self.stream()
        os.close(self.reading)
        stream.write("one")
        stream.write("two")
        stream.connectionLost(None)
        (problem,) = self.lost
        self.assertIsInstance(problem, BrokenPipeError)
        self.assertFalse(self.reactor.waiting)


class Kinds(LogTestCase):
    """What is logged, and how."""

    def setUp(self) -> None:
        super().setUp()
        self.addCleanup(os.close, self.reading)
        self.publisher = LogPublisher()
        self.patch(globalLogBeginner, "beginLoggingTo", self.begin)

    def begin(self, observers: list[Any], redirectStandardIO: bool) -> None:
        for observer in observers:
            self.publisher.addObserver(observer)

    def say(self, level: Any, text: str, namespace: str = "twisted_chat.server") -> None:
        self.publisher(
            {
                "log_level": level,
                "log_namespace": namespace,
                "log_format": "{text}",
                "text": text,
                "log_time": 0.0,
            }
        )

    def test_lines(self) -> None:
        """A log has lines with their time, from its level on; of the trace only warnings."""
        log.log_lines(self.stream(), LogLevel.info)
        self.say(LogLevel.debug, "no")
        self.say(LogLevel.info, "user bob registered")
        self.say(LogLevel.info, "no", "twisted_chat.trace")
        self.assertRegex(self.taken(), rb"^\d{4}-\S+ user bob registered\n$")

    def test_lines_at_a_terminal(self) -> None:
        """At a terminal they are broken into rows, and nothing in them is obeyed."""
        ours, theirs = os.openpty()
        self.addCleanup(os.close, ours)
        self.addCleanup(os.close, theirs)
        termios.tcsetwinsize(theirs, (24, 40))
        log.log_lines(self.stream(theirs), LogLevel.info)
        self.say(LogLevel.info, "user bob\x1b[2J registered from a far, far address")
        said = ""
        while not said.endswith("address\n") and select.select([ours], [], [], 10)[0]:
            said += os.read(ours, 1000).decode().replace("\r\n", "\n")
        first, *others = said.removeprefix(fresh_row(40)).splitlines()
        self.assertRegex(first, r"^\d{4}-\S+ ")
        self.assertTrue(all(row.startswith("| ") and len(row) < 40 for row in others), others)
        self.assertIn("bob␛[2J", said)

    def test_notices(self) -> None:
        """A person is told in notices, in rows, and not of datagrams that could not be sent."""
        ours, theirs = os.openpty()
        self.addCleanup(os.close, ours)
        self.addCleanup(os.close, theirs)
        termios.tcsetwinsize(theirs, (24, 20))
        log.log_notices(self.stream(theirs), LogLevel.warn)
        self.say(LogLevel.warn, "sending failed", "twisted_chat.net.port")
        self.say(LogLevel.warn, "the trace is\x1b full now\nof all", "twisted_chat.trace")
        said = ""  # A terminal hands over what was written when it comes to it.
        while not said.endswith("all\n") and select.select([ours], [], [], 10)[0]:
            said += os.read(ours, 1000).decode().replace("\r\n", "\n")
        begin = fresh_row(20)
        self.assertEqual(said, f"{begin}> the trace is␛ \n| full now\n{begin}> of all\n")
