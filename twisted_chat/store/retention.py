"""What is kept of old lines, by what the person has written down."""

import sqlite3

from msgspec import Struct

from twisted_chat.store.index import WordIndex

DAY = 86_400
MEGABYTE = 1_000_000
AT_ONCE = 1_000
"""Lines that are deleted in one transaction."""


class StoredWords(Struct, frozen=True):
    """The file in which something is deleted."""

    connection: sqlite3.Connection
    index: WordIndex


class Retention(Struct, frozen=True):
    """How many days a line is kept, and how many megabytes the file may have; 0 for any."""

    days: int = 0
    megabytes: int = 0

    def apply(self, file: StoredWords, now: float) -> int:
        """Delete what is to be kept no longer; what has not arrived yet stays. `now` is in
        seconds since 1970. Returns how many lines."""
        deleted = 0
        if self.days:
            before = int((now - self.days * DAY) * 1000)
            while count := _delete(file, "time < ?", before):
                deleted += count
        while self.megabytes and _bytes(file) > self.megabytes * MEGABYTE:
            count = _delete(file, "? <= id", 0)
            if not count:
                break
            deleted += count
        return deleted


def _delete(file: StoredWords, where: str, value: int) -> int:
    """Delete the oldest of these, so many as are deleted at once."""
    execute = file.connection.execute
    execute("BEGIN IMMEDIATE")
    try:
        numbers = execute(
            f"SELECT id FROM messages WHERE {where}"
            " AND id NOT IN (SELECT message FROM outbox) ORDER BY id LIMIT ?",
            (value, AT_ONCE),
        ).fetchall()
        if numbers:
            execute("CREATE TEMP TABLE IF NOT EXISTS old (id INTEGER PRIMARY KEY)")
            execute("DELETE FROM temp.old")
            file.connection.executemany("INSERT INTO temp.old VALUES (?)", numbers)
            file.index.remove("id IN (SELECT id FROM temp.old) AND ?", 1)
            execute("DELETE FROM signed WHERE message IN (SELECT id FROM temp.old)")
            execute("DELETE FROM messages WHERE id IN (SELECT id FROM temp.old)")
        execute("COMMIT")
    except sqlite3.Error:
        execute("ROLLBACK")
        raise
    return len(numbers)


def _bytes(file: StoredWords) -> int:
    """What the file has without its free pages, which `incremental_vacuum` gives back."""
    ((pages,),) = file.connection.execute("PRAGMA page_count")
    ((free,),) = file.connection.execute("PRAGMA freelist_count")
    ((size,),) = file.connection.execute("PRAGMA page_size")
    return int(pages - free) * int(size)
