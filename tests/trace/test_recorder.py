"""Writing a trace while it happens."""

import os
import resource
import signal
import struct
import subprocess
import sys
from pathlib import Path
from typing import Any

from scapy.utils import RawPcapNgReader
from twisted.logger import LogEvent, globalLogPublisher

from tests.support.captures import SERVER, USER, FileTestCase
from twisted_chat.startup import CannotStart
from twisted_chat.trace import headers, recorder
from twisted_chat.trace.recorder import MEBIBYTE, Recorder

ROOT = Path(__file__).parents[2]
"""From where a program finds the tests: trial runs them in a directory of its own."""


def numbered(number: int, size: int = 4) -> bytes:
    """A packet that says which it is."""
    return headers.udp(USER, SERVER, struct.pack("!I", number).ljust(size, b"."))


def numbers(path: Path) -> list[int]:
    """Which packets are in a trace, which has to be whole."""
    with RawPcapNgReader(str(path)) as reader:
        return [struct.unpack("!I", data[28:32])[0] for data, _ in reader]


class RecorderTestCase(FileTestCase):
    """Has a place for a trace, and hears what is said of it."""

    def setUp(self) -> None:
        self.path = Path(self.mktemp())
        self.said: list[str] = []
        observer: Any = self._hear
        globalLogPublisher.addObserver(observer)
        self.addCleanup(globalLogPublisher.removeObserver, observer)

    def _hear(self, event: LogEvent) -> None:
        if event.get("log_namespace", "").startswith("twisted_chat.trace"):
            self.said.append(event["log_format"].format(**event))

    def recorder(self, limit: int = MEBIBYTE) -> Recorder:
        made = Recorder(str(self.path), limit, lambda: 10**18)
        self.addCleanup(made.close)
        return made


class Recording(RecorderTestCase):
    """Packets in, a file out."""

    def test_all(self) -> None:
        """Everything is in the file when it is closed, in order, and nothing is said."""
        made = self.recorder()
        for number in range(1000):
            made.packet(numbered(number), "", inbound=True)
        made.close()
        self.assertEqual(numbers(self.path), list(range(1000)))
        self.assertEqual(self.said, [])

    def test_nothing(self) -> None:
        """A trace in which nothing happened is a whole file."""
        self.recorder().close()
        self.assertEqual(numbers(self.path), [])

    def test_full(self) -> None:
        """At its size it stops, with one line; the file is whole and not larger."""
        made = self.recorder(20_000)
        for number in range(1000):
            made.packet(numbered(number), "", inbound=True)
        made.close()
        found = numbers(self.path)
        self.assertEqual(found, list(range(len(found))))
        self.assertLess(len(found), 1000)
        self.assertLessEqual(self.path.stat().st_size, 20_000)
        self.assertGreater(self.path.stat().st_size, 19_000)
        (line,) = self.said
        self.assertIn(str(self.path), line)
        self.assertIn("--trace-size", line)

    def test_after_the_end(self) -> None:
        """What comes after the end, or closing twice, does nothing."""
        made = self.recorder()
        made.close()
        made.packet(numbered(1), "", inbound=True)
        made.close()
        self.assertEqual(numbers(self.path), [])

    def test_private(self) -> None:
        """Nobody else may read what people said."""
        self.recorder()
        self.assertEqual(self.path.stat().st_mode & 0o777, 0o600)


class Slow(RecorderTestCase):
    """A disk that does not take what comes."""

    def stuck(self) -> Recorder:
        """A recorder into a pipe that nobody reads: its writer hangs in the system call."""
        os.mkfifo(self.path.with_suffix(".pipe"))
        made = self.recorder()
        ours, theirs = os.pipe()
        os.dup2(theirs, made._file)
        os.close(theirs)
        self.addCleanup(os.close, ours)
        self.reading = ours
        return made

    def test_dropped(self) -> None:
        """What finds no room is dropped, not waited for; it is counted, and said at the end."""
        self.patch(recorder, "WAITING", 100_000)
        made = self.stuck()
        for number in range(1000):
            made.packet(numbered(number, 1000), "", inbound=True)
        self.patch(recorder, "PATIENCE", 0.0)
        made.close()
        late, line = self.said
        self.assertIn("lacks its end: the disk does not take it", late)
        self.assertRegex(line, r"lacks 9\d\d of 1000 packets")
        os.set_blocking(self.reading, False)
        while made._writer is not None and made._writer.is_alive():
            try:
                os.read(self.reading, 65_536)
            except BlockingIOError:
                made._writer.join(0.001)


class Trouble(RecorderTestCase):
    """What can go wrong with a file."""

    def test_there_already(self) -> None:
        """A file that is there is never overwritten."""
        self.path.write_text("precious")
        problem = self.assertRaises(CannotStart, self.recorder)
        self.assertIn("is there already", str(problem))
        self.assertEqual(self.path.read_text(), "precious")

    def test_nowhere(self) -> None:
        """A file that cannot be made costs one line with the reason."""
        for path, reason in (("/nowhere/at/all", "No such file"), ("a\0b", "null byte")):
            problem = self.assertRaises(CannotStart, Recorder, path, MEBIBYTE, lambda: 0)
            self.assertIn(reason, str(problem))

    def test_full_from_the_beginning(self) -> None:
        """Where not even the head of a trace finds room no file is left in the way."""
        program = (
            "import sys; from tests.trace.test_recorder import *\n"
            "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
            "resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]),) * 2)\n"
            "Recorder(sys.argv[1], MEBIBYTE, lambda: 0)\n"
        )
        for room in (0, 10):
            ended = subprocess.run(
                [sys.executable, "-c", program, self.path, str(room)],
                cwd=ROOT,
                capture_output=True,
                text=True,
                check=False,
            )
            self.assertEqual((ended.returncode, ended.stderr.count("\n")), (1, 1), ended.stderr)
            self.assertIn("cannot record into", ended.stderr)
            self.assertFalse(self.path.exists())

    def test_disk_full(self) -> None:
        """Where the disk is full the trace ends with its last whole block, and one line."""
        program = (
            "import sys; from tests.trace.test_recorder import *\n"
            "from twisted.logger import globalLogBeginner, textFileLogObserver\n"
            "globalLogBeginner.beginLoggingTo([textFileLogObserver(sys.stdout)])\n"
            "resource.setrlimit(resource.RLIMIT_FSIZE, (5000, 5000))\n"
            "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
            "made = Recorder(sys.argv[1], MEBIBYTE, lambda: 0)\n"
            "for number in range(100): made.packet(numbered(number), '', inbound=True)\n"
            "made.close()\n"
        )
        ended = subprocess.run(
            [sys.executable, "-c", program, self.path],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        )
        self.assertEqual(ended.stdout.count("\n"), 1, ended.stdout)
        self.assertIn("File too large", ended.stdout)
        found = numbers(self.path)
        self.assertGreater(len(found), 10)
        self.assertEqual(found, list(range(len(found))))

    def test_killed(self) -> None:
        """A process that is killed leaves a file that can be read."""
        program = (
            "import itertools, os, sys; from tests.trace.test_recorder import *\n"
            "made = Recorder(sys.argv[1], 512 * MEBIBYTE, lambda: 0)\n"
            "for number in itertools.count():\n"
            "    made.packet(numbered(number), '', inbound=True)\n"
            "    if made._written > MEBIBYTE: os.kill(os.getpid(), signal.SIGKILL)\n"
        )
        ended = subprocess.run([sys.executable, "-c", program, self.path], cwd=ROOT, check=False)
        self.assertEqual(ended.returncode, -signal.SIGKILL)
        found = numbers(self.path)
        self.assertGreater(len(found), 1000)
        self.assertEqual(found, list(range(len(found))))


assert resource  # For the programs that are started here.
