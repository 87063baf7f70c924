"""Several room servers with one address book on this machine, and a chat across them.

A NATS server keeps the log in a directory that is gone afterwards. Two people at two of the
servers talk for a moment; then the servers run until Ctrl-C, and anybody may join them.
"""

import contextlib
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import IO

from tests.end_to_end.processes import places
from tests.support.nats import MISSING, PROGRAM, NatsServer

HOST = "127.0.0.1"
PORT = 8090
SERVERS = 3
PATIENCE = 30.0
"""Seconds for each word that is waited for."""


class Shown:
    """A program whose lines are shown here, each with its name before it."""

    def __init__(self, name: str, words: list[str], place: Path) -> None:
        udpchat = Path(sys.executable).with_name("udpchat")
        self._name = name
        self.process = subprocess.Popen(
            [str(udpchat), *words],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env={**os.environ, **places(place), "PYTHONUNBUFFERED": "1"},
        )

    @property
    def _output(self) -> IO[str]:
        assert self.process.stdout is not None
        return self.process.stdout

    def expect(self, text: str) -> None:
        """Show what it says, up to a line with this text."""
        deadline = time.monotonic() + PATIENCE
        for line in self._output:
            sys.stdout.write(f"{self._name:>10} | {line}")
            sys.stdout.flush()
            if text in line:
                return
            if time.monotonic() > deadline:
                break
        sys.exit(f"{self._name} did not say {text!r}")

    def type(self, line: str) -> None:
        """Type a line."""
        sys.stdout.write(f"{self._name:>10} < {line}\n")
        assert self.process.stdin is not None
        self.process.stdin.write(f"{line}\n")
        self.process.stdin.flush()

    def end(self) -> None:
        """End it."""
        self.process.terminate()
        self.process.wait()
        self._output.close()
        if self.process.stdin is not None:
            with contextlib.suppress(BrokenPipeError):
                self.process.stdin.close()


def main() -> None:
    """Run until Ctrl-C."""
    if PROGRAM is None:
        sys.exit(MISSING)
    first = int(sys.argv[1]) if len(sys.argv) > 1 else PORT
    ports = range(first, first + SERVERS)
    with contextlib.ExitStack() as stack:
        place = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        nats = NatsServer(place)
        stack.callback(nats.kill)
        nats.wait()
        key = str(place / "server.pem")
        for port in ports:
            words = [str(port), "--interface", HOST, "--key", key, "--journal", nats.url]
            server = Shown(f"{port}", words, place)
            stack.callback(server.end)
            server.expect("names and rooms are in nats://")
        talk(place, ports)
        sys.stdout.write(
            f"> udpchat {HOST} {ports[0]}, {ports[1]} or {ports[2]} joins them; Ctrl-C ends them\n"
        )
        sys.stdout.flush()
        with contextlib.suppress(KeyboardInterrupt):
            while True:
                time.sleep(3600)


def talk(place: Path, ports: range) -> None:
    """Two talk, each at a server of their own."""
    with contextlib.ExitStack() as stack:
        people = []
        for name, port in zip(("alice", "bob"), ports, strict=False):
            words = [HOST, str(port), "--name", name, "--key", str(place / f"{name}.pem")]
            person = Shown(name, words, place)
            stack.callback(person.end)
            person.expect(f"you are {name}")
            people.append(person)
        alice, bob = people
        alice.type("$roomcreate lab")
        alice.type("$roomjoin lab")
        alice.expect("you are in lab")
        bob.type("$roomjoin lab")
        bob.expect("alice")  # That she is there, or that she came, a moment later.
        alice.expect("bob came")
        alice.type("hello from the first server")
        bob.expect("hello from the first server")
        bob.type("hello from the second")
        alice.expect("hello from the second")


if __name__ == "__main__":
    main()
