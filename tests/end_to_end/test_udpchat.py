"""UDP chat as people use it: real processes, real sockets, real pseudo-terminals."""

import contextlib
import os
import pty
import select
import signal
import socket
import subprocess
import sys
import tempfile
import time
import tty
from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

BIN = Path(sys.executable).parent
PATIENCE = 15.0
"""Seconds that anything may take, on the slowest machine."""


def free_port(host: str = "127.0.0.1") -> int:
    """A UDP port that nobody uses now."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as one:
        one.bind((host, 0))
        return int(one.getsockname()[1])


class Program:
    """A program of ours that runs, with pipes or on a pseudo-terminal.

    Its standard error goes where its standard output goes.
    """

    def __init__(self, *command: object, terminal: bool = False, into: Path | None = None) -> None:
        words = [str(BIN / str(command[0])), *map(str, command[1:])]
        self.seen = ""
        ours, theirs = pty.openpty() if terminal else os.pipe()
        self._output = ours
        self._input = ours
        stdin: int = theirs
        if terminal:
            tty.setraw(theirs)
        else:
            stdin, self._input = os.pipe()
        log = os.open(into, os.O_WRONLY | os.O_CREAT, 0o600) if into else theirs
        self.process = subprocess.Popen(
            words,
            stdin=stdin,
            stdout=log,
            stderr=log,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
            start_new_session=True,
        )
        for fd in {stdin, theirs, log}:
            os.close(fd)

    def type(self, *lines: str) -> None:
        """Type lines."""
        os.write(self._input, "".join(f"{line}\n" for line in lines).encode())

    def end_input(self) -> None:
        """Close the pipe that it reads."""
        os.close(self._input)
        self._input = self._output

    def expect(self, text: str) -> None:
        """Wait until it has shown this, after what was waited for before."""
        deadline = time.monotonic() + PATIENCE
        while text not in self.seen:
            if not self._read(deadline):
                raise AssertionError(f"no {text!r} in {self.seen!r}")
        self.seen = self.seen.partition(text)[2]

    def end(self) -> tuple[int, str]:
        """Wait for its end. Returns its exit status, and what it has shown besides."""
        deadline = time.monotonic() + PATIENCE
        while self._read(deadline):
            pass
        return self.process.wait(timeout=PATIENCE), self.seen

    def kill(self) -> None:
        """End it at once, if it has not ended."""
        self.process.kill()
        self.process.wait()

    def close(self) -> None:
        """End it and forget it."""
        self.kill()
        for fd in {self._input, self._output}:
            os.close(fd)

    def _read(self, deadline: float) -> bool:
        """Take what is there. False at the end of its output, or of our patience."""
        wait = max(0.0, deadline - time.monotonic())
        if not select.select([self._output], [], [], wait)[0]:
            return False
        data = b""
        with contextlib.suppress(OSError):  # What a pseudo-terminal says at its end.
            data = os.read(self._output, 65_536)
        self.seen += data.decode("utf-8", "replace")
        return bool(data)


class ProgramTestCase(SynchronousTestCase):
    """Ends with the test what was started in it."""

    def start(self, *command: object, terminal: bool = False, into: Path | None = None) -> Program:
        program = Program(*command, terminal=terminal, into=into)
        self.addCleanup(program.close)
        return program

    def directory(self) -> Path:
        """A directory that is gone with the test; not mktemp(), which pytest leaves behind."""
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        return Path(temporary.name)

    def serve(self, port: int, *options: object, host: str = "127.0.0.1") -> Program:
        """A room server that is ready."""
        server = self.start("udpchat", port, "--interface", host, *options)
        server.expect("room server on UDP port")
        return server

    def meet(self, name: str, port: int, host: str = "127.0.0.1") -> Program:
        """A person at a terminal who is registered."""
        person = self.start("udpchat", host, port, "--name", name, terminal=True)
        person.expect(f"> you are {name}")
        return person


class People(ProgramTestCase):
    """People at terminals."""

    def test_server_killed_and_started_again(self) -> None:
        """Two meet, chat on when the server is killed, and are back when there is another."""
        port = free_port()
        server = self.serve(port)
        alice = self.meet("alice", port)
        bob = self.start("udpchat", "127.0.0.1", port, terminal=True)
        bob.expect("> what is your name?")
        bob.type("alice")
        bob.expect("What is your name?")
        bob.type("bob")
        bob.expect("> you are bob")
        alice.type("$roomcreate lab", "$roomjoin lab")
        alice.expect("> you are in lab alone")
        bob.type("$roomjoin lab")
        bob.expect("> you are in lab with alice")
        alice.expect("> bob came")
        self.talk(alice, bob)
        server.kill()
        self.talk(alice, bob)
        self.serve(port)
        alice.type("$roomlist")  # What finds out, sooner than the sign of life every 25 s.
        alice.expect("> rooms (1): lab")
        bob.type("$userlist")
        bob.expect("> users (2): alice, bob")
        self.talk(alice, bob)
        for one in (alice, bob):
            one.type("$quit")
            self.assertEqual(one.end()[0], 0)

    def talk(self, alice: Program, bob: Program) -> None:
        """Say something, both ways."""
        alice.type("grüezi")
        bob.expect("< alice: grüezi")
        bob.type("hoi")
        alice.expect("< bob: hoi")

    def test_pipe(self) -> None:
        """A script is heard in the room, leaves, and ends with status 0."""
        port = free_port()
        server = self.serve(port)
        alice = self.meet("alice", port)
        alice.type("$roomcreate lab", "$roomjoin lab")
        alice.expect("> you are in lab alone")
        bot = self.start("udpchat", "127.0.0.1", port, "--name", "bot")
        bot.type("$roomjoin lab", "hello")
        bot.end_input()
        alice.expect("< bot: hello")
        self.assertEqual(bot.end()[0], 0)
        alice.expect("> bot left")
        server.expect("user bot at 127.0.0.1:")
        server.expect(" left")
        again = self.start("udpchat", "127.0.0.1", port, "--name", "alice")
        again.end_input()
        status, said = again.end()
        self.assertEqual(status, 1)
        self.assertIn("does not let you be alice", said)

    def test_ipv6(self) -> None:
        """On IPv6 as on IPv4."""
        try:
            port = free_port("::1")
        except OSError:
            self.skipTest("no IPv6 here")
        self.serve(port, host="::1")
        alice, bob = (self.meet(name, port, "::1") for name in ("alice", "bob"))
        alice.type("$poke bob")
        alice.expect("> you talk to bob now, at [::1]:")
        self.talk(alice, bob)

    def test_interrupted_peer(self) -> None:
        """Ctrl-C ends a peer, which leaves the server, with status 0."""
        port = free_port()
        server = self.serve(port)
        alice = self.meet("alice", port)
        alice.process.send_signal(signal.SIGINT)
        self.assertEqual(alice.end()[0], 0)
        server.expect("user alice at 127.0.0.1:")
        server.expect(" left")

    def test_interrupted_server(self) -> None:
        """Ctrl-C ends a server, without a traceback."""
        port = free_port()
        server = self.serve(port)
        self.meet("alice", port)
        server.process.send_signal(signal.SIGINT)
        status, said = server.end()
        self.assertEqual(status, 0)
        self.assertNotIn("Traceback", said)


class Daemon(ProgramTestCase):
    """`twistd udpchat`."""

    def test_log_and_end(self) -> None:
        """One line for each event, none for chat; TERM ends it cleanly."""
        port, directory = free_port(), self.directory()
        pid_file, log_file = directory / "pid", directory / "log"
        command = ("twistd", "--pidfile", pid_file, "--logfile", log_file, "udpchat")
        started = self.start(*command, "--port", port, "--interface", "127.0.0.1")
        self.assertEqual(started.end()[0], 0)
        pid = int(self.wait_for(pid_file))
        self.addCleanup(self.kill, pid)
        alice, bob = self.meet("alice", port), self.meet("bob", port)
        alice.type("$roomcreate lab", "$roomjoin lab")
        alice.expect("> you are in lab alone")
        bob.type("$roomjoin lab", "a word between us")
        alice.expect("a word between us")
        for one in (alice, bob):
            one.type("$quit")
            self.assertEqual(one.end()[0], 0)
        os.kill(pid, signal.SIGTERM)
        deadline = time.monotonic() + PATIENCE
        while pid_file.exists() and time.monotonic() < deadline:
            select.select([], [], [], 0.02)
        self.assertFalse(pid_file.exists())
        log = log_file.read_text()
        for line in (
            "user alice registered from 127.0.0.1:",
            "user bob registered from 127.0.0.1:",
            "room lab created",
        ):
            self.assertEqual(log.count(line), 1, log)
        for name in ("alice", "bob"):
            left = [one for one in log.splitlines() if f"user {name} at" in one]
            self.assertEqual(len(left), 1, log)
            self.assertTrue(left[0].endswith(" left"), log)
        self.assertIn("Server Shut Down", log)
        for word in ("a word between us", "Traceback", "Unhandled"):
            self.assertNotIn(word, log)

    def wait_for(self, path: Path) -> str:
        """What is in a file, as soon as something is."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            if path.exists() and (text := path.read_text()):
                return text
            select.select([], [], [], 0.02)
        raise self.failureException(f"no {path}")

    def kill(self, pid: int) -> None:
        """End the daemon, if it has not ended."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


class Mistakes(ProgramTestCase):
    """What does not work costs one line that says why."""

    def test_one_line(self) -> None:
        """One line, status 1 or 2, no traceback."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as used:
            used.bind(("127.0.0.1", 0))
            port = used.getsockname()[1]
            alone = ("twistd", "-n", "--pidfile=", "udpchat")
            cases: list[tuple[tuple[object, ...], str]] = [
                (("udpchat", 70_000), "out of range"),
                (("udpchat", "127.0.0.1", 70_000), "out of range"),
                (("udpchat", port, "--interface", "127.0.0.1"), "in use"),
                (("udpchat", "nosuchhost.invalid", 8090), "there is no host nosuchhost.invalid"),
                (("udpchat", port, "--rate", "many"), "'many' does not do"),
                (("udpchat", "127.0.0.1", port, "--name", "a b"), "--name a b"),
                (("udpchat", "127.0.0.1", port, "--nmae", "a"), "nmae"),
                ((*alone, "--port", 70_000), "out of range"),
                ((*alone, "--port", port, "--interface", "127.0.0.1"), "in use"),
            ]
            programs = [self.start(*command) for command, _ in cases]
            for program, (command, why) in zip(programs, cases, strict=True):
                status, said = program.end()
                self.assertIn(status, (1, 2), command)
                self.assertIn(why, said.splitlines()[-1], command)
                logged = " starting up." in said  # By twistd -n, which logs to its output.
                self.assertEqual(said.count("\n"), 3 if logged else 1, said)
                self.assertNotIn("Traceback", said)
