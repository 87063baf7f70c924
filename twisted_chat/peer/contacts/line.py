"""One line that a person said."""

from dataclasses import dataclass, field
from itertools import count

from twisted_chat.store.records import Owed
from twisted_chat.wire.gen2.history import RoomMessage

OVERHEAD = 64
"""Bytes that a text counts for besides its own."""


@dataclass(eq=False, slots=True)
class Line:
    """What a person said, and at how many of how many receivers it has arrived."""

    text: str
    speaker: str
    """The person's name."""
    room: str
    """The room that it is said to; empty if it is private."""
    at: float
    receivers: int = 0
    arrived: int = 0
    lost: int = 0
    """How many of them will not get it, or may not have got it."""
    refused: int = 0
    """For how many more there was no room."""
    time: int = 0
    """When it was said, by our clock: milliseconds since 1970."""
    stored: bool = True
    """Whether it is where it is kept, and may go to others."""
    owed: list[Owed] = field(default_factory=list)
    """To whom, where that is kept."""
    signed: RoomMessage | None = None
    """As others may hand it on, if it is said in a room."""
    before: RoomMessage | None = None
    """What stands after it there, as that claims to come later than all that we follow."""
    told_waiting: frozenset[str] = frozenset()
    """Of whom the person was told that it waits for them, by fingerprint."""
    order: int = field(default_factory=count().__next__)
    """Larger than that of any line that was made before."""

    @property
    def place(self) -> tuple[int, int]:
        """What lines are sorted by, in the order in which they were said."""
        return self.time, self.order


def size_of(text: str) -> int:
    """What a text counts for."""
    return (len(text) if text.isascii() else len(text.encode())) + OVERHEAD
