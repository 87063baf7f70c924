"""What the programs have in common: words in, a service that runs, an exit status out."""

import gc
import ipaddress
import os
import re
import shutil
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NoReturn, TextIO

from twisted.application.service import Service
from twisted.internet.defer import Deferred
from twisted.python import usage

from twisted_chat.addresses import DEFAULT_PORT, port_number
from twisted_chat.errors import UsageMistake
from twisted_chat.launch import loading, streams
from twisted_chat.launch.clock import installed_reactor
from twisted_chat.launch.log import LogStream, log_lines, log_notices
from twisted_chat.launch.seat import Seat
from twisted_chat.launch.signals import Signals
from twisted_chat.startup import complain

_ADDRESS = re.compile(r"(?:\[([^\[\]]+)\]|([^:\[\]]+))(?::([^:]*))?")
"""HOST, HOST:PORT, [IPV6] or [IPV6]:PORT; an IPv6 address alone is none of these."""
COLLECTED_AFTER = (10_000, 5, 4)
"""Objects, and looks at the youngest and at the middle ones, after which circles of garbage are
looked for. What a word or a member of a room is made of goes in none: after each 700, as is usual
in Python, a tenth of the time would go into it in which the roster of a large room is read."""


def host_and_port(words: Sequence[str], *, smallest: int) -> tuple[str | None, int]:
    """Read `[PORT | HOST [PORT] | HOST:PORT]`; `smallest` is that of a port to listen on."""
    if len(words) > 2:
        raise usage.UsageError(f"one HOST and one PORT at most, not {len(words)} words")
    try:
        if not words:
            return None, DEFAULT_PORT
        if len(words) == 1 and words[0].lstrip("-").isdigit():
            return None, port_number(words[0], smallest=smallest)
        host, *ports = _parts(words[0])
        ports += words[1:]
        if not _may_be_host(host):
            raise usage.UsageError(
                f"{words[0]!r} is none of HOST, HOST:PORT, [IPV6]:PORT and PORT"
            )
        if len(ports) > 1:
            raise usage.UsageError(f"{' '.join(words)!r} is not one HOST and one PORT at most")
        return host, port_number(ports[0]) if ports else DEFAULT_PORT
    except UsageMistake as mistake:
        raise usage.UsageError(str(mistake)) from None


def _may_be_host(host: str) -> bool:
    """Whether this can be a name or an address; a colon is in addresses of IPv6 only."""
    if not set(host) & set(":[]"):
        return bool(host)
    try:
        ipaddress.IPv6Address(host)
    except ValueError:
        return False
    return True


def _parts(word: str) -> list[str]:
    found = _ADDRESS.fullmatch(word)
    return [part for part in found.groups() if part is not None] if found else [word]


def parse(options: Any, program: str, argv: Sequence[str] | None) -> Any:
    try:
        options.parseOptions(sys.argv[1:] if argv is None else argv)
    except usage.UsageError as mistake:
        _give_up(program, mistake)
    return options


def _give_up(program: str, mistake: usage.UsageError) -> NoReturn:
    complain(f"{program}: {mistake} ({program} --help tells more)")
    raise SystemExit(2)


def called(program: str) -> str:
    """How this program is called from a shell: by its name, or, where that does
    not find it, as it was called now."""
    typed = Path(sys.argv[0])
    found = shutil.which(program)
    if typed.name != program or (found and typed.exists() and typed.samefile(found)):
        return program
    return str(typed)


def log_stream(reactor: Any, stream: TextIO, lost: Callable[[OSError], object]) -> LogStream:
    """A log on standard output or errors; `lost` is told why that takes no more."""
    return LogStream(reactor, stream.fileno(), stream.encoding, lost)


def log_to_person(reactor: Any, level: Any, seat: Seat) -> None:
    """Log to standard errors, as notices where those are a person's terminal."""
    stream = log_stream(reactor, sys.stderr, lambda _: None)
    if os.isatty(stream.fileno()):
        log_notices(stream, level, seat.notice)
    else:
        log_lines(stream, level)


def look_for_few_circles() -> None:
    """What a program is made of lives as long: garbage is looked for in what comes, and
    seldom."""
    loading.look_for_circles()
    gc.set_threshold(*COLLECTED_AFTER)


def run(service: Service, finished: "Deferred[int]", seat: Seat) -> int:
    """Run until it is finished or a signal ends it. Returns the exit status: what the
    problem is worth that standard output turns out to have had, unless that is only
    that nobody is there any more for whom a signal has ended it; what it finished with;
    a shell's for the signal; and 1 where something typed could not be read."""
    look_for_few_circles()
    reactor = installed_reactor()
    status = 0

    def finish(outcome: int) -> None:
        nonlocal status
        status = outcome
        signals.stop()

    signals = Signals(reactor, seat)
    try:
        service.privilegedStartService()
        service.startService()
        finished.addCallback(finish)
        reactor.addSystemEventTrigger("before", "shutdown", service.stopService)
        reactor.run()
    finally:
        seat.put_back()
    if (lost := seat.problem) is not None:
        ended = signals.status if lost.errno in streams.NOBODY else 0
        return ended or streams.status_of(lost)
    return status or signals.status or (streams.FAILED if seat.unread else 0)
