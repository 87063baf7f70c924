"""The rows of all conversations, each kept on disk with those of its conversation.

One temporary file that has no name: it is gone with the process. Rows gather in
memory, and go out together: those of one conversation in one piece, which knows
where the piece before it is. In memory stays, of each conversation, where its
last piece is.
"""

import errno
import heapq
import marshal
import os
import struct
import tempfile
from array import array
from collections.abc import Iterator
from typing import Any

from twisted_chat.errors import ChatError
from twisted_chat.trace.link import Header
from twisted_chat.trace.report import (
    Dissection,
    Inside,
    Layer,
    Opened,
    Purpose,
    Row,
    SegmentNumbers,
)

AT_ONCE = 5_000
"""Rows that gather before they go out."""
BYTES_AT_ONCE = 4 * 1024 * 1024
"""Bytes of frames that gather before they go out."""

_HEAD = struct.Struct("<qI")
"""Before each piece: where the one before it is, and how many bytes it has."""
_NOWHERE = -1
_PURPOSES = tuple(Purpose)
_LAYERS = tuple(Layer)
_PURPOSE = {purpose: number for number, purpose in enumerate(_PURPOSES)}
_LAYER = {layer: number for number, layer in enumerate(_LAYERS)}


class NoRoom(ChatError):
    """The disk has no room for what has to be kept meanwhile; the message says what to do."""

    def __init__(self) -> None:
        super().__init__(
            "the folder for temporary files is full: it has to hold about twice the"
            " capture; TMPDIR=FOLDER chooses another"
        )


class Rows:
    """Takes rows in the order of the capture, and gives them conversation by conversation.

    Without `with_bytes` what comes back has neither frames nor headers. Every method
    raises NoRoom where the disk is full.
    """

    def __init__(self, *, with_bytes: bool) -> None:
        self._with_bytes = with_bytes
        self._file = _temporary()
        self._end = 0
        self._waiting: dict[int, list[tuple[Any, ...]]] = {}
        self._count = self._bytes = 0
        # By the number of the conversation, from 1.
        self._last = array("q", [_NOWHERE])
        self._first = array("q", [0])
        self._longest = array("I", [0])
        self._absorbed: dict[int, list[int]] = {}

    def add(self, conversation: int, row: Row) -> None:
        """The next row, of whatever conversation."""
        number, at, source, destination, length, verdict, frame, headers, comments, end = row
        what, purpose, layer, protocol, note, numbers, opened = verdict
        if conversation >= len(self._last):
            self._make_room(conversation)
        if not self._first[conversation]:
            self._first[conversation] = number
        size = len(what) + (len(note) + 3 if note else 0)
        if size > self._longest[conversation]:
            self._longest[conversation] = size
        kept: tuple[Any, ...] = (
            number,
            at,
            source,
            destination,
            length,
            what,
            _PURPOSE[purpose],
            _LAYER[layer],
            protocol,
            note,
            None if numbers is None else tuple(numbers),
        )
        if self._with_bytes:
            kept += (frame, tuple(map(tuple, headers)), comments, end, _plain(opened))
            self._bytes += len(frame)
        elif comments:
            kept += (b"", (), comments, end, ())
        if (waiting := self._waiting.get(conversation)) is None:
            waiting = self._waiting[conversation] = []
        waiting.append(kept)
        self._count += 1
        if self._count >= AT_ONCE or self._bytes >= BYTES_AT_ONCE:
            self.flush()

    def absorb(self, gone: int, kept: int) -> None:
        """All rows of the first belong to the second, which gets those that come."""
        self._absorbed.setdefault(kept, []).extend((gone, *self._absorbed.pop(gone, ())))

    def flush(self) -> None:
        """Let go out what waits."""
        pieces: list[bytes] = []
        end = self._end
        for conversation, rows in self._waiting.items():
            piece = marshal.dumps(rows)
            pieces += _HEAD.pack(self._last[conversation], len(piece)), piece
            self._last[conversation] = end
            end += _HEAD.size + len(piece)
        self._waiting.clear()
        self._count = self._bytes = 0
        data = memoryview(b"".join(pieces))
        try:
            while data:
                data = data[self._file.write(data) :]
        except OSError as problem:
            raise NoRoom from problem
        self._end = end

    def first(self, conversation: int) -> int:
        """The number of its first packet."""
        return min((self._first[one] for one in self._group(conversation)), default=0)

    def longest(self, conversation: int) -> int:
        """Characters in the longest text about one of its packets."""
        return max((self._longest[one] for one in self._group(conversation)), default=0)

    def read(self, conversation: int) -> Iterator[Row]:
        """Its rows in the order of the capture, when everything has gone out."""
        group = self._group(conversation) or [0]
        return map(_row, self._merged(group) if len(group) > 1 else self._chain(*group))

    def close(self) -> None:
        """Forget everything."""
        self._file.close()

    def _make_room(self, conversation: int) -> None:
        more = conversation + 1 - len(self._last)
        self._last.extend([_NOWHERE] * more)
        self._first.extend([0] * more)
        self._longest.extend([0] * more)

    def _group(self, conversation: int) -> list[int]:
        """It and those that turned out to be parts of it, which have rows."""
        group = (conversation, *self._absorbed.get(conversation, ()))
        return [one for one in group if one < len(self._first) and self._first[one]]

    def _chain(self, conversation: int) -> Iterator[tuple[Any, ...]]:
        file = self._file.fileno()
        places = array("q")
        place = self._last[conversation]
        while place != _NOWHERE:
            places.append(place)
            (place, _) = _HEAD.unpack(os.pread(file, _HEAD.size, place))
        for place in reversed(places):
            _, size = _HEAD.unpack(os.pread(file, _HEAD.size, place))
            yield from marshal.loads(os.pread(file, size, place + _HEAD.size))

    def _merged(self, group: list[int]) -> Iterator[tuple[Any, ...]]:
        """Several chains by number, each begun only when it is its turn."""
        to_come = sorted(group, key=self._first.__getitem__, reverse=True)
        going: list[tuple[tuple[Any, ...], int, Iterator[tuple[Any, ...]]]] = []
        while going or to_come:
            while to_come and (not going or self._first[to_come[-1]] <= going[0][0][0]):
                chain = self._chain(one := to_come.pop())
                heapq.heappush(going, (next(chain), one, chain))
            row, one, chain = going[0]
            yield row
            following = next(chain, None)
            if following is None:
                heapq.heappop(going)
            else:
                heapq.heapreplace(going, (following, one, chain))


def _temporary() -> Any:
    try:
        return tempfile.TemporaryFile(buffering=0)
    except OSError as problem:
        if problem.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        raise NoRoom from problem


def _plain(opened: tuple[Opened, ...]) -> tuple[Any, ...]:
    return tuple((one.name, one.plain, tuple(map(tuple, one.inside))) for one in opened)


def _row(kept: tuple[Any, ...]) -> Row:
    number, at, source, destination, length, what, purpose, layer, protocol, note, numbers = kept[
        :11
    ]
    frame, headers, comments, end, opened = kept[11:] or (b"", (), (), 0, ())
    verdict = Dissection(
        what,
        _PURPOSES[purpose],
        _LAYERS[layer],
        protocol,
        note,
        SegmentNumbers(*numbers) if numbers else None,
        tuple(
            Opened(name, plain, tuple(Inside(*one) for one in inside))
            for name, plain, inside in opened
        )
        if opened
        else (),
    )
    return Row(
        number,
        at,
        source,
        destination,
        length,
        verdict,
        frame,
        tuple(Header(*one) for one in headers) if headers else (),
        comments,
        end,
    )
