"""The store in a SQLite file, or in memory. Each call waits for the disk."""

import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from itertools import groupby
from pathlib import Path
from threading import RLock

from twisted_chat.database import DatabaseFile, NotWritten, check, prepare
from twisted_chat.errors import ChatError
from twisted_chat.startup import CannotStart
from twisted_chat.store.batch import Batch
from twisted_chat.store.index import WordIndex
from twisted_chat.store.members import read_members
from twisted_chat.store.merge import merge
from twisted_chat.store.records import Kept, OwedLine, StoredBefore, TalkKey, UnreadRecord
from twisted_chat.store.retention import Retention, StoredWords
from twisted_chat.store.schema import SCHEMA
from twisted_chat.store.signed_words import signed_line
from twisted_chat.store.transfer import CarriedLine

MAX_EPOCHS = 32
"""Epochs that are remembered of one sender."""

_OLD_EPOCHS = """
    DELETE FROM heard WHERE (sender, epoch) IN (
        SELECT sender, epoch FROM (
            SELECT sender, epoch,
                row_number() OVER (PARTITION BY sender ORDER BY epoch DESC) AS place FROM heard)
        WHERE place > ?)
"""


class Damaged(ChatError):
    """The file has turned out to be damaged."""


class StoreFile:
    """What was said, in a DatabaseFile, or in memory where `path` is None. It may be used by one
    thread after the other. Making one raises CannotStart where the file cannot be used."""

    def __init__(
        self,
        path: Path | None,
        retention: Retention | None = None,
        time_of_day: Callable[[], float] = time.time,
    ) -> None:
        self.path = path
        self._now = time_of_day
        self._retention = Retention() if retention is None else retention
        self.turns = RLock()
        """The thread that has it uses the connection, where there is one for all."""
        self._database: DatabaseFile | None = None
        if path is not None:
            taken = (
                f"another program of yours keeps what is said in {path}:"
                " end that one, or give --no-store"
            )
            self._database = DatabaseFile(path, SCHEMA, taken, time_of_day)
        try:
            self._begin()
        except sqlite3.OperationalError as problem:
            self._let_go()
            raise CannotStart(f"cannot use {path}: {problem}") from None
        except sqlite3.DatabaseError:
            self.begin_anew()

    @property
    def set_aside(self) -> Path | None:
        """Where a damaged file is that was found in its place."""
        return None if self._database is None else self._database.set_aside

    def _begin(self) -> None:
        if self._database is not None:
            self.connection = self._database.connection
        else:
            self.connection = in_memory()
        # What is deleted is written over, in the file as in the index.
        self.connection.execute("PRAGMA secure_delete = ON")
        self.index = WordIndex(self.connection)
        ended = self._state("ended", 1)
        self.unclean = not ended
        """Whether the program that had it before was killed, or the machine failed."""
        self._batch = Batch(self.connection)
        with suppress(sqlite3.Error):
            self._set_state("ended", 0)

    # --- What a session begins with

    def read(self) -> StoredBefore:
        """What is still to be delivered, and what was heard of whom; nothing where the file turns
        out to be damaged, which is then set aside. Raises CannotStart."""
        try:
            ((last,),) = self.connection.execute("SELECT coalesce(max(id), 0) FROM messages")
            owed, epoch = tuple(self._owed()), self._state("epoch", 0)
            rooms, unread = read_members(self.connection), tuple(self._unread())
            return StoredBefore(self._heard(), owed, epoch, last, rooms, unread)
        except sqlite3.OperationalError as problem:
            self._let_go()
            raise CannotStart(f"cannot use {self.path}: {problem}") from None
        except sqlite3.DatabaseError:
            self.begin_anew()
            return StoredBefore()

    def _heard(self) -> dict[str, dict[int, int]]:
        found: dict[str, dict[int, int]] = {}
        rows = self.connection.execute(
            "SELECT fingerprint, epoch, number FROM heard JOIN keys ON keys.id = sender"
            " ORDER BY sender, epoch"
        )
        for fingerprint, epoch, number in rows:
            found.setdefault(fingerprint, {})[epoch] = number
        return {key: dict(list(epochs.items())[-MAX_EPOCHS:]) for key, epochs in found.items()}

    def _unread(self) -> Iterator[UnreadRecord]:
        rows = self.connection.execute(
            "SELECT server, room, key, name, unread FROM talks WHERE unread > 0"
        )
        return (UnreadRecord(TalkKey(*talk), count) for *talk, count in rows)

    def _owed(self) -> Iterator[OwedLine]:
        rows = self.connection.execute(
            "SELECT keys.fingerprint, receivers.name, epoch, message, number, part,"
            " CASE talks.room WHEN '' THEN '' ELSE talks.name END, people.name, time, text"
            " FROM outbox JOIN keys ON keys.id = receiver"
            " JOIN people AS receivers ON receivers.id = outbox.name"
            " JOIN messages ON messages.id = message"
            " JOIN talks ON talks.id = talk JOIN people ON people.id = author"
            " ORDER BY receiver, epoch, number"
        )
        for _, group in groupby(rows, key=lambda row: (row[0], row[2], row[3])):
            pieces = list(group)
            fingerprint, name, epoch, _, _, _, room, speaker, at, text = pieces[0]
            numbers, parts = tuple(row[4] for row in pieces), tuple(row[5] for row in pieces)
            signed = signed_line(self.connection, pieces[0][3]) if room else None
            yield OwedLine(
                fingerprint, name, epoch, numbers, parts, room, speaker, at, text, signed
            )

    # --- Writing

    def write(self, records: Sequence[Kept]) -> None:
        """Write these in one transaction, all or none. Raises NotWritten, and Damaged."""
        with self.turns:
            try:
                forgotten = self._write(records)
            except Damaged:
                self.unclean = True
                self.check()  # It may be that only the index is, which is whole from now on.
                forgotten = self._write(records)
            if forgotten:
                self._remove_traces()

    def _write(self, records: Sequence[Kept]) -> bool:
        try:
            self.connection.execute("BEGIN IMMEDIATE")
            forgotten = self._batch.write(records, self.index)
            self.connection.execute("COMMIT")
        except BaseException as problem:
            with suppress(sqlite3.Error):
                self.connection.execute("ROLLBACK")
            self._batch.begin_anew()
            if isinstance(problem, sqlite3.Error):
                raise _told(problem) from None
            raise
        return forgotten

    def merge(self, lines: Iterable[CarriedLine]) -> int:
        """Put lines from elsewhere where they belong. Returns how many are new. Raises
        NotWritten, Damaged, and what reading the lines raises; nothing is changed then."""
        with self.turns:
            try:
                self.connection.execute("BEGIN IMMEDIATE")
                new = merge(self.connection, self._batch, self.index, lines)
                self.connection.execute("COMMIT")
                self._batch.begin_anew()  # Lines have other numbers now.
            except BaseException as problem:
                with suppress(sqlite3.Error):
                    self.connection.execute("ROLLBACK")
                self._batch.begin_anew()
                if isinstance(problem, sqlite3.Error):
                    raise _told(problem) from None
                raise
            return new

    def _remove_traces(self) -> None:
        """Let nothing of what was deleted stand in the index, the log, or in free pages."""
        try:
            self.index.tidy()
            # As a script, since `execute` takes one step of it, and one page.
            self.connection.executescript("PRAGMA incremental_vacuum")
            self.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        except sqlite3.Error as problem:
            raise _told(problem) from None

    def tidy(self) -> int:
        """Delete what is older, or more, than is to be kept. Returns how many lines."""
        with self.turns:
            try:
                self.connection.execute(_OLD_EPOCHS, (MAX_EPOCHS,))
                deleted = self._retention.apply(
                    StoredWords(self.connection, self.index), self._now()
                )
            except sqlite3.Error as problem:
                raise _told(problem) from None
            if deleted:
                self._batch.begin_anew()
                self._remove_traces()
            return deleted

    # --- Looking after it

    def check(self) -> None:
        """See whether the file and its index are whole: the index is built anew if not. Raises
        Damaged, and NotWritten."""
        with self.turns:
            try:
                unclean, self.unclean = self.unclean, False
                if unclean:
                    check(self.connection)
                self.index.mend(wholly=unclean)
            except sqlite3.Error as problem:
                raise _told(problem) from None

    def begin_anew(self) -> Path:
        """The file is damaged: move it aside, and begin another. Returns where it is then.
        Raises CannotStart."""
        with self.turns:
            assert self._database is not None
            aside = self._database.begin_anew()
            self._begin()
            return aside

    def into_memory(self) -> None:
        """Go on in memory, without the file, which stays as it is."""
        with self.turns:
            if self.path is None:
                return
            self.close()
            self.path, self._database = None, None
            self._begin()

    def note_epoch(self, epoch: int) -> None:
        """All epochs that are drawn now are below this."""
        with suppress(sqlite3.Error):
            self._set_state("epoch", epoch)

    def close(self) -> None:
        """Let the file go."""
        with suppress(sqlite3.Error):
            self._set_state("ended", 1)
        self._let_go()

    def _let_go(self) -> None:
        if self._database is not None:
            self._database.close()
        else:
            self.connection.close()

    def _state(self, name: str, default: int) -> int:
        found = self.connection.execute("SELECT value FROM state WHERE name = ?", (name,))
        row = found.fetchone()
        return default if row is None else int(row[0])

    def _set_state(self, name: str, value: int) -> None:
        self.connection.execute("INSERT OR REPLACE INTO state VALUES (?, ?)", (name, value))


def in_memory() -> sqlite3.Connection:
    """The tables, empty, in memory."""
    connection = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    prepare(connection, SCHEMA, "memory")
    return connection


def _told(problem: sqlite3.Error) -> ChatError:
    """What an error of SQLite is for us: one that may pass, or a damaged file."""
    passes = isinstance(problem, sqlite3.OperationalError | sqlite3.ProgrammingError)
    damaged = not passes or "malformed" in str(problem)
    return Damaged(str(problem)) if damaged else NotWritten(str(problem))
