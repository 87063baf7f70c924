"""What was said to one receiver, in all conversations with them, until it is acknowledged.

What is private and what is said in a room have outboxes, and epochs, of their own: what waits for
somebody to be in a room again holds up nothing that they are to have elsewhere.
"""

from collections.abc import Callable, Collection, Container, Sequence
from functools import lru_cache
from typing import Literal
from zlib import crc32

from twisted_chat.names import folded
from twisted_chat.peer.contacts.line import Line
from twisted_chat.peer.gen2.outbox import CROWDED, MAX_OUTBOX, Outbox, Piece
from twisted_chat.wire.gen2.speech import Acknowledgement

MOST = 8
"""Outboxes of one receiver: one for what is private, and the others for rooms, of which some may
share one. A receiver remembers four times as many epochs."""


class Outboxes:
    """Those of one receiver. `next_epoch` draws one that was never used."""

    __slots__ = ("_boxes", "_next_epoch", "_only")

    def __init__(self, next_epoch: Callable[[], int]) -> None:
        self._next_epoch = next_epoch
        self._boxes: dict[int, Outbox] = {}
        self._only: Outbox | None = (
            None  # As there mostly is one, and each word goes through here.
        )

    def __len__(self) -> int:
        if self._only is not None:
            return len(self._only)
        return sum(map(len, self._boxes.values()))

    def __bool__(self) -> Literal[True]:
        return True

    def _add(self, slot: int, box: Outbox) -> Outbox:
        self._only = None if self._boxes else box
        self._boxes[slot] = box
        return box

    @property
    def epochs(self) -> list[int]:
        """Those of all of them."""
        return [box.epoch for box in self._boxes.values()]

    @property
    def oldest(self) -> Line | None:
        """The first line that has not arrived."""
        return self.oldest_besides(())

    def oldest_besides(self, rooms: Collection[str]) -> Line | None:
        """The first line that has not arrived and was not said to one of these rooms, of which
        an empty one stands for what is private."""
        if self._only is not None:
            return self._only.oldest_besides(rooms) if rooms else self._only.oldest
        first: Line | None = None
        for box in self._boxes.values():
            line = box.oldest_besides(rooms)
            if line is not None and (first is None or line.at < first.at):
                first = line
        return first

    @property
    def latest(self) -> int:
        """When the last line was said that has not arrived, in milliseconds since 1970."""
        found = (box.latest for box in self._boxes.values())
        return max((line.time for line in found if line is not None), default=0)

    @property
    def private(self) -> bool:
        """Whether something that is private has not arrived."""
        boxes = self._boxes.items()
        return any("" in box.conversations() for slot, box in boxes if slot <= _slot(""))

    def conversations(self) -> frozenset[str]:
        """The rooms to which something was said that has not arrived; empty for private."""
        return frozenset().union(*(box.conversations() for box in self._boxes.values()))

    def lines(self) -> list[Line]:
        """All lines that have not arrived, in order."""
        found = [line for box in self._boxes.values() for line in box.lines()]
        return sorted(found, key=lambda line: line.time)

    def ever_sent(self) -> list[Line]:
        """Those of `lines` of which something was sent, which may have arrived."""
        found = [line for box in self._boxes.values() for line in box.ever_sent()]
        return sorted(found, key=lambda line: line.time)

    @property
    def _size(self) -> int:
        if self._only is not None:
            return self._only.size
        return sum(box.size for box in self._boxes.values())

    @property
    def crowded(self) -> bool:
        """Whether a line that is not long may find no room."""
        only = self._only
        return (self._size if only is None else only.size) > CROWDED

    def has_room(self, size: int) -> bool:
        return self._size + size <= MAX_OUTBOX

    def put(self, pieces: Sequence[Piece], size: int) -> tuple[int, int] | None:
        """Accept a line of this size in all, if there is room for it. Returns the epoch and the
        number of its first message."""
        slot = _slot(pieces[0].line.room)
        box = self._boxes.get(slot)
        if box is None:
            box = self._add(slot, Outbox(self._next_epoch()))
        if self._only is None and not self.has_room(size):
            return None
        number = box.put(pieces, size)
        return (box.epoch, number) if number else None

    def restore(self, boxes: Sequence[Outbox]) -> None:
        """These are gone on with, of which each has something."""
        for box in boxes:
            (room, *_) = sorted(box.conversations())
            slot = _slot(room)
            # One of another version may hold what belongs into several.
            self._add(-len(self._boxes) - 1 if slot in self._boxes else slot, box)

    def to_send(
        self, held_back: Container[str] = (), *, signed: bool | None = False
    ) -> list[bytes]:
        """The messages that may go onto the link now; they are on the way from now on. What was
        said to rooms that are `held_back`, by casefolded names, waits. What is signed goes so, or
        not; while it is not known whether its receiver knows of that (None), all waits."""
        if signed is None:
            if any(box.awaits_features for box in self._boxes.values()):
                return []
            signed = False
        if self._only is not None:
            return self._only.to_send(held_back, signed=signed)
        messages: list[bytes] = []
        ready = {box: line for box in self._boxes.values() if (line := box.next) is not None}
        while ready:
            box = min(ready, key=lambda one: ready[one].place)
            others = [one for one in self._boxes.values() if one is not box]
            many, size = sum(one.flying for one in others), sum(one.flying_size for one in others)
            sent = box.to_send(held_back, many, size, signed=signed, most=1)
            messages += sent
            line = box.next
            if sent and line is not None:
                ready[box] = line
            else:
                del ready[box]
        return messages

    def rewind(self) -> None:
        """What was on the way is to be sent again: the link is another."""
        for box in self._boxes.values():
            box.rewind()

    def heard(self, heard: Acknowledgement) -> None:
        """All up to a number has arrived. Raises WireError for what was never sent."""
        for box in self._boxes.values():
            box.heard(heard)


@lru_cache(maxsize=256)
def _slot(room: str) -> int:
    """Which of a receiver's outboxes is for this room; an empty one is what is private."""
    return 1 + crc32(folded(room).encode()) % (MOST - 1) if room else 0
