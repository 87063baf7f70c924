"""Programs whose machine's clock is set while they run: back an hour, and forward."""

import socket
from pathlib import Path

from tests.end_to_end.processes import PATIENCE, ProcessTestCase, Program, stepped

HOUR = 3600


class Set(ProcessTestCase):
    """A clock that is set, as everything but the kernel's timers sees it."""

    def setUp(self) -> None:
        super().setUp()
        self.offset = self.directory() / "offset"
        self.set(0)

    def set(self, seconds: int) -> None:
        """Let the time of day be so far off."""
        new = Path(f"{self.offset}.new")
        new.write_text(str(seconds))
        new.rename(self.offset)

    def stepped(self, *words: object) -> Program:
        """`udpchat` on a terminal, on the machine whose clock is set."""
        argv = stepped(self.offset, "udpchat", *words)
        return self._start(argv, terminal=True)

    def test_udpchat(self) -> None:
        """Timers go on, and so do links and their tokens, on the machine whose clock is
        set and between it and one whose clock is right."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as nobody:
            nobody.bind(("127.0.0.1", 0))
            nobody.settimeout(PATIENCE)
            port = nobody.getsockname()[1]
            alice = self.stepped("127.0.0.1", port, "--name", "alice")
            nobody.recv(2048)
            self.set(-HOUR)  # She has a timer that is to make her ask again.
        server = self.stepped(port, "--interface", "127.0.0.1")
        alice.expect("> you are alice")
        bob = self.start_on_terminal("udpchat", "127.0.0.1", port, "--name", "bob")
        bob.expect("> you are bob")
        bob.type_lines("$poke alice")
        bob.expect("> you talk to alice now")
        alice.expect("> bob wants to talk; $poke bob answers")
        alice.type_lines("$poke bob")
        alice.expect("> you talk to bob now")
        for seconds in (-HOUR, HOUR, -2 * HOUR):
            self.set(seconds)
            bob.type_lines(f"at {seconds} seconds")
            alice.expect(f"< bob: at {seconds} seconds")
            alice.type_lines("hoi", "$userlist")
            bob.expect("< alice: hoi")
            alice.expect("> users (2): alice, bob")
        carol = self.start_on_terminal("udpchat", "127.0.0.1", port, "--name", "carol")
        carol.expect("> you are carol")
        for one in (alice, bob, carol):
            one.type_lines("$quit")
            self.assertEqual(one.wait(), 0)
        self.assertNotIn("expired", server.said)
