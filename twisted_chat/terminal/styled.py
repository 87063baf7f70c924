"""How an entry looks: rows, whose parts have a style each, which a face makes colours of.

The time and the mark stand at the left, and every row but the first is indented under the
text: whatever somebody sends, and however the terminal is wide, nothing of it comes to stand
where the program's own marks are.
"""

from collections.abc import Iterator
from enum import Enum

from msgspec import Struct

from twisted_chat.display import one_line
from twisted_chat.terminal.entry import Entry, Mark
from twisted_chat.terminal.rows import columns, row_cuts

WITH_TIME = 32
"""Columns of a terminal below which the time is left out."""
NARROWEST = 8
"""Columns of the narrowest terminal for which rows are made."""
HANGING = 0.4
"""Of a row: how far a text is indented at most, with who says it; beyond, it is STEP."""
STEP = 2
"""Columns."""


class Style(Enum):
    """What a part of a row is."""

    TIME = "time"
    MARK = "mark"
    NOTICE = "notice"
    PERSON = "person"
    PLACE = "place"
    TEXT = "text"
    OWN = "own"


class Span(Struct, frozen=True):
    """A part of a row. Its text is safe."""

    text: str
    style: Style
    key: str = ""
    """The fingerprint that gives a PERSON's colour."""


Row = tuple[Span, ...]


def laid_out(entry: Entry, when: str, width: int) -> Iterator[Row]:
    """The rows of an entry, each with fewer columns than there are. `when` is the time of
    day as it is shown, or empty."""
    room = max(width, NARROWEST) - 1
    time = f"{when} " if when and width >= WITH_TIME else ""
    mark = f"{entry.mark.value} "
    gutter = len(time) + len(mark)
    hanging = sum(map(columns, entry.introduction))
    indent = gutter + (hanging if gutter + hanging <= room * HANGING else STEP)
    left: Row = (
        (Span(time, Style.TIME), Span(mark, Style.MARK)) if time else (Span(mark, Style.MARK),)
    )
    first, introduction = room - gutter, entry.introduction
    for line in entry.text.split("\n"):
        shown = one_line(introduction + line)
        for start, end in row_cuts(shown, first, room - indent):
            if start and shown[start - 1] != " " and shown.startswith(" ", start):
                start += 1  # The blank at which the row before was broken.
            yield (*left, *_styled(entry, shown, start, end, len(introduction)))
            left, first = (Span(" " * indent, Style.TEXT),), room - indent
        introduction = ""


def _styled(entry: Entry, line: str, start: int, end: int, introduced: int) -> Iterator[Span]:
    """The parts of a row between these characters of a line, of which so many tell who says
    it, and where."""
    text = _TEXTS[entry.mark]
    who = min(len(entry.who), introduced)
    for until, style, key in (
        (who, Style.PERSON, entry.key),
        (introduced, Style.PLACE, ""),
        (len(line), text, ""),
    ):
        if start < min(until, end):
            yield Span(line[start : min(until, end)], style, key)
            start = min(until, end)


_TEXTS = {Mark.HEARD: Style.TEXT, Mark.NOTICE: Style.NOTICE, Mark.OWN: Style.OWN}
