"""What was signed, beside the lines that were said: written with them, and read for a room's log.

A line's number tells where it stands. Between two that were written one after the other there
is room for others, which came late.
"""

import sqlite3
from collections.abc import Iterator
from typing import Any

from twisted_chat.store.queries import LogFound, LogQuery
from twisted_chat.store.records import MemberTime, SpansRecord, TalkKey
from twisted_chat.wire.gen2.history import IDENTIFIER_DIGITS, RoomMessage, feed_of

APART = 1 << 24
"""How far the numbers of two lines are apart that are written one after the other."""
CLOSE_BY = 256
"""How far before another a line is put that came late: what comes next belongs before it, as what
is missing is asked for from its end."""

_SIGNED = """
    SELECT feeds.key, feeds.series, people.name, number, clock,
        coalesce(signed.time, messages.time), seen, text, signature, message
    FROM signed JOIN feeds ON feeds.id = feed JOIN messages ON messages.id = message
    JOIN people ON people.id = author
"""


class SignedWords:
    """Writes them over one connection, within a transaction. It remembers what the numbers of
    rooms and feeds are."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._rooms: dict[tuple[int, str], int] = {}
        self._feeds: dict[tuple[int, str, str], int] = {}
        self._put: tuple[tuple[int, str], int, int] = ((0, ""), 0, 0)
        """The line that was put between others last: which, its number, and the one behind which
        it stands."""

    def note(self, number: int, talk: int, time: int, message: RoomMessage) -> None:
        """The line of this number, which is shown as said at this time, is this message."""
        room = self.room(talk, message.origin)
        feed = self._feed(room, message.key, message.series)
        seen = bytes.fromhex("".join(message.seen))
        kept = None if message.time == time else message.time
        signature = bytes.fromhex(message.signature)
        row = number, feed, message.number, message.clock, kept, seen, signature
        self._connection.execute("INSERT INTO signed VALUES (?, ?, ?, ?, ?, ?, ?)", row)

    def drew(self, message: RoomMessage) -> None:
        """We have said this: its number is never used again, whatever is forgotten of it."""
        row = message.origin, bytes.fromhex(message.series), message.number
        self._connection.execute("INSERT OR REPLACE INTO drawn VALUES (?, ?, ?)", row)

    def spans(self, room: int, member: int, record: SpansRecord) -> None:
        """Somebody was in a room then, and at no other time."""
        execute = self._connection.execute
        execute("DELETE FROM spans WHERE room = ? AND member = ?", (room, member))
        for span in record.spans:
            execute("INSERT OR REPLACE INTO spans VALUES (?, ?, ?, ?, ?)", (room, member, *span))

    def next_to(self, talk: int, message: RoomMessage, before: RoomMessage) -> int:
        """A number for a line that belongs right before the one that was put somewhere last, as
        where many come one after the other, the last of them first; else 0."""
        which, number, behind = self._put
        if which != (talk, before.identifier) or number - behind < 2:
            return 0
        return self._between(talk, message, behind, number)

    def place(self, talk: int, message: RoomMessage, before: RoomMessage) -> int | None:
        """A number for a line that belongs right before another, or before what would follow
        that if it is not here; 0 where there is no room left, None where all that is here
        stands before it."""
        room, execute = self.room(talk, before.origin), self._connection.execute
        feed = self._feed(room, before.key, before.series)
        # One who lies has said several texts under one number, at several places.
        which = feed, before.number, bytes.fromhex(before.signature)
        found = execute(
            "SELECT message FROM signed WHERE feed = ? AND number = ? AND signature = ?", which
        ).fetchone()
        if found is None:
            found = execute(
                "SELECT min(message) FROM signed JOIN feeds ON feeds.id = feed"
                " WHERE room = ? AND clock >= ?",
                (room, before.clock),
            ).fetchone()
            if found[0] is None:
                return None
        ((behind,),) = execute("SELECT coalesce(max(id), 0) FROM messages WHERE id < ?", found)
        if found[0] - behind < 2:
            return 0
        return self._between(talk, message, behind, found[0])

    def _between(self, talk: int, message: RoomMessage, behind: int, number: int) -> int:
        number -= min(CLOSE_BY, (number - behind) // 2)
        self._put = (talk, message.identifier), number, behind
        return number

    def forget(self, talk: int) -> None:
        """Nothing is kept of a conversation, but which numbers we have used."""
        execute = self._connection.execute
        execute(
            "DELETE FROM signed WHERE message IN (SELECT id FROM messages WHERE talk = ?)", (talk,)
        )
        execute("DELETE FROM spans WHERE room IN (SELECT id FROM rooms WHERE talk = ?)", (talk,))
        execute("DELETE FROM feeds WHERE room IN (SELECT id FROM rooms WHERE talk = ?)", (talk,))
        execute("DELETE FROM rooms WHERE talk = ?", (talk,))
        self._rooms.clear()
        self._feeds.clear()
        self._put = (0, ""), 0, 0

    def room(self, talk: int, origin: str) -> int:
        """The number of a room of this origin, which is made if need be."""
        which = talk, origin
        found = self._rooms.get(which)
        if found is None:
            found = self._rooms[which] = self._number("rooms", "talk = ? AND origin = ?", which)
        return found

    def _feed(self, room: int, key: str, series: str) -> int:
        which = room, key, series
        found = self._feeds.get(which)
        if found is None:
            values = room, bytes.fromhex(key), bytes.fromhex(series)
            where = "room = ? AND key = ? AND series = ?"
            found = self._feeds[which] = self._number("feeds", where, values)
        return found

    def _number(self, table: str, where: str, which: tuple[object, ...]) -> int:
        execute = self._connection.execute
        found = execute(f"SELECT id FROM {table} WHERE {where}", which).fetchone()
        if found is not None:
            return int(found[0])
        places = ", ".join("?" * (len(which) + 1))
        made = execute(f"INSERT INTO {table} VALUES ({places})", (None, *which)).lastrowid
        assert made is not None
        return made


def read_log(connection: sqlite3.Connection, talk: int, query: LogQuery) -> LogFound:
    """What was signed in a room, which is the conversation of this number."""
    execute = connection.execute
    drawn = execute("SELECT series, last FROM drawn WHERE origin = ?", (query.origin,)).fetchone()
    series, last = ("", 0) if drawn is None else (drawn[0].hex(), int(drawn[1]))
    found = execute(
        "SELECT id FROM rooms WHERE talk = ? AND origin = ?", (talk, query.origin)
    ).fetchone()
    if found is None:
        return LogFound(series=series, last=last)
    rows = execute(
        f"{_SIGNED} WHERE feeds.room = ? ORDER BY message DESC LIMIT ?", (found[0], query.count)
    ).fetchall()
    messages = tuple(_message(query, row) for row in reversed(rows))
    spans: dict[str, tuple[MemberTime, ...]] = {}
    for who, *span in execute(
        "SELECT fingerprint, first, last, feed FROM spans JOIN keys ON keys.id = member"
        " WHERE room = ? ORDER BY first",
        found,
    ):
        spans[who] = (*spans.get(who, ()), tuple(span))
    before = {}
    if len(rows) >= query.count:
        before = _before(connection, found[0], rows[-1][-1])
    return LogFound(messages, series, last, spans, before)


def _before(connection: sqlite3.Connection, room: int, first: int) -> dict[str, int]:
    """The last number of each feed of a room before the line of this number."""
    last = (
        "SELECT key, series, (SELECT number FROM signed WHERE feed = feeds.id AND message < ?"
        " ORDER BY number DESC LIMIT 1) AS last FROM feeds WHERE room = ? AND last IS NOT NULL"
    )
    rows = connection.execute(last, (first, room))
    return {feed_of(key.hex(), series.hex()): number for key, series, number in rows}


def _message(query: LogQuery, row: Any) -> RoomMessage:
    key, series, name, number, clock, time, seen, text, signature, _ = row
    whose = query.talk.room, query.origin, key.hex(), series.hex(), name
    identifiers = tuple(_cut(seen.hex()))
    return RoomMessage(*whose, number, clock, time, identifiers, text, signature.hex())


def _cut(digits: str) -> Iterator[str]:
    for at in range(0, len(digits), IDENTIFIER_DIGITS):
        yield digits[at : at + IDENTIFIER_DIGITS]


def signed_line(connection: sqlite3.Connection, number: int) -> RoomMessage | None:
    """What was signed of the line of this number."""
    rows = connection.execute(
        "SELECT talks.room, origin FROM signed JOIN feeds ON feeds.id = feed"
        " JOIN rooms ON rooms.id = feeds.room JOIN talks ON talks.id = rooms.talk"
        " WHERE message = ?",
        (number,),
    ).fetchone()
    if rows is None:
        return None
    room, origin = rows
    row = connection.execute(f"{_SIGNED} WHERE message = ?", (number,)).fetchone()
    return _message(LogQuery(TalkKey("", room, "", room), origin, 1), row)
