"""The lines of one conversation, as they are kept to be shown."""

from collections.abc import Sequence
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


@dataclass(frozen=True, slots=True)
class ShownLine:
    """One line. `at` is the time of day, in seconds since 1970; `colour` that of the speaker's
    key."""

    at: float
    kind: LineKind
    text: str
    who: str = ""
    colour: int = -1
    progress: Progress = Progress.UNKNOWN
    """Of a line of ours."""
    mention: bool = False
    late: bool = False
    """Whether it came long after it was said, and stands where it belongs."""


_Kept = tuple[float, int, str, str, int, int, bool, bool]
"""A line as it is kept: of nothing that could refer to anything, so that the garbage collector,
which looks through all that can, takes no notice of 100,000 of them."""


def _kept(line: ShownLine) -> _Kept:
    kind, progress = int(line.kind), int(line.progress)
    more = progress, line.mention, line.late
    return line.at, kind, line.text, line.who, line.colour, *more


class TalkLines:
    """Lines, each known by its position, which stays when old ones are dropped, or older ones
    come."""

    def __init__(self) -> None:
        self._lines: list[_Kept] = []
        self.first = 0
        """The position of the oldest that is kept."""
        self.size = 0
        """Characters of all of them."""
        self.moved = 0
        """How often lines have got other positions, as one was put between them."""

    @property
    def end(self) -> int:
        """The position that the next line will have."""
        return self.first + len(self._lines)

    @property
    def is_quiet(self) -> bool:
        """Whether nobody has said anything."""
        return all(kind == LineKind.NOTICE for _, kind, *_ in self._lines)

    def at(self, position: int) -> ShownLine:
        """The line in this position, which has to be there."""
        at, kind, text, who, colour, progress, *marks = self._lines[position - self.first]
        return ShownLine(at, LineKind(kind), text, who, colour, Progress(progress), *marks)

    def when(self, position: int) -> float:
        """The time of day of that line."""
        return self._lines[position - self.first][0]

    def add(self, line: ShownLine) -> int:
        """Add a line. Returns its position."""
        self._lines.append(_kept(line))
        self.size += len(line.text)
        return self.end - 1

    def add_before(self, lines: Sequence[ShownLine]) -> None:
        """Add lines, in order, before the oldest: the positions of the others stay."""
        self._lines[0:0] = map(_kept, lines)
        self.first -= len(lines)
        self.size += sum(len(line.text) for line in lines)

    def insert(self, line: ShownLine) -> int:
        """Put a line where it belongs by its time: the positions of those before it are one
        less from now on. Returns its position."""
        index = len(self._lines)
        while index and self._lines[index - 1][0] > line.at:
            index -= 1
        self._lines.insert(index, _kept(line))
        self.size += len(line.text)
        self.first -= 1
        self.moved += 1
        return self.first + index

    def progress(self, position: int, progress: Progress) -> None:
        """A line of ours has come so far, if it is still kept."""
        if position >= self.first:
            at, kind, text, who, colour, _, *marks = self._lines[position - self.first]
            mention, late = marks
            changed = at, kind, text, who, colour, int(progress), mention, late
            self._lines[position - self.first] = changed

    def find(self, wanted: str, start: int, step: int) -> int | None:
        """The first line from there on, towards older (-1) or newer ones, with this casefolded
        text in it, or in the name of who has said it."""
        end = self.first - 1 if step < 0 else self.end
        for position in range(start, end, step):
            _, _, text, who, *_ = self._lines[position - self.first]
            if wanted in text.casefold() or wanted in who.casefold():
                return position
        return None

    def drop_oldest(self) -> int:
        """Drop some of the oldest. Returns how many."""
        gone = self._lines[:TRIMMED]
        del self._lines[:TRIMMED]
        self.first += len(gone)
        self.size -= sum(len(text) for _, _, text, *_ in gone)
        return len(gone)

    def clear(self) -> int:
        """Drop all of them. Returns how many."""
        gone = len(self._lines)
        self.first, self.size = self.end, 0
        self._lines.clear()
        return gone
