"""A terminal that hands out keys as they are pressed, and is given back as it was found.

Ctrl-C and Ctrl-Z come as keys, so that it is known what was typed before them. Ctrl-\\ still
ends a program that does not answer any more.
"""

import errno
import os
import termios
from contextlib import suppress
from typing import Any

BRACKETED, NOT_BRACKETED = b"\x1b[?2004h", b"\x1b[?2004l"
"""Pastes are marked as such (xterm, bracketed paste mode), or no more."""
_INPUT, _LOCAL, _KEYS = 0, 3, 6
"""Where these are among the modes of a terminal."""
_OFF = b"\0"
"""A key that sends no signal (_POSIX_VDISABLE on Linux)."""


def may_change(descriptor: int) -> bool:
    """Whether this is a terminal that we may change: in the background of a shell it is somebody
    else's, and would stop us; one that controls nobody of ours is nobody else's."""
    try:
        return os.isatty(descriptor) and os.tcgetpgrp(descriptor) == os.getpgrp()
    except OSError as problem:
        return problem.errno == errno.ENOTTY


class RawMode:
    """Takes and gives back the terminal on these descriptors, and writes `taking` and `leaving`
    there then. `taken` tells whether it is ours now."""

    def __init__(
        self, reading: int, writing: int, taking: bytes = b"", leaving: bytes = b""
    ) -> None:
        self._reading, self._writing = reading, writing
        self._taking, self._leaving = taking, leaving
        self._found: Any = None

    @property
    def taken(self) -> bool:
        return self._found is not None

    def keep(self) -> None:
        """Take the terminal, unless it is somebody else's at the moment."""
        if self.taken or not may_change(self._reading):
            return
        with suppress(termios.error):
            found = termios.tcgetattr(self._reading)
            raw: list[Any] = [*found[:_KEYS], list(found[_KEYS])]
            raw[_INPUT] &= ~(termios.ICRNL | termios.INLCR | termios.IGNCR | termios.IXON)
            raw[_LOCAL] &= ~(termios.ICANON | termios.ECHO | termios.IEXTEN)
            for key in (termios.VINTR, termios.VSUSP):
                raw[_KEYS][key] = _OFF
            raw[_KEYS][termios.VMIN], raw[_KEYS][termios.VTIME] = 1, 0
            termios.tcsetattr(self._reading, termios.TCSANOW, raw)
            self._found = found
            self._write(BRACKETED + self._taking)

    def take(self) -> list[bytes] | None:
        """What was typed behind Ctrl-C is nothing any more."""
        if not self.taken:
            return None
        with suppress(termios.error):
            termios.tcflush(self._reading, termios.TCIFLUSH)
        return []

    def put_back(self) -> None:
        """Leave the terminal as it was found, unless somebody else has it."""
        if not self.taken:
            return
        found, self._found = self._found, None
        if may_change(self._reading):
            self._write(self._leaving + NOT_BRACKETED)
            with suppress(termios.error):
                termios.tcsetattr(self._reading, termios.TCSANOW, found)

    def _write(self, sequence: bytes) -> None:
        with suppress(OSError):
            os.write(self._writing, sequence)
