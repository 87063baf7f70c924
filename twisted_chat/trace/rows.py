"""The rows of all conversations, each kept on disk with those of its conversation."""

import heapq
from array import array
from collections.abc import Iterator, Sequence

from twisted_chat.trace.link import Header
from twisted_chat.trace.pieces import Kept, Pieces
from twisted_chat.trace.report import (
    Inside,
    Layer,
    Opened,
    Purpose,
    Row,
    new_dissection,
    new_numbers,
    new_row,
)

AT_ONCE = 5_000
"""Rows that gather in memory before they go out."""
BYTES_AT_ONCE = 4 * 1024 * 1024
"""Bytes of frames that gather before they go out."""

_ALWAYS = 11
"""Values that are kept of each row; behind them comes what is kept with bytes."""
_NO_BYTES: Kept = (b"", (), (), 0, ())
_PURPOSES = tuple(Purpose)
_LAYERS = tuple(Layer)
_PURPOSE = {purpose: number for number, purpose in enumerate(_PURPOSES)}
_LAYER = {layer: number for number, layer in enumerate(_LAYERS)}


class Rows:
    """Takes rows in the order of the capture, and gives them conversation by conversation.

    Without `with_bytes` what comes back has neither frames nor headers. Raises
    NoRoom where the disk is full.
    """

    def __init__(self, *, with_bytes: bool) -> None:
        self._with_bytes = with_bytes
        self._pieces = Pieces()
        self._waiting: dict[int, list[Kept]] = {}
        self._count = self._bytes = 0
        # By the number of the conversation.
        self._first = array("q")
        self._longest = array("I")

    def add(self, conversation: int, row: Row) -> None:
        """The next row, of whatever conversation."""
        number, at, source, destination, length, verdict, frame, headers, comments, end = row
        what, purpose, layer, protocol, note, numbers, opened = verdict
        if (waiting := self._waiting.get(conversation)) is None:
            waiting = self._waiting[conversation] = []
            self.begin(conversation, number)
        size = len(what) + (len(note) + 3 if note else 0)
        if size > self._longest[conversation]:
            self._longest[conversation] = size
        kept: Kept = (
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
            inside = tuple((one.name, one.plain, tuple(map(tuple, one.inside))) for one in opened)
            kept += (frame, tuple(map(tuple, headers)), comments, end, inside)
            self._bytes += len(frame)
        waiting.append(kept)
        self._count += 1
        if self._count >= AT_ONCE or self._bytes >= BYTES_AT_ONCE:
            self.flush()

    def begin(self, conversation: int, number: int) -> None:
        """A conversation has a packet of this number, the first one unless there was another."""
        if (more := conversation + 1 - len(self._first)) > 0:
            self._first.extend([0] * more)
            self._longest.extend([0] * more)
        if not self._first[conversation]:
            self._first[conversation] = number

    def flush(self) -> None:
        """Let go out what waits."""
        self._pieces.write(self._waiting)
        self._waiting.clear()
        self._count = self._bytes = 0

    def first(self, group: Sequence[int]) -> int:
        """The number of the first packet of these conversations."""
        return min(self._first[one] for one in group)

    def longest(self, group: Sequence[int]) -> int:
        """Characters in the longest text about one of their packets."""
        return max(self._longest[one] for one in group)

    def read(self, group: Sequence[int]) -> Iterator[Row]:
        """The rows of these conversations in the order of the capture, when all have gone out."""
        return map(_row, self._merged(group) if len(group) > 1 else self._chain(group[0]))

    def close(self) -> None:
        """Forget everything."""
        self._pieces.close()

    def _chain(self, conversation: int) -> Iterator[Kept]:
        for place in self._pieces.places(conversation):
            yield from self._pieces.piece(place)

    def _merged(self, group: Sequence[int]) -> Iterator[Kept]:
        """Several lists by the numbers of their packets, each begun only when it is its turn."""
        to_come = sorted(group, key=self._first.__getitem__, reverse=True)
        going: list[tuple[Kept, int, Iterator[Kept]]] = []
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


def _row(kept: Kept) -> Row:
    number, at, source, destination, length, what, purpose, layer, protocol, note, numbers = kept[
        :_ALWAYS
    ]
    frame, headers, comments, end, opened = kept[_ALWAYS:] or _NO_BYTES
    if opened:
        opened = tuple(
            Opened(name, plain, tuple(Inside(*one) for one in inside))
            for name, plain, inside in opened
        )
    if numbers is not None:
        numbers = new_numbers(numbers)
    verdict = new_dissection(
        (what, _PURPOSES[purpose], _LAYERS[layer], protocol, note, numbers, opened)
    )
    if headers:
        headers = tuple(Header(*one) for one in headers)
    return new_row(
        (number, at, source, destination, length, verdict, frame, headers, comments, end)
    )
