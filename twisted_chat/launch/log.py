"""Writing a log to standard output or errors, without ever waiting for it.

A terminal that was stopped with Ctrl-S, or a pipe that nobody reads, would hold up
everything else. What such a one does not take waits, up to a bound, and then is
dropped; how many lines were is said when it takes them again.
"""

import os
from collections.abc import Callable
from typing import Any

from twisted.internet.interfaces import IWriteDescriptor
from twisted.logger import (
    FilteringLogObserver,
    LogEvent,
    LogLevel,
    LogLevelFilterPredicate,
    eventAsText,
    globalLogBeginner,
)
from zope.interface import implementer

from twisted_chat.launch import streams
from twisted_chat.terminal.rows import fresh_row
from twisted_chat.terminal.window import as_rows, terminal_width

WAITING = 256 * 1024
"""Bytes of a log that may wait."""


@implementer(IWriteDescriptor)
class LogStream:
    """Takes lines for a file descriptor, which is made non-blocking. `lost` is told once
    why it did not take them. Where there may be room again what comes later is tried."""

    def __init__(
        self, reactor: Any, descriptor: int, encoding: str, lost: Callable[[OSError], object]
    ) -> None:
        self._reactor = reactor
        self._descriptor = descriptor
        self._encoding = encoding
        self._lost = lost
        self._left = bytearray()
        self._dropped = 0
        self._failed = False
        self._over = False
        os.set_blocking(descriptor, False)

    def write(self, line: str) -> None:
        """Write one line, without its end, now or as soon as it is taken."""
        if self._over:
            return
        if len(self._left) >= WAITING:
            self._dropped += 1
            return
        self._add(line)
        self._push()

    def fileno(self) -> int:
        return self._descriptor

    def logPrefix(self) -> str:
        return "log"

    def doWrite(self) -> None:
        self._push()

    def connectionLost(self, reason: Any) -> None:
        """The reactor has found out that nobody reads; writing finds out why."""
        self._push()

    def _add(self, line: str) -> None:
        self._left += f"{line}\n".encode(self._encoding, "backslashreplace")

    def _push(self) -> None:
        try:
            while self._left:
                del self._left[: os.write(self._descriptor, self._left)]
                if self._dropped and len(self._left) < WAITING:
                    dropped, self._dropped = self._dropped, 0
                    self._add(f"{dropped} lines were left out here: nobody took them")
        except BlockingIOError:
            self._reactor.addWriter(self)
            return
        except OSError as problem:
            self._dropped += self._left.count(b"\n")
            self._left.clear()
            self._over = problem.errno in streams.NOBODY
            if not self._failed:
                self._failed = True
                self._lost(problem)
        self._reactor.removeWriter(self)


def write_rows(stream: LogStream, text: str) -> None:
    """Write lines, whatever is in them: whole, or in rows where this is a terminal, at
    which somebody may have typed half a line."""
    width = terminal_width(stream.fileno())
    for line in text.split("\n"):
        first, *others = as_rows(line, width)
        stream.write(first if width is None else fresh_row(width) + first)
        for row in others:
            stream.write(row)


def log_lines(stream: LogStream, level: Any) -> None:
    """Log from this level on as lines with their time."""

    def write(event: LogEvent) -> None:
        write_rows(stream, eventAsText(event, includeSystem=False))

    _begin(write, level)


def log_notices(
    stream: LogStream, level: Any, noticed: Callable[[str], bool] = lambda line: False
) -> None:
    """Log from this level on as notices to a person at this terminal, unless they are `noticed`
    where the person is. That a datagram could not be sent is none: what it means for the chat
    is said there."""

    def write(event: LogEvent) -> None:
        text = eventAsText(event, includeTimestamp=False, includeSystem=False)
        for line in text.splitlines():
            if not noticed(line):
                write_rows(stream, f"> {line}")

    _begin(write, level, **{"twisted_chat.net": LogLevel.error})


def _begin(write: Callable[[LogEvent], None], level: Any, **others: Any) -> None:
    levels = LogLevelFilterPredicate(defaultLogLevel=level)
    for name, its in {"twisted_chat.trace": LogLevel.warn, **others}.items():
        levels.setLogLevelForNamespace(name, its)
    wanted: Any = write
    observer: Any = FilteringLogObserver(wanted, [levels])
    globalLogBeginner.beginLoggingTo([observer], redirectStandardIO=False)
