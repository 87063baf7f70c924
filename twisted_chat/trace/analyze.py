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
from itertools import islice
from pathlib import Path
from typing import NoReturn, TextIO

from twisted.python import usage

from twisted_chat.display import safe
from twisted_chat.errors import ChatError, UsageMistake
from twisted_chat.trace import document, page, table, wireshark
from twisted_chat.trace.analysis import Analysis
from twisted_chat.trace.capture import Capture
from twisted_chat.trace.dump import layers
from twisted_chat.trace.extract import Extract
from twisted_chat.trace.keylog import KeyLog
from twisted_chat.trace.ladder import Ladder
from twisted_chat.trace.live import Live
from twisted_chat.trace.progress import watched
from twisted_chat.trace.report import Sink, count
from twisted_chat.trace.said import said
from twisted_chat.trace.spool import Spool
from twisted_chat.trace.summary import amount, crowded, nothing, summary
from twisted_chat.trace.wanted import AnalysisOptions

WIDTH = 100
"""Columns of a ladder where there is no terminal."""
AT_ONCE = 256
"""Packets that are looked at together."""
LARGEST_KEY_LOG = 64 * 1024 * 1024
"""Bytes of a key log that are read."""
YOUNG = 200_000
"""Objects that are made before circles are looked for."""


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
            status = _Reading(options, sys.stdout).run()
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


@contextlib.contextmanager
def _ended_by_interrupt(capture: Capture) -> Iterator[None]:
    """Ctrl-C is the end of the capture, not of the program."""
    usual = signal.signal(signal.SIGINT, lambda number, stack: capture.stop())
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, usual)


class _Reading:
    """One capture, read, and told in the form that is wanted."""

    def __init__(self, options: AnalysisOptions, output: TextIO) -> None:
        self._options = options
        self._output = output
        self._path: str = options["file"]
        forms = ("json", "ladder", "html", "follow-text")
        self._is_table = not any(options[form] for form in forms)

    def run(self) -> int:
        """Read, print or draw, and say what is missing. Returns the exit status."""
        options = self._options
        with contextlib.ExitStack() as stack:
            copy = None
            if options["write"]:
                self._spare(options["write"], "--write")
                copy = Extract(options["write"])
                stack.callback(copy.close)
            keys = KeyLog()
            if options["keys"] is not None:
                keys.add(_contents(options["keys"]))

            def told(text: bytes) -> None:
                keys.add(text)
                if copy is not None:
                    copy.keys(text)

            capture = Capture(self._path, follow=bool(options["follow"]), keys=told)
            forms = ("hex", "json", "html", "follow-text")
            spool = Spool(with_bytes=any(bool(options[form]) for form in forms))
            stack.callback(spool.close)
            live = self._is_table and capture.live
            choice = options.choice()
            sink: Sink = spool
            if live:
                stack.enter_context(_ended_by_interrupt(capture))
                sink = Live(
                    self._output,
                    spool,
                    options["columns"] or (),
                    width=self._width(),
                    below=layers if options["hex"] else None,
                )
            analysis = Analysis(
                options["port"],
                sink,
                choice=choice,
                shown=None if copy is None else copy.frame,
                keys=keys,
            )
            frames = iter(capture if live else watched(capture, sys.stderr))
            # What is printed, chosen or copied at once is so in the order of the capture.
            together = 1 if live or choice is not None or copy is not None else AT_ONCE
            while some := list(islice(frames, together)):
                analysis.feed_all(some)
            analysis.conclude()
            spool.finish()
            return self._tell(capture, analysis, spool, live=live)

    def _tell(self, capture: Capture, analysis: Analysis, spool: Spool, *, live: bool) -> int:
        options, output = self._options, self._output
        problems = [*capture.problems, *crowded(analysis)]
        if options["json"]:
            output.writelines(
                document.document(
                    _told(spool),
                    analysis.first,
                    packets=analysis.packets,
                    dropped=capture.dropped,
                    passed_over=dict(analysis.elsewhere.most_common()),
                    problems=problems,
                )
            )
        elif options["html"]:
            self._draw(capture, analysis, spool)
        elif options["follow-text"]:
            self._print_said(spool)
        elif live:
            output.writelines(f"{line}\n" for line in self._findings(capture, analysis, spool))
        else:
            lines = self._text(capture, analysis, spool)
            while some := list(islice(lines, AT_ONCE)):
                output.write("\n".join(some) + "\n")
        output.flush()
        for problem in problems:
            sys.stderr.write(f"chat-analyze: {self._path}: {safe(problem)}\n")
        if not spool.found:
            why = nothing(options["port"], analysis)
            sys.stderr.write(f"chat-analyze: {self._path}: {why}\n")
        return 1 if problems or not spool.found else 0

    # --- Forms

    def _text(self, capture: Capture, analysis: Analysis, spool: Spool) -> Iterator[str]:
        options = self._options
        yield summary(self._path, analysis, capture.dropped, spool.found)
        for place, (number, conversation) in enumerate(spool.conversations(), 1):
            yield ""
            yield table.title(place, conversation)
            yield ""
            rows = spool.rows(number)
            if options["ladder"]:
                width = shutil.get_terminal_size((WIDTH, 0)).columns
                yield from Ladder(conversation, width).draw(rows, analysis.first)
            else:
                yield from table.table(
                    rows,
                    conversation,
                    analysis.first,
                    spool.longest(number),
                    below=layers if options["hex"] else None,
                    columns=options["columns"] or (),
                    width=self._width(),
                )
            yield ""
            yield from table.told(spool.findings(number))

    def _findings(self, capture: Capture, analysis: Analysis, spool: Spool) -> Iterator[str]:
        """What is left to say when the rows have been printed."""
        yield ""
        yield summary(self._path, analysis, capture.dropped, spool.found)
        for place, (number, conversation) in enumerate(spool.conversations(), 1):
            yield ""
            yield table.title(place, conversation)
            yield ""
            yield from table.told(spool.findings(number))

    def _print_said(self, spool: Spool) -> None:
        lines = self._said(spool)
        first = next(lines, None)
        if first is not None:
            self._output.write(f"{first}\n")
            self._output.writelines(f"{line}\n" for line in lines)
        elif spool.found:
            number = self._options["follow-text"]
            told = f"nothing was said in conversation {number}"
            sys.stderr.write(f"chat-analyze: {self._path}: {told}\n")

    def _said(self, spool: Spool) -> Iterator[str]:
        wanted = int(self._options["follow-text"])
        for place, (number, conversation) in enumerate(spool.conversations(), 1):
            if place == wanted:
                return said(conversation, spool.rows(number))
        if not spool.found:
            return iter(())
        there = count(spool.found, "conversation")
        raise UsageMistake(f"there is no conversation {wanted} in {self._path}, which has {there}")

    def _draw(self, capture: Capture, analysis: Analysis, spool: Spool) -> None:
        target: str = self._options["html"]
        self._spare(target, "--html")
        about = amount(analysis, capture.dropped)
        begun = datetime.fromtimestamp(analysis.first / 1e9, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
        title = os.path.basename(self._path)
        text = page.page(title, f"{about}, from {begun}", _told(spool), analysis.first)
        try:
            Path(target).write_text(text, encoding="utf-8")
        except OSError as problem:
            raise UsageMistake(f"cannot write {target}: {problem.strerror}") from None

    def _spare(self, target: str, option: str) -> None:
        """Raises UsageMistake where the target is the capture."""
        there = os.path.exists(target) and os.path.exists(self._path)
        if there and os.path.samefile(target, self._path):
            raise UsageMistake(
                f"{option} {target} would overwrite the capture: choose another file"
            )

    def _width(self) -> int | None:
        return shutil.get_terminal_size().columns if self._output.isatty() else None


def _contents(path: str) -> bytes:
    try:
        with open(path, "rb") as file:
            return file.read(LARGEST_KEY_LOG)
    except (OSError, ValueError) as problem:
        reason = getattr(problem, "strerror", None) or problem
        raise UsageMistake(f"cannot read {path}: {reason}") from None


def _told(spool: Spool) -> Iterator[document.Told]:
    for number, conversation in spool.conversations():
        yield conversation, spool.rows(number), spool.findings(number)
