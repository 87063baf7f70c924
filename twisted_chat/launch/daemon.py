"""What twistd leaves to us: where it writes and how much, and terminals that hang up."""

import atexit
import json
import os
import signal
import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

from twisted.logger import (
    FileLogObserver,
    ILogObserver,
    LogEvent,
    Logger,
    eventAsText,
    formatTime,
    textFileLogObserver,
)
from twisted.python.logfile import LogFile
from zope.interface import implementer

from twisted_chat.launch import streams
from twisted_chat.launch.clock import installed_reactor
from twisted_chat.launch.log import LogStream, write_rows
from twisted_chat.launch.seat import Seat
from twisted_chat.launch.signals import DaemonSignals
from twisted_chat.startup import CannotStart

LOG_FILES = 10
"""Files of a log besides the one that is written; the oldest goes for a new one."""
LOG_MODE = 0o600
"""Who may read a log, which has addresses in it: its owner."""
LOG_SIZE = 1_000_000
"""Bytes of a log file."""

_log = Logger()
_settings: dict[str, Any] = {}
"""Those of twistd: it calls what makes its log by a name, and without anything."""


_again: list[Callable[[], object]] = []


def prepare(settings: Any, seat: Seat, *, as_json: bool = False) -> None:
    """Let twistd, which has these settings, run one of our services, with a person at this
    seat, if anywhere here, and the log `as_json`, an event in a line. Raises CannotStart
    where it could not write what it has to."""
    for option in ("pidfile", "logfile"):
        if path := _written(settings, option):
            _check(os.path.abspath(path))
    if settings.get("nodaemon"):
        atexit.register(streams.prepare())
    if not settings.get("logger") and not settings.get("syslog"):
        _settings.update(settings, json=as_json)
        settings["logger"] = f"{__name__}.log_observer"
    DaemonSignals(installed_reactor(), seat, (signal.SIGINT, signal.SIGTERM))
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        ends = settings.get("nodaemon") and any(map(os.isatty, range(3)))
        signal.signal(signal.SIGHUP, _end if ends else _go_on)


def log_observer() -> Any:
    """The log that twistd would have, but with a bound, or never waited for."""
    path = _written(_settings, "logfile")
    if path is None:
        return _Foreground()
    file = LogFile.fromFullPath(
        path, rotateLength=LOG_SIZE, maxRotatedFiles=LOG_FILES, defaultMode=LOG_MODE
    )

    def rotate(number: int, frame: FrameType | None) -> None:
        installed_reactor().callFromThread(file.rotate)

    if not signal.getsignal(signal.SIGUSR1):
        signal.signal(signal.SIGUSR1, rotate)
    return FileLogObserver(file, _as_json) if _settings.get("json") else textFileLogObserver(file)


@implementer(ILogObserver)
class _Foreground:
    """What twistd would write to its standard output."""

    def __init__(self) -> None:
        stream = sys.stdout
        self._stream = LogStream(
            installed_reactor(), stream.fileno(), stream.encoding, streams.status_of
        )

    def __call__(self, event: LogEvent) -> None:
        if _settings.get("json"):
            self._stream.write(_as_json(event).rstrip())
        elif text := eventAsText(event):
            write_rows(self._stream, text)


def _as_json(event: LogEvent) -> str:
    """An event in a line of JSON: when, how grave, where from, and what."""
    level = event.get("log_level")
    said = {
        "time": formatTime(event.get("log_time")),
        "level": "info" if level is None else level.name,
        "from": event.get("log_namespace", ""),
        "text": eventAsText(event, includeTimestamp=False, includeSystem=False),
    }
    return json.dumps(said) + "\n"


def _written(settings: Any, option: str) -> str | None:
    """The file that twistd will write for this option; None where there is none."""
    path: str = settings.get(option) or ""
    if option == "logfile" and not settings.get("nodaemon"):
        return path or "twistd.log"
    return None if path in ("", "-") else path


def _check(path: str) -> None:
    place, right = (
        (path, os.W_OK) if os.path.exists(path) else (os.path.dirname(path), os.W_OK | os.X_OK)
    )
    if not os.access(place, right):
        raise CannotStart(
            f"cannot write {path}: go to a directory of yours,"
            " or name another file with --pidfile and --logfile"
        )


def _end(number: int, frame: FrameType | None) -> None:
    reactor = installed_reactor()
    reactor.callFromThread(reactor.stop)


def at_hangup(again: Callable[[], object]) -> None:
    """Call this at SIGHUP, where it does not end the program."""
    _again.append(again)


def _go_on(number: int, frame: FrameType | None) -> None:
    installed_reactor().callFromThread(_read_again)


def _read_again() -> None:
    if not _again:
        _log.info("SIGHUP changes nothing: no file is read again, and the log rotates by itself")
    for again in _again:
        again()
