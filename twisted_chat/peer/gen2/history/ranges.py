"""Ranges of the numbers of a feed."""

from collections.abc import Iterable

from twisted_chat.wire.gen2.history import RoomMessage

Range = tuple[str, int, int]
"""A feed, and the first and the last number of it that are meant."""


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
