"""What was said to one receiver, until it is acknowledged.

Messages are numbered from 1 in an epoch; the receiver acknowledges all up to a
number. After each new link the sender begins again with the first that is not
acknowledged.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

from twisted_chat.errors import WireError
from twisted_chat.wire.framing import MAX_FRAME
from twisted_chat.wire.gen2.speech import Acknowledgement, NumberedText

MAX_TEXT = MAX_FRAME - 64
"""Bytes of text in one message; the rest is for its verb and its numbers."""
MAX_OUTBOX = 256 * 1024
"""Bytes that wait for one receiver."""
OVERHEAD = 64
"""Bytes that a message counts for besides its text."""
WINDOW, WINDOW_BYTES = 256, 128 * 1024
"""Messages, and bytes of them, that may be on the way without being
acknowledged; one message may be in any case."""


@dataclass(eq=False, slots=True)
class Line:
    """What a person said, and at how many of how many receivers it has arrived."""

    text: str
    at: float
    receivers: int = 0
    arrived: int = 0


@dataclass(eq=False, slots=True)
class _Waiting:
    said: NumberedText
    line: Line
    size: int
    whole: bool
    """Whether the line has arrived with this."""


def size_of(text: str) -> int:
    """What a text counts for."""
    return (len(text) if text.isascii() else len(text.encode())) + OVERHEAD


class Outbox:
    """What was said to one receiver: queued, then on the way, then acknowledged."""

    def __init__(self, epoch: int) -> None:
        self._epoch = epoch
        self._number = 0
        self._highest = 0  # Ever sent.
        self._queued: deque[_Waiting] = deque()
        self._flying: deque[_Waiting] = deque()
        self._bytes = self._flying_bytes = 0

    def __len__(self) -> int:
        return len(self._queued) + len(self._flying)

    @property
    def oldest(self) -> Line | None:
        """The first line that has not arrived."""
        first = self._flying or self._queued
        return first[0].line if first else None

    def lines(self) -> list[Line]:
        """All lines that have not arrived, in order."""
        return list(dict.fromkeys(one.line for one in (*self._flying, *self._queued)))

    def ever_sent(self) -> list[Line]:
        """Those of `lines` of which something was sent, which may have arrived."""
        every = (*self._flying, *self._queued)
        return list(dict.fromkeys(one.line for one in every if one.said.number <= self._highest))

    def has_room(self, size: int) -> bool:
        return self._bytes + size <= MAX_OUTBOX

    def put(self, text: str, line: Line, *, whole: bool) -> None:
        """Accept a message, for which there has to be room."""
        self._number += 1
        size = size_of(text)
        self._bytes += size
        said = NumberedText(self._epoch, self._number, text)
        self._queued.append(_Waiting(said, line, size, whole))

    def to_send(self) -> Iterator[NumberedText]:
        """What may go onto the link now."""
        while self._queued:
            one = self._queued[0]
            full = len(self._flying) >= WINDOW or self._flying_bytes + one.size > WINDOW_BYTES
            if self._flying and full:
                return
            self._flying.append(self._queued.popleft())
            self._flying_bytes += one.size
            self._highest = max(self._highest, one.said.number)
            yield one.said

    def rewind(self) -> None:
        """What was on the way is to be sent again: the link is another."""
        self._queued.extendleft(reversed(self._flying))
        self._flying.clear()
        self._flying_bytes = 0

    def heard(self, heard: Acknowledgement) -> None:
        """All up to a number has arrived. Raises WireError for what was never sent."""
        if heard.epoch != self._epoch:
            return  # Meant for who we were before.
        if heard.number > self._highest:
            raise WireError("acknowledged what was not said")
        for waiting in (self._flying, self._queued):
            while waiting and waiting[0].said.number <= heard.number:
                one = waiting.popleft()
                self._bytes -= one.size
                if waiting is self._flying:
                    self._flying_bytes -= one.size
                one.line.arrived += one.whole
