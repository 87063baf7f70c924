"""Reading captures through scapy: pcap and pcapng, also compressed by gzip.

Packets come one after another, as scapy reads them from the file; it is asked
to take one apart only where its link layer is none that `link` knows.
Whatever is wrong with a file, what could be read is handed out, and what could
not is said.
"""

import contextlib
import gzip
import logging
import os
import stat
import zlib
from collections.abc import Callable, Iterator
from io import BufferedReader
from typing import Any

from twisted_chat.errors import ChatError, UsageMistake
from twisted_chat.trace import pcapng
from twisted_chat.trace.analysis import Frame
from twisted_chat.trace.link import knows

LARGEST_READ = 16 * 1024 * 1024
"""Bytes in one block of a capture; what claims to be longer is damaged."""
_GZIP = b"\x1f\x8b"
MAX_COMPLAINTS = 5
"""Different complaints about one file that are repeated."""


class Unreadable(ChatError):
    """A file is no capture; the message says so."""


class Capture:
    """One file. Iterating gives its frames; `problems` and `position` grow meanwhile.

    Raises Unreadable where it is no capture, UsageMistake where it cannot be
    opened or scapy is missing.
    """

    def __init__(self, path: str) -> None:
        self.problems: list[str] = []
        try:
            from scapy.error import Scapy_Exception
            from scapy.utils import RawPcapNgReader, RawPcapReader
        except ImportError:
            raise UsageMistake(
                "reading captures needs scapy: pip install 'twisted-chat[analyze]'"
            ) from None
        self._complaints = _Complaints(self.problems)
        try:
            self._file = _Watched(path)
        except (OSError, ValueError) as problem:
            reason = getattr(problem, "strerror", None) or str(problem)
            raise UsageMistake(f"cannot read {path}: {reason}") from None
        self.size = self._file.size
        """Bytes of the file, where that is known before its end."""
        try:
            with self._complaints:
                self._reader: Any = RawPcapReader(self._file)  # type: ignore[arg-type]
        except (Scapy_Exception, EOFError, OSError):
            self._file.close()
            raise Unreadable(self._no_capture(path)) from None
        self._times = _pcapng_frame if isinstance(self._reader, RawPcapNgReader) else _pcap_frame

    @property
    def position(self) -> int:
        """How many bytes of the file have been read."""
        return self._file.position

    def __iter__(self) -> Iterator[Frame]:
        number, last = 0, 0
        with self._complaints, contextlib.closing(self._reader):
            while True:
                try:
                    data, about = self._reader._read_packet()
                except EOFError:
                    break
                except Exception as problem:  # What a damaged block makes a parser do.
                    self.problems.append(f"stopped at {self._where(number)}: {problem}")
                    return
                number += 1
                frame = self._times(self._reader, number, data, about, last)
                last = frame.at
                if len(frame.data) < frame.length and self._file.ended:
                    self.problems.append(f"the file is cut off inside packet {number:,}")
                yield frame if knows(frame.linktype) else _without_link(frame)
        left = (self.size or 0) - self._file.position
        if self._file.damage:
            self.problems.append(self._file.damage)
        elif left > 0:
            self.problems.append(f"{left:,} bytes after {self._where(number)} could not be read")
        elif self._file.dangling and not self.problems:
            self.problems.append(f"the file is cut off after {self._where(number)}")

    def _where(self, number: int) -> str:
        return f"packet {number:,}" if number else "its header"

    def _no_capture(self, path: str) -> str:
        if self._file.empty:
            return f"{path} is empty"
        return f"{path} is no capture: give a file in pcap or pcapng format"


class _Watched:
    """A file, decompressed if it is compressed by gzip, of which we know how far it
    has been read and whether it ended in the middle of something. Refuses
    reads that no sound capture needs."""

    def __init__(self, path: str) -> None:
        self._raw: BufferedReader = open(path, "rb")  # noqa: SIM115
        self.name = path
        found = os.fstat(self._raw.fileno())
        self.size = found.st_size if stat.S_ISREG(found.st_mode) else None
        packed = self._raw.peek(2)[:2] == _GZIP
        self._file: Any = gzip.GzipFile(fileobj=self._raw) if packed else self._raw
        self._read = 0
        self.ended = self.dangling = False
        self.damage = ""

    @property
    def position(self) -> int:
        """How many bytes of the file as it is on disk have been read."""
        if self._file is self._raw or self._raw.closed:
            return self._read
        return self._raw.tell()

    @property
    def empty(self) -> bool:
        return not self._read

    def read(self, size: int) -> bytes:
        if size > LARGEST_READ:
            raise OSError(f"a block claims to have {size:,} bytes")
        try:
            data = self._file.read(size)
        except (OSError, EOFError, zlib.error) as problem:
            self.damage = f"the file cannot be read on: {problem}"
            data = b""
        self._read += len(data)
        self.ended = len(data) < size
        self.dangling = self.ended and len(data) > 0
        return data

    def close(self) -> None:
        self._read = self.position
        self._file.close()
        self._raw.close()


class _Complaints(logging.Handler):
    """Collects, while entered, what scapy says of a file instead of letting it print."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__()
        self._problems = problems
        self._logger = logging.getLogger("scapy.runtime")
        self._propagated = True

    def emit(self, record: logging.LogRecord) -> None:
        text = " ".join(record.getMessage().split()).removeprefix("PcapNg: ")
        if text not in self._problems and len(self._problems) < MAX_COMPLAINTS:
            self._problems.append(text)

    def __enter__(self) -> None:
        # The filters hold back what is said twice within seconds, of whichever file.
        self._others = self._logger.handlers, self._logger.filters
        self._logger.handlers, self._logger.filters = [self], []
        self._propagated, self._logger.propagate = self._logger.propagate, False

    def __exit__(self, *problem: object) -> None:
        self._logger.handlers, self._logger.filters = self._others
        self._logger.propagate = self._propagated


_Reader = Callable[[Any, int, bytes, Any, int], Frame]


def _pcap_frame(reader: Any, number: int, data: bytes, about: Any, last: int) -> Frame:
    unit = 1 if reader.nano else 1_000
    now = about.sec * 1_000_000_000 + about.usec * unit
    # The upper half of the field says other things than the link type.
    return Frame(number, now, reader.linktype & 0xFFFF, data, about.wirelen)


def _pcapng_frame(reader: Any, number: int, data: bytes, about: Any, last: int) -> Frame:
    if about.tshigh is None:
        now = last  # A simple packet block has no time.
    else:
        now = ((about.tshigh << 32) + about.tslow) * 1_000_000_000 // about.tsresol
    comments = tuple(comment.decode("utf-8", "replace") for comment in about.comments or ())
    return Frame(number, now, about.linktype, data, about.wirelen, comments)


def _without_link(frame: Frame) -> Frame:
    """The same frame from its IP header on, where scapy finds one in it."""
    from scapy.config import conf
    from scapy.layers.inet import IP
    from scapy.layers.inet6 import IPv6

    layer = conf.l2types.num2layer.get(frame.linktype)
    if layer is None:
        return frame
    try:
        dissected = layer(frame.data)
        found = dissected.getlayer(IP) or dissected.getlayer(IPv6)
    except Exception:  # Whatever one of scapy's many layers makes of anything.
        return frame
    if found is None:
        return frame
    return Frame(
        frame.number,
        frame.at,
        pcapng.LINKTYPE_RAW,
        found.original,
        frame.length - len(frame.data) + len(found.original),
        frame.comments,
    )
