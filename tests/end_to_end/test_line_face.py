"""The input line at real terminals: chat, and how the terminal is given back."""

import os
import signal
import stat
import sys
from pathlib import Path

from tests.end_to_end.processes import PATIENCE, free_port
from tests.end_to_end.screens import (
    CTRL_C,
    CTRL_D,
    CTRL_R,
    CTRL_U,
    CTRL_Z,
    ENTER,
    LEFT,
    TAB,
    UP,
    Watched,
    WatchedCase,
)
from tests.end_to_end.test_udpchat import free_udp_port
from twisted_chat.terminal.raw import BRACKETED, NOT_BRACKETED


class LineFaceCase(WatchedCase):
    """People at terminals that can move their cursor."""

    def watch(self, program: str, *words: object, columns: int = 80) -> Watched:
        """Somebody at a terminal, who sees it, and would rather have lines than the screen."""
        return Watched(self.start_on_terminal(program, *words, "--line", columns=columns))


class Chatting(LineFaceCase):
    """Two people."""

    def test_chat(self) -> None:
        """What is half typed stays whole while text arrives, names are completed, a paste is asked
        about once, and what was entered is there at the next start."""
        port = free_udp_port()
        self.serve(port)
        alice = self.watch("udpchat", "127.0.0.1", port, "--name", "alice")
        found = alice.modes
        alice.sees("you are alice")
        alice.sees_input("[nobody]")
        alice.type("$roomcr", TAB, "lab", ENTER)
        alice.sees("> lab is there now")
        alice.sees_input("[lab]")
        bob = self.watch("udpchat", "127.0.0.1", port, "--name", "bob", columns=40)
        bob.sees("you are bob")
        bob.type("$roomjoin l", TAB)
        bob.sees_input("[nobody] $roomjoin lab")
        bob.type(ENTER)
        bob.sees("you are in lab with alice")
        alice.sees("> bob came")
        alice.type("half a \u65e5\u672cx\x7f\x7f", LEFT)
        bob.type("hello", ENTER)
        alice.sees("< bob: hello")
        alice.sees_input("[lab] half a \u65e5")
        alice.type(CTRL_U, "bo", TAB, "you", ENTER)
        bob.sees("< alice: bob: you")
        alice.sees("- alice: bob: you")
        bob.type(f"\x1b[200~{ENTER.join(map(str, range(200)))}\x1b[201~")
        bob.sees("say these 200 lines as [o]ne message,")
        bob.type("o")
        alice.sees("199")
        bob.resize(24, 20)
        bob.type("on twenty columns, as it is", ENTER)
        alice.sees("< bob: on twenty columns, as it is")
        bob.type(CTRL_D)
        self.assertEqual(bob.program.wait(), 0)
        alice.sees("> bob left")
        alice.type(" $to nobody", ENTER, "half", CTRL_C)
        alice.sees_input("[lab]")
        alice.type("$quit", ENTER)
        self.assertEqual(alice.program.wait(), 0)
        self.assertEqual(alice.modes, found)
        (history,) = Path(self.environment["XDG_STATE_HOME"]).rglob("udpchat-history")
        self.assertEqual(stat.S_IMODE(history.stat().st_mode), 0o600)
        self.assertNotIn("nobody", history.read_text())
        again = self.watch("udpchat", "127.0.0.1", port, "--name", "alice")
        again.sees("you are alice")
        again.type(UP, UP)
        again.sees_input("[nobody] on twenty columns, as it is")
        again.type(CTRL_R, "create")
        again.sees_input("(search) create: $roomcreate lab")


class Ends(LineFaceCase):
    """Every end gives the terminal back, as it was found."""

    def test_ends(self) -> None:
        """Ctrl-D, Ctrl-C, signals and a second Ctrl-C end with their status, and leave no
        mode and no half of a line behind."""
        for key, number, status in (
            (CTRL_D, None, 0),
            (CTRL_C, None, 130),
            (f"half{CTRL_C}{CTRL_C}", None, 130),
            ("", signal.SIGTERM, 143),
            ("", signal.SIGHUP, 129),
            ("", signal.SIGQUIT, -signal.SIGQUIT),
        ):
            one = self.watch("tcpchat", free_port())
            found = one.modes
            one.sees("> waiting on ")
            one.sees_input("[nobody]")
            self.assertNotEqual(one.modes, found)
            one.type(key)
            if number is not None:
                one.program.signal(number)
            self.assertEqual(one.program.wait(), status, (key, number))
            self.assertEqual(one.modes, found, (key, number))
            data = one.program.output.data
            self.assertGreater(data.rfind(NOT_BRACKETED), data.rfind(BRACKETED), key)

    def test_hung_up(self) -> None:
        """A terminal that is gone is an end, with the status of a hang-up."""
        port = free_udp_port()
        self.serve(port)
        one = self.watch("udpchat", "127.0.0.1", port, "--name", "alice")
        one.sees("you are alice")
        for descriptor in one.program._open:
            os.close(descriptor)
        one.program._open.clear()
        self.assertEqual(one.program.process.wait(PATIENCE), 129)

    def test_stopped(self) -> None:
        """Ctrl-Z gives the shell its terminal back, and fg takes it again, with the line that was
        half typed."""
        tcpchat = Path(sys.executable).with_name("tcpchat")
        one = self.watch_shell()
        found = one.modes
        one.type(f"{tcpchat} {free_port()} --line\n")
        one.sees_input("[nobody]")
        one.type("half", CTRL_Z)
        one.sees("Stopped")
        one.sees_input("sh$")
        self.assertEqual(one.modes[3] & 0o12, found[3] & 0o12)
        one.type("fg\n")
        one.sees_input("[nobody] half")
        one.type(CTRL_C, CTRL_C)
        one.sees_input("sh$")
        one.type("exit\n")
        self.assertEqual(one.program.wait(), 130)


class Attached(LineFaceCase):
    """The terminal of a daemon."""

    def test_attached(self) -> None:
        """Two people over a daemon: who is on the line stands before what is typed."""
        port = free_port()
        pidfile = self.directory() / "pid"
        words = ("--pidfile", pidfile, "tcpchat", "--port", port)
        daemon = self.start_daemon("twistd", *words, pidfile=pidfile)
        self.assertEqual(daemon.status, 0, daemon.said)
        one = self.watch("tcpchat", "attach", port)
        one.sees("> attached; nobody is on the line.")
        one.sees_input("[nobody]")
        other = self.watch("tcpchat", "127.0.0.1", port)
        other.sees("> connected with ")
        one.sees("> connected with 127.0.0.1:")
        one.type("half")
        other.type("hello", ENTER)
        one.sees("< hello", "] half")
        one.type(ENTER)
        other.sees("< half")
        one.type(CTRL_D)
        self.assertEqual(one.program.wait(), 0)
        other.type(":q", ENTER)
        self.assertEqual(other.program.wait(), 0)
