"""Reading capture files: pcap and pcapng, also compressed.

Packets come one after another. Whatever is wrong with a file, what could be read
is handed out, and what could not is said.
"""

import os
import stat
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from io import BufferedReader
from typing import Any

from twisted_chat.errors import ChatError, UsageMistake, WireError
from twisted_chat.trace.blocks import CutOff, Reader
from twisted_chat.trace.frame import Frame
from twisted_chat.trace.packed import decompressed
from twisted_chat.trace.report import count

PIECE = 256 * 1024
"""Bytes that are read at once at most."""


EVERY = 0.1
"""Seconds between two looks at a file that is being written."""


class _Stop(BaseException):
    """Leaves a call that waits for more."""


class Unreadable(ChatError):
    """A file is no capture; the message says so."""


class Capture:
    """One file. Iterating gives its frames; `problems` and `position` grow meanwhile.
    With `follow` it does not end where the file does, but waits for more; `keys` is given
    the secrets of TLS that it holds.

    Raises Unreadable where it is no capture, UsageMistake where it cannot be
    opened, or decompressed without a package that is not there.
    """

    def __init__(
        self,
        path: str,
        *,
        follow: bool = False,
        keys: Callable[[bytes], None] = lambda text: None,
    ) -> None:
        self.problems: list[str] = []
        try:
            self._file = _Watched(path, follow=follow)
        except (OSError, ValueError) as problem:
            reason = getattr(problem, "strerror", None) or str(problem)
            raise UsageMistake(f"cannot read {path}: {reason}") from None
        self.size = self._file.size
        """Bytes of the file, where that is known before its end."""
        self._reader = Reader(self._file, keys)
        try:
            self._frames = self._reader.frames()
        except (WireError, CutOff):
            self._file.close()
            raise Unreadable(self._no_capture(path)) from None

    @property
    def position(self) -> int:
        """How many bytes of the file have been read."""
        return self._file.position

    def __iter__(self) -> Iterator[Frame]:
        number = 0
        with closing(self._file):
            try:
                for frame in self._frames:
                    number = frame.number
                    yield frame
            except CutOff as cut:
                if not self._file.damage and not self._file.stopped:
                    where = str(cut) or f"after {_after(number)}"
                    self.problems.append(f"the file is cut off {where}")
            except WireError as problem:
                self.problems.append(f"stopped at {_after(number)}: {problem}")
            if self._file.damage:
                self.problems.append(self._file.damage)
        if timeless := self._reader.timeless:
            self.problems.append(
                f"{count(timeless, 'packet')} with a time that cannot be, shown at that before"
            )

    @property
    def live(self) -> bool:
        """Whether packets come while they happen, as far as one can tell."""
        return self.size is None

    def stop(self) -> None:
        """Let it end here, as a person wants, while it waits for more; to be called by the
        handler of a signal."""
        self._file.stop()

    @property
    def dropped(self) -> int:
        """Packets that the file says it lacks, as whoever wrote it was too slow."""
        return self._reader.dropped

    def _no_capture(self, path: str) -> str:
        if self._file.empty:
            return f"{path} is empty"
        return f"{path} is not a capture: give a file in pcap or pcapng format"


def _after(number: int) -> str:
    return f"packet {number:,}" if number else "its header"


class _Watched:
    """A file, decompressed if it is compressed, of which we know how far it has been
    read; `-` is standard input."""

    def __init__(self, path: str, *, follow: bool) -> None:
        self._raw: BufferedReader = sys.stdin.buffer if path == "-" else open(path, "rb")  # type: ignore[assignment]  # noqa: SIM115
        found = os.fstat(self._raw.fileno())
        regular = stat.S_ISREG(found.st_mode)
        self._follow = follow and regular
        self.size = found.st_size if regular and not follow else None
        self.stopped = self._waiting = False
        try:
            self._file: Any = decompressed(self._raw)
        except UsageMistake:
            self._raw.close()
            raise
        self._read = 0
        self.damage = ""

    @property
    def position(self) -> int:
        """How many bytes of the file as it is on disk have been read."""
        if self._file is self._raw or self._raw.closed or self.size is None:
            return self._read
        return self._raw.tell()

    @property
    def empty(self) -> bool:
        return not self._read

    def some(self) -> bytes:
        """What comes next, as much as is there at once."""
        try:
            data = self._awaited()
        except _Stop:
            return b""
        except Exception as problem:  # Each way to compress has its own.
            self.damage = f"the file cannot be read on: {problem}"
            return b""
        self._read += len(data)
        return data

    def _awaited(self) -> bytes:
        self._waiting = True
        try:
            data: bytes = b"" if self.stopped else self._file.read1(PIECE)
            while not data and self._follow and not self.stopped:
                time.sleep(EVERY)
                data = self._file.read1(PIECE)
            return data
        finally:
            self._waiting = False

    def stop(self) -> None:
        if self.stopped:
            raise KeyboardInterrupt
        self.stopped = True
        if self._waiting:
            raise _Stop

    def close(self) -> None:
        self._read = self.position
        self._file.close()
        self._raw.close()
