"""Breaking a line into rows of a terminal, so that no row can be taken for another line.

A terminal wraps a line that is too long by itself, and what comes to stand at the
beginning of the next row is then up to the one who wrote it: a notice, say. So we
break before the terminal would, and every row but the first begins with MARK. `<` and
`>` in the first column are the program's alone.

What is shown may come while a line is half typed, whose echo stands where we do not know.
So a line is preceded by `fresh_row`.

No character may be wider than we think, or the terminal wraps first. Where terminals
differ, the larger width counts (UAX #11: ambiguous characters have two columns in an
East Asian setting); a combining character counts like any other.
"""

import unicodedata
from collections.abc import Iterator

MARK = "| "
NARROWEST = len(MARK) + 3
"""Columns of the narrowest terminal for which rows are made: MARK, one wide character, and the
last column, which stays empty. Below that the terminal wraps too."""
LONGEST_WORD = 0.5
"""Of a row: a word that is longer is broken in the middle."""
BREAKS = (" ", "-")
"""After what a row ends, if it can: the groups of a key stay whole."""

_NARROW = frozenset({"N", "Na", "H"})
_WRITTEN = frozenset("LMPZ")
"""The classes of characters that words are made of. Signs and pictures are among the others:
Unicode makes more of them wide with time, and terminals know other versions of it."""


def columns(character: str) -> int:
    """How many columns a printable character has at most, on any terminal."""
    if character < "\x7f":
        return 1
    written = unicodedata.category(character)
    if written[0] not in _WRITTEN and written != "Nd":
        return 2
    return 1 if unicodedata.east_asian_width(character) in _NARROW else 2


def rows(line: str, width: int) -> list[str]:
    """The rows of a line of printable characters on a terminal of so many columns.

    Their texts, without the marks, are the line; each has fewer columns than the terminal.
    """
    room = max(width, NARROWEST) - 1
    if len(line) * 2 <= room or (len(line) <= room and line.isascii()):
        return [line]
    return list(_broken(line, room))


def fresh_row(width: int) -> str:
    """What brings a terminal of so many columns to the beginning of a row, wherever the
    person has typed to: a row of blanks stays within a row that nothing is on, and goes
    beyond any other, which it leaves as it is."""
    return " " * width + "\r"


def row_end(line: str, start: int, end: int) -> int:
    """Where a row of a line that begins at `start` ends, and not after `end`."""
    least = start + int((end - start) * LONGEST_WORD)
    ends = (line.rfind(mark, least, end) + 1 for mark in BREAKS)
    return next(filter(None, ends), end)


def row_cuts(line: str, first: int, others: int) -> Iterator[tuple[int, int]]:
    """Where each row of a line begins and ends, of which the first has this room and each
    of the others that. An empty line has one row."""
    start, room = 0, first
    while True:
        end = max(start + 1, _fitting(line, start, room))
        if end < len(line):
            end = row_end(line, start, end)
        yield start, min(end, len(line))
        if end >= len(line):
            return
        start, room = end, others


def _broken(line: str, room: int) -> Iterator[str]:
    mark = ""
    for start, end in row_cuts(line, room, room - len(MARK)):
        yield mark + line[start:end]
        mark = MARK


def _fitting(line: str, start: int, room: int) -> int:
    """Where the part of the line ends that begins there and has so many columns at most."""
    for end in range(start, len(line)):
        room -= columns(line[end])
        if room < 0:
            return end
    return len(line)
