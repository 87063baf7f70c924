"""What is known of keys, in one small SQLite file beside one's own key.

Each call is one statement, which SQLite carries out wholly or not at all; so
two programs may use the file at once, and none of them can leave it damaged.
"""

import os
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from twisted_chat.addresses import Address
from twisted_chat.errors import ChatError
from twisted_chat.identity.key_file import make_directory
from twisted_chat.identity.known import KnownName, KnownServer
from twisted_chat.startup import CannotStart

FILE = "known.sqlite"
VERSION = 2
"""Of the tables; a file with a higher one is left alone, and one with a lower one is brought up
to it."""
PATIENCE = 5.0
"""Seconds to wait for another program that is writing."""
MAX_NAMES, MAX_IGNORED = 20_000, 1_000
"""Names that are listed, and keys that are ignored."""
AT_ONCE = 500
"""Names that are looked up in one go: SQLite has 999 places in a statement, if it is old."""
SEEN_EVERY = 60.0
"""Seconds: "last seen" is written no oftener, as a write waits for the disk."""

_SINCE_2 = """
ALTER TABLE names ADD COLUMN compared_at REAL NOT NULL DEFAULT 0;
CREATE TABLE ignored (fingerprint TEXT NOT NULL PRIMARY KEY, name TEXT NOT NULL);
"""
"""When a key was compared, and whose words are not shown."""
_TABLES = f"""
BEGIN IMMEDIATE;
CREATE TABLE servers (
    host TEXT NOT NULL, port INTEGER NOT NULL, fingerprint TEXT NOT NULL,
    first_seen REAL NOT NULL, last_seen REAL NOT NULL,
    PRIMARY KEY (host, port));
CREATE TABLE names (
    name TEXT NOT NULL PRIMARY KEY, fingerprint TEXT NOT NULL,
    first_seen REAL NOT NULL, last_seen REAL NOT NULL, compared INTEGER NOT NULL);
{_SINCE_2}
PRAGMA user_version = {VERSION};
COMMIT;
"""

_SEEN = f"""SET last_seen = excluded.last_seen
    WHERE fingerprint = excluded.fingerprint AND last_seen < excluded.last_seen - {SEEN_EVERY}"""
_NAME = "fingerprint, first_seen, last_seen, compared, compared_at"
_NEW_KEY = """SET fingerprint = excluded.fingerprint, last_seen = excluded.last_seen,
    first_seen = CASE WHEN fingerprint = excluded.fingerprint
        THEN first_seen ELSE excluded.first_seen END"""


class KnownFile:
    """What is known of keys, in a file, which is made where there is none. `time_of_day` tells
    when somebody is seen, in seconds since 1970. Making one raises CannotStart where
    the file cannot be used; the file is not touched then."""

    def __init__(self, path: Path, time_of_day: Callable[[], float] = time.time) -> None:
        self._path = path
        self._now = time_of_day
        make_directory(path.parent)
        try:
            if not path.exists():
                _make(path)
            os.close(os.open(path, os.O_RDWR | os.O_CLOEXEC))
            self._file = sqlite3.connect(path, timeout=PATIENCE, isolation_level=None)
        except (OSError, sqlite3.Error) as problem:
            reason = getattr(problem, "strerror", None) or problem
            raise CannotStart(f"cannot open {path}: {reason}") from None
        try:
            self._prepare()
        except CannotStart:
            self.close()
            raise
        except sqlite3.OperationalError as problem:
            self.close()
            raise CannotStart(f"cannot use {path}: {problem}") from None
        except sqlite3.DatabaseError as problem:
            self.close()
            raise CannotStart(
                f"{path} is damaged, {problem}: put a copy of it back,"
                " or move it away to know nobody"
            ) from None

    def close(self) -> None:
        """Let the file go."""
        self._file.close()

    def server(self, address: Address) -> KnownServer | None:
        found = self._do(
            "SELECT fingerprint, first_seen, last_seen FROM servers WHERE host = ? AND port = ?",
            *address,
        )
        return KnownServer(address, *found[0]) if found else None

    def remember_server(self, address: Address, fingerprint: str) -> None:
        self._put_server(_SEEN, address, fingerprint)

    def trust_server(self, address: Address, fingerprint: str) -> None:
        self._put_server(_NEW_KEY, address, fingerprint)

    def name(self, name: str) -> KnownName | None:
        found = self._do(f"SELECT {_NAME} FROM names WHERE name = ?", name)
        return _known(name, *found[0]) if found else None

    def known_names(self, names: Sequence[str]) -> dict[str, KnownName]:
        if len(names) > AT_ONCE and self._do("SELECT count(*) FROM names")[0][0] < len(names):
            wanted = set(names)  # To read all is faster than to look for more than there are.
            return {one.name: one for one in self._names("") if one.name in wanted}
        known: dict[str, KnownName] = {}
        for at in range(0, len(names), AT_ONCE):
            asked = names[at : at + AT_ONCE]
            places = ", ".join("?" * len(asked))
            known.update(
                (one.name, one) for one in self._names(f" WHERE name IN ({places})", *asked)
            )
        return known

    def _names(self, which: str, *values: str) -> Iterator[KnownName]:
        for name, *its in self._do(f"SELECT name, {_NAME} FROM names{which}", *values):
            yield _known(name, *its)

    def every_name(self) -> list[str]:
        found = self._do("SELECT name FROM names ORDER BY last_seen DESC LIMIT ?", MAX_NAMES)
        return [name for (name,) in found]

    def remember(self, name: str, fingerprint: str) -> None:
        self._put_name(_SEEN, name, fingerprint, False)

    def trust(self, name: str, fingerprint: str) -> None:
        compared = ", compared = compared AND fingerprint = excluded.fingerprint"
        self._put_name(_NEW_KEY + compared, name, fingerprint, False)

    def verify(self, name: str, fingerprint: str) -> None:
        compared = ", compared = 1, compared_at = excluded.compared_at"
        self._put_name(_NEW_KEY + compared, name, fingerprint, True)

    def doubt(self, name: str) -> None:
        self._do("UPDATE names SET compared = 0, last_seen = ? WHERE name = ?", self._now(), name)

    def ignored(self) -> list[tuple[str, str]]:
        return self._do("SELECT name, fingerprint FROM ignored LIMIT ?", MAX_IGNORED)

    def ignore(self, name: str, fingerprint: str) -> None:
        self._do(
            "INSERT INTO ignored VALUES (?, ?) ON CONFLICT (fingerprint)"
            " DO UPDATE SET name = excluded.name",
            fingerprint,
            name,
        )

    def unignore(self, fingerprint: str) -> None:
        self._do("DELETE FROM ignored WHERE fingerprint = ?", fingerprint)

    def _prepare(self) -> None:
        (version,) = self._file.execute("PRAGMA user_version").fetchone()
        if version > VERSION:
            raise CannotStart(
                f"{self._path} is of a newer twisted-chat: use that one, or move the file away"
            )
        if not version:
            raise sqlite3.DatabaseError("there is nothing in it")
        (health,) = self._file.execute("PRAGMA quick_check(1)").fetchone()
        if health != "ok":
            raise sqlite3.DatabaseError(" ".join(str(health).split()))
        if version < VERSION:
            self._bring_up()

    def _bring_up(self) -> None:
        """Let an older file have what it lacks, if no other program was first."""
        with self._file:
            self._file.execute("BEGIN IMMEDIATE")
            (version,) = self._file.execute("PRAGMA user_version").fetchone()
            if version < VERSION:
                for statement in filter(str.strip, _SINCE_2.split(";")):
                    self._file.execute(statement)
                self._file.execute(f"PRAGMA user_version = {VERSION}")

    def _put_server(self, change: str, address: Address, fingerprint: str) -> None:
        now = self._now()
        self._do(
            "INSERT INTO servers VALUES (?, ?, ?, ?, ?) ON CONFLICT (host, port)"
            f" DO UPDATE {change}",
            *address,
            fingerprint,
            now,
            now,
        )

    def _put_name(self, change: str, name: str, fingerprint: str, compared: bool) -> None:
        now = self._now()
        self._do(
            f"INSERT INTO names (name, {_NAME}) VALUES (?, ?, ?, ?, ?, ?)"
            f" ON CONFLICT (name) DO UPDATE {change}",
            name,
            fingerprint,
            now,
            now,
            compared,
            now if compared else 0.0,
        )

    def _do(self, statement: str, *values: Any) -> list[Any]:
        with self._told():
            return self._file.execute(statement, values).fetchall()

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as problem:
            raise ChatError(f"cannot use {self._path}: {problem}") from None


def _known(
    name: str,
    fingerprint: str,
    first_seen: float,
    last_seen: float,
    compared: int,
    compared_at: float,
) -> KnownName:
    """What stands in a row of the names."""
    when = compared_at if compared else 0.0
    return KnownName(name, fingerprint, first_seen, last_seen, bool(compared), when)


def _make(path: Path) -> None:
    """Make the file, whole from the beginning: one with nothing in it has lost what it had."""
    descriptor, temporary = tempfile.mkstemp(prefix=".known-", dir=path.parent)
    os.close(descriptor)
    try:
        file = sqlite3.connect(temporary)
        try:
            file.executescript(_TABLES)
        finally:
            file.close()
        with suppress(FileExistsError):  # Another program was first.
            os.link(temporary, path)
    finally:
        os.unlink(temporary)
