"""The journal of a room server in a SQLite file. Each call waits for the disk."""

import fcntl
import os
import sqlite3
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

from twisted_chat.errors import ChatError
from twisted_chat.identity.key_file import make_directory
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
from twisted_chat.startup import CannotStart

VERSION = 2
"""Of the tables; a file with a higher one is left alone."""

# One for each version after the first: what makes the tables of the one before into its own.
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
"""Each with its columns: a file that lacks some is damaged."""


class NotWritten(ChatError):
    """The journal cannot be written, for the reason that this says."""


class JournalFile:
    """Names and rooms in a file of mode 600, which is made where there is none.

    Transactions are in SQLite's write-ahead log and reach the disk before `write` returns.
    A damaged file is moved aside, never written over, and `set_aside` says where it is
    then. `time_of_day` tells since when somebody is absent, in seconds since 1970. Making
    one raises CannotStart where the file cannot be used, or another server uses it.
    """

    def __init__(self, path: Path, time_of_day: Callable[[], float] = time.time) -> None:
        self.path = path
        self.set_aside: Path | None = None
        self._now = time_of_day
        make_directory(path.parent)
        self._lock = self._take()
        try:
            self._file = self._open()
        except BaseException:
            os.close(self._lock)
            raise

    def _take(self) -> int:
        beside = self.path.with_name(self.path.name + ".lock")
        try:
            lock = os.open(beside, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise CannotStart(f"cannot open {beside}: {error.strerror}") from None
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(lock)
            raise CannotStart(
                f"another server keeps its names in {self.path}:"
                " give this one another file, or nothing to keep, with --journal"
            ) from None
        return lock

    def _open(self) -> sqlite3.Connection:
        try:
            return _open(self.path)
        except sqlite3.OperationalError as problem:
            raise CannotStart(f"cannot use {self.path}: {problem}") from None
        except sqlite3.DatabaseError:
            self.set_aside = self._move_aside()
        try:
            return _open(self.path)
        except sqlite3.Error as problem:
            raise CannotStart(f"cannot use {self.path}: {problem}") from None

    def _move_aside(self) -> Path:
        aside = self.path.with_name(f"{self.path.name}.damaged-{int(self._now())}")
        while aside.exists():
            aside = aside.with_name(aside.name + "x")
        try:
            for end in ("-wal", "-shm"):
                with suppress(FileNotFoundError):
                    os.rename(f"{self.path}{end}", f"{aside}{end}")
            os.rename(self.path, aside)
        except OSError as error:
            raise CannotStart(
                f"{self.path} is damaged and cannot be moved aside: {error.strerror}"
            ) from None
        return aside

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
        self._file.close()
        os.close(self._lock)


def _open(path: Path) -> sqlite3.Connection:
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
    except OSError as error:
        raise CannotStart(f"cannot open {path}: {error.strerror}") from None
    # It is used by one thread at a time, and not always by the one that opens it.
    file = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    try:
        _prepare(file, path)
    except BaseException:
        file.close()
        raise
    return file


def _prepare(file: sqlite3.Connection, path: Path) -> None:
    file.execute("PRAGMA journal_mode = WAL")
    file.execute("PRAGMA synchronous = FULL")
    ((found,),) = file.execute("PRAGMA user_version")
    if found > VERSION:
        raise CannotStart(f"{path} is of a later version of this program: update, or use another")
    ((state,),) = file.execute("PRAGMA quick_check(1)")
    if state != "ok":
        raise sqlite3.DatabaseError(state)
    for version in range(found, VERSION):
        steps = _MIGRATIONS[version]
        file.executescript(f"BEGIN; {steps} PRAGMA user_version = {version + 1}; COMMIT;")
    for table in _TABLES:
        name, _, columns = table.rstrip(")").partition(" (")
        try:
            file.execute(f"SELECT {columns} FROM {name} LIMIT 0")
        except sqlite3.OperationalError as problem:
            raise sqlite3.DatabaseError(str(problem)) from None
