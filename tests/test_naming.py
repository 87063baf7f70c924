"""Asking a person for a name, before there is a reactor."""

import io
import sys
from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

from tests.identity import temporary
from twisted_chat.identity.claim import claim
from twisted_chat.identity.key_file import PERSON, load_or_make
from twisted_chat.launch.naming import introduced


class Asking(SynchronousTestCase):
    """What is asked, and what comes of the answers."""

    def asked(self, typed: bytes, home: Path | None = None) -> tuple[str, str, list[str]]:
        """The name, the fingerprint of its key, and what is shown, when this is typed."""
        home = home or temporary(self)
        self.patch(sys, "stdin", io.TextIOWrapper(io.BytesIO(typed)))
        self.patch(sys, "stdout", shown := io.StringIO())
        try:
            name, identity = introduced(home)
        finally:
            self.shown = shown.getvalue().splitlines()
        return name, identity.fingerprint, self.shown

    def test_name(self) -> None:
        """A name has its key, as with --name, in its canonical form."""
        home = temporary(self)
        name, fingerprint, shown = self.asked("\n \n \uff21lice\n".encode(), home)
        self.assertEqual((name, shown), ("Alice", ["> what is your name?"] * 3))
        self.assertEqual(fingerprint, load_or_make(home / PERSON).fingerprint)

    def test_not_a_name(self) -> None:
        """What cannot be a name, or has its key in use, costs a line, and is asked again."""
        home = temporary(self)
        claim(home, "alice")
        typed = b"x" * 40 + b"\n\xff\n\x1b[A\nalice\n$poke bob\n$nonsense\nbob\n"
        name, _, shown = self.asked(typed, home)
        self.assertEqual(name, "bob")
        for line, part in zip(
            shown,
            (
                "what is",
                "at most 32",
                "cannot hold",
                "an arrow",
                "the key of alice",
                "first a name",
                "no command",
            ),
            strict=True,
        ):
            self.assertIn(part, line)
            self.assertTrue(line.lower().endswith("what is your name?"), line)

    def test_help_is_no_name(self) -> None:
        """A first line that is `help` is answered with what helps, and is nobody's name."""
        name, _, shown = self.asked(b"help\nalice\n")
        self.assertEqual(name, "alice")
        self.assertIn("$help, with the $", shown[1])
        name, _, shown = self.asked(b"/help\nalice\n")
        self.assertEqual((name, "$help" in "".join(shown)), ("alice", True))

    def test_leaving_is_no_name(self) -> None:
        """One who types what leaves other programs is told what leaves this one."""
        name, _, shown = self.asked(b":q\nquit\nalice\n")
        self.assertEqual(name, "alice")
        self.assertEqual([line.startswith("> $quit leaves; ") for line in shown[1:]], [True, True])

    def test_help_and_end(self) -> None:
        """There is help, and a way out: $quit, and the end of input."""
        for typed in (b"$help\n$quit\n", b"$help\n"):
            with self.assertRaises(SystemExit) as caught:
                self.asked(typed)
            self.assertEqual(caught.exception.code, 0)
            self.assertTrue(any("$roomjoin ROOM" in line for line in self.shown))
