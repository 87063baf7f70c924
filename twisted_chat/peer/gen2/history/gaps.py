"""What is missing of what was said in a room."""

from collections.abc import Sequence
from itertools import pairwise

from msgspec import Struct

from twisted_chat.peer.gen2.history.log import Place, RoomLog
from twisted_chat.peer.gen2.ranges import Runs, merged, without

MAX_GAP = 100_000
"""Numbers in a row that may be missing; a larger gap is one that the author has invented."""


class Missing(Struct, frozen=True):
    """So many messages of one feed that we do not have, from the number `first` on; or numbers
    that the author has `invented`."""

    feed: str
    first: int
    last: int
    before: Place
    """Of the message that follows them."""

    @property
    def count(self) -> int:
        return self.last - self.first + 1

    @property
    def invented(self) -> bool:
        return self.count > MAX_GAP


def missing(log: RoomLog) -> list[Missing]:
    """What stands between the messages of each author and is not in the log. Before the first that
    we have of somebody nothing is missing: there it is a newcomer's share that ends."""
    found = []
    for feed in log.feeds():
        for (_, last), (first, _) in pairwise(log.runs(feed)):
            before = log.versions(feed, first)[0].place
            found.append(Missing(feed, last + 1, first - 1, before))
    return found


def lacking(log: RoomLog, feed: str, runs: Runs) -> list[tuple[int, int]]:
    """Which of these numbers were never held in it."""
    mine: Sequence[tuple[int, int]] = log.runs(feed)
    if dropped := log.dropped(feed):
        mine = merged(((1, dropped), *mine))
    return [gap for run in runs for gap in without(run, mine)]
