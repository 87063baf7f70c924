"""The console scripts as real processes."""

import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import IO

from twisted.trial.unittest import SynchronousTestCase

BIN = Path(sys.executable).parent


def free_port(kind: socket.SocketKind) -> int:
    """A port that nobody uses now."""
    with socket.socket(socket.AF_INET, kind) as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


class ProgramTestCase(SynchronousTestCase):
    """Starts programs and reads what they print."""

    def start(
        self, *command: object, output: IO[str] | int = subprocess.PIPE
    ) -> "subprocess.Popen[str]":
        """A program that is ended with the test."""
        program = subprocess.Popen(
            [str(BIN / str(command[0])), *map(str, command[1:])],
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=subprocess.STDOUT,
            text=True,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )

        def end() -> None:
            program.kill()
            program.communicate()

        self.addCleanup(end)
        return program

    def expect(self, program: "subprocess.Popen[str]", text: str) -> None:
        """Read lines until one holds this text."""
        seen = []
        assert program.stdout is not None
        for line in program.stdout:
            seen.append(line)
            if text in line:
                return
        self.fail(f"no {text!r} in {seen}")


class Programs(ProgramTestCase):
    """Started, used and ended as a person would."""

    def test_tcp_pipe(self) -> None:
        """A pipe's lines are all delivered to who waits, and both programs end well."""
        port = free_port(socket.SOCK_STREAM)
        waiting = self.start("tcpchat", port)
        self.expect(waiting, "waiting on")
        calling = self.start("tcpchat", "127.0.0.1", port)
        calling.communicate("a\nb\n", timeout=20)
        said, _ = waiting.communicate(timeout=20)
        self.assertIn("< a\n< b\n", said)
        self.assertEqual((calling.returncode, waiting.returncode), (0, 0))

    def test_udp_pipe(self) -> None:
        """A piped peer joins, is heard by another in the room, and leaves."""
        port = free_port(socket.SOCK_DGRAM)
        server = self.start("udpchat", port, "--interface", "127.0.0.1")
        self.expect(server, "room server on")
        alice = self.start("udpchat", "127.0.0.1", port, "--name", "alice")
        assert alice.stdin is not None
        alice.stdin.write("$roomcreate lab\n$roomjoin lab\n")
        alice.stdin.flush()
        self.expect(alice, "you are in lab alone")
        bot = self.start("udpchat", "127.0.0.1", port, "--name", "bot")
        bot.communicate("$roomjoin lab\nhello\n", timeout=20)
        self.assertEqual(bot.returncode, 0)
        self.expect(alice, "< bot: hello")
        self.expect(server, "user bot at")

    def test_mistakes(self) -> None:
        """A mistake costs one line, status 1 or 2, and no traceback."""
        with socket.socket() as used:
            used.bind(("0.0.0.0", 0))
            used.listen()
            for command in (
                ("tcpchat", used.getsockname()[1]),
                ("tcpchat", 70000),
                ("udpchat", "x", "y"),
                ("udpchat", 8090, "--rate", "many"),
                ("twistd", "-n", "--pidfile=", "udpchat", "--port", "99999"),
            ):
                program = self.start(*command)
                said, _ = program.communicate("", timeout=20)
                self.assertIn(program.returncode, (1, 2), said)
                self.assertEqual(said.count("\n"), 1, said)
