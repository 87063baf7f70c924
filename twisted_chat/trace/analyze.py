"""The console script `chat-analyze`: a capture in, what it shows out."""

import contextlib
import gc
import os
import shutil
import signal
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from io import TextIOWrapper
from pathlib import Path
from typing import Any, ClassVar, NoReturn, TextIO

from twisted.python import usage

from twisted_chat import startup
from twisted_chat.addresses import DEFAULT_PORT, port_number
from twisted_chat.display import safe
from twisted_chat.errors import ChatError, UsageMistake
from twisted_chat.trace import document, page, table, wireshark
from twisted_chat.trace.analysis import MAX_ADDRESSES, Analysis
from twisted_chat.trace.capture import Capture
from twisted_chat.trace.ladder import Ladder
from twisted_chat.trace.progress import watched
from twisted_chat.trace.report import count, duration
from twisted_chat.trace.spool import Spool

PASSED_OVER = 5
"""Kinds of other traffic that are named."""
WIDTH = 100
"""Columns of a ladder where there is no terminal."""
YOUNG = 200_000
"""Objects that are made before circles are looked for."""
_FORMS = ("json", "ladder", "html")


def _port(text: str) -> int:
    try:
        return port_number(text)
    except UsageMistake as mistake:
        raise usage.UsageError(str(mistake)) from None


class AnalysisOptions(startup.Options):
    """Options of `chat-analyze`."""

    synopsis = "FILE [options]"
    longdesc = (
        "Show the chats in a capture (pcap or pcapng) from tcpdump, Wireshark or --trace:"
        " every packet, what it is for, and what they say together."
    )
    optParameters: ClassVar[list[list[Any]]] = [
        ["port", "p", DEFAULT_PORT, "Port of the chats; verbs are found on any", _port],
        ["html", None, None, "Write a page with the ladders to this file"],
    ]
    optFlags: ClassVar[list[list[Any]]] = [
        ["hex", "x", "Show the bytes too, layer by layer"],
        ["ladder", "l", "Draw ladders instead of tables"],
        ["json", "j", "Print JSON, for programs"],
        ["wireshark", "w", "Tell where Wireshark wants our dissector, and exit"],
    ]

    def parseArgs(self, *words: str) -> None:
        if self["wireshark"]:
            if words:
                raise usage.UsageError("--wireshark needs no FILE")
        elif len(words) != 1:
            raise usage.UsageError(f"give one FILE, not {len(words)}")
        self["file"] = words[0] if words else None

    def postOptions(self) -> None:
        forms = [f"--{form}" for form in _FORMS if self[form]]
        if len(forms) > 1:
            raise usage.UsageError(f"either {' or '.join(forms)}")
        if self["hex"] and forms:
            raise usage.UsageError(f"--hex is for the table: leave out it or {forms[0]}")


def main(argv: Sequence[str] | None = None) -> NoReturn:
    """Exits with 0, with 1 where a capture could not be read whole, or with 2
    where the command was wrong."""
    options = AnalysisOptions()
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # Not every terminal has arrows.
    try:
        options.parseOptions(sys.argv[1:] if argv is None else argv)
        if options["wireshark"]:
            sys.stdout.writelines(f"{line}\n" for line in wireshark.advice())
            raise SystemExit(0)
        with _seldom_collected():
            status = _analyze(options, sys.stdout)
        sys.stdout.flush()
    except usage.UsageError as mistake:
        sys.stderr.write(f"chat-analyze: {mistake} (chat-analyze --help tells more)\n")
        raise SystemExit(2) from None
    except UsageMistake as mistake:
        sys.stderr.write(f"chat-analyze: {mistake}\n")
        raise SystemExit(2) from None
    except ChatError as problem:
        sys.stderr.write(f"chat-analyze: {problem}\n")
        raise SystemExit(1) from None
    except KeyboardInterrupt:
        raise SystemExit(128 + signal.SIGINT) from None
    raise SystemExit(status)


@contextlib.contextmanager
def _seldom_collected() -> Iterator[None]:
    """Where very much is made and nothing of it goes in circles, the search for circles
    is an eighth of the time."""
    usual = gc.get_threshold()
    gc.set_threshold(YOUNG, *usual[1:])
    try:
        yield
    finally:
        gc.set_threshold(*usual)


def _analyze(options: AnalysisOptions, output: TextIO) -> int:
    """Read, print or draw, and say what is missing. Returns the exit status."""
    path = options["file"]
    capture = Capture(path)
    with_bytes = bool(options["hex"] or options["json"] or options["html"])
    with contextlib.closing(Spool(with_bytes=with_bytes)) as spool:
        analysis = Analysis(options["port"], spool)
        for frame in watched(capture, sys.stderr):
            analysis.feed(frame)
        analysis.conclude()
        spool.finish()
        problems = [*capture.problems, *_crowded(analysis)]
        start = analysis.first
        if options["json"]:
            output.writelines(
                document.document(
                    _told(spool),
                    start,
                    packets=analysis.packets,
                    dropped=capture.dropped,
                    passed_over=dict(analysis.elsewhere.most_common()),
                    problems=problems,
                )
            )
        elif options["html"]:
            _draw(options["html"], path, analysis, _told(spool), start)
        else:
            output.writelines(f"{line}\n" for line in _text(options, capture, analysis, spool))
        output.flush()
    for problem in problems:
        sys.stderr.write(f"chat-analyze: {path}: {safe(problem)}\n")
    if not spool.found:
        sys.stderr.write(f"chat-analyze: {path}: {_nothing(options['port'], analysis)}\n")
    return 1 if problems or not spool.found else 0


def _told(spool: Spool) -> Iterator[document.Told]:
    for number, conversation in spool.conversations():
        yield conversation, spool.rows(number), spool.findings(number)


def _text(
    options: AnalysisOptions, capture: Capture, analysis: Analysis, spool: Spool
) -> Iterator[str]:
    yield _summary(options["file"], capture, analysis, spool.found)
    for place, (number, conversation) in enumerate(spool.conversations(), 1):
        yield ""
        yield table.title(place, conversation)
        yield ""
        rows = spool.rows(number)
        if options["ladder"]:
            width = shutil.get_terminal_size((WIDTH, 0)).columns
            yield from Ladder(conversation, width).draw(rows, analysis.first)
        else:
            longest = spool.longest(number)
            yield from table.table(
                rows, conversation, analysis.first, longest, dumped=bool(options["hex"])
            )
        yield ""
        yield from table.told(spool.findings(number))


def _summary(path: str, capture: Capture, analysis: Analysis, found: int) -> str:
    took = duration(analysis.last - analysis.first)
    text = f"{path}: {count(analysis.packets, 'packet')} in {took}, {count(found, 'conversation')}"
    if over := analysis.elsewhere.total():
        text += f"; passed over {count(over, 'packet')} ({_others(analysis)})"
    if capture.dropped:
        text += f"; {count(capture.dropped, 'packet')} were too many for what recorded them"
    return safe(text)


def _others(analysis: Analysis) -> str:
    kinds = analysis.elsewhere.most_common(PASSED_OVER)
    more = ", ..." if len(analysis.elsewhere) > PASSED_OVER else ""
    return ", ".join(f"{number:,} {reason}" for reason, number in kinds) + more


def _nothing(port: int, analysis: Analysis) -> str:
    if not analysis.packets:
        return "no packet could be read"
    text = f"no chat on port {port}, and no UDP that speaks the verbs"
    if analysis.elsewhere:
        ports = any(" on port " in reason for reason in analysis.elsewhere)
        text += f"; passed over: {_others(analysis)}" + (": --port chooses another" * ports)
    return text


def _crowded(analysis: Analysis) -> Iterator[str]:
    if analysis.crowded:
        yield (
            f"{count(analysis.crowded, 'packet')} of more than {MAX_ADDRESSES:,} addresses"
            " are not shown"
        )


def _draw(
    target: str, path: str, analysis: Analysis, told: Iterator[document.Told], start: int
) -> None:
    if os.path.exists(target) and os.path.samefile(target, path):
        raise UsageMistake(f"--html {target} would overwrite the capture: choose another file")
    about = f"{count(analysis.packets, 'packet')} in {duration(analysis.last - start)}"
    begun = datetime.fromtimestamp(start / 1e9, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    text = page.page(os.path.basename(path), f"{about}, from {begun}", told, start)
    try:
        Path(target).write_text(text, encoding="utf-8")
    except OSError as problem:
        raise UsageMistake(f"cannot write {target}: {problem.strerror}") from None
