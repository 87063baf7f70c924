"""What the programs have in common: words in, a service that runs, an exit status out."""

import os
import shutil
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, NoReturn, TextIO

from twisted.application.service import Service
from twisted.internet.defer import Deferred
from twisted.internet.error import ReactorNotRunning
from twisted.logger import (
    FileLogObserver,
    FilteringLogObserver,
    LogEvent,
    LogLevel,
    LogLevelFilterPredicate,
    eventAsText,
    globalLogBeginner,
)
from twisted.python import usage

from twisted_chat.addresses import DEFAULT_PORT, port_number
from twisted_chat.errors import UsageMistake
from twisted_chat.launch.clock import installed_reactor


def host_and_port(words: Sequence[str], *, smallest: int) -> tuple[str | None, int]:
    """Read `[PORT | HOST [PORT]]`; `smallest` is that of a port to listen on."""
    if len(words) > 2:
        raise usage.UsageError(f"one HOST and one PORT at most, not {len(words)} words")
    try:
        if len(words) == 2:
            return words[0], port_number(words[1])
        if words and not words[0].lstrip("-").isdigit():
            return words[0], DEFAULT_PORT
        return None, port_number(words[0], smallest=smallest) if words else DEFAULT_PORT
    except UsageMistake as mistake:
        raise usage.UsageError(str(mistake)) from None


def parse(options: Any, program: str, argv: Sequence[str] | None) -> Any:
    try:
        options.parseOptions(sys.argv[1:] if argv is None else argv)
    except usage.UsageError as mistake:
        _give_up(program, mistake)
    return options


def _give_up(program: str, mistake: usage.UsageError) -> NoReturn:
    sys.stderr.write(f"{program}: {mistake} ({program} --help tells more)\n")
    raise SystemExit(2)


def called(program: str) -> str:
    """How this program is called from a shell: by its name, or, where that does
    not find it, as it was called now."""
    typed = Path(sys.argv[0])
    found = shutil.which(program)
    if typed.name != program or (found and typed.exists() and typed.samefile(found)):
        return program
    return str(typed)


def repair_standard_streams() -> None:
    """Give closed standard streams to /dev/null: Twisted cannot work
    with a closed one, and the next file to be opened would take its place."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # The lowest free number: this one.


def log_to(stream: TextIO, level: Any) -> None:
    def line(event: LogEvent) -> str:
        return eventAsText(event, includeSystem=False) + "\n"

    levels = LogLevelFilterPredicate(defaultLogLevel=level)
    levels.setLogLevelForNamespace("twisted_chat.trace", LogLevel.warn)
    observer = FilteringLogObserver(FileLogObserver(stream, line), [levels])
    globalLogBeginner.beginLoggingTo([observer], redirectStandardIO=False)


def run(service: Service, finished: "Deferred[int]") -> NoReturn:
    """Run until it is finished or interrupted, and exit with its status."""
    reactor = installed_reactor()
    status = 0

    def finish(outcome: int) -> None:
        nonlocal status
        status = outcome
        with suppress(ReactorNotRunning):  # A signal has stopped it already.
            if reactor.running:
                reactor.stop()
            else:
                reactor.callWhenRunning(reactor.stop)

    blocking = [(number, os.get_blocking(number)) for number in range(3)]
    service.privilegedStartService()
    service.startService()
    finished.addCallback(finish)
    reactor.addSystemEventTrigger("before", "shutdown", service.stopService)
    signal.signal(signal.SIGHUP, lambda *_: reactor.callFromThread(reactor.stop))
    reactor.run()
    for number, was_blocking in blocking:
        os.set_blocking(number, was_blocking)
    raise SystemExit(status)
