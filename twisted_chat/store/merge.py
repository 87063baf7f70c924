"""Lines from elsewhere, put among those that are kept."""

import sqlite3
from collections.abc import Iterable
from itertools import groupby

from twisted_chat.store.batch import Batch
from twisted_chat.store.index import WordIndex
from twisted_chat.store.spreading import renumber
from twisted_chat.store.transfer import CarriedLine

_Row = tuple[int, str, str, bool, str, int]
"""Time, author, fingerprint, own, text, and the number that it had; 0 for a new one."""


def merge(
    connection: sqlite3.Connection,
    batch: Batch,
    index: WordIndex,
    lines: Iterable[CarriedLine],
) -> int:
    """Put these where they belong by their time, in a transaction that there is. What is there
    keeps its order, and what is there already is left out. Returns how many are new."""
    new = 0
    by_talk = sorted(lines, key=lambda line: line.talk[:3])
    for _, group in groupby(by_talk, key=lambda line: line.talk[:3]):
        carried = list(group)
        talk = batch.talk(carried[0].talk)
        rows: list[_Row] = [
            (time, name, key, bool(own), text, number)
            for number, time, name, key, own, text in connection.execute(
                "SELECT messages.id, time, name, fingerprint, own, text FROM messages"
                " JOIN people ON people.id = author WHERE talk = ? ORDER BY messages.id",
                (talk,),
            )
        ]
        known = {row[:5] for row in rows}
        added: dict[tuple[int, str, str, bool, str], None] = {}
        for line in carried:
            row = line.time, line.author, line.fingerprint, line.own, line.text
            if row not in known:
                added[row] = None
        if added:
            new += len(added)
            _put(connection, batch, index, talk, _merged(rows, [(*row, 0) for row in added]))
    return new


def _merged(rows: list[_Row], added: list[_Row]) -> list[_Row]:
    """All of them: each new one before the first that is later."""
    added.sort(key=lambda row: row[0])
    merged: list[_Row] = []
    at = 0
    for row in rows:
        while at < len(added) and added[at][0] < row[0]:
            merged.append(added[at])
            at += 1
        merged.append(row)
    return merged + added[at:]


def _put(
    connection: sqlite3.Connection, batch: Batch, index: WordIndex, talk: int, rows: list[_Row]
) -> None:
    """Write a conversation anew, under numbers in this order."""
    messages = [
        (number, talk, batch.person(key, name, own=own), time, text)
        for time, name, key, own, text, number in rows
    ]
    renumber(connection, batch, index, talk, messages)
