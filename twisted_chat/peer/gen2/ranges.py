"""Ranges of the numbers of a feed."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence

from twisted_chat.moments import NEVER
from twisted_chat.wire.gen2.history import MAX_COUNT, RoomMessage

Range = tuple[str, int, int]
"""A feed, and the first and the last number of it that are meant."""
Runs = tuple[tuple[int, int], ...]
"""The first and the last of each of the runs that some numbers are, in order."""


def is_among(ranges: Iterable[Range], message: RoomMessage) -> bool:
    """Whether a message is in one of these."""
    return any(
        feed == message.feed and first <= message.number <= last for feed, first, last in ranges
    )


class FeedRanges:
    """Ranges, each until some moment. Those of one feed are found without a look at the others."""

    def __init__(self) -> None:
        self._of: dict[str, dict[tuple[int, int], float]] = {}
        self.size = 0

    def add(self, one: Range, until: float) -> None:
        feed, first, last = one
        some = self._of.setdefault(feed, {})
        self.size += (first, last) not in some
        some[first, last] = until

    def discard(self, one: Range) -> None:
        feed, first, last = one
        some = self._of.get(feed, {})
        self.size -= some.pop((first, last), None) is not None
        if not some:
            self._of.pop(feed, None)

    def forget(self, feed: str) -> None:
        """Have none of a feed any more."""
        self.size -= len(self._of.pop(feed, ()))

    def of(self, feed: str) -> Iterable[tuple[int, int]]:
        """Those of one feed."""
        return self._of.get(feed, ())

    def end(self, now: float) -> None:
        """Have those no more whose moment has come."""
        for feed, some in list(self._of.items()):
            for run in [run for run, until in some.items() if until <= now]:
                self.discard((feed, *run))

    @property
    def due(self) -> float:
        """The first of these moments."""
        return min((until for some in self._of.values() for until in some.values()), default=NEVER)


def without(run: tuple[int, int], mine: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The parts of a run that are in none of ours, which are in order and apart."""
    first, last = run
    found = []
    for at in range(max(0, bisect_right(mine, (first, MAX_COUNT)) - 1), len(mine)):
        begin, end = mine[at]
        if begin > last:
            break
        if begin > first:
            found.append((first, begin - 1))
        first = max(first, end + 1)
    if first <= last:
        found.append((first, last))
    return found


def merged(runs: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """The same numbers as runs that are in order and apart."""
    found: list[tuple[int, int]] = []
    for first, last in sorted(runs):
        if found and first <= found[-1][1] + 1:
            found[-1] = (found[-1][0], max(last, found[-1][1]))
        else:
            found.append((first, last))
    return found


def put_in(runs: list[tuple[int, int]], number: int) -> None:
    """Let a number be among these runs, which are in order, and in which it is not yet."""
    at = bisect_right(runs, (number, number))
    begin = end = number
    if at < len(runs) and runs[at][0] == number + 1:
        end = runs.pop(at)[1]
    if at and runs[at - 1][1] == number - 1:
        at -= 1
        begin = runs.pop(at)[0]
    runs.insert(at, (begin, end))


def take_out(runs: list[tuple[int, int]], number: int) -> None:
    """Let a number be in these runs no longer, in which it is."""
    at = bisect_right(runs, (number, MAX_COUNT)) - 1
    first, last = runs[at]
    runs[at : at + 1] = [
        run for run in ((first, number - 1), (number + 1, last)) if run[0] <= run[1]
    ]


def runs_of(numbers: Iterable[int]) -> Runs:
    """These numbers as runs: the first and the last of each."""
    runs: list[tuple[int, int]] = []
    for number in sorted(numbers):
        if runs and runs[-1][1] + 1 == number:
            runs[-1] = (runs[-1][0], number)
        else:
            runs.append((number, number))
    return tuple(runs)
