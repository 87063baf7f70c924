"""The journal of a room server in a SQLite file. Each call waits for the disk."""

import sqlite3
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

from twisted_chat.database import DatabaseFile, NotWritten, Schema
from twisted_chat.server.journal.records import (
    BanLifted,
    BanRecord,
    KeptRecords,
    NameFreed,
    NameRecord,
    Record,
    RoomFreed,
    RoomRecord,
)

_MIGRATIONS = (
    """
    CREATE TABLE names (
        name TEXT NOT NULL PRIMARY KEY, fingerprint TEXT NOT NULL, site TEXT NOT NULL,
        absent_since REAL) WITHOUT ROWID;
    CREATE TABLE rooms (
        casefolded TEXT NOT NULL PRIMARY KEY, name TEXT NOT NULL, owner TEXT NOT NULL,
        site TEXT NOT NULL) WITHOUT ROWID;
    CREATE TABLE bans (
        kind TEXT NOT NULL, what TEXT NOT NULL, until REAL, reason TEXT NOT NULL,
        PRIMARY KEY (kind, what)) WITHOUT ROWID;
    """,
    "ALTER TABLE rooms ADD COLUMN rules TEXT NOT NULL DEFAULT '';",
)

_TABLES = (
    "names (name, fingerprint, site, absent_since)",
    "rooms (casefolded, name, owner, site, rules)",
    "bans (kind, what, until, reason)",
)


class JournalFile:
    """Names and rooms in a DatabaseFile. `time_of_day` tells since when somebody is absent, in
    seconds since 1970. Making one raises CannotStart where the file cannot be used, or another
    server uses it."""

    def __init__(self, path: Path, time_of_day: Callable[[], float] = time.time) -> None:
        self.path = path
        self._now = time_of_day
        taken = (
            f"another server keeps its names in {path}:"
            " give this one another file, or nothing to keep, with --journal"
        )
        self._database = DatabaseFile(path, Schema(_MIGRATIONS, _TABLES), taken, time_of_day)
        self._file = self._database.connection
        self.set_aside = self._database.set_aside
        """Where a damaged file is that was found in its place."""

    def read(self) -> KeptRecords:
        """All that is kept. Those who were here when it was last written are absent since now."""
        now = self._now()
        names = self._file.execute(
            "SELECT name, fingerprint, site, absent_since FROM names"
            " ORDER BY absent_since IS NULL, absent_since"
        )
        kept = tuple(
            (
                NameRecord(name, fingerprint, site, absent=True),
                0.0 if since is None else max(0.0, now - since),
            )
            for name, fingerprint, site, since in names
        )
        rooms = self._file.execute("SELECT casefolded, name, owner, site, rules FROM rooms")
        bans = self._file.execute(
            "SELECT kind, what, until - ?1, reason FROM bans WHERE until IS NULL OR until > ?1",
            (now,),
        )
        return KeptRecords(
            kept,
            tuple(RoomRecord(*room) for room in rooms),
            tuple(BanRecord(*ban) for ban in bans),
        )

    def write(self, records: Iterable[Record]) -> None:
        """Write these in one transaction, all or none. Raises NotWritten."""
        try:
            self._file.execute("BEGIN IMMEDIATE")
            for record in records:
                self._put(record)
            self._file.execute("COMMIT")
        except sqlite3.Error as problem:
            with suppress(sqlite3.Error):
                self._file.execute("ROLLBACK")
            raise NotWritten(str(problem)) from None

    def _put(self, record: Record) -> None:
        execute = self._file.execute
        match record:
            case NameRecord(casefolded, fingerprint, site, absent):
                since = self._now() if absent else None
                execute(
                    "INSERT OR REPLACE INTO names VALUES (?, ?, ?, ?)",
                    (casefolded, fingerprint, site, since),
                )
            case NameFreed(casefolded):
                execute("DELETE FROM names WHERE name = ?", (casefolded,))
            case RoomRecord(casefolded, name, owner, site, rules):
                execute(
                    "INSERT OR REPLACE INTO rooms VALUES (?, ?, ?, ?, ?)",
                    (casefolded, name, owner, site, rules),
                )
            case RoomFreed(casefolded):
                execute("DELETE FROM rooms WHERE casefolded = ?", (casefolded,))
            case BanRecord(kind, what, seconds, reason):
                until = None if seconds is None else self._now() + seconds
                execute("DELETE FROM bans WHERE until <= ?", (self._now(),))
                execute(
                    "INSERT OR REPLACE INTO bans VALUES (?, ?, ?, ?)", (kind, what, until, reason)
                )
            case BanLifted(kind, what):
                execute("DELETE FROM bans WHERE kind = ? AND what = ?", (kind, what))

    def close(self) -> None:
        """Let the file go."""
        self._database.close()
