"""`udpchat history`, `search`, `export` and `import`: what was said, without a connection."""

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, ClassVar, NoReturn

from twisted.python import usage

from twisted_chat import names, startup
from twisted_chat.database import InUse
from twisted_chat.display import one_line
from twisted_chat.errors import ChatError, NameRefused, UsageMistake
from twisted_chat.identity.claim import key_of
from twisted_chat.identity.key_file import data_directory, load_or_make
from twisted_chat.launch import program
from twisted_chat.launch.config import load_config
from twisted_chat.launch.store import plain_file, store_file
from twisted_chat.peer.orders.kept import text_of
from twisted_chat.startup import CannotStart
from twisted_chat.store.batch import is_called
from twisted_chat.store.file import StoreFile
from twisted_chat.store.queries import MOST, HistoryQuery, KeptLine, LinesFound, SearchQuery
from twisted_chat.store.reader import NotRead, StoreReader, open_reader
from twisted_chat.store.records import TalkKey
from twisted_chat.store.transfer import json_lines, page_lines, read_lines, text_lines
from twisted_chat.terminal.wording.kept import line_of, when

FORMATS = ("json", "text", "html")
COUNT = 20


class HistoryOptions(startup.Options):
    """Options of all four."""

    synopsis = "history [ROOM | NAME] | search WORDS | export ROOM | NAME | import FILE [options]"
    longdesc = (
        "With history: show the conversations that are kept, or the last lines of one."
        " With search: show the last lines that have all of these words, or words that begin so."
        " With export: write a conversation to standard output."
        " With import: take in what was exported as json;"
        " what is there already is left out. It is that of your key, or of the one for --name or"
        " in --key; what was said with --plain, with --plain too."
    )
    optParameters: ClassVar[list[list[Any]]] = [
        ["name", "n", None, "The name that you had"],
        ["key", "k", None, "The file with the key that you had", Path],
        ["config", None, None, "A file in place of your config.toml", Path],
        ["server", None, "", "HOST:PORT, where rooms of several servers have the name"],
        ["count", "c", COUNT, "How many lines are shown", startup.number(int, 1)],
        ["format", "f", "json", "What is exported: json, in lines, text, or html, one page"],
    ]
    optFlags: ClassVar[list[list[Any]]] = [["plain", None, "What was said without a key"]]

    def parseArgs(self, *given: str) -> None:
        what, *words = given
        self["what"], self["words"] = what, words
        if what == "search" and not " ".join(words).strip():
            raise usage.UsageError("what is to be searched for? Give the WORDS")
        if what == "export" and len(words) != 1:
            raise usage.UsageError("which conversation? Give one ROOM or NAME")
        if what == "import" and len(words) != 1:
            raise usage.UsageError("which file? Give one FILE, or - for standard input")
        if what == "history" and len(words) > 1:
            raise usage.UsageError("one ROOM or NAME at most")
        if self["format"] not in FORMATS:
            raise usage.UsageError(f"--format is one of {', '.join(FORMATS)}")
        if self["count"] > MOST:
            raise usage.UsageError(f"--count is {MOST:,} at most")
        if self["key"] and (self["name"] or self["plain"]):
            raise usage.UsageError("either --key or --name, and neither with --plain")
        try:
            config = load_config(self["config"])
            self["name"] = self["name"] or (None if self["key"] else config.name) or None
            if not self["plain"] and not self["key"] and config.key:
                self["key"] = Path(os.path.expanduser(config.key))
            if self["name"] is not None:
                self["name"] = names.canonical(self["name"])
        except (UsageMistake, NameRefused) as mistake:
            raise usage.UsageError(str(mistake)) from None

    def path(self) -> Path:
        """The file with what was said."""
        if self["plain"]:
            return plain_file(self["name"])
        key = self["key"] or key_of(data_directory(), self["name"])
        if not key.exists():
            raise CannotStart("nothing is kept: there is no key yet with which something was said")
        return store_file(load_or_make(key).fingerprint)


def main(argv: Sequence[str]) -> NoReturn:
    """Do what is wanted, and end."""
    options = program.parse(HistoryOptions(), "udpchat", argv)
    path = options.path()
    try:
        if options["what"] == "import":
            _take_in(path, options["words"][0])
            raise SystemExit(0)
        if not path.exists():
            raise CannotStart(f"nothing is kept yet: there is no {path}")
        reader = open_reader(path)
        shows: dict[str, Callable[[StoreReader, HistoryOptions], Iterator[str]]] = {
            "history": _history,
            "search": _search,
            "export": _export,
        }
        for line in shows[options["what"]](reader, options):
            sys.stdout.write(line)
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(1) from None
    except (NotRead, ChatError) as problem:
        raise CannotStart(str(problem)) from None
    raise SystemExit(0)


def _history(reader: StoreReader, options: HistoryOptions) -> Iterator[str]:
    if not options["words"]:
        for talk in reader.talks():
            where = f" at {talk.server}" if talk.server else ""
            kind = "room" if talk.room else "private"
            yield f"{kind} {one_line(talk.name)}{one_line(where)}\n"
        return
    found = reader.answer(HistoryQuery(_talk(reader, options), options["count"]))
    yield from _shown(found, placed=False)


def _search(reader: StoreReader, options: HistoryOptions) -> Iterator[str]:
    found = reader.answer(SearchQuery(" ".join(options["words"]), None, options["count"]))
    if not found.lines:
        raise CannotStart("nobody said that")
    yield from _shown(found, placed=True)


def _shown(found: LinesFound, *, placed: bool) -> Iterator[str]:
    for line in found.lines:
        yield f"{line_of(text_of(line), placed=placed)}\n"


def _export(reader: StoreReader, options: HistoryOptions) -> Iterator[str]:
    talk = _talk(reader, options)
    lines: Iterator[KeptLine] = reader.all_lines(talk)
    if options["format"] == "json":
        return json_lines(talk, lines)
    written = page_lines if options["format"] == "html" else text_lines
    return written(talk, lines, when)


def _talk(reader: StoreReader, options: HistoryOptions) -> TalkKey:
    """The one conversation that is meant. Raises CannotStart."""
    name = options["words"][0]
    found = [one for one in reader.talks() if is_called(one, name, options["server"])]
    if not found:
        raise CannotStart(f"nothing is kept of a room or a person called {name}")
    if len(found) > 1:
        where = ", ".join(one.server or "private" for one in found)
        raise CannotStart(
            f"several are called {name} ({where}): say which with --server HOST:PORT"
        )
    return found[0]


def _take_in(path: Path, file: str) -> None:
    try:
        with sys.stdin.buffer if file == "-" else open(file, "rb") as lines:
            store = StoreFile(path)
            try:
                new = store.merge(read_lines(lines))
            finally:
                store.close()
    except InUse:
        raise CannotStart(
            "a program of yours is keeping what is said there: end it first"
        ) from None
    except UsageMistake as mistake:
        raise CannotStart(f"{file}, {mistake}") from None
    except OSError as problem:
        raise CannotStart(f"cannot read {file}: {problem.strerror}") from None
    sys.stdout.write(f"> {new} lines are new\n")
