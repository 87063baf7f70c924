"""The commands of the Makefile, with a program in the place of ours that shows its words."""

import os
import re
import subprocess
from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

from tests.identity import temporary

ROOT = Path(__file__).parents[1]


class Make(SynchronousTestCase):
    """What is given arrives as it is given."""

    def make(self, *words: str, ends: int = 0) -> tuple[int, str, str]:
        """The status of make, what it says and what of that are errors; a program that is
        started ends with a status too."""
        place = temporary(self)
        place.mkdir()
        for program in ("udpchat", "chat-analyze"):
            (place / program).write_text(f'#!/bin/sh\nprintf "[%s]" "$@"\nexit {ends}\n')
            (place / program).chmod(0o700)
        done = subprocess.run(
            ["make", "-o", ".venv/.installed", "-o", ".venv/.analyzed", f"BIN={place}", *words],
            cwd=ROOT,
            env={"PATH": os.environ["PATH"]},  # Nothing of a make that runs the tests.
            capture_output=True,
            text=True,
            check=False,
        )
        return done.returncode, done.stdout, done.stderr

    def test_alone(self) -> None:
        """Alone it says what can be made, and makes nothing."""
        status, said, _ = self.make()
        self.assertEqual(status, 0)
        offered = re.findall(r"^make (\w+) ", said, re.MULTILINE)
        phony = re.search(r"^\.PHONY: (.*) FORCE$", (ROOT / "Makefile").read_text(), re.MULTILINE)
        assert phony is not None
        self.assertEqual(offered, phony[1].split()[1:])

    def test_words(self) -> None:
        """A name, a host and a file are one word each, whatever is in them."""
        for name in ("alice", "a b", "o'brien", 'say "hi"', "a$HOME", "a;b", "`id`", "grüezi"):
            self.assertEqual(
                self.make("chat", f"NAME={name}", "HOST=a host", "PORT=9000"),
                (0, f"[a host][9000][--name][{name}]", ""),
            )
            self.assertEqual(self.make("analyze", f"FILE={name}"), (0, f"[{name}]", ""))
        self.assertEqual(self.make("chat"), (0, "[127.0.0.1][8090]", ""))
        self.assertEqual(self.make("run", "PORT=9000"), (0, "[9000]", ""))

    def test_end(self) -> None:
        """A chat that Ctrl-C has ended is no error; any other that fails is one."""
        for status, fails in ((0, False), (130, False), (1, True), (143, True)):
            found, _, errors = self.make("chat", ends=status)
            self.assertEqual((bool(found), bool(errors)), (fails, fails), (status, errors))

    def test_port(self) -> None:
        """A port that is none is one line of ours, and starts nothing."""
        for port in ("abc", "", "9'", "90 91", "-1"):
            for target in ("run", "chat"):
                status, said, errors = self.make(target, f"PORT={port}")
                self.assertEqual((status, said), (2, ""))
                self.assertEqual(
                    errors.splitlines()[0], "PORT is to be a number, such as PORT=9000"
                )
