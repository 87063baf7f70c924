"""What was entered at a terminal and is not read yet, when Ctrl-C or Ctrl-Z comes.

A terminal that sends a signal for a key throws away what it has not handed out (termios(3),
NOFLSH): also a whole line, entered a moment before, of which nobody would ever know. So
that is switched off while we read there, and at Ctrl-C the whole lines are taken. What
was typed without an end is dropped, as a shell would read it.
"""

import os
import termios
from contextlib import suppress
from typing import Any

LINE = 4096
"""Bytes of the longest line that a terminal hands out."""
MOST = 64 * 1024
"""Bytes that are taken at most: what a terminal holds is far less, so that somebody types on."""
_LOCAL = 3
"""Where the local modes are among those of a terminal."""


def is_ours(descriptor: int) -> bool:
    """Whether we may change this terminal: one that is somebody else's now would stop us."""
    try:
        return os.isatty(descriptor) and os.tcgetpgrp(descriptor) == os.getpgrp()
    except OSError:  # No terminal that sends us signals.
        return False


class Entered:
    """What is entered at this descriptor; nothing where that is no terminal of ours."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._changed = False

    taken = False
    """Whether keys are handed out."""

    def keep(self) -> None:
        """Let what was entered outlive a key that sends a signal."""
        if self._is_ours() and (modes := self._modes()) is not None:
            self._changed = self._changed or not modes[_LOCAL] & termios.NOFLSH
            modes[_LOCAL] |= termios.NOFLSH
            self._set(modes)

    def take(self) -> list[bytes] | None:
        """The lines that wait, each with its end, or cut as a terminal cuts it. The rest is
        dropped. None where this is no such terminal of ours."""
        if not self._is_ours() or not self._hands_out_lines():
            return None
        lines: list[bytes] = []
        with suppress(OSError, termios.error):
            while sum(map(len, lines)) < MOST and (line := os.read(self._descriptor, LINE)):
                lines.append(line)
        with suppress(termios.error):
            termios.tcflush(self._descriptor, termios.TCIFLUSH)
        return lines

    def put_back(self) -> None:
        """Leave the terminal as it was found."""
        if self._changed and self._is_ours() and (modes := self._modes()) is not None:
            self._changed = False
            modes[_LOCAL] &= ~termios.NOFLSH
            self._set(modes)

    def _is_ours(self) -> bool:
        return is_ours(self._descriptor)

    def _hands_out_lines(self) -> bool:
        modes = self._modes()
        return modes is not None and bool(modes[_LOCAL] & termios.ICANON)

    def _modes(self) -> Any:
        try:
            return termios.tcgetattr(self._descriptor)
        except termios.error:
            return None

    def _set(self, modes: Any) -> None:
        with suppress(termios.error):
            termios.tcsetattr(self._descriptor, termios.TCSANOW, modes)
