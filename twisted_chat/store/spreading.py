"""Lines put under other numbers, in an order that stays."""

import sqlite3
from collections.abc import Sequence
from typing import Protocol

from twisted_chat.store.index import WordIndex
from twisted_chat.store.signed_words import APART


class Numbers(Protocol):
    """Gives numbers to lines."""

    def next_number(self, count: int) -> int:
        """Take so many numbers of messages, APART from each other. Returns the first of them."""


def spread(connection: sqlite3.Connection, numbers: Numbers, index: WordIndex, talk: int) -> None:
    """Put the lines of a conversation apart again, as there is no room between two of them."""
    rows = connection.execute(
        "SELECT id, talk, author, time, text FROM messages WHERE talk = ? ORDER BY id", (talk,)
    ).fetchall()
    renumber(connection, numbers, index, talk, rows)


def renumber(
    connection: sqlite3.Connection,
    numbers: Numbers,
    index: WordIndex,
    talk: int,
    rows: Sequence[tuple[int, int, int, int, str]],
) -> None:
    """Write a conversation anew, under numbers in this order; a row has the number that it had,
    or 0 for a new one."""
    index.remove("talk = ?", talk)
    connection.execute("DELETE FROM messages WHERE talk = ?", (talk,))
    first = numbers.next_number(len(rows))
    messages = [(first + place * APART, *row[1:]) for place, row in enumerate(rows)]
    connection.executemany("INSERT INTO messages VALUES (?, ?, ?, ?, ?)", messages)
    index.add([(message[0], message[4]) for message in messages])
    moved = [(message[0], row[0]) for message, row in zip(messages, rows, strict=True) if row[0]]
    connection.executemany("UPDATE outbox SET message = ? WHERE message = ?", moved)
    connection.executemany("UPDATE signed SET message = ? WHERE message = ?", moved)
