"""What lines are shown in: a terminal of some width, or what takes them whole."""

import os
import termios
from typing import Any, Protocol

from zope.interface import Interface

from twisted_chat.display import one_line
from twisted_chat.terminal.rows import fresh_row, rows

LONGEST_TYPED = 4095
"""Bytes, without a line feed, at which Linux's terminals cut a line that is typed."""
CUT = (
    f"the terminal cuts lines at {LONGEST_TYPED:,} bytes, so this one was not said:"
    " say it in parts, or from a pipe"
)
USUAL = 80
"""Columns of a terminal that does not say how many it has."""
USUAL_ROWS = 24
"""Rows of one."""


class IWindow(Interface):
    """A transport that may be a terminal."""

    def width() -> int | None:
        """Its columns now; None where lines are taken whole."""

    def cuts(data: bytes) -> bool:  # noqa: N805
        """Whether what was read at once is the beginning of a line whose rest it dropped."""


def terminal_width(descriptor: int) -> int | None:
    """The columns that this terminal has now; None if it is no terminal."""
    try:
        if not os.isatty(descriptor):
            return None
        _, columns = termios.tcgetwinsize(descriptor)
    except (OSError, termios.error):
        return None
    return columns or USUAL


def terminal_height(descriptor: int) -> int:
    """The rows that this terminal has now, or a usual number of them."""
    try:
        rows, _ = termios.tcgetwinsize(descriptor)
    except (OSError, termios.error):
        return USUAL_ROWS
    return rows or USUAL_ROWS


def is_cut(data: bytes, descriptor: int) -> bool:
    """Whether this, read at once from here, is a line as a terminal cuts it that hands
    out whole lines (termios(3), canonical mode)."""
    if len(data.removesuffix(b"\n")) < LONGEST_TYPED or not os.isatty(descriptor):
        return False
    try:
        return bool(termios.tcgetattr(descriptor)[3] & termios.ICANON)
    except termios.error:
        return False


def has_cut(data: bytes, transport: Any) -> bool:
    """Whether this transport has dropped the rest of the line that begins with what was read."""
    window = IWindow(transport, None)
    return window is not None and window.cuts(data)


def came_with_end(data: bytes) -> str:
    """What a person is told of lines that were entered in the moment of Ctrl-C; empty where
    nothing is in them."""
    lines = [line for line in data.decode("utf-8", "replace").splitlines() if line.strip()]
    if not lines:
        return ""
    if len(lines) == 1:
        return f"this came with Ctrl-C, and was not said: {lines[0]}"
    return f"{len(lines)} lines came with Ctrl-C, and were not said, from this on: {lines[0]}"


def is_terminal(transport: Any) -> bool:
    """Whether lines are broken there."""
    window = IWindow(transport, None)
    return window is not None and window.width() is not None


def as_rows(line: str, width: int | None) -> list[str]:
    """A line as it is shown where there are so many columns. Everything that is
    written to a terminal comes by here, so nothing in it is obeyed."""
    shown = one_line(line)
    return [shown] if width is None else rows(shown, width)


def laid_out(line: str, transport: Any) -> bytes:
    """A line as it is written to this transport."""
    window = IWindow(transport, None)
    width = None if window is None else window.width()
    text = "\n".join(as_rows(line, width))
    begin = "" if width is None else fresh_row(width)
    return f"{begin}{text}\n".encode("utf-8", "replace")


class Layout(Protocol):
    """How lines are written."""

    def laid_out(self, line: str, transport: Any) -> bytes:
        """A line as it is written to a transport, whatever is in it."""

    def mistake(self, why: str) -> str:
        """The line that tells why something that was typed is not read."""


class _Rows:
    """Lines for people: nothing in them is obeyed, and no terminal breaks them."""

    def laid_out(self, line: str, transport: Any) -> bytes:
        return laid_out(line, transport)

    def mistake(self, why: str) -> str:
        return f"> {why}"


ROWS: Layout = _Rows()
