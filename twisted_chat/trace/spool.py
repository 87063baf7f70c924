"""What the analysis says, kept on disk until it is known which conversation it belongs to.

An SQLite database in a temporary file that has no name: it is gone with the process.
"""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache

from twisted_chat.errors import ChatError
from twisted_chat.trace.link import Header
from twisted_chat.trace.report import ConversationSummary, Dissection, Finding, Layer, Purpose, Row

AT_ONCE = 1_000
"""Rows that are put into the database together."""
CACHE = 16 * 1024
"""KiB of the database that may be in memory."""

_NONE = "[]"
_PURPOSES = {one.value: one for one in Purpose}
_LAYERS = {one.value: one for one in Layer}
_TABLES = """
CREATE TABLE row (
    conversation INTEGER, number INTEGER, at INTEGER, source TEXT, source_port INTEGER,
    destination TEXT, destination_port INTEGER, length INTEGER, what TEXT, note TEXT, purpose TEXT,
    layer TEXT, protocol TEXT, frame BLOB, headers TEXT, comments TEXT, end INTEGER);
CREATE TABLE finding (
    conversation INTEGER, topic TEXT, text TEXT, packets TEXT, took INTEGER, number INTEGER);
CREATE TABLE conversation (
    number INTEGER PRIMARY KEY, kind TEXT, hosts TEXT, packets INTEGER, first INTEGER,
    last INTEGER);
CREATE TABLE merged (gone INTEGER PRIMARY KEY, kept INTEGER);
"""


class NoRoom(ChatError):
    """The disk has no room for what has to be kept meanwhile; the message says what to do."""

    def __init__(self) -> None:
        super().__init__(
            "the folder for temporary files is full: it has to hold about three times the"
            " capture; TMPDIR=FOLDER chooses another"
        )


@contextmanager
def _needing_room() -> Iterator[None]:
    try:
        yield
    except sqlite3.OperationalError as problem:
        if problem.sqlite_errorcode & 0xFF not in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR):
            raise
        raise NoRoom from None


class Spool:
    """A sink that can be read when the analysis is concluded, conversation by
    conversation. Without `with_bytes` its rows have neither frames nor headers.

    Every method raises NoRoom where the disk is full.
    """

    def __init__(self, *, with_bytes: bool) -> None:
        self._with_bytes = with_bytes
        self._database = sqlite3.connect("", isolation_level=None)
        self._database.execute(f"PRAGMA cache_size = -{CACHE}")
        self._database.execute("PRAGMA journal_mode = OFF")
        self._database.executescript(_TABLES)
        self._rows: list[tuple[object, ...]] = []
        self._findings: list[tuple[object, ...]] = []
        self._kept: dict[int, int] = {}
        self.found = 0
        """How many conversations there are."""

    # --- As a sink

    def row(self, conversation: int, row: Row) -> None:
        verdict = row.verdict
        self._rows.append(
            (
                conversation,
                row.number,
                row.at,
                *row.source,
                *row.destination,
                row.length,
                verdict.what,
                verdict.note,
                verdict.purpose.value,
                verdict.layer.value,
                verdict.protocol,
                row.frame if self._with_bytes else b"",
                _layout(row.headers) if self._with_bytes else _NONE,
                json.dumps(row.comments) if row.comments else _NONE,
                row.end,
            )
        )
        if len(self._rows) >= AT_ONCE:
            self._flush()

    def finding(self, conversation: int, finding: Finding) -> None:
        number = finding.packets[0] if finding.packets else None
        packets = ",".join(map(str, finding.packets))
        self._findings.append(
            (conversation, finding.topic, finding.text, packets, finding.took, number)
        )
        if len(self._findings) >= AT_ONCE:
            self._flush()

    def concluded(self, conversation: int, summary: ConversationSummary) -> None:
        self.found += 1
        hosts = json.dumps(summary.hosts)
        about = (conversation, summary.kind, hosts, summary.packets, summary.first, summary.last)
        with _needing_room():
            self._database.execute("INSERT INTO conversation VALUES (?, ?, ?, ?, ?, ?)", about)

    def merged(self, conversation: int, into: int) -> None:
        self._kept[conversation] = into

    # --- To be read

    def finish(self) -> None:
        """Everything has been said."""
        self._flush()
        with _needing_room():
            self._arrange()

    def _arrange(self) -> None:
        pairs = [(gone, self._root(gone)) for gone in self._kept]
        self._database.executemany("INSERT INTO merged VALUES (?, ?)", pairs)
        for table in ("row", "finding"):
            self._database.execute(
                f"UPDATE {table} SET conversation ="
                " (SELECT kept FROM merged WHERE gone = conversation)"
                " WHERE conversation IN (SELECT gone FROM merged)"
            )
        self._database.execute("CREATE INDEX row_by ON row (conversation, number)")
        self._database.execute("CREATE INDEX finding_by ON finding (conversation, topic, number)")

    def conversations(self) -> Iterator[tuple[int, ConversationSummary]]:
        """Those there are, the earliest first."""
        for number, kind, hosts, packets, first, last in self._database.execute(
            "SELECT number, kind, hosts, packets, first, last FROM conversation ORDER BY"
            " (SELECT min(number) FROM row WHERE conversation = conversation.number)"
        ):
            people = tuple(((host, port), title) for (host, port), title in json.loads(hosts))
            yield number, ConversationSummary(kind, people, packets, first, last)

    def rows(self, conversation: int, most: int = -1) -> Iterator[Row]:
        """Its packets in the order of the capture, at most so many."""
        for row in self._database.execute(
            "SELECT number, at, source, source_port, destination, destination_port, length,"
            " what, note, purpose, layer, protocol, frame, headers, comments, end FROM row"
            " WHERE conversation = ? ORDER BY number LIMIT ?",
            (conversation, most),
        ):
            number, at, source, source_port, destination, destination_port, length, *rest = row
            what, note, purpose, layer, protocol, frame, headers, comments, end = rest
            yield Row(
                number,
                at,
                (source, source_port),
                (destination, destination_port),
                length,
                Dissection(what, _PURPOSES[purpose], _LAYERS[layer], protocol, note),
                frame,
                _headers(headers),
                tuple(json.loads(comments)) if comments != _NONE else (),
                end,
            )

    def findings(self, conversation: int) -> Iterator[Finding]:
        """What there is to say about it, by topic, and then by packet."""
        topics = self._database.execute(
            "SELECT topic FROM finding WHERE conversation = ? GROUP BY topic ORDER BY min(rowid)",
            (conversation,),
        ).fetchall()
        for (topic,) in topics:
            for text, packets, took in self._database.execute(
                "SELECT text, packets, took FROM finding WHERE conversation = ? AND topic = ?"
                " ORDER BY number, rowid",
                (conversation, topic),
            ):
                yield Finding(topic, text, tuple(map(int, filter(None, packets.split(",")))), took)

    def longest(self, conversation: int) -> int:
        """Characters in the longest text about one of its packets."""
        (longest,) = self._database.execute(
            "SELECT max(length(what) + CASE note WHEN '' THEN 0 ELSE length(note) + 3 END)"
            " FROM row WHERE conversation = ?",
            (conversation,),
        ).fetchone()
        return int(longest or 0)

    def close(self) -> None:
        """Forget everything."""
        self._database.close()

    def _flush(self) -> None:
        with _needing_room():
            self._database.execute("BEGIN")
            for table, waiting in (("row", self._rows), ("finding", self._findings)):
                if waiting:
                    marks = ", ".join("?" * len(waiting[0]))
                    self._database.executemany(f"INSERT INTO {table} VALUES ({marks})", waiting)
                    waiting.clear()
            self._database.execute("COMMIT")

    def _root(self, number: int) -> int:
        while number in self._kept:
            number = self._kept[number]
        return number


@lru_cache
def _layout(headers: tuple[Header, ...]) -> str:
    return json.dumps([(one.name, one.start, one.end) for one in headers])


@lru_cache
def _headers(layout: str) -> tuple[Header, ...]:
    return tuple(Header(*header) for header in json.loads(layout))
