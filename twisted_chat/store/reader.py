"""Reading what a store has, over a connection of its own, so that nothing that is written waits.
Each call waits for the disk."""

import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from twisted_chat.errors import ChatError
from twisted_chat.store.batch import is_called
from twisted_chat.store.queries import (
    MOST,
    HistoryQuery,
    KeptLine,
    LinesFound,
    LinesQuery,
    LogFound,
    LogQuery,
    NamedQuery,
    PeopleFound,
    PeopleQuery,
    SearchQuery,
    StoreAnswer,
    StoreQuery,
)
from twisted_chat.store.records import TalkKey
from twisted_chat.store.signed_words import read_log

_MISSING = """
    (SELECT signed.number - 1 - (
        SELECT before.number FROM signed AS before
        WHERE before.feed = signed.feed AND before.number < signed.number
        ORDER BY before.number DESC LIMIT 1)
    FROM signed WHERE signed.message = messages.id)
"""
"""How many messages of the same author are missing before one, or NULL."""
_COLUMNS = (
    "messages.id, talks.room, talks.name, people.name, people.fingerprint, people.own,"
    f" messages.time, messages.text, {_MISSING}"
)
_JOINED = "JOIN talks ON talks.id = talk JOIN people ON people.id = author"
_PEOPLE = """
    SELECT server, room, key, name FROM (
        SELECT server, room, key, name, unread,
            (SELECT max(id) FROM messages WHERE talk = talks.id) AS latest
        FROM talks WHERE room = '' AND server = '')
    JOIN messages ON messages.id = latest WHERE time >= ? OR unread > 0
    ORDER BY unread > 0 DESC, latest DESC LIMIT ?
"""
_LARGEST = 2**63 - 1
PATIENCE = 5.0
"""Seconds to wait for another program that has the file to itself."""


class NotRead(ChatError):
    """What is kept cannot be read, for the reason that this says."""


class StoreReader:
    """What is asked of a store, over this connection."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        try:
            connection.execute("SELECT rowid FROM words WHERE words MATCH 'a' LIMIT 0")
            self._indexed = True
        except sqlite3.Error:
            self._indexed = False

    def close(self) -> None:
        """Let the file go."""
        self._connection.close()

    def log(self, query: LogQuery) -> LogFound:
        """What was signed in a room. Raises NotRead."""
        try:
            return read_log(self._connection, self._talk(query.talk), query)
        except sqlite3.Error as problem:
            raise NotRead(str(problem)) from None

    def any_answer(self, query: StoreQuery) -> StoreAnswer:
        """What is asked for, of whatever kind. Raises NotRead."""
        if isinstance(query, LogQuery):
            return self.log(query)
        return self.people(query) if isinstance(query, PeopleQuery) else self.answer(query)

    def people(self, query: PeopleQuery) -> PeopleFound:
        """With whom something private was said last. Raises NotRead."""
        try:
            rows = self._connection.execute(_PEOPLE, (query.since, query.count))
            return PeopleFound(tuple(TalkKey(*row) for row in rows))
        except sqlite3.Error as problem:
            raise NotRead(str(problem)) from None

    def answer(self, query: LinesQuery) -> LinesFound:
        """The lines that are asked for. Raises NotRead."""
        try:
            if isinstance(query, HistoryQuery):
                return self._history(query)
            if isinstance(query, NamedQuery):
                return self._named(query)
            return self._search(query)
        except sqlite3.Error as problem:
            raise NotRead(str(problem)) from None

    def _history(self, query: HistoryQuery) -> LinesFound:
        count = min(query.count, MOST)
        number = self._talk(query.talk)
        rows = self._connection.execute(
            f"SELECT {_COLUMNS} FROM messages {_JOINED} WHERE talk = ? AND messages.id <= ?"
            " ORDER BY messages.id DESC LIMIT ?",
            (number, query.until or _LARGEST, count + 1),
        ).fetchall()
        return _found(rows, count)

    def _named(self, query: NamedQuery) -> LinesFound:
        every = [one for one in self.talks() if is_called(one, query.name, query.server)]
        found = [self._history(HistoryQuery(one, 1)) for one in every]
        return LinesFound(tuple(line for one in found for line in one.lines))

    def _talk(self, talk: TalkKey) -> int:
        """The number of a conversation; 0 where nothing was said in it."""
        found = self._connection.execute(
            "SELECT id FROM talks WHERE server = ? AND room = ? AND key = ?", talk[:3]
        ).fetchone()
        return 0 if found is None else int(found[0])

    def _search(self, query: SearchQuery) -> LinesFound:
        words, count = query.words.split(), min(query.count, MOST)
        talk = None if query.talk is None else self._talk(query.talk)
        if not self._indexed:
            return self._scan([folded_text(word) for word in words], talk, count)
        rows = self._matching(_asked(words), talk, count + 1)
        if len(rows) <= count:  # Beginnings take longer, as many words may begin so.
            rows = self._matching(_asked(words, "*"), talk, count + 1)
        return _found(rows, count)

    def _matching(self, asked: str, talk: int | None, count: int) -> list[Any]:
        there, values = ("", ()) if talk is None else (" AND talk = ?", (talk,))
        return self._connection.execute(
            f"SELECT {_COLUMNS} FROM words JOIN messages ON messages.id = words.rowid {_JOINED}"
            f" WHERE words MATCH ?{there} ORDER BY words.rowid DESC LIMIT ?",
            (asked, *values, count),
        ).fetchall()

    def _scan(self, words: Sequence[str], talk: int | None, count: int) -> LinesFound:
        there, values = ("", ()) if talk is None else (" WHERE talk = ?", (talk,))
        rows = self._connection.execute(
            f"SELECT {_COLUMNS} FROM messages {_JOINED}{there} ORDER BY messages.id DESC", values
        )
        found = []
        for row in rows:
            text = folded_text(row[7])
            if all(word in text for word in words):
                found.append(row)
                if len(found) > count:
                    break
        return _found(found, count, scanned=True)

    # --- Without a session

    def talks(self) -> list[TalkKey]:
        """All conversations."""
        try:
            rows = self._connection.execute(
                "SELECT server, room, key, name FROM talks ORDER BY id"
            )
            return [TalkKey(*row) for row in rows]
        except sqlite3.Error as problem:
            raise NotRead(str(problem)) from None

    def all_lines(self, talk: TalkKey) -> Iterator[KeptLine]:
        """All of a conversation, in order. Raises NotRead."""
        try:
            yield from (
                _line(row)
                for row in self._connection.execute(
                    f"SELECT {_COLUMNS} FROM messages {_JOINED} WHERE talk = ?"
                    " ORDER BY messages.id",
                    (self._talk(talk),),
                )
            )
        except sqlite3.Error as problem:
            raise NotRead(str(problem)) from None


def open_reader(path: Path) -> StoreReader:
    """Read this file, which may be written meanwhile. Raises NotRead."""
    try:
        return StoreReader(_opened(path, "mode=ro"))
    except sqlite3.Error as problem:
        log = path.with_name(f"{path.name}-wal")
        try:
            if not path.exists() or (log.exists() and log.stat().st_size):
                raise problem
            # Nobody can write it there, nor what SQLite needs beside a file that may be written.
            return StoreReader(_opened(path, "immutable=1"))
        except (sqlite3.Error, OSError):
            raise NotRead(f"cannot read {path}: {problem}") from None


def _opened(path: Path, how: str) -> sqlite3.Connection:
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?{how}",
        uri=True,
        timeout=PATIENCE,
        isolation_level=None,
        check_same_thread=False,
    )
    try:
        connection.execute("SELECT id FROM messages LIMIT 0")
    except BaseException:
        connection.close()
        raise
    return connection


def folded_text(text: str) -> str:
    """A text as it is compared where there is no index."""
    return text.casefold()


def _asked(words: Sequence[str], begin: str = "") -> str:
    """All of these words, or with `*` ones that begin so, in the language of FTS5."""
    whole = (word.replace("\0", "").replace('"', '""') for word in words)
    return " ".join(f'"{word}"{begin}' for word in whole)


def _found(rows: Sequence[Any], count: int, *, scanned: bool = False) -> LinesFound:
    lines = tuple(_line(row) for row in reversed(rows[:count]))
    return LinesFound(lines, len(rows) > count, scanned)


def _line(row: Any) -> KeptLine:
    number, room, talk, author, fingerprint, own, time, text, missing = row
    where, whom = (talk, "") if room else ("", talk)
    who = where, whom, author, fingerprint, bool(own)
    return KeptLine(number, *who, time, text, missing or 0)
