"""Real programs as child processes, on pipes or on a pseudo-terminal.

Nothing here sleeps: every wait is for a file descriptor, up to a deadline.
"""

import os
import re
import select
import signal
import socket
import subprocess
import sys
import tempfile
import termios
import time
from collections.abc import Callable, Sequence
from contextlib import redirect_stderr, redirect_stdout, suppress
from io import StringIO
from pathlib import Path
from typing import NoReturn

from twisted.trial.unittest import TestCase

from tests.end_to_end.warm import Warm
from tests.support.thorough import THOROUGH
from twisted_chat.launch.signals import ENDING

PATIENCE = 60.0
"""Seconds that a program may take for anything, where many share a processor. Only what hangs
waits so long."""
ROWS, COLUMNS = 50, 1000
_FRESH_ROW = re.compile(r" +\r")
"""Of a pseudo-terminal: so wide that lines come whole, unless told otherwise."""
_CHUNK = 65_536
COLD = THOROUGH
"""Whether each program is started from nothing, as a person does, and not from a
process that has its modules loaded."""

_ENTRY = {
    "tcpchat": ("twisted_chat.launch.start", "tcpchat"),
    "udpchat": ("twisted_chat.launch.start", "udpchat"),
    "chat-analyze": ("twisted_chat.launch.start", "chat_analyze"),
    "twistd": ("twisted.scripts.twistd", "run"),
}
_WITHOUT_EXTENSION = "import sys; sys.modules['twisted_chat.net._mmsg'] = None; "


def command(program: str, *words: object, extension: bool = True) -> list[str]:
    """How a console script is started: the one beside this Python, or else its
    function; without the `extension` as where there was no compiler to make it."""
    script = Path(sys.executable).with_name(program)
    if extension and script.exists():
        return [str(script), *map(str, words)]
    module, function = _ENTRY[program]
    call = f"from {module} import {function} as run; run()"
    call = ("" if extension else _WITHOUT_EXTENSION) + call
    return [sys.executable, "-c", call, *map(str, words)]


def entry(program: str) -> tuple[str, str] | None:
    """Where the function of a program is, for one that is started warm; None where each
    is to be started from nothing."""
    return None if COLD else _ENTRY[program]


def places(directory: Path) -> dict[str, str]:
    """The environment of programs that have their keys, settings and sockets in a directory of
    their own, apart from those of others that run at the same time."""
    names = ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_RUNTIME_DIR", "XDG_STATE_HOME")
    return dict.fromkeys(names, str(directory))


def free_port(kind: socket.SocketKind = socket.SOCK_STREAM, host: str = "127.0.0.1") -> int:
    """A port of this address that nobody uses now."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, kind) as one:
        one.bind((host, 0))
        port: int = one.getsockname()[1]
        return port


class Output:
    """What comes out of a file descriptor, waited for until a deadline."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._matched = 0
        self.data = b""
        self.ended = False

    @property
    def text(self) -> str:
        """All of it so far; a pseudo-terminal's line ends are plain line feeds here, and
        the blanks that bring it to a fresh row are left out."""
        text = self.data.decode("utf-8", "replace").replace("\r\n", "\n")
        return _FRESH_ROW.sub("", text)

    def expect(self, text: str, patience: float = PATIENCE) -> None:
        """Wait until this text comes, after what was waited for before, whose line end may be
        the one that this begins with."""
        deadline = time.monotonic() + patience
        start = self._matched
        if text.startswith("\n") and self.text[start - 1 : start] == "\n":
            start -= 1
        while (found := self.text.find(text, start)) < 0:
            if self.ended or not self._read(deadline):
                raise AssertionError(f"no {text!r} in {self.text[self._matched :]!r}")
        self._matched = found + len(text)

    def expect_all(self, *texts: str, patience: float = PATIENCE) -> None:
        """Wait until all of these come, in whatever order, after what was waited for before."""
        start, ends = self._matched, []
        for text in texts:
            self._matched = start
            self.expect(text, patience)
            ends.append(self._matched)
        self._matched = max(ends)

    def expect_end(self) -> None:
        """Wait until nothing more can come."""
        deadline = time.monotonic() + PATIENCE
        while not self.ended:
            if not self._read(deadline):
                raise AssertionError(f"no end after {self.text!r}")

    def more(self, deadline: float) -> bool:
        """Wait until more comes, or its end. False where nothing has at the deadline."""
        return self._read(deadline)

    def read_what_is_there(self) -> None:
        """Read without waiting, to the end of what has come."""
        while not self.ended and self._read(time.monotonic()):
            pass

    def _read(self, deadline: float) -> bool:
        left = max(0.0, deadline - time.monotonic())
        ready, _, _ = select.select([self._descriptor], [], [], left)
        if ready:
            try:
                data = os.read(self._descriptor, _CHUNK)
            except OSError:  # A pseudo-terminal whose other end is closed.
                data = b""
            self.ended = not data
            self.data += data
        return bool(ready)


def _without_echo(terminal: int) -> None:
    """What is typed is not shown: the echo of a terminal may come in the middle of a line that
    the program writes at the same time, and tear it."""
    modes = termios.tcgetattr(terminal)
    modes[3] &= ~(termios.ECHO | termios.ECHONL)
    termios.tcsetattr(terminal, termios.TCSANOW, modes)


class Program:
    """A running program. On a terminal, which echoes nothing, its errors come with its output;
    `into` a file they go with it, and nothing of it can be waited for. It is started
    from nothing, or, given where its function is, warm; `namespace` is the network that
    it is in, if not this one."""

    def __init__(
        self,
        argv: list[str],
        environment: dict[str, str],
        *,
        terminal: bool,
        into: Path | None = None,
        entry: tuple[str, str] | None = None,
        columns: int = COLUMNS,
        namespace: Path | None = None,
        given: str | None = None,
    ) -> None:
        if terminal:
            ours, theirs = os.openpty()
            termios.tcsetwinsize(ours, (ROWS, columns))
            _without_echo(theirs)
            self._input = ours
            reading, errors, ends = ours, ours, (theirs, theirs, theirs)
        else:
            stdin, self._input = os.pipe()
            if given is not None:
                os.write(self._input, given.encode())
            reading, stdout = os.pipe()
            errors, stderr = os.pipe()
            ends = (stdin, stdout, stderr)
        log = os.open(into, os.O_WRONLY | os.O_CREAT, 0o600) if into else None
        standard = ends if log is None else (ends[0], log, log)
        inherited = {**os.environ, **environment}
        self.process: subprocess.Popen[bytes] | Warm
        if entry is None:
            network = [] if namespace is None else ["ip", "netns", "exec", namespace.name]
            self.process = subprocess.Popen(
                [*network, *argv],
                stdin=standard[0],
                stdout=standard[1],
                stderr=standard[2],
                env=inherited,
                start_new_session=True,
            )
        else:
            self.process = Warm(entry, argv, inherited, standard, namespace)
        for descriptor in {*ends, *(() if log is None else (log,))}:
            os.close(descriptor)
        self._open = {self._input, reading, errors}
        self._terminal = terminal
        self.terminal = self._input
        """The other end of its terminal, or of its input."""
        self.output = Output(reading)
        self.errors = self.output if terminal else Output(errors)
        if given is not None:
            self.end_input()

    def expect(self, text: str, patience: float = PATIENCE) -> None:
        """Wait until the output goes on with something and this text."""
        self.output.expect(text, patience)

    def type(self, text: str) -> None:
        """Type this, or write it into the pipe; as much as that takes at once."""
        data = text.encode()
        while data:
            data = data[os.write(self._input, data) :]

    def type_lines(self, *lines: str) -> None:
        """Type these lines, each with its end."""
        self.type("".join(f"{line}\n" for line in lines))

    def end_input(self) -> None:
        """Ctrl-D, or the end of the pipe."""
        if self._terminal:
            os.write(self._input, b"\x04")
        else:
            self._open.discard(self._input)
            os.close(self._input)

    def signal(self, number: signal.Signals) -> None:
        """Send it a signal."""
        os.kill(self.process.pid, number)

    def wait(self) -> int:
        """Read to the end of the output; the exit status."""
        self.output.expect_end()
        self.errors.expect_end()
        return self.process.wait(PATIENCE)

    @property
    def said(self) -> str:
        """All that has come so far, its output and its errors."""
        return self.output.text + ("" if self._terminal else self.errors.text)

    def kill(self) -> None:
        """End it at once, whatever it does, and what it has started."""
        if self.process.poll() is None:  # Else its number may be another's by now.
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)  # It leads a session of its own.
        self.process.wait()

    def close(self) -> None:
        """End it and forget it."""
        self.kill()
        while self._open:
            os.close(self._open.pop())


class Daemon:
    """A program that goes into the background; `pidfile` is where it says who it is."""

    def __init__(self, argv: list[str], environment: dict[str, str], pidfile: Path) -> None:
        self._pidfile = pidfile
        # The daemon inherits the pipe's other end, which closes when it ends.
        self._alive, theirs = os.pipe()
        with subprocess.Popen(
            argv,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env={**os.environ, **environment},
            pass_fds=[theirs],
        ) as starting:
            os.close(theirs)
            self.said = starting.communicate(timeout=PATIENCE)[0].decode()
        self.status = starting.returncode

    def stop(self) -> None:
        """TERM it, and wait until it is gone."""
        os.kill(int(self._pidfile.read_text()), signal.SIGTERM)
        Output(self._alive).expect_end()

    def close(self) -> None:
        """End it, whatever it does."""
        if self._pidfile.exists():
            os.kill(int(self._pidfile.read_text()), signal.SIGKILL)
            Output(self._alive).expect_end()
        os.close(self._alive)


def refused(main: Callable[[Sequence[str]], NoReturn], *words: object) -> tuple[object, str]:
    """The exit status of a console script that refuses its words, and what it says.

    It is called in this process, which is quick; that a real one ends so is
    for a test of each program to show.
    """
    said = StringIO()
    with redirect_stdout(said), redirect_stderr(said):
        try:
            main([str(word) for word in words])
        except SystemExit as end:
            return end.code, said.getvalue()


class ProcessTestCase(TestCase):
    """Starts programs, which end with the test. `environment` is what they get besides
    ours: keys, settings and sockets of their own among it, so that nobody's are touched, and a
    terminal that does nothing but show what it is given."""

    def setUp(self) -> None:
        self.environment = {**places(self.directory()), "TERM": "dumb"}
        # In the background of a shell, or under nohup, they are ignored, and programs would
        # inherit that.
        for number in (*ENDING, signal.SIGQUIT):
            usual = signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL
            self.addCleanup(signal.signal, number, signal.signal(number, usual))

    def directory(self) -> Path:
        """A directory that is gone with the test; not mktemp(), which pytest leaves behind."""
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        return Path(temporary.name)

    def start(
        self,
        program: str,
        *words: object,
        into: Path | None = None,
        extension: bool = True,
        given: str | None = None,
    ) -> Program:
        """A program on pipes."""
        argv = command(program, *words, extension=extension)
        entry = _ENTRY[program] if extension else None
        return self._start(argv, terminal=False, into=into, entry=entry, given=given)

    def start_on_terminal(self, program: str, *words: object, columns: int = COLUMNS) -> Program:
        """A program on a pseudo-terminal."""
        argv = command(program, *words)
        return self._start(argv, terminal=True, entry=_ENTRY[program], columns=columns)

    def start_daemon(self, program: str, *words: object, pidfile: Path) -> Daemon:
        """A program that has gone into the background when this returns."""
        daemon = Daemon(command(program, *words), self.environment, pidfile)
        self.addCleanup(daemon.close)
        return daemon

    def _start(
        self,
        argv: list[str],
        *,
        terminal: bool,
        into: Path | None = None,
        entry: tuple[str, str] | None = None,
        columns: int = COLUMNS,
        given: str | None = None,
    ) -> Program:
        started = Program(
            argv,
            self.environment,
            terminal=terminal,
            into=into,
            entry=None if COLD else entry,
            columns=columns,
            given=given,
        )
        self.addCleanup(started.close)
        return started
