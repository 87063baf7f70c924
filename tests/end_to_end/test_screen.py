"""The full screen at real terminals: chat as those do it who know irssi, and every end of it."""

import signal
import sys
from pathlib import Path

from tests.end_to_end.processes import free_port
from tests.end_to_end.screens import CTRL_C, CTRL_D, CTRL_Z, ENTER, Watched, WatchedCase
from tests.end_to_end.test_udpchat import free_udp_port

PAGE_UP, CTRL_END, CTRL_UP = "\x1b[5~", "\x1b[1;5F", "\x1b[1;5A"
CTRL_F, CTRL_G = "\x06", "\x07"
TAKEN, LEFT = b"\x1b[?1049h", b"\x1b[?1049l"
"""To a screen of its own, and back."""
ALT_A, ALT_2 = "\x1ba", "\x1b2"


class ScreenCase(WatchedCase):
    """People at terminals that can do all that the screen needs."""

    def watch(self, program: str, *words: object, columns: int = 80) -> Watched:
        """Somebody at a terminal, who sees it."""
        return Watched(self.start_on_terminal(program, *words, columns=columns))


class Chatting(ScreenCase):
    """Two people, two rooms, and a private conversation."""

    def test_chat(self) -> None:
        """Join two rooms, answer a private word, find an address again, say fifty lines of a
        log, on two sizes of terminals."""
        port = free_udp_port()
        self.serve(port)
        alice = self.watch("udpchat", "127.0.0.1", port, "--name", "alice")
        found = alice.modes
        alice.sees("you are alice", "server>")
        bob = self.watch("udpchat", "127.0.0.1", port, "--name", "bob", columns=40)
        bob.sees("you are bob")
        alice.type("/join lab", ENTER)
        alice.sees("there is no room lab")
        alice.type("$roomcreate den", ENTER)
        alice.sees_input("den>")
        alice.type("$roomcreate lab", ENTER)
        alice.sees_input("lab>")
        bob.type("$roomj\t", "l\t")
        bob.sees_input("server> $roomjoin lab")
        bob.type(ENTER)
        bob.sees("you are in lab with alice")
        bob.sees_input("lab>")
        alice.sees("> bob came", "\u2502+  bob")
        bob.type("the address is 12 Rose Street", ENTER)
        alice.sees("< bob: the address is 12 Rose Street")
        bob.sees("\u2713 bob: the address is 12 Rose")
        alice.type("half a wo")
        bob.type("$msg alice psst", ENTER)
        alice.sees("4 bob !1")
        alice.sees_input("lab> half a wo")
        alice.type(ALT_A)
        alice.sees("< bob: psst")
        alice.sees_input("bob, private>")
        alice.type("yes?", ENTER)
        bob.sees("3:!1")
        alice.type(ALT_2)
        alice.sees_input("den>")
        bob.type("\x1b[200~" + "".join(f"line {n} of the log\r" for n in range(50)) + "\x1b[201~")
        bob.sees("say these 50 lines")
        bob.type("l")
        bob.sees("\u2713 bob: line 49 of the log")
        alice.sees("3 lab 50")
        alice.type("\x1b3")
        alice.sees("line 49 of the log")
        alice.sees_input("lab> half a wo")
        alice.type(CTRL_F, "rose")
        alice.sees("12 Rose Street")
        alice.type(CTRL_G, CTRL_END)
        alice.type(PAGE_UP)
        alice.sees("lines below")
        alice.resize(12, 40)
        alice.sees_input("lab> half a wo")
        alice.sees("F1 keys")
        bob.type("$kick", ENTER)
        bob.sees_input("(lab)>")
        bob.type("$to lab", ENTER)
        bob.sees_input("lab>")
        alice.type(CTRL_C, "$quit", ENTER)
        self.assertEqual(alice.program.wait(), 0)
        self.assertEqual(alice.modes, found)
        bob.sees("> alice left")
        bob.type(CTRL_D)
        self.assertEqual(bob.program.wait(), 0)
        self.assertEqual(bob.program.output.data.count(LEFT), 1)


class Again(ScreenCase):
    """Somebody who is back the next day."""

    def test_earlier(self) -> None:
        """Those with whom one has talked in private stand at the left after a start, with what was
        said, and are talked to again by typing there."""
        port = free_udp_port()
        self.serve(port)
        bob = self.watch("udpchat", "127.0.0.1", port, "--name", "bob")
        bob.sees("you are bob")
        for word in ("12 Rose Street", "at noon"):
            alice = self.watch("udpchat", "127.0.0.1", port, "--name", "alice")
            alice.sees("you are alice")
            if word == "at noon":
                alice.sees(" 2 bob")
                alice.type(ALT_2)
                alice.sees("alice: 12 Rose Street")
                alice.sees_input("bob, private>")
            else:
                alice.type("$poke bob", ENTER)
                alice.sees_input("bob, private>")
            alice.type(word, ENTER)
            alice.sees(f"\u2713 alice: {word}")
            alice.type("$quit", ENTER)
            self.assertEqual(alice.program.wait(), 0)

    def test_unread(self) -> None:
        """What was left unread in a room and in private is so again, and a line stands before it;
        once it is looked at it is not."""
        port = free_udp_port()
        self.serve(port)
        bob = self.watch("udpchat", "127.0.0.1", port, "--name", "bob")
        bob.sees("you are bob")
        bob.type("$roomcreate lab", ENTER)
        bob.sees_input("lab>")
        alice = self.watch("udpchat", "127.0.0.1", port, "--name", "alice")
        alice.sees("you are alice")
        alice.type("$roomjoin lab", ENTER)
        alice.sees("you are in lab with bob")
        bob.sees("> alice came")
        bob.type("seen", ENTER)
        alice.sees("< bob: seen")
        alice.type("\x1b1")
        alice.sees_input("server>")
        bob.type("not seen", ENTER, "nor this", ENTER, "$msg alice psst", ENTER)
        alice.sees(" 2 lab 2", " 3 bob !1")
        alice.type("$quit", ENTER)
        self.assertEqual(alice.program.wait(), 0)
        alice = self.watch("udpchat", "127.0.0.1", port, "--name", "alice")
        alice.sees("you are alice", " 2 bob !1")
        alice.type(ALT_2)
        alice.sees("--- new ---", "< bob: psst")
        alice.type("\x1b1")
        alice.sees_input("server>")
        alice.type("$roomjoin lab", ENTER)
        alice.sees("< bob: nor this", "what was said before is above")
        rows = [row for row in alice.rows if "---" in row or "<" in row]
        shown = [n for n, row in enumerate(rows) if "--- new ---" in row or "bob: not seen" in row]
        self.assertEqual((len(shown), shown[1] - shown[0]), (2, 1), rows)
        alice.type("$quit", ENTER)
        self.assertEqual(alice.program.wait(), 0)
        alice = self.watch("udpchat", "127.0.0.1", port, "--name", "alice")
        alice.sees("you are alice", " 2 bob")
        alice.type("$roomjoin lab", ENTER)
        alice.sees("what was said before is above")
        self.assertEqual([row for row in alice.rows if "new -" in row or "bob !" in row], [])

    def test_found(self) -> None:
        """Yesterday's address is found in a room by Ctrl-F, further back than what is shown."""
        port = free_udp_port()
        self.serve(port)
        alice = self.watch("udpchat", "127.0.0.1", port, "--name", "alice")
        alice.sees("you are alice")
        alice.type("$roomcreate lab", ENTER)
        alice.sees_input("lab>")
        bob = self.watch("udpchat", "127.0.0.1", port, "--name", "bob")
        bob.sees("you are bob")
        bob.type("$roomjoin lab", ENTER)
        bob.sees("you are in lab with alice")
        lines = ["the address is 12 Rose Street", *(f"line {n} of many" for n in range(30))]
        bob.type("\x1b[200~" + "\r".join(lines) + "\x1b[201~")
        bob.sees("say these 31 lines")
        bob.type("l")
        alice.sees("< bob: line 29 of many")
        bob.sees("\u2713 bob: line 29 of many")
        alice.type("$quit", ENTER)
        self.assertEqual(alice.program.wait(), 0)
        again = self.watch("udpchat", "127.0.0.1", port, "--name", "alice")
        again.sees("you are alice")
        again.type("$roomjoin lab", ENTER)
        again.sees("what was said before is above")
        again.type(CTRL_F, "rose str")
        again.sees("< bob: the address is 12 Rose Street")


class Ends(ScreenCase):
    """Every end gives the terminal back, as it was found."""

    def test_ends(self) -> None:
        """Ctrl-D, Ctrl-C and signals end with their status, and leave no mode behind; the last
        notices are left on the terminal."""
        for key, number, status in (
            (CTRL_D, None, 0),
            (f"half{CTRL_C}{CTRL_C}", None, 130),
            ("", signal.SIGTERM, 143),
            ("", signal.SIGQUIT, -signal.SIGQUIT),
        ):
            one = self.watch("tcpchat", free_port())
            found = one.modes
            one.sees("> waiting on ")
            one.sees_input("[nobody]")
            one.type(key)
            if number is not None:
                one.program.signal(number)
            self.assertEqual(one.program.wait(), status, (key, number))
            self.assertEqual(one.modes, found, (key, number))
            data = one.program.output.data
            self.assertEqual((data.count(TAKEN), data.count(LEFT)), (1, 1), (key, number))

    def test_stopped(self) -> None:
        """Ctrl-Z gives the shell its terminal back, and fg takes it again, with the line that was
        half typed."""
        tcpchat = Path(sys.executable).with_name("tcpchat")
        one = self.watch_shell()
        found = one.modes
        one.type(f"{tcpchat} {free_port()}\n")
        one.sees("> waiting on ")
        one.type("half", CTRL_Z)
        one.sees("Stopped")
        one.sees_input("sh$")
        self.assertEqual(one.modes[3] & 0o12, found[3] & 0o12)
        one.type("fg\n")
        one.sees("F1 keys")
        one.sees_input("[nobody] half")
        one.type(CTRL_C, CTRL_C)
        one.sees_input("sh$")
        one.type("exit\n")
        self.assertEqual(one.program.wait(), 130)


class OneTalk(ScreenCase):
    """TCP chat, and the terminal of a daemon."""

    def test_attached(self) -> None:
        """Two people over a daemon: both have a screen with one conversation. A third is told why
        there is none for them, which is still there when their screen is gone."""
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
        third = self.watch("tcpchat", "127.0.0.1", port)
        self.assertEqual(third.program.wait(), 1)
        self.assertIn(b"line is busy", third.program.output.data.rpartition(LEFT)[2])
        one.type("/quit", ENTER)
        one.sees("/quit is no command, and was not said")
        self.assertNotIn("- /quit", "\n".join(one.rows))
        one.type(CTRL_UP, ENTER)
        one.sees("copied")
        one.type(CTRL_D)
        self.assertEqual(one.program.wait(), 0)
        other.type("/quit", ENTER)
        other.sees("/quit is no command, and was not said")
        self.assertNotIn("- /quit", "\n".join(other.rows))
        other.type(":q", ENTER)
        self.assertEqual(other.program.wait(), 0)
