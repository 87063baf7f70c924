"""What the screen is made of: rows of spans, each of which plays a role. A theme gives roles
their colours."""

from enum import Enum

from msgspec import Struct

from twisted_chat.terminal.editing.clusters import columns_of


class Role(Enum):
    """What a text is on the screen. The value is its name in a theme."""

    TEXT = "text"
    BAR = "bar"
    BAR_STRONG = "bar_strong"
    EDGE = "edge"
    TIME = "time"
    MARK = "mark"
    WAITING = "waiting"
    ARRIVED = "arrived"
    LOST = "lost"
    NOTICE = "notice"
    PERSON = "person"
    OWN = "own"
    MENTION = "mention"
    DAY = "day"
    UNREAD = "unread"
    TALK = "talk"
    TALK_SHOWN = "talk_shown"
    TALK_UNREAD = "talk_unread"
    TALK_WANTED = "talk_wanted"
    TALK_OVER = "talk_over"
    TRUSTED = "trusted"
    DOUBTED = "doubted"
    PLAIN = "plain"
    SELECTED = "selected"
    FOUND = "found"
    PROMPT = "prompt"
    INPUT = "input"


class Run(Struct, frozen=True):
    """A text in which nothing is obeyed, and what it is; a person's own colour is a number."""

    text: str
    role: Role = Role.TEXT
    colour: int = -1


Row = tuple[Run, ...]


def text_of(row: Row) -> str:
    """What stands in a row."""
    return "".join(run.text for run in row)


def fitted(row: Row, width: int, filler: Role = Role.TEXT) -> Row:
    """A row of exactly so many columns: cut, or filled up with blanks."""
    room, kept = width, []
    for run in row:
        columns = columns_of(run.text)
        if columns > room:
            kept.append(Run(cut(run.text, room), run.role, run.colour))
            room -= columns_of(kept[-1].text)
            break
        kept.append(run)
        room -= columns
    if room:
        kept.append(Run(" " * room, filler))
    return tuple(kept)


def cut(text: str, width: int) -> str:
    """As much of a text as has so many columns at most."""
    if text.isascii():
        return text[: max(0, width)]
    while text and columns_of(text) > width:
        text = text[: min(len(text) - 1, max(0, width))]
    return text


def shortened(text: str, width: int) -> str:
    """The same, with a mark where something is left out."""
    if columns_of(text) <= width:
        return text
    return cut(text, width - 1) + "~" if width > 0 else ""


class ScreenPicture(Struct, frozen=True):
    """What a terminal is to show: for each of its rows what begins in which column, and the
    cursor as (column, row). What begins in a column is there whatever stands before it."""

    width: int
    rows: tuple[tuple[tuple[int, Row], ...], ...]
    cursor: tuple[int, int] | None

    def text(self) -> str:
        """What can be read on it, with nothing behind the last letter of a row."""
        return "\n".join(map(_read, self.rows))


def _read(parts: tuple[tuple[int, Row], ...]) -> str:
    line = ""
    for column, row in parts:
        line = cut(line, column)
        line += " " * (column - columns_of(line)) + text_of(row)
    return line.rstrip()
