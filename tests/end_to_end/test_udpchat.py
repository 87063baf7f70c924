"""UDP chat as people use it: real processes, real sockets, real pseudo-terminals."""

import re
import shutil
import signal
import socket
from pathlib import Path

from tests.end_to_end.processes import PATIENCE, ProcessTestCase, Program, free_port, refused
from twisted_chat.launch.udpchat import main as udpchat


def free_udp_port(host: str = "127.0.0.1") -> int:
    """A UDP port that nobody uses now."""
    return free_port(socket.SOCK_DGRAM, host)


class ChatTestCase(ProcessTestCase):
    """Has room servers, and people at terminals."""

    def serve(self, port: int, *options: object, host: str = "127.0.0.1") -> Program:
        """A room server that is ready."""
        server = self.start("udpchat", port, "--interface", host, *options)
        server.expect("room server on UDP port")
        return server

    def meet(self, name: str, port: int, host: str = "127.0.0.1") -> Program:
        """A person at a terminal who is registered."""
        person = self.start_on_terminal("udpchat", host, port, "--name", name)
        person.expect(f"> you are {name}")
        return person


class People(ChatTestCase):
    """People at terminals."""

    def test_link(self) -> None:
        """A line that one shows lets another in, with the key of the server pinned, and not in
        to another server; so does what is written down."""
        port = free_udp_port()
        server = self.serve(port)
        alice = self.meet("alice", port)
        alice.type_lines("$roomcreate lab", "$roomjoin lab", "$link")
        alice.expect("others get into lab with udpchat")
        alice.expect("> udpchat://127.0.0.1:")
        alice.expect("\n")
        shown = re.findall(r"> (udpchat://\S+)", alice.said)[0]
        asked = self.start("udpchat", "link", "127.0.0.1", port, "lab")
        self.assertEqual((asked.wait(), asked.output.text), (0, f"{shown}\n"))
        bob = self.start_on_terminal("udpchat", shown, "--name", "bob")
        bob.expect("you are in lab with alice")
        alice.expect("bob came")
        config = self.directory() / "config.toml"
        _, key = shown.split("?key=")
        config.write_text(
            f"""name = "carol"
default = "here"
[servers.here]
host = "127.0.0.1"
port = {port}
key = "{key}"
rooms = ["lab"]
"""
        )
        carol = self.start_on_terminal("udpchat", "--config", config)
        carol.expect("you are in lab with alice, bob")
        server.kill()
        self.start("udpchat", port, "--key", self.directory() / "other.pem").expect("room server")
        late = self.start("udpchat", shown, "--name", "dave")
        late.expect("> ")
        late.end_input()
        self.assertEqual(late.wait(), 1)
        self.assertNotIn("you are dave", late.said)

    def test_server_killed_and_started_again(self) -> None:
        """Two meet, one of whom edits their name, chat on when the server is killed, and are back
        when there is another."""
        port = free_udp_port()
        server = self.serve(port)
        alice = self.meet("alice", port)
        bob = self.start_on_terminal("udpchat", "127.0.0.1", port)
        bob.expect("> what is your name?")
        bob.type_lines("alice")
        bob.expect("What is your name?")
        bob.type_lines("bb\x1b[Do")  # Left, and what was left out.
        bob.expect("> you are bob")
        alice.type_lines("$roomcreate lab", "$roomjoin lab")
        alice.expect("> you are in lab alone")
        bob.type_lines("$roomjoin lab")
        bob.expect("> you are in lab with alice")
        alice.expect("> bob came")
        self.talk(alice, bob)
        server.kill()
        self.talk(alice, bob)
        again = self.serve(port)
        for one in (alice, bob):
            one.type_lines("$roomlist")  # What finds out, sooner than 60 s of silence.
        again.output.expect_all(
            "user alice registered", "user bob registered", patience=2 * PATIENCE
        )
        for one in (alice, bob):
            one.type_lines("$roomlist")
            one.expect("> rooms (1): lab")
        bob.type_lines("$userlist")
        bob.expect("> users (2): alice, bob")
        self.talk(alice, bob)
        for one in (alice, bob):
            one.type_lines("$quit")
            self.assertEqual(one.wait(), 0)

    def test_one_key_twice(self) -> None:
        """A script that was killed is back at once when it is started again. One with a copy of
        its home is told so, and has nothing of it."""
        port = free_udp_port()
        self.serve(port)
        bob = self.meet("bob", port)
        bob.type_lines("$roomcreate lab", "$roomjoin lab")
        bob.expect("> you are in lab alone")
        for number in range(2):
            bot = self.start("udpchat", "127.0.0.1", port, "--name", "bot")
            bot.type_lines("$roomjoin lab", f"hello {number}")
            bob.expect(f"< bot: hello {number}")
            if not number:
                bot.kill()
        home = Path(self.environment["XDG_DATA_HOME"])
        copy = self.directory() / "copied"
        shutil.copytree(home, copy, symlinks=True, ignore=shutil.ignore_patterns("*.sock"))
        self.environment["XDG_DATA_HOME"] = str(copy)
        double = self.start("udpchat", "127.0.0.1", port, "--name", "bot")
        double.type_lines("$roomjoin lab", "hello from elsewhere")
        self.assertEqual(double.wait(), 1)
        self.assertIn("another program with your key has been bot for", double.said)
        bot.type_lines("hello again")
        bob.expect("< bot: hello again")
        self.assertNotIn("elsewhere", bob.said)

    def talk(self, alice: Program, bob: Program) -> None:
        """Say something, both ways."""
        alice.type_lines("grüezi")
        bob.expect("< alice: grüezi")
        bob.type_lines("hoi")
        alice.expect("< bob: hoi")

    def test_pipe(self) -> None:
        """A script is heard in the room, leaves, and ends with status 0."""
        port = free_udp_port()
        server = self.serve(port)
        alice = self.meet("alice", port)
        alice.type_lines("$roomcreate lab", "$roomjoin lab")
        alice.expect("> you are in lab alone")
        bot = self.start("udpchat", "127.0.0.1", port, "--name", "bot")
        bot.type_lines("$roomjoin lab", "hello")
        bot.end_input()
        alice.expect("< bot: hello")
        self.assertEqual(bot.wait(), 0)
        alice.expect("> bot left")
        server.expect("user bot at the key ")
        server.expect(" left")
        for words, why in (
            ((), "uses the key of alice"),
            (("--key", self.directory() / "key"), "does not let you be alice"),
        ):
            again = self.start("udpchat", "127.0.0.1", port, "--name", "alice", *words)
            again.end_input()
            self.assertEqual(again.wait(), 1)
            self.assertIn(why, again.said)

    def test_ipv6(self) -> None:
        """On IPv6 as on IPv4."""
        try:
            port = free_udp_port("::1")
        except OSError:
            self.skipTest("no IPv6 here")
        self.serve(port, host="::1")
        alice, bob = (self.meet(name, port, "::1") for name in ("alice", "bob"))
        alice.type_lines("$poke bob")
        alice.expect("> you talk to bob now")
        bob.expect("> alice wants to talk; $poke alice answers")
        bob.type_lines("$poke alice")
        bob.expect("> you talk to alice now")
        alice.type_lines("grüezi")
        bob.expect("< alice privately: grüezi")
        bob.type_lines("hoi")
        alice.expect("< bob privately: hoi")

    def test_interrupted_peer(self) -> None:
        """Ctrl-C ends a peer, which leaves the server, with the status that a shell has for it."""
        port = free_udp_port()
        server = self.serve(port)
        alice = self.meet("alice", port)
        alice.signal(signal.SIGINT)
        self.assertEqual(alice.wait(), 130)
        server.expect("user alice at the key ")
        server.expect(" left")

    def test_interrupted_after_a_word(self) -> None:
        """What was typed right before a signal arrives all the same."""
        port = free_udp_port()
        self.serve(port)
        alice, bob = (self.meet(name, port) for name in ("alice", "bob"))
        alice.type_lines("$roomcreate lab", "$roomjoin lab")
        alice.expect("> you are in lab alone")
        bob.type_lines("$roomjoin lab")
        bob.expect("> you are in lab with alice")
        alice.expect("> bob came")
        bob.type_lines("hello")
        alice.expect("< bob: hello")
        alice.type_lines("last words")
        alice.signal(signal.SIGTERM)
        bob.expect("< alice: last words")
        bob.expect("> alice left")
        self.assertEqual(alice.wait(), 143)

    def test_interrupted_script(self) -> None:
        """TERM ends a peer whose output goes into a file, without a traceback in there."""
        port = free_udp_port()
        server = self.serve(port)
        output = self.directory() / "output"
        bot = self.start("udpchat", "127.0.0.1", port, "--name", "bot", into=output)
        bot.type_lines("$roomcreate lab")
        server.expect("room lab created")
        bot.signal(signal.SIGTERM)
        self.assertEqual(bot.process.wait(PATIENCE), 143)
        server.expect("user bot at the key ")
        self.assertNotIn("Traceback", output.read_text())

    def test_interrupted_server(self) -> None:
        """Ctrl-C ends a server, without a traceback."""
        port = free_udp_port()
        server = self.serve(port)
        self.meet("alice", port)
        server.signal(signal.SIGINT)
        self.assertEqual(server.wait(), 0)
        self.assertNotIn("Traceback", server.said)


class Daemon(ChatTestCase):
    """`twistd udpchat`."""

    def test_log_and_end(self) -> None:
        """One line for each event, none for chat; TERM ends it cleanly."""
        port, directory = free_udp_port(), self.directory()
        pid_file, log_file = directory / "pid", directory / "log"
        where = ("--pidfile", pid_file, "--logfile", log_file)
        options = ("--port", port, "--interface", "127.0.0.1")
        daemon = self.start_daemon("twistd", *where, "udpchat", *options, pidfile=pid_file)
        self.assertEqual((daemon.status, daemon.said), (0, ""))
        alice, bob = self.meet("alice", port), self.meet("bob", port)
        alice.type_lines("$roomcreate lab", "$roomjoin lab")
        alice.expect("> you are in lab alone")
        bob.type_lines("$roomjoin lab", "a word between us")
        alice.expect("a word between us")
        for one in (alice, bob):
            one.type_lines("$quit")
            self.assertEqual(one.wait(), 0)
        daemon.stop()
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


class Mistakes(ChatTestCase):
    """What does not work costs one line that says why."""

    def test_one_line(self) -> None:
        """One line, status 1 or 2, no traceback."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as used:
            used.bind(("127.0.0.1", 0))
            port = used.getsockname()[1]
            alone = ("twistd", "-n", "--pidfile=", "udpchat")
            cases: list[tuple[tuple[str, *tuple[object, ...]], str]] = [
                (("udpchat", 70_000), "out of range"),
                (("udpchat", port, "--interface", "127.0.0.1"), "in use"),
                (("udpchat", "nosuchhost.invalid", 8090), "there is no host nosuchhost.invalid"),
                ((*alone, "--port", 70_000), "out of range"),
                ((*alone, "--port", port, "--interface", "127.0.0.1"), "in use"),
                (("twistd", "udpchat", "--port", port, "--interface", "127.0.0.1"), "in use"),
            ]
            programs = [self.start(*command) for command, _ in cases]
            for program, (command, why) in zip(programs, cases, strict=True):
                status, said = program.wait(), program.said
                self.assertIn(status, (1, 2), command)
                self.assertIn(why, said.splitlines()[-1], command)
                logged = " starting up." in said  # By twistd -n, which logs to its output.
                self.assertEqual(said.count("\n"), 3 if logged else 1, said)
                self.assertNotIn("Traceback", said)

    def test_words(self) -> None:
        """So do all words that no program can be started with."""
        cases: list[tuple[tuple[object, ...], str]] = [
            (("127.0.0.1", 70_000), "out of range"),
            ((8090, "--rate", "many"), "'many' cannot be used"),
            (("127.0.0.1", 8090, "--name", "a b"), "--name a b"),
            (("127.0.0.1", 8090, "--nmae", "a"), "nmae"),
        ]
        for words, why in cases:
            status, said = refused(udpchat, *words)
            self.assertEqual((status, said.count("\n")), (2, 1), said)
            self.assertIn(why, said)
