"""What was said to one receiver in a conversation, until it is acknowledged.

Messages are numbered from 1 in an epoch; the receiver acknowledges all up to a
number. After each new link the sender begins again with the first that is not
acknowledged.
"""

from collections import deque
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from twisted_chat.errors import WireError
from twisted_chat.names import folded
from twisted_chat.peer.contacts.line import OVERHEAD, Line
from twisted_chat.peer.speech import split
from twisted_chat.wire.framing import MAX_FRAME
from twisted_chat.wire.gen2.speech import PRIVATE, Acknowledgement, conversation, numbered, said

MAX_TEXT = MAX_FRAME - 1152
"""Bytes of text in one message; the rest is for its verb, its room and its numbers."""
MAX_OUTBOX = 256 * 1024
"""Bytes that wait for one receiver."""
CROWDED = MAX_OUTBOX // 2
"""Bytes that wait, above which a line may find no room."""
WINDOW, WINDOW_BYTES = 256, 128 * 1024
"""Messages, and bytes of them, that may be on the way without being
acknowledged; one message may be in any case."""


@dataclass(eq=False, slots=True)
class Piece:
    """A line, or as much of it as one message holds, encoded: the same one for all of its
    receivers in one conversation."""

    text: bytes
    size: int
    line: Line
    whole: bool
    """Whether the line has arrived with this."""
    where: bytes = PRIVATE
    """The conversation, as it travels."""
    signed: bytes = b""
    """The same for those who may hand it on, if it is signed."""
    part: int = 0
    """Which of those of a line this is."""


_conversation = lru_cache(maxsize=64)(conversation)


def pieces_of(line: Line) -> list[Piece]:
    """A line, cut as it travels."""
    encoded, where = line.text.encode(), _conversation(line.room)
    if line.signed is not None:
        signed = line.signed.message()
        return [Piece(encoded, len(encoded) + OVERHEAD, line, True, where, signed)]
    if len(encoded) <= MAX_TEXT:
        return [Piece(encoded, len(encoded) + OVERHEAD, line, True, where)]
    pieces = [
        Piece(text, len(text) + OVERHEAD, line, False, where, part=part)
        for part, text in enumerate(map(str.encode, split(line.text, MAX_TEXT)))
    ]
    pieces[-1].whole = True
    return pieces


def size_of_all(pieces: Iterable[Piece]) -> int:
    """What these count for."""
    return sum([piece.size for piece in pieces])


class Outbox:
    """What was said to one receiver: queued, then on the way, then acknowledged; mostly in one
    conversation."""

    __slots__ = ("_bytes", "_first", "_flying", "_flying_bytes", "_highest", "_pieces", "epoch")

    def __init__(self, epoch: int) -> None:
        self.epoch = epoch
        self._pieces: deque[Piece] = deque()
        self._first = 1  # The number of the first of them.
        self._flying = 0  # So many of them are on the way.
        self._highest = 0  # The number of the last that was ever sent.
        self._bytes = self._flying_bytes = 0

    def __len__(self) -> int:
        return len(self._pieces)

    def __bool__(self) -> Literal[True]:
        return True

    @property
    def oldest(self) -> Line | None:
        """The first line that has not arrived."""
        return self._pieces[0].line if self._pieces else None

    @property
    def latest(self) -> Line | None:
        """The last line that has not arrived."""
        return self._pieces[-1].line if self._pieces else None

    def oldest_besides(self, rooms: Container[str]) -> Line | None:
        """The first line that has not arrived and was not said to one of these rooms, of which
        an empty one stands for what is private."""
        lines = (piece.line for piece in self._pieces)
        return next((line for line in lines if line.room not in rooms), None)

    def conversations(self) -> frozenset[str]:
        """The rooms to which something was said that has not arrived; empty for private."""
        return frozenset(piece.line.room for piece in self._pieces)

    def lines(self) -> list[Line]:
        """All lines that have not arrived, in order."""
        return list(dict.fromkeys(piece.line for piece in self._pieces))

    def ever_sent(self) -> list[Line]:
        """Those of `lines` of which something was sent, which may have arrived."""
        numbered = enumerate(self._pieces, self._first)
        return list(dict.fromkeys(piece.line for n, piece in numbered if n <= self._highest))

    @property
    def size(self) -> int:
        """Bytes of all that has not arrived."""
        return self._bytes

    @property
    def flying(self) -> int:
        """Messages that are on the way."""
        return self._flying

    @property
    def flying_size(self) -> int:
        """Bytes of those."""
        return self._flying_bytes

    def put(self, pieces: Sequence[Piece], size: int) -> int:
        """Accept a line of this size in all, if there is room for it. Returns the number of its
        first message, or 0."""
        if self._bytes + size > MAX_OUTBOX:
            return 0
        number = self._first + len(self._pieces)
        self._pieces.extend(pieces)
        self._bytes += size
        return number

    def restore(self, number: int, piece: Piece) -> None:
        """This was said before we were started, under this number, and may have been sent. What
        the person has forgotten before it goes as an empty text, as each number stands for one
        message, and the receiver takes none before the one before it."""
        if not self._pieces:
            self._first = number
        while self._first + len(self._pieces) < number:
            was = piece.line
            line = Line("", was.speaker, was.room, was.at, 1, time=was.time)
            self._pieces.append(Piece(b"", OVERHEAD, line, True, piece.where))
            self._bytes += OVERHEAD
        self._pieces.append(piece)
        self._bytes += piece.size
        self._highest = number

    @property
    def awaits_features(self) -> bool:
        """Whether it has to be known what its receiver can, as something is signed."""
        return any(piece.signed for piece in self._pieces)

    @property
    def next(self) -> Line | None:
        """What is sent next of what is not on the way."""
        pieces, flying = self._pieces, self._flying
        return pieces[flying].line if flying < len(pieces) else None

    def to_send(
        self,
        held_back: Container[str] = (),
        besides: int = 0,
        bytes_besides: int = 0,
        *,
        signed: bool = False,
        most: int = WINDOW,
    ) -> list[bytes]:
        """The messages that may go onto the link now; they are on the way from now on, `besides`
        others over the same link. What was said to rooms that are `held_back`, by casefolded
        names, waits, and all behind it. What is signed goes so where its receiver knows of
        that, as `signed` says. So many at `most` are given."""
        messages: list[bytes] = []
        pieces, flying, size = self._pieces, self._flying, self._flying_bytes
        while flying < len(pieces) and len(messages) < most:
            piece = pieces[flying]
            line = piece.line
            if not line.stored or (held_back and folded(line.room) in held_back):
                break
            size += piece.size
            if flying and (flying + besides >= WINDOW or size + bytes_besides > WINDOW_BYTES):
                break
            number = self._first + flying
            if signed and piece.signed:
                messages.append(said(self.epoch, number, piece.signed))
            else:
                text = numbered(piece.where, self.epoch, number, line.time, piece.text)
                messages.append(text)
            flying += 1
            self._flying, self._flying_bytes = flying, size
        if messages and number > self._highest:
            self._highest = number
        return messages

    def rewind(self) -> None:
        """What was on the way is to be sent again: the link is another."""
        self._flying = self._flying_bytes = 0

    def heard(self, heard: Acknowledgement) -> None:
        """All up to a number has arrived. Raises WireError for what was never sent."""
        if heard.epoch != self.epoch:
            return  # Meant for who we were before.
        if heard.number > self._highest:
            raise WireError("acknowledged what was not said")
        for _ in range(heard.number - self._first + 1):
            piece = self._pieces.popleft()
            self._first += 1
            self._bytes -= piece.size
            if self._flying:
                self._flying -= 1
                self._flying_bytes -= piece.size
            piece.line.arrived += piece.whole
