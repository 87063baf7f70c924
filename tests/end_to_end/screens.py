"""Real programs at a terminal that shows what a real one would: pyte at the other end."""

import signal
import sys
import termios
import time
from typing import Any

import pyte

from tests.end_to_end.processes import PATIENCE, Program
from tests.end_to_end.test_udpchat import ChatTestCase

ENTER, TAB, UP, LEFT = "\r", "\t", "\x1b[A", "\x1b[D"
CTRL_C, CTRL_D, CTRL_Z, CTRL_R, CTRL_U = "\x03", "\x04", "\x1a", "\x12", "\x15"


class Watched:
    """A person who types at a program's terminal, and sees it."""

    def __init__(self, program: Program) -> None:
        self.program = program
        rows, columns = termios.tcgetwinsize(program.terminal)
        self._screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self._screen)
        self._fed = 0

    @property
    def rows(self) -> list[str]:
        """What is seen now."""
        data = self.program.output.data
        self._stream.feed(data[self._fed :])
        self._fed = len(data)
        return [row.rstrip() for row in self._screen.display]

    @property
    def input_row(self) -> str:
        """The row in which the cursor is."""
        return self.rows[min(self._screen.cursor.y, self._screen.lines - 1)]

    def type(self, *keys: str) -> None:
        """Press these keys."""
        self.program.type("".join(keys))

    def sees(self, *texts: str) -> None:
        """Wait until all of these are seen."""
        deadline = time.monotonic() + PATIENCE
        while not all(any(text in row for row in self.rows) for text in texts):
            if self.program.output.ended or not self.program.output.more(deadline):
                raise AssertionError(f"not all of {texts} in {self.rows}")

    def sees_input(self, text: str) -> None:
        """Wait until the row of the cursor is this."""
        deadline = time.monotonic() + PATIENCE
        while self.input_row != text:
            if self.program.output.ended or not self.program.output.more(deadline):
                raise AssertionError(f"{self.input_row!r} is not {text!r}")

    def resize(self, rows: int, columns: int) -> None:
        """Have another size, of which the program is told."""
        termios.tcsetwinsize(self.program.terminal, (rows, columns))
        self._screen.resize(rows, columns)
        self.program.signal(signal.SIGWINCH)

    @property
    def modes(self) -> Any:
        """The modes of the terminal."""
        return termios.tcgetattr(self.program.terminal)


class WatchedCase(ChatTestCase):
    """People at terminals that can do all that a face may want."""

    def setUp(self) -> None:
        super().setUp()
        self.environment |= {"TERM": "xterm-256color", "NO_COLOR": ""}

    def watch_shell(self) -> Watched:
        """A shell that has a terminal of its own, and waits for a command."""
        environment = {**self.environment, "PS1": "sh$ ", "TERM": "xterm"}
        script = (
            "import fcntl, os, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0);"
            " os.execlp('bash', 'bash', '--norc', '--noprofile', '-i')"
        )
        shell = Program([sys.executable, "-c", script], environment, terminal=True, columns=80)
        self.addCleanup(shell.close)
        one = Watched(shell)
        one.sees_input("sh$")
        return one
