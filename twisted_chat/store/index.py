"""The index of words: FTS5 over the texts of messages, which has none of its own."""

import sqlite3
from collections.abc import Sequence
from contextlib import suppress

from twisted_chat.store.schema import INDEX

SMALL = 100_000
"""Messages whose index is looked through at each start: a million would take eight seconds, in
which nothing is written."""


class WordIndex:
    """It is made where there is none yet. Where the system's SQLite has no FTS5, nothing is
    `there`, and what is searched is read through."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        try:
            connection.executescript(INDEX)
            connection.execute("SELECT rowid FROM words WHERE words MATCH 'a' LIMIT 0")
            self.there = True
        except sqlite3.OperationalError as problem:
            if "no such module" not in str(problem) and "readonly" not in str(problem):
                raise
            self.there = False

    def add(self, texts: Sequence[tuple[int, str]]) -> None:
        """Index these, each with the number of its message."""
        if self.there:
            self._connection.executemany("INSERT INTO words (rowid, text) VALUES (?, ?)", texts)

    def remove(self, where: str, value: object) -> None:
        """Take out what is to be deleted of the messages, before that is."""
        if self.there:
            self._connection.execute(
                "INSERT INTO words (words, rowid, text)"
                f" SELECT 'delete', id, text FROM messages WHERE {where}",
                (value,),
            )

    def mend(self, *, wholly: bool = True) -> bool:
        """Build it anew if it is damaged, which is looked for `wholly`, or in a large one only
        where there is a reason, or lacks something. Returns whether it was."""
        if not self.there:
            return False
        execute = self._connection.execute
        try:
            ((count,),) = execute("SELECT count(*) FROM messages")
            if wholly or count <= SMALL:
                execute("INSERT INTO words (words, rank) VALUES ('integrity-check', 1)")
            ((lacks,),) = self._connection.execute(
                "SELECT (SELECT count(*) FROM messages) - (SELECT count(*) FROM words_docsize)"
            )
        except sqlite3.DatabaseError as problem:
            if isinstance(problem, sqlite3.OperationalError):
                raise
            lacks = 1
        if lacks:
            self._build()
        return bool(lacks)

    def _build(self) -> None:
        execute = self._connection.execute
        with suppress(sqlite3.DatabaseError):
            execute("INSERT INTO words (words) VALUES ('rebuild')")
            return
        execute("DROP TABLE IF EXISTS words")
        self._connection.executescript(INDEX)
        execute("INSERT INTO words (words) VALUES ('rebuild')")

    def tidy(self) -> None:
        """Write it anew, without what was taken out."""
        if self.there:
            self._connection.execute("INSERT INTO words (words) VALUES ('optimize')")
