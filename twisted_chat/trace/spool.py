"""What the analysis says, kept on disk until it is known which conversation it belongs to.

Rows have a file of their own; what is said of whole conversations is in an SQLite
database, in a temporary file that has no name: it is gone with the process.
"""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from twisted_chat.trace.report import ConversationSummary, Finding, Row
from twisted_chat.trace.rows import NoRoom, Rows

AT_ONCE = 1_000
"""Findings that are put into the database together."""
CACHE = 16 * 1024
"""KiB of the database that may be in memory."""

_TABLES = """
CREATE TABLE finding (
    conversation INTEGER, topic TEXT, text TEXT, packets TEXT, took INTEGER, number INTEGER);
CREATE TABLE conversation (
    number INTEGER PRIMARY KEY, begins INTEGER, kind TEXT, hosts TEXT, packets INTEGER,
    first INTEGER, last INTEGER);
CREATE TABLE merged (gone INTEGER PRIMARY KEY, kept INTEGER);
"""


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
        self._rows = Rows(with_bytes=with_bytes)
        self._database = sqlite3.connect("", isolation_level=None)
        self._database.execute(f"PRAGMA cache_size = -{CACHE}")
        self._database.execute("PRAGMA journal_mode = OFF")
        self._database.executescript(_TABLES)
        self._findings: list[tuple[object, ...]] = []
        self._kept: dict[int, int] = {}
        self.found = 0
        """How many conversations there are."""
        self.row = self._rows.add

    # --- As a sink

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
        about = (
            conversation,
            self._rows.first(conversation),
            summary.kind,
            json.dumps(summary.hosts),
            summary.packets,
            summary.first,
            summary.last,
        )
        with _needing_room():
            self._database.execute("INSERT INTO conversation VALUES (?, ?, ?, ?, ?, ?, ?)", about)

    def merged(self, conversation: int, into: int) -> None:
        self._kept[conversation] = into
        self._rows.absorb(conversation, into)

    # --- To be read

    def finish(self) -> None:
        """Everything has been said."""
        self._rows.flush()
        self._flush()
        with _needing_room():
            pairs = [(gone, self._root(gone)) for gone in self._kept]
            self._database.executemany("INSERT INTO merged VALUES (?, ?)", pairs)
            self._database.execute(
                "UPDATE finding SET conversation ="
                " (SELECT kept FROM merged WHERE gone = conversation)"
                " WHERE conversation IN (SELECT gone FROM merged)"
            )
            self._database.execute(
                "CREATE INDEX finding_by ON finding (conversation, topic, number)"
            )

    def conversations(self) -> Iterator[tuple[int, ConversationSummary]]:
        """Those there are, the earliest first."""
        for number, kind, hosts, packets, first, last in self._database.execute(
            "SELECT number, kind, hosts, packets, first, last FROM conversation ORDER BY begins"
        ):
            people = tuple(((host, port), title) for (host, port), title in json.loads(hosts))
            yield number, ConversationSummary(kind, people, packets, first, last)

    def rows(self, conversation: int) -> Iterator[Row]:
        """Its packets in the order of the capture."""
        return self._rows.read(conversation)

    def longest(self, conversation: int) -> int:
        """Characters in the longest text about one of its packets."""
        return self._rows.longest(conversation)

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

    def close(self) -> None:
        """Forget everything."""
        self._rows.close()
        self._database.close()

    def _flush(self) -> None:
        with _needing_room():
            self._database.execute("BEGIN")
            self._database.executemany(
                "INSERT INTO finding VALUES (?, ?, ?, ?, ?, ?)", self._findings
            )
            self._findings.clear()
            self._database.execute("COMMIT")

    def _root(self, number: int) -> int:
        while number in self._kept:
            number = self._kept[number]
        return number
