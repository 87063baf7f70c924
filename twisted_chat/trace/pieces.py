"""Lists that are longer than memory, many at a time: in pieces, in one temporary file.

The file has no name: it is gone with the process. A piece knows where the piece
before it in its list is; in memory stays, of each list, where its last one is.
What is in them are tuples of plain values.
"""

import errno
import marshal
import os
import struct
import tempfile
from array import array
from collections.abc import Mapping, Sequence
from typing import Any

from twisted_chat.errors import ChatError

Kept = tuple[Any, ...]

_HEAD = struct.Struct("<qI")
"""Before each piece: where the one before it is, and how many bytes it has."""
_NOWHERE = -1
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


class NoRoom(ChatError):
    """The disk has no room for what has to be kept meanwhile; the message says what to do."""

    def __init__(self) -> None:
        super().__init__(
            "the folder for temporary files is full: it has to hold about three times the"
            " capture; TMPDIR=FOLDER chooses another"
        )


class Pieces:
    """Lists by their numbers, which begin with 0. Raises NoRoom where the disk is full."""

    def __init__(self) -> None:
        self._file: Any = _temporary()
        self._end = 0
        self._last = array("q")

    def write(self, lists: Mapping[int, list[Kept]]) -> None:
        """Let each of these lists go on with so many more."""
        if not lists:
            return
        if (more := max(lists) + 1 - len(self._last)) > 0:
            self._last.extend([_NOWHERE] * more)
        parts: list[bytes] = []
        end = self._end
        for number, items in lists.items():
            piece = marshal.dumps(items)
            parts += _HEAD.pack(self._last[number], len(piece)), piece
            self._last[number] = end
            end += _HEAD.size + len(piece)
        data = memoryview(b"".join(parts))
        try:
            while data:
                data = data[self._file.write(data) :]
        except OSError as problem:
            raise _reason(problem) from problem
        self._end = end

    def places(self, number: int) -> Sequence[int]:
        """Where the pieces of a list are, in their order."""
        found = array("q")
        place = self._last[number] if number < len(self._last) else _NOWHERE
        while place != _NOWHERE:
            found.append(place)
            (place, _) = _HEAD.unpack(os.pread(self._file.fileno(), _HEAD.size, place))
        found.reverse()
        return found

    def piece(self, place: int) -> list[Kept]:
        """The piece that is there."""
        file = self._file.fileno()
        _, size = _HEAD.unpack(os.pread(file, _HEAD.size, place))
        found: list[Kept] = marshal.loads(os.pread(file, size, place + _HEAD.size))
        return found

    def close(self) -> None:
        """Forget everything."""
        self._file.close()


def _temporary() -> Any:
    try:
        return tempfile.TemporaryFile(buffering=0)
    except OSError as problem:
        raise _reason(problem) from problem


def _reason(problem: OSError) -> Exception:
    return NoRoom() if problem.errno in _FULL else problem
