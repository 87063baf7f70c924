"""The lines of one conversation, as they are kept to be shown."""

from dataclasses import dataclass
from enum import IntEnum

TRIMMED = 1_024
"""Lines that are dropped at once."""


class LineKind(IntEnum):
    """Who speaks."""

    HEARD = 0
    OWN = 1
    NOTICE = 2


class Progress(IntEnum):
    """How far a line of ours has come."""

    UNKNOWN = 0
    WAITING = 1
    AT_SOME = 2
    AT_ALL = 3
    LOST = 4


@dataclass(eq=False, slots=True)
class ShownLine:
    """One line. `at` is the time of day, in seconds since 1970; `colour` that of the speaker's
    key."""

    at: float
    kind: LineKind
    text: str
    who: str = ""
    colour: int = -1
    number: int = 0
    """Of a line of ours, its number."""
    progress: Progress = Progress.UNKNOWN
    mention: bool = False


class TalkLines:
    """Lines, each known by its position, which stays when old ones are dropped."""

    def __init__(self) -> None:
        self._lines: list[ShownLine] = []
        self.first = 0
        """The position of the oldest that is kept."""
        self.size = 0
        """Characters of all of them."""

    @property
    def end(self) -> int:
        """The position that the next line will have."""
        return self.first + len(self._lines)

    def at(self, position: int) -> ShownLine:
        """The line in this position, which has to be there."""
        return self._lines[position - self.first]

    def add(self, line: ShownLine) -> int:
        """Add a line. Returns its position."""
        self._lines.append(line)
        self.size += len(line.text)
        return self.end - 1

    def drop_oldest(self) -> int:
        """Drop some of the oldest. Returns how many."""
        gone = self._lines[:TRIMMED]
        del self._lines[:TRIMMED]
        self.first += len(gone)
        self.size -= sum(len(line.text) for line in gone)
        return len(gone)

    def clear(self) -> int:
        """Drop all of them. Returns how many."""
        gone = len(self._lines)
        self.first, self.size = self.end, 0
        self._lines.clear()
        return gone
