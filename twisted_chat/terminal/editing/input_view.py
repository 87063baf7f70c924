"""How a text that is being typed looks: rows for a terminal, and where its cursor is.

The width of each character is counted as the widest that any terminal draws
(`rows.columns`), so that no terminal breaks a row by itself. Where the cursor is in its row is
told in characters as well, as a terminal alone knows how wide it has drawn them.
"""

from msgspec import Struct

from twisted_chat.display import safe
from twisted_chat.terminal.editing.clusters import WINDOW, clusters, columns_of
from twisted_chat.terminal.rows import columns

MOST_ROWS = 10
"""Rows that an input line has at most; of one that is longer the part before the cursor is
shown."""
NARROWEST = 12
"""Columns for which rows are made; a terminal that has fewer breaks them by itself."""
PROMPT = 3
"""So many times the prompt and what is typed are as wide as the prompt may be."""


class InputView(Struct, frozen=True):
    """Rows of safe text, each with the prompt, or blanks, before it. The cursor stands in this
    one, behind so many of its characters, which have so many columns on most terminals."""

    rows: tuple[str, ...]
    row: int
    characters: int
    column: int
    prompt: int
    """How many characters at the beginning of the first row are the prompt."""


class InputLayout:
    """Lays a text out. Of a long one only as much as is shown, and as has changed since the
    last time."""

    def __init__(self) -> None:
        self._room = 0
        self._text = ""
        self._cursor = 0
        self._starts = [0]

    def view(self, text: str, cursor: int, prompt: str, width: int, height: int) -> InputView:
        """The rows of a text behind a prompt, each with fewer columns than the width."""
        whole = max(width, NARROWEST) - 1
        begin = _beginning(prompt, whole // PROMPT)
        most = max(1, min(MOST_ROWS, height // 2))
        at = self._lay_out(text, cursor, whole - _widest(begin), most)
        top = max(0, at - most + 1)
        ends = [*self._starts[1:], len(text)]
        indent = " " * columns_of(begin)
        shown = [
            (begin if n == top else indent)
            + safe(text[self._starts[n] : ends[n]].removesuffix("\n"))
            for n in range(top, min(top + most, len(self._starts)))
        ]
        left = (begin if at == top else indent) + safe(text[self._starts[at] : cursor])
        return InputView(tuple(shown), at - top, len(left), columns_of(left), len(begin))

    def _lay_out(self, text: str, cursor: int, room: int, most: int) -> int:
        """Find where rows begin, as many as are needed. Returns in which the cursor is."""
        starts = self._starts
        same = min(cursor, self._cursor)
        if room != self._room or text[:same] != self._text[:same]:
            same = 0
        del starts[1 + sum(start + WINDOW <= same for start in starts[1:]) :]
        self._text, self._cursor, self._room = text, cursor, room
        while len(starts) <= most or starts[-1] <= cursor:
            if (start := _row_end(text, starts[-1], room)) is None:
                break
            starts.append(start)
        return sum(start <= cursor for start in starts) - 1


def _row_end(text: str, start: int, room: int) -> int | None:
    """Where the row begins after the one that begins there; None where that is the last."""
    part = text[start : start + room + WINDOW]
    line, feed, _ = part.partition("\n")
    at = 0
    if line.isascii() and line.isprintable():
        at = min(room, len(line))
    else:
        for cluster in clusters(line):
            room -= _widest(safe(cluster))
            if room < 0 and at:
                break
            at += len(cluster)
    if at < len(line):
        return start + at
    return start + len(line) + 1 if feed else None


def _widest(text: str) -> int:
    """How many columns a text has on any terminal, at most."""
    return sum(map(columns, text))


def _beginning(prompt: str, room: int) -> str:
    """A prompt that is made safe, and has no more columns; its last two characters stay."""
    prompt = safe(prompt)
    if _widest(prompt) <= room:
        return prompt
    body, end = prompt[:-2], prompt[-2:]
    while body and _widest(body + end) > room:
        body = body[:-1]
    return body + end
