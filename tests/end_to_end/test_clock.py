"""Programs whose machine's clock is set while they run: back an hour, and forward."""

import os
import socket
import subprocess
import sys
import time

from tests.end_to_end.clocks import SettableClock
from tests.end_to_end.processes import PATIENCE, ProcessTestCase, Program, command, free_port
from tests.end_to_end.test_udpchat import free_udp_port
from tests.support.thorough import slow

HOUR = 3600
STEPS = (-HOUR, HOUR, -2 * HOUR, 24 * HOUR)
"""Seconds ahead that the clock is set to, one after the other."""
SOON = 20.0
"""Seconds, far fewer than any step, in which what is due now happens."""


class Set(ProcessTestCase):
    """A clock that is set, as everything but the kernel's timers sees it."""

    def setUp(self) -> None:
        super().setUp()
        self.clock = SettableClock(self.directory())

    def started(self, program: str, *words: object, terminal: bool = True) -> Program:
        """A program on the machine whose clock is set."""
        before = self.environment
        self.environment = before | self.clock.environment
        started = self._start(command(program, *words), terminal=terminal)
        self.environment = before
        return started

    def talk(self, one: Program, other: Program) -> None:
        """Let both be heard, each time that the clock has been set."""
        for seconds in STEPS:
            self.clock.set(seconds)
            one.type_lines(f"at {seconds} seconds")
            other.expect(f"at {seconds} seconds", SOON)
            other.type_lines(f"yes, {seconds}")
            one.expect(f"yes, {seconds}", SOON)

    def test_set(self) -> None:
        """A program sees the clock that is set, and another one that is not."""
        self.clock.set(-HOUR)
        call = "import time; print(time.time(), time.monotonic())"
        before, steady = time.time(), time.monotonic()
        words = (sys.executable, "-c", call)
        environment = {**os.environ, **self.clock.environment}
        said = subprocess.run(words, env=environment, capture_output=True, text=True, check=True)
        seen, steadily = map(float, said.stdout.split())
        self.assertLess(abs(before - HOUR - seen), HOUR / 2)
        self.assertLess(abs(steady - steadily), HOUR / 2)

    def test_udpchat(self) -> None:
        """Timers go on, and so do links and their tokens, on the machine whose clock is
        set and between it and one whose clock is right."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as nobody:
            nobody.bind(("127.0.0.1", 0))
            nobody.settimeout(PATIENCE)
            port = nobody.getsockname()[1]
            alice = self.started("udpchat", "127.0.0.1", port, "--name", "alice")
            nobody.recv(2048)
            self.clock.set(-HOUR)  # She has a timer that is to make her ask again.
        server = self.started("udpchat", port, "--interface", "127.0.0.1", terminal=False)
        alice.expect("> you are alice", SOON)
        bob = self.start_on_terminal("udpchat", "127.0.0.1", port, "--name", "bob")
        bob.expect("> you are bob")
        alice.type_lines("$roomcreate empty", "$roomcreate lab", "$roomjoin lab")
        alice.expect("> you are in lab alone")
        bob.type_lines("$roomjoin lab")
        alice.expect("> bob came")
        self.talk(alice, bob)
        carol = self.start_on_terminal("udpchat", "127.0.0.1", port, "--name", "carol")
        carol.expect("> you are carol", SOON)
        carol.type_lines("$roomlist", "$userlist")
        carol.expect("> rooms (2): empty, lab", SOON)
        carol.expect("> users (3): alice, bob, carol", SOON)
        for one in (alice, bob, carol):
            one.type_lines("$quit")
            self.assertEqual(one.wait(), 0)
        self.assertNotIn("expired", server.said)

    @slow
    def test_room_server_as_daemon(self) -> None:
        """Nobody leaves, and no room closes, at a `twistd udpchat` whose clock is set, in
        either generation."""
        port = free_udp_port()
        words = ("-n", "--pidfile=", "udpchat", "--port", port, "--interface", "127.0.0.1")
        server = self.started("twistd", *words, terminal=False)
        server.expect("my key is")
        alice = self.start_on_terminal("udpchat", "127.0.0.1", port, "--name", "alice")
        bob = self.start_on_terminal("udpchat", "127.0.0.1", port, "--name", "bob", "--plain")
        for name, person in (("alice", alice), ("bob", bob)):
            person.expect(f"> you are {name}")
        alice.type_lines("$roomcreate empty", "$roomcreate lab", "$roomjoin lab")
        alice.expect("> you are in lab alone")
        for seconds in STEPS:
            self.clock.set(seconds)
            for person in (alice, bob):
                person.type_lines("$userlist", "$roomlist")
                person.expect("> users (2): alice, bob", SOON)
                person.expect("> rooms (2): empty, lab", SOON)
        self.assertNotIn("expired", server.said)

    def called_again(self, port: int) -> socket.socket:
        """Be where somebody has called in vain before the clock was set, and be called."""
        self.clock.set(-HOUR)
        with socket.create_server(("127.0.0.1", port)) as server:
            server.settimeout(SOON)
            return server.accept()[0]

    def test_tcpchat(self) -> None:
        """One who calls goes on calling, and two who talk go on talking."""
        port = free_port()
        caller = self.started("tcpchat", "--listen", f"tcp:{free_port()}", "127.0.0.1", port)
        caller.expect("> ")
        with self.called_again(port):
            caller.expect("> connected with ", SOON)
            caller.kill()
        waits = self.started("tcpchat", port)
        waits.expect("> waiting on ")
        caller = self.started("tcpchat", "127.0.0.1", port)
        for one in (caller, waits):
            one.expect("> connected with ", SOON)
        self.talk(caller, waits)
        caller.type_lines(":q")
        self.assertEqual(caller.wait(), 0)
        waits.expect("> the other side hung up", SOON)

    def test_tcpchat_as_daemon(self) -> None:
        """A `twistd tcpchat` that calls goes on calling, and what it serves is heard."""
        port, log = free_port(), self.directory() / "log"
        words = ("-n", "--pidfile=", f"--logfile={log}", "tcpchat", "--port", free_port())
        daemon = self.started("twistd", *words, "--connect", f"127.0.0.1:{port}")
        daemon.expect("> ")
        with self.called_again(port) as caller:
            daemon.expect("> connected with ", SOON)
            caller.settimeout(SOON)
            for seconds in STEPS:
                self.clock.set(seconds)
                daemon.type_lines(f"at {seconds}")
                self.assertEqual(caller.recv(99), f"at {seconds}\n".encode())
                caller.sendall(f"yes, {seconds}\n".encode())
                daemon.expect(f"< yes, {seconds}", SOON)
