"""A SQLite file that one program has at a time. Each call waits for the disk."""

import fcntl
import os
import sqlite3
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from msgspec import Struct

from twisted_chat.errors import ChatError
from twisted_chat.identity.key_file import make_directory
from twisted_chat.startup import CannotStart


class NotWritten(ChatError):
    """The file cannot be written, for the reason that this says."""


class Schema(Struct, frozen=True):
    """What is in a file. `migrations` has one for each version after the first: what makes the
    tables of the one before into its own. `tables` has them all, each with its columns: a file
    that lacks some is damaged."""

    migrations: tuple[str, ...]
    tables: tuple[str, ...]
    first: str = ""
    """What is to be said before the first table is made."""
    checked: int | None = None
    """Bytes of a file that is read wholly at a start, to see whether it is damaged; None for
    each, however large."""

    @property
    def version(self) -> int:
        """Of the tables; a file with a higher one is left alone."""
        return len(self.migrations)


_HEADER = 100
"""Bytes with which a file begins that has anything (sqlite.org/fileformat2.html, 1.3)."""


class DatabaseFile:
    """A file of mode 600, which is made where there is none, in SQLite's write-ahead log, so
    that a transaction is on the disk when it is over.

    A damaged file is moved aside, never written over, and `set_aside` says where it is
    then. `taken` is what to say where another program has the file; `time_of_day` is in
    seconds since 1970. Making one raises CannotStart where the file cannot be used.
    """

    def __init__(
        self,
        path: Path,
        schema: Schema,
        taken: str,
        time_of_day: Callable[[], float] = time.time,
    ) -> None:
        self.path = path
        self.set_aside: Path | None = None
        self._schema = schema
        self._now = time_of_day
        make_directory(path.parent)
        self._lock = self._take(taken)
        try:
            self.connection = self._open()
        except BaseException:
            os.close(self._lock)
            raise

    def _take(self, taken: str) -> int:
        beside = self.path.with_name(self.path.name + ".lock")
        try:
            lock = os.open(beside, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise CannotStart(f"cannot open {beside}: {error.strerror}") from None
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(lock)
            raise InUse(taken) from None
        return lock

    def _open(self) -> sqlite3.Connection:
        try:
            return _open(self.path, self._schema)
        except sqlite3.OperationalError as problem:
            raise CannotStart(f"cannot use {self.path}: {problem}") from None
        except sqlite3.DatabaseError:
            self.set_aside = self._move_aside()
        try:
            return _open(self.path, self._schema)
        except sqlite3.Error as problem:
            raise CannotStart(f"cannot use {self.path}: {problem}") from None

    def begin_anew(self) -> Path:
        """The file has turned out to be damaged: move it aside, and begin another. Returns where
        it is then. Raises CannotStart."""
        self.connection.close()
        self.set_aside = self._move_aside()
        try:
            self.connection = _open(self.path, self._schema)
        except sqlite3.Error as problem:
            raise CannotStart(f"cannot use {self.path}: {problem}") from None
        return self.set_aside

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

    def close(self) -> None:
        """Let the file go."""
        self.connection.close()
        os.close(self._lock)


class InUse(CannotStart):
    """Another program has the file."""


def _open(path: Path, schema: Schema) -> sqlite3.Connection:
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
    except OSError as error:
        raise CannotStart(f"cannot open {path}: {error.strerror}") from None
    if _is_cut(path):
        raise sqlite3.DatabaseError("the file is cut")
    # It is used by one thread at a time, and not always by the one that opens it.
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    try:
        if schema.first:
            connection.executescript(schema.first)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        prepare(connection, schema, str(path))
    except BaseException:
        connection.close()
        raise
    return connection


def prepare(connection: sqlite3.Connection, schema: Schema, called: str) -> None:
    """Make the tables what they are now. Raises CannotStart, where they are of a later version,
    and sqlite3.DatabaseError where the file is damaged."""
    ((found,),) = connection.execute("PRAGMA user_version")
    if found > schema.version:
        raise CannotStart(
            f"{called} is of a later version of this program: update, or use another"
        )
    if schema.checked is None or _size(connection) <= schema.checked:
        check(connection)
    for version in range(found, schema.version):
        steps = schema.migrations[version]
        connection.executescript(f"BEGIN; {steps} PRAGMA user_version = {version + 1}; COMMIT;")
    for table in schema.tables:
        name, _, columns = table.rstrip(")").partition(" (")
        try:
            connection.execute(f"SELECT {columns} FROM {name} LIMIT 0")
        except sqlite3.OperationalError as problem:
            raise sqlite3.DatabaseError(str(problem)) from None


def check(connection: sqlite3.Connection) -> None:
    """Read all of the file. Raises sqlite3.DatabaseError where it is damaged."""
    ((state,),) = connection.execute("PRAGMA quick_check(1)")
    if state != "ok":
        raise sqlite3.DatabaseError(state)


def _is_cut(path: Path) -> bool:
    """Whether the last page is not whole, though there is no log that has it: SQLite takes what
    is missing for zeros."""
    with path.open("rb") as file:
        header = file.read(_HEADER)
        size = file.seek(0, os.SEEK_END)
    log = path.with_name(f"{path.name}-wal")
    if len(header) < _HEADER or (log.exists() and log.stat().st_size):
        return False
    page = int.from_bytes(header[16:18], "big")
    return size % (65536 if page == 1 else page or 1) != 0


def _size(connection: sqlite3.Connection) -> int:
    ((pages,),) = connection.execute("PRAGMA page_count")
    ((size,),) = connection.execute("PRAGMA page_size")
    return int(pages) * int(size)
