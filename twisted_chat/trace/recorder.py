"""Writing a trace while it happens, without ever waiting for the disk.

The one who records pays for building the block; a thread writes. Blocks wait for
it in a bounded queue: what does not fit there is counted, and the next packet
says how many are missing before it. All blocks go out whole and in order, so
a process that is killed leaves a file that can be read.
"""

import errno
import os
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from queue import Empty, SimpleQueue

from twisted.logger import Logger

from twisted_chat import __version__
from twisted_chat.startup import CannotStart
from twisted_chat.trace import pcapng

WAITING = 16 * 1024 * 1024
"""Bytes that may wait for the disk."""
GATHER = 0.02
"""Seconds that the writer lets blocks gather: waking it for each costs as much as building it."""
PATIENCE = 5.0
"""Seconds that closing waits for the disk."""
MEBIBYTE = 1024 * 1024

_MODE = 0o600  # It holds what people said.


class Recorder:
    """One trace in a new file of at most `limit` bytes.

    `now` tells the time in nanoseconds since 1970. Raises CannotStart where the
    file is there already or cannot be made. Everything but the writing happens
    in the thread that calls.
    """

    log = Logger()

    def __init__(self, path: str, limit: int, now: Callable[[], int]) -> None:
        self._path = path
        self._limit = limit
        self._now = now
        head = pcapng.section(f"twisted-chat {__version__}") + pcapng.interface("twisted-chat")
        try:
            self._file = _begun(path, head)
        except FileExistsError:
            raise CannotStart(
                f"{path} is there already: choose another file to record into, or remove it"
            ) from None
        except (OSError, ValueError) as problem:
            reason = getattr(problem, "strerror", None) or str(problem)
            raise CannotStart(f"cannot record into {path}: {reason}") from None
        self._accepted = self._written = len(head)
        self._queue: SimpleQueue[bytes | None] = SimpleQueue()
        self._writer: threading.Thread | None = None
        self._seen = self._dropped = self._gap = 0
        self._over = False
        self._problem = ""
        self._reserved = len(pcapng.statistics(0, 0, 0))

    def packet(self, data: bytes, comment: str, *, inbound: bool) -> None:
        """Record one packet that begins with its IP header."""
        if self._over:
            return
        if self._problem:
            self._stop(f"cannot be written: {self._problem}")
            return
        self._seen += 1
        block = pcapng.packet(self._now(), data, comment, inbound=inbound, lost=self._gap)
        if self._accepted - self._written + len(block) > WAITING:
            self._dropped += 1
            self._gap += 1
            return
        if self._accepted + len(block) + self._reserved > self._limit:
            self._seen -= 1
            self._stop(f"has reached its {self._limit / MEBIBYTE:g} MiB (--trace-size)")
            return
        self._gap = 0
        self._accepted += len(block)
        self._queue.put(block)
        if self._writer is None:
            self._start()

    def close(self) -> None:
        """Write what waits, and say what is missing."""
        stopped, self._over = self._over, True
        if not stopped:
            self._finish()
        if self._writer is not None:
            self._writer.join(PATIENCE)
            if self._writer.is_alive():
                self._problem = "the disk does not take it"
        if self._problem and not stopped:
            self.log.warn(
                "the trace {path} lacks its end: {problem}", path=self._path, problem=self._problem
            )
        if self._dropped:
            self.log.warn(
                "the trace {path} lacks {dropped} of {seen} packets: the disk was too slow",
                path=self._path,
                dropped=self._dropped,
                seen=self._seen,
            )

    def _stop(self, why: str) -> None:
        self._over = True
        self.log.warn("the trace {path} {why}; nothing more is recorded", path=self._path, why=why)
        self._finish()

    def _finish(self) -> None:
        self._queue.put(pcapng.statistics(self._now(), self._seen, self._dropped))
        self._queue.put(None)
        if self._writer is None:
            self._start()

    def _start(self) -> None:
        # Not before there is something to write, as a daemon forks first; and
        # never in the way of an exit, as a disk may hang for good.
        self._writer = threading.Thread(target=self._write, name="trace", daemon=True)
        self._writer.start()

    # --- In the thread

    def _write(self) -> None:
        going = True
        while going:
            blocks = [self._queue.get()]
            time.sleep(GATHER)
            with suppress(Empty):
                while True:
                    blocks.append(self._queue.get_nowait())
            going = blocks[-1] is not None
            try:
                self._write_whole([block for block in blocks if block is not None])
            except OSError as problem:
                self._problem = problem.strerror or str(problem)
                going = False
        os.close(self._file)

    def _write_whole(self, blocks: list[bytes]) -> None:
        data = memoryview(b"".join(blocks))
        done = 0
        try:
            while done < len(data):
                done += os.write(self._file, data[done:])
        except OSError:
            whole = 0
            for block in blocks:
                if whole + len(block) > done:
                    break
                whole += len(block)
            os.ftruncate(self._file, self._written + whole)
            raise
        self._written += done


def _begun(path: str, head: bytes) -> int:
    """A new file that has this head, or none at all. Raises OSError, ValueError."""
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _MODE)
    try:
        if os.write(file, head) < len(head):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    except OSError:
        os.close(file)
        os.unlink(path)
        raise
    return file
