"""What was said to one receiver and is not acknowledged, and what one sender has said.

The two ends of one direction of a conversation. Messages are numbered from 1
in an epoch; the receiver acknowledges all up to a number. After each new link
the sender begins again with the first that is not acknowledged, so a number is
the next one, or one seen before; anything else is not in the language.
"""

from collections import OrderedDict, deque
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
MAX_HELD, MAX_HELD_BYTES = 2 * WINDOW, 2 * WINDOW_BYTES
"""What is kept of one sender that is not shown yet: two windows, for who has restarted."""
MAX_EPOCHS = 16
"""Epochs remembered of one sender."""


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


class Inbox:
    """What one sender has said: each message once, in order, to be shown when it may be."""

    def __init__(self) -> None:
        self._taken: OrderedDict[int, int] = OrderedDict()
        self._shown: dict[int, int] = {}
        self._held: deque[NumberedText] = deque()
        self._bytes = 0
        self._anew = False  # Nothing was said yet over the link that there is.

    def __len__(self) -> int:
        return len(self._held)

    def begin_anew(self) -> None:
        """There is another link, over which the sender begins with what is not acknowledged."""
        self._anew = True

    def take(self, said: NumberedText) -> bool:
        """Keep a message until it is shown. False if it was there before. Raises WireError.

        The first number of an unknown epoch, and the first over a link, may be any:
        those before it were acknowledged by who we were before, or by another program
        that has our key.
        """
        last = self._taken.get(said.epoch)
        anew, self._anew = self._anew, False
        if said.number == 0 or not (last is None or anew or said.number <= last + 1):
            raise WireError("a number that is not the next")
        if last is not None and said.number <= last:
            return False
        size = size_of(said.text)
        if self._held and (len(self._held) >= MAX_HELD or self._bytes + size > MAX_HELD_BYTES):
            raise WireError("more at once than may be on the way")
        self._taken[said.epoch] = said.number
        self._taken.move_to_end(said.epoch)
        while len(self._taken) > MAX_EPOCHS:
            epoch, _ = self._taken.popitem(last=False)
            self._shown.pop(epoch, None)
        self._held.append(said)
        self._bytes += size
        return True

    def show_next(self) -> NumberedText:
        """The next message, which counts as shown from now on."""
        said = self._held.popleft()
        self._bytes -= size_of(said.text)
        if said.epoch in self._taken:
            self._shown[said.epoch] = said.number
        return said

    def heard(self, epoch: int) -> Acknowledgement | None:
        """What can be acknowledged of an epoch."""
        shown = self._shown.get(epoch)
        return None if shown is None else Acknowledgement(epoch, shown)


class Inboxes:
    """What each sender has said, also of those from whom we have parted: one who
    was stopped for a while sends again what was shown before."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._inboxes: OrderedDict[str, Inbox] = OrderedDict()

    def of(self, fingerprint: str) -> Inbox:
        inbox = self._inboxes.get(fingerprint)
        if inbox is None:
            inbox = self._inboxes[fingerprint] = Inbox()
            if len(self._inboxes) > self._most:
                self._inboxes.popitem(last=False)
        self._inboxes.move_to_end(fingerprint)
        return inbox
