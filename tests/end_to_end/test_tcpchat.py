"""TCP chat as people run it: real processes, real sockets, real pseudo-terminals."""

import os
import shutil
import socket
import stat
import tempfile
import termios
import time
from pathlib import Path

import pyte

from tests.end_to_end.processes import (
    PATIENCE,
    Output,
    ProcessTestCase,
    Program,
    free_port,
    refused,
)
from tests.support.certificates import self_signed
from tests.support.thorough import slow
from twisted_chat.launch.tcpchat import CLOSED
from twisted_chat.launch.tcpchat import main as tcpchat
from twisted_chat.terminal.rows import MARK
from twisted_chat.terminal.window import LONGEST_TYPED

BUSY = b"the line is busy\n"


class TcpChatTestCase(ProcessTestCase):
    """A port, a directory, and the other side as `nc` would be it."""

    def setUp(self) -> None:
        super().setUp()
        self.port = free_port()
        self.home = Path(tempfile.mkdtemp())  # Short enough for the path of a UNIX socket.
        self.addCleanup(shutil.rmtree, self.home)

    def waiting(self, *words: object) -> Program:
        """A person's program on a terminal that waits."""
        program = self.start_on_terminal("tcpchat", *(words or (self.port,)))
        program.expect("> waiting on ")
        return program

    def call(self) -> socket.socket:
        """A call from `nc`."""
        return self.kept(socket.create_connection(("127.0.0.1", self.port), PATIENCE))

    def kept(self, connection: socket.socket) -> socket.socket:
        """A socket that is closed with the test."""
        connection.settimeout(PATIENCE)
        self.addCleanup(connection.close)
        return connection

    def heard(self, connection: socket.socket) -> bytes:
        """Everything that comes until the other side is done."""
        output = Output(connection.fileno())
        output.expect_end()
        return output.data

    def chat_both_ways(self, one: Program, other: Program) -> None:
        """Two who are connected talk, one hangs up, and both programs end well."""
        one.expect("> connected with ")
        other.expect("> connected with ")
        one.type("hello\n")
        other.expect("\n< hello\n")
        other.type("grüß dich\n")
        one.expect("\n< grüß dich\n")
        one.type("bye\n:q\n")
        other.expect("\n< bye\n> the other side hung up\n")
        one.expect("\n> you hung up\n")
        self.assertEqual((one.wait(), other.wait()), (0, 0))


class PeopleTests(TcpChatTestCase):
    """Two people with tcpchat."""

    def test_two_terminals(self) -> None:
        """Two terminals chat both ways, and `:q` at one ends both."""
        waiting = self.waiting()
        calling = self.start_on_terminal("tcpchat", "127.0.0.1", self.port)
        self.chat_both_ways(calling, waiting)

    def test_pipe(self) -> None:
        """A pipe's lines are delivered whole to who waits."""
        waiting = self.waiting()
        calling = self.start("tcpchat", "127.0.0.1", self.port)
        calling.type("a\nb\n")
        calling.end_input()
        waiting.expect("\n< a\n< b\n> the other side hung up\n")
        self.assertEqual((calling.wait(), waiting.wait()), (0, 0))

    def test_pipe_to_a_busy_line(self) -> None:
        """A pipe that finds the line busy says so and has status 1; who talks notices nothing."""
        waiting = self.waiting()
        self.call()
        waiting.expect("> connected with ")
        calling = self.start("tcpchat", "127.0.0.1", self.port, given="a\n")
        self.assertEqual(calling.wait(), 1)
        notice = calling.output.text.splitlines()[-1]
        self.assertTrue(notice.startswith("> ") and "the line is busy" in notice, notice)
        self.assertNotIn("busy", waiting.output.text)

    def test_much(self) -> None:
        """A megabyte through two programs arrives whole and in order."""
        waiting = self.start("tcpchat", self.port)
        waiting.expect("> waiting on ")
        calling = self.start("tcpchat", "127.0.0.1", self.port)
        lines = [f"{number:07} {'x' * 91}" for number in range(10_000)]
        calling.type("".join(f"{line}\n" for line in lines))
        calling.end_input()
        self.assertEqual((waiting.wait(), calling.wait()), (0, 0))
        said = [line[2:] for line in waiting.output.text.splitlines() if line.startswith("< ")]
        self.assertEqual(said, lines)

    def test_caller_first(self) -> None:
        """Who calls before the other waits is connected when the other does."""
        calling = self.start_on_terminal(
            "tcpchat", "127.0.0.1", self.port, "--listen", "tcp:0:interface=127.0.0.1"
        )
        calling.expect(f"> calling 127.0.0.1:{self.port}; listening in between on ")
        self.chat_both_ways(calling, self.start_on_terminal("tcpchat", self.port))

    def test_two_callers(self) -> None:
        """Two who call each other find each other, and neither finds itself."""
        words = ("tcpchat", "127.0.0.1", self.port)
        first = self.start_on_terminal(*words)
        first.expect("> calling ")
        self.chat_both_ways(first, self.start_on_terminal(*words))

    def test_caller_of_this_machine_first(self) -> None:
        """On one machine the second finds the port in use by the first, and calls it."""
        self.environment["XDG_RUNTIME_DIR"] = str(self.home)
        first = self.start_on_terminal("tcpchat", "127.0.0.1", self.port)
        first.expect("> calling ")
        self.chat_both_ways(self.start_on_terminal("tcpchat", self.port), first)

    def test_two_callers_over_ipv6(self) -> None:
        """Two who call each other over IPv6 find each other, and nothing is lost."""
        first = self.start_on_terminal("tcpchat", "::1", self.port)
        first.type("first\n")
        first.expect("it is sent when ")
        second = self.start("tcpchat", "::1", self.port)
        second.type("second\n")
        second.end_input()
        first.expect("\n< second\n> the other side hung up\n")
        self.assertEqual((first.wait(), second.wait()), (0, 0))
        self.assertIn("\n< first\n", second.output.text)

    def test_both_families(self) -> None:
        """Alone it waits for calls of both families."""
        for host in ("127.0.0.1", "::1"):
            waiting = self.waiting()
            self.chat_both_ways(self.start_on_terminal("tcpchat", host, self.port), waiting)

    def test_any_port(self) -> None:
        """Where the system chooses the port it is said which one."""
        waiting = self.waiting(0)
        waiting.expect("TCP port ")
        waiting.expect("\n")
        self.port = int(waiting.output.text.splitlines()[-1].split()[-1])
        self.call()
        waiting.expect("> connected with ")

    def test_end_of_input(self) -> None:
        """Ctrl-D hangs up, as `:q` does."""
        waiting = self.waiting()
        with self.call() as other:
            waiting.expect("> connected with ")
            waiting.end_input()
            self.assertEqual(self.heard(other), b"")
        self.assertEqual(waiting.wait(), 0)


class RawTests(TcpChatTestCase):
    """The other side is a plain socket, as with nc."""

    def test_called(self) -> None:
        """A plain caller and a terminal talk in lines of UTF-8."""
        waiting = self.waiting()
        other = self.call()
        waiting.type("hello\n")
        self.assertEqual(other.recv(100), b"hello\n")
        other.sendall("né".encode()[:2])
        other.sendall("né".encode()[2:] + b"\r\n\xff\nlast")
        other.shutdown(socket.SHUT_WR)
        waiting.expect("\n< né\n< \ufffd\n< last\n> the other side hung up\n")
        self.assertEqual(self.heard(other), b"")
        self.assertEqual(waiting.wait(), 0)

    def test_calling(self) -> None:
        """A pipe that calls a plain listener delivers everything before it ends."""
        with socket.create_server(("127.0.0.1", self.port)) as server:
            server.settimeout(PATIENCE)
            calling = self.start("tcpchat", "127.0.0.1", self.port)
            calling.type("a\nb")
            calling.end_input()
            other = self.kept(server.accept()[0])
        self.assertEqual(self.heard(other), b"a\nb\n")
        other.sendall(b"thanks\n")
        other.close()
        self.assertEqual(calling.wait(), 0)
        self.assertIn("\n< thanks\n", calling.output.text)

    def stranger(self) -> socket.socket:
        """A call from another address than the one that is called."""
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                return self.kept(
                    socket.create_connection(
                        ("127.0.0.1", self.port), PATIENCE, source_address=("127.0.0.2", 0)
                    )
                )
            except ConnectionRefusedError:  # It calls in this moment.
                assert time.monotonic() < deadline
                time.sleep(0.05)

    def test_stranger(self) -> None:
        """What was typed for one is not given to another who calls; it can be sent again."""
        calling = self.start_on_terminal("tcpchat", "127.0.0.1", self.port)
        calling.expect("> calling ")
        calling.type("my secret\n")
        calling.expect(f"it is sent when 127.0.0.1:{self.port} is\n")
        other = self.stranger()
        calling.expect("\n> not sent: my secret\n")
        calling.expect("; type it again to send it\n")
        calling.type("hello\n")
        self.assertEqual(other.recv(100), b"hello\n")

    @slow
    def test_stranger_and_a_script(self) -> None:
        """A script tells a stranger nothing, shows what was not sent, and has status 1."""
        calling = self.start("tcpchat", "127.0.0.1", self.port)
        calling.type("my secret\nlast")
        calling.end_input()
        self.assertEqual(self.heard(self.stranger()), b"")
        self.assertEqual(calling.wait(), 1)
        self.assertIn("\n> not sent: my secret\n> not sent: last\n", calling.output.text)

    def test_busy(self) -> None:
        """A second caller is told that the line is busy; the first notices nothing."""
        waiting = self.waiting()
        first = self.call()
        waiting.expect("> connected with ")
        self.assertEqual(self.heard(self.call()), BUSY)
        first.sendall(b"still here\n")
        waiting.expect("\n< still here\n")
        self.assertNotIn("busy", waiting.output.text)

    def test_not_obeyed(self) -> None:
        """Escape sequences and overrides of the other side are shown, never obeyed."""
        waiting = self.waiting()
        self.call().sendall("\x1b[2J\x1b]0;t\x07> you hung up\u202e\x9b\n".encode())
        waiting.expect("\n< ␛[2J␛]0;t␇> you hung up<U+202E><U+009B>\n")
        self.assertNotIn(b"\x1b", waiting.output.data)
        self.assertNotIn("\u202e", waiting.output.text)

    def test_forged_by_wrapping(self) -> None:
        """A notice that the terminal would wrap to the beginning of a row stands behind a mark."""
        waiting = self.start_on_terminal("tcpchat", self.port, columns=100)
        waiting.expect("> waiting on ")
        other = self.call()
        for filling in ("x" * 93, "x" * 98, "\u3000" * 49):
            other.sendall(f"{filling}> you hung up\n".encode())
        other.sendall(b"end\n")
        waiting.expect("\n< end\n")
        screen = pyte.Screen(100, 50)
        pyte.ByteStream(screen).feed(waiting.output.data)
        notices = [row.rstrip() for row in screen.display if row.startswith(">")]
        self.assertNotIn("> you hung up", notices)
        self.assertEqual(sum(row.startswith(MARK) for row in screen.display), 3)

    def test_resized(self) -> None:
        """A terminal that is made narrower or wider while a chat goes on has rows of its width
        from then on."""
        waiting = self.waiting()
        caller = self.call()
        waiting.expect("> connected with ")
        for number, columns in enumerate((60, 25, 90)):
            termios.tcsetwinsize(waiting.terminal, (50, columns))
            caller.sendall(f"{number}{'x' * 200}{number}\n".encode())
            waiting.expect(f"< {number}")
            waiting.expect(f"x{number}\n")
            shown = waiting.output.text.split(f"< {number}")[1].split("\n")[:-1]
            first, *others = (len(row) for row in (f"< {number}{shown[0]}", *shown[1:]))
            self.assertEqual({first, *others[:-1]}, {columns - 1})
            self.assertTrue(all(row.startswith(MARK) for row in shown[1:]))

    def test_too_long_a_line(self) -> None:
        """A line over 64 KiB ends the chat with status 1 and says why."""
        waiting = self.waiting()
        other = self.call()
        other.sendall(b"x" * 65_537)
        self.assertEqual(self.heard(other), b"")
        other.close()
        waiting.expect("\n> the chat was ended: the other side sent a line over 65,536 bytes\n")
        self.assertEqual(waiting.wait(), 1)


class EndpointTests(TcpChatTestCase):
    """Twisted's endpoint strings."""

    def test_tls(self) -> None:
        """Over TLS, with a certificate that the caller trusts, a chat is a chat."""
        certificate = self.home / "chat.pem"
        certificate.write_bytes(self_signed("127.0.0.1"))
        waiting = self.waiting(
            "--listen",
            f"ssl:{self.port}:interface=127.0.0.1:privateKey={certificate}:certKey={certificate}",
        )
        calling = self.start_on_terminal(
            "tcpchat", "--connect", f"tls:127.0.0.1:{self.port}:trustRoots={self.home}"
        )
        self.chat_both_ways(calling, waiting)

    def test_ipv6(self) -> None:
        """Over IPv6 a chat is a chat."""
        waiting = self.waiting("--listen", rf"tcp6:{self.port}:interface=\:\:1")
        self.chat_both_ways(self.start_on_terminal("tcpchat", "::1", self.port), waiting)

    def test_unix(self) -> None:
        """Over a UNIX socket a chat is a chat."""
        place = f"unix:{self.home}/chat.sock"
        waiting = self.waiting("--listen", place)
        self.chat_both_ways(self.start_on_terminal("tcpchat", "--connect", place), waiting)


class OneWithTlsTests(TcpChatTestCase):
    """Only one of two speaks TLS."""

    def test_plain_caller(self) -> None:
        """A caller without TLS is told that nothing shows that its words were delivered."""
        certificate = self.home / "chat.pem"
        certificate.write_bytes(self_signed("127.0.0.1"))
        place = f"ssl:{self.port}:interface=127.0.0.1:privateKey={certificate}"
        waiting = self.waiting("--listen", f"{place}:certKey={certificate}")
        calling = self.start("tcpchat", "127.0.0.1", self.port)
        calling.type("secret\n")
        calling.end_input()
        waiting.expect("does not speak TLS")
        self.assertEqual(calling.wait(), 1)
        self.assertIn("nothing shows that they were delivered", calling.output.text)

    def test_plain_waiter(self) -> None:
        """One who waits without TLS is no chat for a caller with it, who is told so at once, and
        goes on waiting."""
        waiting = self.waiting("--listen", f"tcp:{self.port}:interface=127.0.0.1")
        whom = f"tls:127.0.0.1:{self.port}"
        calling = self.start("tcpchat", "--connect", whom, given="secret\n")
        waiting.expect("came to nothing: it speaks TLS")
        self.assertEqual(calling.wait(), 1)
        self.assertIn(f"answers at tls:127.0.0.1:{self.port} does so without TLS", calling.said)
        self.assertIn("; nothing was sent\n", calling.said)
        caller = self.start_on_terminal("tcpchat", "127.0.0.1", self.port)
        caller.expect("> connected with ")
        caller.type_lines("hello")
        waiting.expect("< hello")


class MistakeTests(TcpChatTestCase):
    """What cannot be."""

    def test_one_line(self) -> None:
        """Each mistake costs one line on standard error and status 1 or 2, and no traceback."""
        self.environment["XDG_RUNTIME_DIR"] = str(self.home)
        used = self.kept(socket.create_server(("0.0.0.0", 0))).getsockname()[1]
        held = self.home / "held.sock"
        Path(f"{held}.lock").symlink_to(str(os.getpid()))
        wrong: list[tuple[int, str, tuple[object, ...]]] = [
            (1, "there is no host nosuchhost.invalid", ("tcpchat", "nosuchhost.invalid")),
            (1, f"TCP port {used} is in use", ("tcpchat", used)),
            (1, "No such file or directory", ("tcpchat", "--listen", "unix:/no/such.sock")),
            (1, "no tcpchat daemon at", ("tcpchat", "attach", self.port)),
            (1, f"TCP port {used} is in use", ("twistd", "tcpchat", "--port", used)),
            (1, f"unix:{held} is in use", ("twistd", "tcpchat", "-p0", "-t", f"unix:{held}")),
            (2, "port 70000 is out of range", ("tcpchat", 70000)),
            (2, "port 70000 is out of range", ("twistd", "tcpchat", "--port", 70000)),
        ]
        started = [self.start(str(words[0]), *words[1:]) for _, _, words in wrong]
        for (status, text, words), program in zip(wrong, started, strict=True):
            self.assertEqual(program.wait(), status, (words, program.errors.text))
            self.assertEqual(program.errors.text.count("\n"), 1, (words, program.errors.text))
            self.assertIn(text, program.errors.text)
            self.assertNotIn("Traceback", program.output.text)

    def test_words(self) -> None:
        """So do all words that no program can be started with."""
        wrong: list[tuple[str, tuple[object, ...]]] = [
            ("'nosuch:1:2' is not a place to call", ("attach", "nosuch:1:2")),
            ("port 0 is out of range", ("127.0.0.1", 0)),
            ("nosuch", (self.port, "--nosuch")),
        ]
        for text, words in wrong:
            status, said = refused(tcpchat, *words)
            self.assertEqual((status, said.count("\n")), (2, 1), said)
            self.assertIn(text, said)

    def test_port_in_use_under_twistd(self) -> None:
        """twistd -n puts the one line into its log, which is its output, and has status 1."""
        used = self.kept(socket.create_server(("0.0.0.0", 0))).getsockname()[1]
        service = self.start("twistd", "-n", "--pidfile=", "tcpchat", "--port", used)
        self.assertEqual(service.wait(), 1)
        said = service.output.text + service.errors.text
        self.assertEqual(said.count(f"TCP port {used} is in use: choose another"), 1, said)
        self.assertNotIn("Traceback", said)


class ServiceTests(TcpChatTestCase):
    """twistd tcpchat."""

    def setUp(self) -> None:
        super().setUp()
        self.environment["XDG_RUNTIME_DIR"] = str(self.home)  # mkdtemp gives it mode 700.
        self.socket = self.home / "twisted-chat" / f"tcpchat-{self.port}.sock"

    def leave_word(self, text: str) -> None:
        """Call, say this, and hang up; it has arrived when this returns."""
        with self.call() as caller:
            caller.sendall(text.encode())
            caller.shutdown(socket.SHUT_WR)
            self.assertEqual(self.heard(caller), b"")

    def test_daemon(self) -> None:
        """A daemon takes calls, is talked through with attach, and stops cleanly on TERM."""
        pidfile, log = self.home / "pid", self.home / "log"
        daemon = self.start_daemon(
            *("twistd", "--pidfile", pidfile, "--logfile", log, "tcpchat", "--port", self.port),
            pidfile=pidfile,
        )
        self.assertEqual((daemon.status, daemon.said), (0, ""))
        self.assertEqual(stat.S_IMODE(self.socket.stat().st_mode), 0o600)
        self.leave_word("are you there?\n")

        attached = self.start("tcpchat", "attach", self.port)
        attached.expect("> attached; nobody is on the line. Ctrl-D leaves")
        shown = attached.output.text.splitlines()
        time = r"\[\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\]"
        self.assertRegex(shown[0], rf"^> {time} waiting on TCP port {self.port}$")
        self.assertRegex(shown[1], rf"^> {time} connected with 127\.0\.0\.1:\d+; :q hangs up$")
        self.assertRegex(shown[2], rf"^< {time} are you there\?$")
        self.assertRegex(shown[3], rf"^> {time} the other side hung up; waiting for the next")

        script = self.start("tcpchat", "attach", self.port)
        script.type_lines("nobody hears that")
        script.end_input()
        self.assertEqual(script.wait(), 1)
        self.assertEqual(attached.wait(), 1)
        attached = self.start("tcpchat", "attach", self.port)
        attached.expect("> attached")

        caller = self.call()
        attached.expect("> connected with ")
        caller.sendall(b"hello\n")
        attached.expect("\n< hello\n")
        attached.type("hi\n")
        self.assertEqual(caller.recv(100), b"hi\n")
        attached.end_input()
        self.assertEqual(attached.wait(), 0)

        caller.sendall(b"wait\n")
        again = self.start_on_terminal("tcpchat", "attach", self.port)
        again.expect("> attached; 127.0.0.1:")
        again.expect(" is on the line. Ctrl-D leaves")
        self.assertNotIn("are you there?", again.output.text)
        again.type(":q\n")
        self.assertEqual(self.heard(caller), b"")
        caller.close()
        again.expect("> you hung up; waiting for the next caller\n")

        daemon.stop()
        self.assertEqual(again.wait(), 1)
        self.assertTrue(again.output.text.endswith(f"{CLOSED}\n"))
        self.assertFalse(self.socket.exists())
        self.assertFalse(pidfile.exists())
        self.assertNotIn("Traceback", log.read_text())
        self.assertNotIn("hello", log.read_text())

    def test_foreground(self) -> None:
        """With -n the terminal is right there, and the next caller can come."""
        service = self.start_on_terminal(
            "twistd", "-n", "--pidfile=", f"--logfile={self.home}/log", "tcpchat", "-p", self.port
        )
        service.expect("> waiting on ")
        for text in ("one", "two"):
            caller = self.call()
            service.expect("> connected with ")
            service.type(f"{text}\n")
            self.assertEqual(caller.recv(100), f"{text}\n".encode())
            caller.sendall(f"{text} too\n".encode())
            service.expect(f"\n< {text} too\n")
            caller.close()
            service.expect("> the other side hung up; waiting for the next caller\n")

    def test_foreground_at_a_narrow_terminal(self) -> None:
        """With -n the terminal is one as any: no row is a stranger's, and no line is cut."""
        columns = 40
        service = self.start_on_terminal(
            *(
                "twistd",
                "-n",
                "--pidfile=",
                f"--logfile={self.home}/log",
                "tcpchat",
                "-p",
                self.port,
            ),
            columns=columns,
        )
        service.expect("> waiting on ")
        caller = self.call()
        service.expect("> connected with ")
        caller.sendall(b"x" * 37 + b"> you hung up \x1b[31m\n")
        service.expect("␛[31m\n")
        shown = pyte.Screen(columns, 20)
        pyte.ByteStream(shown).feed(service.output.data)
        rows = [row.rstrip() for row in shown.display if row.strip()]
        self.assertIn(f"{MARK}> you hung up ␛[31m", rows)
        self.assertTrue(all(row[:1] in "<>|" for row in rows), rows)
        service.type("y" * LONGEST_TYPED + "\n")
        service.expect("> the terminal cuts lines")
        service.type("short\n")
        self.assertEqual(caller.recv(100), b"short\n")
