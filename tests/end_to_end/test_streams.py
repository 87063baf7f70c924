"""Programs whose standard streams are closed, full, shared or stopped, and signals at any time."""

import contextlib
import os
import re
import shlex
import shutil
import signal
import socket
import stat
import subprocess
import sys
import termios
from pathlib import Path

from tests.end_to_end.processes import PATIENCE, Output, command
from tests.end_to_end.test_udpchat import ChatTestCase, free_udp_port
from tests.support.thorough import slow

UNWRITABLE = "cannot write to standard output: Bad file descriptor\n"


class StreamTestCase(ChatTestCase):
    """Starts programs from a shell, as people do."""

    def shell(self, line: str) -> "subprocess.Popen[bytes]":
        """A command line, in which the name of a program stands for it."""
        line = re.sub(
            r"\b(udpchat|tcpchat|twistd)(?= )",
            lambda found: shlex.join(command(found[1])),
            line,
            count=1,
        )
        started = subprocess.Popen(
            ["/bin/sh", "-c", line if "exec " in line else f"exec {line}"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, **self.environment},
        )
        self.addCleanup(self._end, started)
        return started

    def ended(self, line: str, typed: bytes = b"") -> tuple[int, str, str]:
        """The status of a command line, its output and its errors."""
        started = self.shell(line)
        output, errors = started.communicate(typed, PATIENCE)
        return started.returncode, output.decode(), errors.decode()

    def _end(self, started: "subprocess.Popen[bytes]") -> None:
        started.kill()
        started.communicate()


class Closed(StreamTestCase):
    """Streams that are closed from the beginning."""

    def test_caller(self) -> None:
        """A call works whichever are closed but the output; a closed input has ended."""
        with socket.create_server(("127.0.0.1", 0)) as server:
            server.settimeout(PATIENCE)
            port = server.getsockname()[1]
            for closed in ("<&-", "2>&-", "<&- 2>&-"):
                started = self.shell(f"tcpchat 127.0.0.1 {port} {closed}")
                assert started.stdin is not None
                started.stdin.write(b"hello\n")
                with contextlib.suppress(BrokenPipeError):
                    started.stdin.close()
                started.stdin = None
                other, _ = server.accept()
                with other:
                    heard = Output(other.fileno())
                    heard.expect_end()
                _, errors = started.communicate(timeout=PATIENCE)
                self.assertEqual((started.returncode, errors), (0, b""), closed)
                self.assertEqual(heard.data, b"" if "<" in closed else b"hello\n")

    def test_output(self) -> None:
        """A chat that can show nothing says so, if it can say that, and has status 1."""
        port = free_udp_port()
        self.serve(port)
        for line in (f"udpchat 127.0.0.1 {port} --name one", "tcpchat 127.0.0.1 9"):
            for closed in (">&-", "<&- >&-", "<&- >&- 2>&-"):
                status, _, errors = self.ended(f"{line} {closed}", b"hello\n")
                told = "" if "2" in closed else UNWRITABLE
                self.assertEqual((status, errors), (1, told), (line, closed))

    def test_server(self) -> None:
        """A server serves whichever are closed; without an output its log is lost."""
        for closed in ("<&-", ">&-", "2>&-", "<&- >&- 2>&-"):
            port = free_udp_port()
            server = self.shell(f"udpchat {port} --interface 127.0.0.1 {closed}")
            one = self.start("udpchat", "127.0.0.1", port, "--name", "one")
            one.type_lines("$roomcreate lab")
            one.expect("> lab is there now")
            one.type_lines("$quit")
            self.assertEqual(one.wait(), 0)
            server.terminate()
            _, errors = server.communicate(timeout=PATIENCE)
            status = int(">" in closed.replace("2>", ""))
            told = UNWRITABLE.encode() if closed == ">&-" else b""
            self.assertEqual((server.returncode, errors), (status, told), closed)


class Lost(StreamTestCase):
    """Output that is not taken."""

    def test_full(self) -> None:
        """A full disk costs one line and status 1, whatever is shown."""
        port = free_udp_port()
        self.serve(port)
        for line in ("--help", "--version", "identity", f"127.0.0.1 {port} --name one"):
            status, _, errors = self.ended(f"udpchat {line} >/dev/full", b"$roomlist\n")
            self.assertEqual(
                (status, errors),
                (1, "cannot write to standard output: No space left on device\n"),
                line,
            )

    def test_full_while_calling(self) -> None:
        """A full disk ends a caller too: it says so, and the one who waits is left in peace."""
        with socket.create_server(("127.0.0.1", 0)) as server:
            port = server.getsockname()[1]
            for typed in (b"a\nb\n", b""):
                status, _, errors = self.ended(f"tcpchat 127.0.0.1 {port} >/dev/full", typed)
                self.assertEqual(
                    (status, errors),
                    (1, "cannot write to standard output: No space left on device\n"),
                )

    def test_full_log(self) -> None:
        """A server whose log finds no room says so, serves on, and has status 1 in the end."""
        port = free_udp_port()
        server = self.shell(f"udpchat {port} --interface 127.0.0.1 >/dev/full")
        assert server.stderr is not None
        Output(server.stderr.fileno()).expect("No space left on device\n")
        self.meet("alice", port)
        server.terminate()
        _, errors = server.communicate(timeout=PATIENCE)
        self.assertEqual((server.returncode, errors), (1, b""))

    def test_nobody_reads(self) -> None:
        """A pipe that nobody reads any more ends a chat, quietly, with SIGPIPE's status."""
        port = free_udp_port()
        self.serve(port)
        bot = self.shell(f"udpchat 127.0.0.1 {port} --name bot")
        assert bot.stdout is not None
        Output(bot.stdout.fileno()).expect("> you are bot")
        bot.stdout.close()
        bot.stdout = None
        _, errors = bot.communicate(b"$userlist\n", PATIENCE)
        self.assertEqual((bot.returncode, errors), (141, b""))

    def test_encoding(self) -> None:
        """A log is written whole where the output has not all characters."""
        self.environment["PYTHONIOENCODING"] = "latin-1"
        port = free_udp_port()
        server = self.shell(f"udpchat {port} --interface 127.0.0.1")
        assert server.stdout is not None
        self.meet("łukasz", port)
        Output(server.stdout.fileno()).expect("user \\u0142ukasz registered")


class Unread(StreamTestCase):
    """Input that cannot be read."""

    @slow
    def test_too_long_a_line(self) -> None:
        """A line that is too long is told once, and the status is 1: it was not said."""
        port = free_udp_port()
        self.serve(port)
        with socket.create_server(("127.0.0.1", 0)) as server:
            for line in (
                f"udpchat 127.0.0.1 {port} --name one",
                f"tcpchat 127.0.0.1 {server.getsockname()[1]}",
            ):
                status, said, errors = self.ended(line, b"x" * 200_000 + b"\nmore\n")
                self.assertEqual((status, errors), (1, ""), said)
                self.assertEqual(said.count("a line over 65,536 bytes cannot be sent"), 1)


class Shared(StreamTestCase):
    """Streams that others have too."""

    def test_flags(self) -> None:
        """Those with whom a pipe or a terminal is shared find it blocking, during and after."""
        port = free_udp_port()
        self.serve(port)
        ours, theirs = os.openpty()
        reading, writing = os.pipe()
        for descriptor in (ours, theirs, reading, writing):
            self.addCleanup(os.close, descriptor)
        peer = subprocess.Popen(
            command("udpchat", "127.0.0.1", port, "--name", "one"),
            stdin=theirs,
            stdout=writing,
            stderr=theirs,
            env={**os.environ, **self.environment},
        )
        self.addCleanup(peer.wait)
        self.addCleanup(peer.kill)
        Output(reading).expect("> you are one")
        self.assertTrue(os.get_blocking(theirs) and os.get_blocking(writing))
        os.write(ours, b"$quit\n")
        self.assertEqual(peer.wait(PATIENCE), 0)
        self.assertTrue(os.get_blocking(theirs) and os.get_blocking(writing))

    def test_tee(self) -> None:
        """`udpchat ... | tee log` at a terminal has every line, on the screen and in the log."""
        port, log = free_udp_port(), self.directory() / "log"
        self.serve(port)
        alice = self.meet("alice", port)
        alice.type_lines("$roomcreate lab", "$roomjoin lab")
        alice.expect("> you are in lab alone")
        ours, theirs = os.openpty()
        termios.tcsetwinsize(ours, (24, 2000))
        self.addCleanup(os.close, ours)
        udpchat = shlex.join(command("udpchat", "127.0.0.1", port, "--name", "bob"))
        shell = subprocess.Popen(
            ["/bin/sh", "-c", f"{udpchat} | tee {log}"],
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
            env={**os.environ, **self.environment},
        )
        self.addCleanup(shell.wait)
        self.addCleanup(shell.kill)
        os.close(theirs)
        screen = Output(ours)
        screen.expect("> you are bob")
        os.write(ours, b"$roomjoin lab\n")
        alice.expect("> bob came")
        lines = [f"line {number} of forty {'x' * 1000}" for number in range(40)]
        alice.type_lines(*lines)
        for line in lines:
            screen.expect(f"< alice: {line}\n")
        os.write(ours, b"\x04")
        alice.expect("> bob left")
        self.assertEqual(shell.wait(PATIENCE), 0)
        heard = [line for line in log.read_text().splitlines() if line.startswith("< ")]
        self.assertEqual(heard, [f"< alice: {line}" for line in lines])

    def test_stopped_terminal(self) -> None:
        """A server at a terminal that is stopped with Ctrl-S serves on, and logs later."""
        port = free_udp_port()
        server = self.start_on_terminal("udpchat", port, "--interface", "127.0.0.1")
        server.expect("my key is")
        termios.tcflow(server.terminal, termios.TCOOFF)
        alice = self.meet("alice", port)
        for number in range(16):
            alice.type_lines(f"$roomcreate room{number}")
            alice.expect(f"> room{number} is there now")
        self.assertNotIn("alice", server.output.text)
        termios.tcflow(server.terminal, termios.TCOON)
        server.expect("room room15 created")


_CONTROLLED = (
    "import fcntl, os, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0);"
    " os.execv(sys.argv[1], sys.argv[1:])"
)
"""Makes standard input the controlling terminal, which sends the signal, of a command."""


TWISTD = "twisted.scripts.twistd"
_AT_LOADING = """
class Finder:
    def find_spec(self, name, path=None, target=None):
        if name == {!r}: os.kill(os.getpid(), signal.SIGINT)
sys.meta_path.insert(0, Finder())
"""
"""Sends Ctrl-C when this module is loaded."""
_AT_START = """
from twisted.application import app
def interrupted(*given, start=app.startApplication):
    for _ in range(2): os.kill(os.getpid(), signal.SIGINT)
    start(*given)
app.startApplication = interrupted
"""
"""Sends Ctrl-C twice when twistd is about to start what it runs."""


class Signals(StreamTestCase):
    """Signals, whenever they come."""

    def test_terminal_is_gone(self) -> None:
        """A terminal that is closed ends a chat with the status of a hang-up."""
        port = free_udp_port()
        self.serve(port)
        waiting = ("tcpchat", "--listen", "tcp:0:interface=127.0.0.1")
        chatting = ("udpchat", "127.0.0.1", port, "--name", "one")
        for words, shown in ((waiting, "> waiting on"), (chatting, "> you are one")):
            ours, theirs = os.openpty()
            argv = command(*words)
            program = subprocess.Popen(
                [sys.executable, "-c", _CONTROLLED, *argv],
                stdin=theirs,
                stdout=theirs,
                stderr=theirs,
                start_new_session=True,
                env={**os.environ, **self.environment},
            )
            self.addCleanup(program.wait)
            self.addCleanup(program.kill)
            os.close(theirs)
            Output(ours).expect(shown)
            os.close(ours)
            self.assertEqual(program.wait(PATIENCE), 129, words)

    def test_twice(self) -> None:
        """Ctrl-C twice ends a chat as once does."""
        port = free_udp_port()
        self.serve(port)
        alice = self.meet("alice", port)
        alice.signal(signal.SIGINT)
        with contextlib.suppress(ProcessLookupError):  # Once may have been enough.
            alice.signal(signal.SIGINT)
        self.assertEqual(alice.wait(), 130)
        self.assertNotIn("Traceback", alice.said)

    def interrupted(self, code: str, *words: object) -> tuple[int, str]:
        """How Python ends that does this, and all that it says."""
        ended = subprocess.run(
            [sys.executable, "-c", f"import os, signal, sys; {code}", *map(str, words)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env={**os.environ, **self.environment},
            check=False,
        )
        return ended.returncode, ended.stdout.decode()

    def test_while_loading(self) -> None:
        """Ctrl-C while a program is loaded ends it at once, without a word."""
        start = "twisted_chat.launch.start"
        udp, tcp = ("udpchat", ("127.0.0.1", "9")), ("tcpchat", ("127.0.0.1", "9"))
        for loaded, where, (name, words) in (
            ("twisted_chat.launch.streams", start, udp),
            ("twisted", start, udp),
            ("cryptography", start, udp),
            ("precis_i18n", start, udp),
            ("twisted_chat.terminal.line", start, udp),
            ("twisted_chat.terminal.line", start, tcp),
            ("twisted_chat.trace.analysis", start, ("chat_analyze", ("none",))),
            ("twisted_chat.server.service", TWISTD, ("run", ("-n", "udpchat"))),
            ("twisted_chat.tcp.service", TWISTD, ("run", ("-n", "tcpchat"))),
            ("twisted_chat.launch.log", TWISTD, ("run", ("tcpchat", "-p", "0"))),
        ):
            code = (
                f"exec({_AT_LOADING.format(loaded)!r}); from {where} import {name} as run; run()"
            )
            self.assertEqual(self.interrupted(code, *words), (-signal.SIGINT, ""), (loaded, name))

    def test_while_starting(self) -> None:
        """Ctrl-C, also twice, before twistd runs the reactor ends it as it does later: by that
        signal, with what belongs to it cleared away."""
        for name in ("udpchat", "tcpchat"):
            place = self.directory()
            words = ("-n", "--pidfile", place / "pid", "--logfile", place / "log", name, "-p", 0)
            code = f"exec({_AT_START!r}); from {TWISTD} import run; run()"
            status, said = self.interrupted(code, *words)
            self.assertEqual((status, "Traceback" in said), (-signal.SIGINT, False), said)
            self.assertEqual([one.name for one in place.iterdir()], ["log"])
            log = (place / "log").read_text()
            self.assertEqual(log.count("Received SIGINT"), 1)
            self.assertNotIn("Traceback", log)

    def test_twice_under_twistd(self) -> None:
        """Ctrl-C twice ends what twistd runs as once does."""
        for name in ("udpchat", "tcpchat"):
            service = self.start_on_terminal("twistd", "-n", "--pidfile=", name, "-p", 0)
            service.expect("starting on" if name == "udpchat" else "> waiting on")
            service.signal(signal.SIGINT)
            with contextlib.suppress(ProcessLookupError):  # Once may have been enough.
                service.signal(signal.SIGINT)
            self.assertEqual(service.wait(), -signal.SIGINT)
            self.assertNotIn("Traceback", service.said)

    def test_at_the_name(self) -> None:
        """Ctrl-C where a name is asked for ends the program as it ends any."""
        asked = self.start_on_terminal("udpchat", "127.0.0.1", free_udp_port())
        asked.expect("> what is your name?")
        asked.signal(signal.SIGINT)
        self.assertEqual(asked.wait(), -signal.SIGINT)
        self.assertNotIn("Traceback", asked.said)

    def test_before_an_answer(self) -> None:
        """Ctrl-C before any server has answered has the status that a shell has for it."""
        alone = self.start("udpchat", "127.0.0.1", free_udp_port(), "--name", "alice")
        alone.expect("> no server answers")
        alone.signal(signal.SIGINT)
        self.assertEqual(alone.wait(), 130)

    def test_hang_up(self) -> None:
        """A terminal that hangs up ends who is there, but not under nohup."""
        port = free_udp_port()
        server = self.serve(port)
        alice = self.meet("alice", port)
        alice.signal(signal.SIGHUP)
        self.assertEqual(alice.wait(), 129)
        server.signal(signal.SIGHUP)
        self.assertEqual(server.wait(), 0)
        kept = self.shell(f"nohup udpchat {port} --interface 127.0.0.1")
        assert kept.stdout is not None
        output = Output(kept.stdout.fileno())
        output.expect("my key is")
        kept.send_signal(signal.SIGHUP)
        self.meet("bob", port)
        output.expect("user bob registered")
        kept.terminate()
        self.assertEqual(kept.wait(PATIENCE), 0)


class Entered(StreamTestCase):
    """Ctrl-C in the same moment as Enter: what was entered is said to be not said, as is what
    was entered right after, for a shell."""

    def at_a_terminal(
        self, program: str, *words: object
    ) -> tuple["subprocess.Popen[bytes]", int, Output]:
        """A program whose terminal sends it signals, where to type, and what comes there."""
        ours, theirs = os.openpty()
        termios.tcsetwinsize(ours, (24, 200))
        self.addCleanup(os.close, ours)
        self.addCleanup(os.close, theirs)
        started = subprocess.Popen(
            [sys.executable, "-c", _CONTROLLED, *command(program, *words)],
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
            env={**os.environ, **self.environment},
        )
        self.addCleanup(started.wait)
        self.addCleanup(started.kill)
        self.theirs = theirs
        return started, ours, Output(ours)

    def assert_left_as_it_was(self) -> None:
        """The terminal is as it was, and nothing waits there for a shell to read."""
        self.assertFalse(termios.tcgetattr(self.theirs)[3] & termios.NOFLSH)
        os.set_blocking(self.theirs, False)
        with self.assertRaises(BlockingIOError):
            os.read(self.theirs, 100)

    def end_with(self, started: "subprocess.Popen[bytes]", typing: int, shown: Output) -> None:
        """Type a line, Ctrl-C and a command for a shell at once. However the system hands them
        out, the command is shown as not said, or is there for the shell."""
        os.write(typing, b"good night\n\x03ls\n")
        status = started.wait(PATIENCE)
        self.assertEqual(status if status >= 0 else 128 - status, 130)
        shown.read_what_is_there()
        self.assertNotIn("Traceback", shown.text)
        os.set_blocking(self.theirs, False)
        try:
            left = os.read(self.theirs, 100)
        except BlockingIOError:
            left = b""
        self.assertIn(left, (b"", b"ls\n"))
        self.assertTrue(left or "came with Ctrl-C, and w" in shown.text, shown.text)
        self.assert_left_as_it_was()

    def test_udpchat(self) -> None:
        """Nobody hears it; what was entered before is heard."""
        port = free_udp_port()
        self.serve(port)
        alice = self.meet("alice", port)
        bob, typing, shown = self.at_a_terminal("udpchat", "127.0.0.1", port, "--name", "bob")
        shown.expect("> you are bob")
        os.write(typing, b"$poke alice\n")
        alice.expect("bob")
        alice.type_lines("$poke bob")
        shown.expect("alice wants to talk")
        os.write(typing, b"good\n")
        shown.expect("good\n")
        alice.expect("< bob privately: good\n")
        self.end_with(bob, typing, shown)
        alice.type_lines("$quit")
        self.assertEqual(alice.wait(), 0)
        self.assertNotIn(": ls", alice.said)

    @slow
    def test_tcpchat(self) -> None:
        """So it is in TCP chat."""
        with socket.create_server(("127.0.0.1", 0)) as server:
            where = f"127.0.0.1:{server.getsockname()[1]}"
            server.settimeout(PATIENCE)
            calling, typing, shown = self.at_a_terminal("tcpchat", where)
            line, _ = server.accept()
            with line:
                shown.expect("> connected with")
                line.settimeout(PATIENCE)
                os.write(typing, b"good\n")
                self.assertEqual(line.recv(100), b"good\n")
                self.end_with(calling, typing, shown)
                self.assertIn(line.recv(100), (b"", b"good night\n"))

    def test_not_sent(self) -> None:
        """What waits for somebody to come is said to be not sent."""
        words = ("--listen", "tcp:0:interface=127.0.0.1")
        for argv in (("tcpchat",), ("twistd", "-n", "--pidfile=", "tcpchat")):
            waiting, typing, shown = self.at_a_terminal(*argv, *words)
            shown.expect("> waiting on")
            os.write(typing, b"hello\n")
            shown.expect("> nobody is there yet")
            self.end_with(waiting, typing, shown)
            self.assertIn("> not sent: hello\n", shown.text)

    def test_no_start(self) -> None:
        """A program that cannot start leaves the terminal as it was too."""
        with socket.create_server(("127.0.0.1", 0)) as server:
            where = f"tcp:{server.getsockname()[1]}:interface=127.0.0.1"
            for argv in (("tcpchat",), ("twistd", "-n", "--pidfile=", "tcpchat")):
                failed, _, shown = self.at_a_terminal(*argv, "--listen", where)
                shown.expect(f"{where} is in use")
                self.assertEqual(failed.wait(PATIENCE), 1)
                self.assert_left_as_it_was()

    def test_attached(self) -> None:
        """So it is at the terminal of a daemon, which has what was entered before."""
        pid_file, place = self.directory() / "pid", self.directory() / "s"
        where = ("--pidfile", pid_file, "--logfile", self.directory() / "log")
        words = ("--listen", "tcp:0:interface=127.0.0.1", "--terminal", f"unix:{place}")
        daemon = self.start_daemon("twistd", *where, "tcpchat", *words, pidfile=pid_file)
        attached, typing, shown = self.at_a_terminal("tcpchat", "attach", place)
        shown.expect("> attached")
        os.write(typing, b":q\n")
        shown.expect("> nobody is on the line; Ctrl-D leaves\n")
        self.end_with(attached, typing, shown)
        daemon.stop()


class Places(StreamTestCase):
    """Directories in which nothing can be done, not by root either."""

    def setUp(self) -> None:
        super().setUp()
        self.place = self.directory()
        self.addCleanup(self.place.chmod, 0o700)
        self.bound = ""
        if os.geteuid() == 0:
            if not shutil.which("setpriv"):
                self.skipTest("root can everything")
            self.bound = "setpriv --bounding-set=-dac_override,-dac_read_search "

    def test_closed_home(self) -> None:
        """A home that is closed to oneself costs one line."""
        home = str(self.place / "data")
        self.place.chmod(0)
        self.environment |= {"HOME": home, "XDG_DATA_HOME": home, "XDG_RUNTIME_DIR": home}
        for line in ("identity", "127.0.0.1 9 --name a", "127.0.0.1 9", "0"):
            status, _, errors = self.ended(f"{self.bound}udpchat {line}")
            self.assertEqual((status, errors.count("\n")), (1, 1), errors)
            self.assertIn("Permission denied", errors)

    def test_narrow(self) -> None:
        """At a terminal that line is broken into rows as any other."""
        for words in (("udpchat", "nosuchhost.invalid"), ("tcpchat", "attach", "/no/such")):
            failed = self.start_on_terminal(*words, columns=30)
            self.assertEqual(failed.wait(), 1)
            first, *others = failed.said.splitlines()
            self.assertTrue(all(len(row) < 30 for row in (first, *others)), failed.said)
            self.assertTrue(others and all(row.startswith("| ") for row in others), failed.said)

    def test_read_only(self) -> None:
        """A directory where twistd cannot write costs one line that says what to do."""
        self.place.chmod(0o500)
        for line in ("twistd udpchat -p 0", "twistd tcpchat -p 0", "twistd -n tcpchat -p 0"):
            status, said, errors = self.ended(f"cd {self.place}; exec {self.bound}{line}")
            self.assertEqual((status, errors.count("\n")), (1, 1), (line, said))
            self.assertIn(f"cannot write {self.place}/twistd.", errors)
            self.assertIn("--pidfile", errors)


class Daemons(StreamTestCase):
    """What twistd leaves to us."""

    def test_hang_up(self) -> None:
        """A daemon goes on, its log says so, and begins anew only at USR1."""
        port, place = free_udp_port(), self.directory()
        pid_file, log = place / "pid", place / "log"
        where = ("--pidfile", pid_file, "--logfile", log)
        words = ("udpchat", "--port", port, "--interface", "127.0.0.1")
        daemon = self.start_daemon("twistd", *where, *words, pidfile=pid_file)
        self.assertEqual((daemon.status, daemon.said), (0, ""))
        self.assertEqual(stat.S_IMODE(log.stat().st_mode), 0o600)
        os.kill(int(pid_file.read_text()), signal.SIGHUP)
        self.meet("alice", port)
        self.assertEqual(log.read_text().count("SIGHUP changes nothing"), 1)
        self.assertFalse(Path(f"{log}.1").exists())
        os.kill(int(pid_file.read_text()), signal.SIGUSR1)
        self.meet("bob", port)
        self.assertIn("user bob registered", log.read_text())
        self.assertIn("user alice registered", Path(f"{log}.1").read_text())
        for one in (log, Path(f"{log}.1")):
            self.assertEqual(stat.S_IMODE(one.stat().st_mode), 0o600)
        daemon.stop()
