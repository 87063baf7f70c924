"""Breaking a text into rows of so many columns, at blanks or hyphens where that can be."""

from collections.abc import Iterator

from twisted_chat.display import safe
from twisted_chat.terminal.editing.clusters import clusters, columns_of
from twisted_chat.terminal.rows import BREAKS, LONGEST_WORD, row_end

MOST_ROWS = 100
"""Rows of one line that are shown; of a longer one it is said how long it is."""
MOST_MARKS = 8
"""Characters of one cluster that are shown: no language piles up more."""


def wrapped(text: str, first: int, width: int) -> list[str]:
    """The rows of a text, in which nothing is obeyed: the first has `first` columns at most,
    the others `width`. A line feed begins a row."""
    rows: list[str] = []
    longest = MOST_ROWS * width
    for line in text[: longest + MOST_ROWS].split("\n"):
        for row in _broken(safe(line), width if rows else first, width):
            rows.append(row)
            if len(rows) == MOST_ROWS:
                break
    if len(rows) >= MOST_ROWS or len(text) > longest + MOST_ROWS:
        rows[MOST_ROWS - 1 :] = [f"[{len(text):,} characters in all]"[:width]]
    return rows


def _broken(line: str, first: int, width: int) -> Iterator[str]:
    room = max(1, first)
    if line.isascii():
        yield from _broken_ascii(line, room, max(1, width))
        return
    parts = [cluster[:MOST_MARKS] for cluster in clusters(line)]
    start = 0
    while (end := _fitting(parts, start, room)) < len(parts):
        back = range(end - 1, start + int((end - start) * LONGEST_WORD) - 1, -1)
        end = next((at for mark in BREAKS for at in back if parts[at] == mark), end - 1) + 1
        yield "".join(parts[start:end])
        start, room = end, max(1, width)
    yield "".join(parts[start:])


def _fitting(parts: list[str], start: int, room: int) -> int:
    """Where the clusters end that begin there and have so many columns at most; one in any
    case."""
    for end in range(start, len(parts)):
        room -= columns_of(parts[end])
        if room < 0:
            return max(end, start + 1)
    return len(parts)


def _broken_ascii(line: str, room: int, width: int) -> Iterator[str]:
    start = 0
    while len(line) - start > room:
        end = row_end(line, start, start + room)
        yield line[start:end]
        start, room = end, width
    yield line[start:]
