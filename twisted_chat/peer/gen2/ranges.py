"""Ranges of the numbers of a feed."""

from bisect import bisect_right
from collections.abc import Iterable

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


def without(run: tuple[int, int], mine: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """The parts of a run that are in none of ours, which are in order."""
    first, last = run
    found = []
    for begin, end in mine:
        if end < first or begin > last:
            continue
        if begin > first:
            found.append((first, begin - 1))
        first = end + 1
    if first <= last:
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
