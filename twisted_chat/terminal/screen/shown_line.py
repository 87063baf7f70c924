"""The lines of one conversation, as they are kept to be shown."""

from bisect import bisect_right
from collections.abc import Sequence
from enum import IntEnum
from itertools import accumulate

from msgspec import Struct

from twisted_chat.terminal.screen.packed_lines import PackedLines, PlainLine

BLOCK = 256
"""Lines that are packed, and dropped, at once. The latest, so many at least, are not packed."""
UNPACKED = 4
"""Blocks that stay unpacked while one looks into them."""


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


class ShownLine(Struct, frozen=True):
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


def _plain(line: ShownLine) -> PlainLine:
    kind, progress = int(line.kind), int(line.progress)
    more = progress, line.mention, line.late
    return line.at, kind, line.text, line.who, line.colour, *more


def _shown(line: PlainLine) -> ShownLine:
    at, kind, text, who, colour, progress, *marks = line
    return ShownLine(at, LineKind(kind), text, who, colour, Progress(progress), *marks)


class TalkLines:
    """Lines, each known by its position, which stays when old ones are dropped, or older ones
    come. The latest are kept as they are, those before in blocks."""

    def __init__(self) -> None:
        self._blocks: list[PackedLines] = []
        self._latest: list[PlainLine] = []
        self._begins = [0]
        """How many lines stand before each block, and before the latest."""
        self._unpacked: dict[PackedLines, list[PlainLine]] = {}
        """The blocks that were looked into last."""
        self._touched: set[PackedLines] = set()
        """Those of them in which lines have come further."""
        self.first = 0
        """The position of the oldest that is kept."""
        self.size = 0
        """Characters of all of them."""
        self.moved = 0
        """How often lines have got other positions, as one was put between them."""

    @property
    def end(self) -> int:
        """The position that the next line will have."""
        return self.first + self._begins[-1] + len(self._latest)

    @property
    def is_quiet(self) -> bool:
        """Whether nobody has said anything."""
        told = {LineKind.NOTICE}
        packed = all(block.kinds <= told for block in self._blocks)
        return packed and all(kind == LineKind.NOTICE for _, kind, *_ in self._latest)

    # --- Where a line is

    def _number(self, position: int) -> int:
        """That of the block in which it is; one more than the last for the latest."""
        return bisect_right(self._begins, position - self.first) - 1

    def _lines(self, number: int) -> list[PlainLine]:
        """Those of this block."""
        if number == len(self._blocks):
            return self._latest
        block = self._blocks[number]
        if block not in self._unpacked:
            if len(self._unpacked) == UNPACKED:
                self._pack(next(iter(self._unpacked)))
            self._unpacked[block] = block.lines()
        return self._unpacked[block]

    def _pack(self, block: PackedLines) -> None:
        """Nobody looks into this one any more."""
        lines = self._unpacked.pop(block)
        if block in self._touched:
            self._touched.remove(block)
            self._blocks[self._blocks.index(block)] = PackedLines(lines)

    def _at(self, position: int) -> PlainLine:
        number = self._number(position)
        return self._lines(number)[position - self.first - self._begins[number]]

    def at(self, position: int) -> ShownLine:
        """The line in this position, which has to be there."""
        return _shown(self._at(position))

    def when(self, position: int) -> float:
        """The time of day of that line."""
        return self._at(position)[0]

    def find(self, wanted: str, start: int, step: int) -> int | None:
        """The first line from there on, towards older (-1) or newer ones, with this casefolded
        text in it, or in the name of who has said it."""
        position, blocks = start, self._blocks
        while self.first <= position < self.end:
            number = self._number(position)
            begin = self.first + self._begins[number]
            latest = number == len(blocks)
            stop = begin - 1 if step < 0 else self.end if latest else begin + blocks[number].count
            if latest or blocks[number].may_have(wanted):
                lines = self._lines(number)
                for at in range(position, stop, step):
                    _, _, text, who, *_ = lines[at - begin]
                    if wanted in text.casefold() or wanted in who.casefold():
                        return at
            position = stop
        return None

    # --- What changes

    def _replace(self, first: int, last: int, lines: Sequence[PlainLine]) -> None:
        """Have these packed in place of some blocks."""
        for block in list(self._unpacked):
            self._pack(block)
        whole = [lines[begin : begin + BLOCK] for begin in range(0, len(lines), BLOCK)]
        self._blocks[first:last] = map(PackedLines, whole)
        self._begins = [0, *accumulate(block.count for block in self._blocks)]

    def _change(self, number: int, lines: list[PlainLine]) -> None:
        if number < len(self._blocks):
            self._replace(number, number + 1, lines)
        elif len(lines) >= 2 * BLOCK:
            self._replace(number, number, lines[:BLOCK])
            del lines[:BLOCK]

    def add(self, line: ShownLine) -> int:
        """Add a line. Returns its position."""
        self._latest.append(_plain(line))
        self.size += len(line.text)
        if len(self._latest) >= 2 * BLOCK:
            self._change(len(self._blocks), self._latest)
        return self.end - 1

    def add_before(self, lines: Sequence[ShownLine]) -> None:
        """Add lines, in order, before the oldest: the positions of the others stay."""
        self._replace(0, 0, list(map(_plain, lines)))
        self.first -= len(lines)
        self.size += sum(len(line.text) for line in lines)

    def insert(self, line: ShownLine) -> int:
        """Put a line where it belongs by its time: the positions of those before it are one
        less from now on. Returns its position."""
        number, lines = len(self._blocks), self._latest
        index = _after(lines, line.at)
        while index == 0 and number:
            number -= 1
            if number == 0 or self._blocks[number].earliest <= line.at:
                lines = self._lines(number)
                index = _after(lines, line.at)
                break
        position = self.first + self._begins[number] + index - 1
        lines.insert(index, _plain(line))
        self._change(number, lines)
        self.size += len(line.text)
        self.first -= 1
        self.moved += 1
        return position

    def progress(self, position: int, progress: Progress) -> None:
        """A line of ours has come so far, if it is still kept."""
        if position >= self.first:
            number = self._number(position)
            lines, index = self._lines(number), position - self.first - self._begins[number]
            before = lines[index]
            if before[5] != progress:
                lines[index] = (*before[:5], int(progress), *before[6:])
                self._touched.update(self._blocks[number : number + 1])

    def drop_oldest(self) -> int:
        """Drop some of the oldest. Returns how many."""
        if self._blocks:
            count, size = self._blocks[0].count, self._blocks[0].size
            self._replace(0, 1, ())
        else:
            count = max(1, len(self._latest) // 2)
            size = sum(len(text) for _, _, text, *_ in self._latest[:count])
            del self._latest[:count]
        self.first += count
        self.size -= size
        return count

    def clear(self) -> int:
        """Drop all of them. Returns how many."""
        gone = self.end - self.first
        self._replace(0, len(self._blocks), ())
        self.first, self.size = self.first + gone, 0
        self._latest.clear()
        return gone


def _after(lines: Sequence[PlainLine], at: float) -> int:
    """Where one of this time stands among those."""
    index = len(lines)
    while index and lines[index - 1][0] > at:
        index -= 1
    return index
