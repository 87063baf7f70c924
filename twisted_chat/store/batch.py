"""Records as rows: many at a time, as each call of SQLite takes its time."""

import sqlite3
from collections.abc import Iterable

from twisted_chat.names import folded
from twisted_chat.store.index import WordIndex
from twisted_chat.store.members import forget_members, write_members
from twisted_chat.store.records import (
    ArrivedRecord,
    ForgetRecord,
    HeardRecord,
    Kept,
    MembersRecord,
    Owed,
    SaidRecord,
    SpansRecord,
    TalkKey,
    UnreadRecord,
)
from twisted_chat.store.signed_words import APART, SignedWords
from twisted_chat.store.spreading import spread
from twisted_chat.wire.gen2.history import RoomMessage


def is_called(talk: TalkKey, name: str, server: str) -> bool:
    """Whether a conversation has this name, and is of this server, or of no certain one."""
    here = not server or talk.server in ("", server)
    return here and folded(talk.name) == folded(name)


_Message = tuple[int, int, int, int, str]


class Batch:
    """Writes groups of records over one connection, within a transaction. It remembers what the
    numbers of conversations and people are."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self.begin_anew()

    def begin_anew(self) -> None:
        """Look everything up again: what was written last may not have been."""
        self._talks: dict[tuple[str, str, str], int] = {}
        self._people: dict[tuple[str, str, bool], int] = {}
        self._keys: dict[str, int] = {}
        self._unread: set[int] | None = None
        """Conversations in which something is unread, once that is looked up."""
        self._signed = SignedWords(self._connection)
        self._next = 0
        self._empty()

    def _empty(self) -> None:
        self._messages: list[_Message] = []
        self._owed: list[tuple[int, int, int, int, int, int]] = []
        self._heard: dict[tuple[int, int], int] = {}
        self._notes: list[tuple[int, int, int, RoomMessage]] = []

    def write(self, records: Iterable[Kept], index: WordIndex) -> bool:
        """Write these. Returns whether something was deleted that people have said."""
        self.next_number(0)
        self._empty()
        forgotten = False
        for record in records:
            if type(record) is HeardRecord:
                self._hear(record, index)
            elif type(record) is SaidRecord:
                self._say(record, index)
            elif type(record) is ArrivedRecord:
                self._arrived(record, index)
            elif type(record) is MembersRecord:
                write_members(self._connection, record)
            elif type(record) is SpansRecord:
                room = self._signed.room(self.talk(record.talk), record.origin)
                self._signed.spans(room, self._key(record.fingerprint), record)
            elif type(record) is UnreadRecord:
                self._leave_unread(record)
            elif type(record) is ForgetRecord:
                self._flush(index)
                forgotten = True
                self._forget(record, index)
        self._flush(index)
        return forgotten

    def next_number(self, count: int) -> int:
        """Take so many numbers of messages, APART from each other. Returns the first of them."""
        if not self._next:
            ((last,),) = self._connection.execute("SELECT coalesce(max(id), 0) FROM messages")
            self._next = last // APART * APART + APART
        first = self._next
        self._next += count * APART
        return first

    def _hear(self, record: HeardRecord, index: WordIndex) -> None:
        if record.talk is not None:
            key = "" if record.own else record.fingerprint
            author = self.person(key, record.name, own=record.own)
            number = 0
            if record.before is not None and record.signed is not None:
                number = self._late(self.talk(record.talk), record.signed, record.before, index)
            self._message(
                record.talk, author, record.time, record.text, record.signed, number=number
            )
            if not record.own:
                self._read(self.talk(record.talk))
        if record.epoch:
            self._heard[self._key(record.fingerprint), record.epoch] = record.number

    def _read(self, talk: int) -> None:
        """All is read there."""
        if self._unread is None:
            rows = self._connection.execute("SELECT id FROM talks WHERE unread > 0")
            self._unread = {row[0] for row in rows}
        if talk in self._unread:
            self._unread.remove(talk)
            self._connection.execute("UPDATE talks SET unread = 0 WHERE id = ?", (talk,))

    def _leave_unread(self, record: UnreadRecord) -> None:
        """So many are unread there, if anything is kept of it."""
        self._connection.execute(
            "UPDATE talks SET unread = ? WHERE server = ? AND room = ? AND key = ?",
            (record.lines, *record.talk[:3]),
        )
        self._unread = None

    def _say(self, record: SaidRecord, index: WordIndex) -> None:
        author = self.person("", record.speaker, own=True)
        number = 0
        if record.before is not None and record.signed is not None:
            number = self._late(self.talk(record.talk), record.signed, record.before, index)
        message = self._message(
            record.talk, author, record.time, record.text, record.signed, number=number
        )
        if record.signed is not None:
            self._signed.drew(record.signed)
        self._owed += [self._row(message, one) for one in record.owed]

    def _row(self, message: int, one: Owed) -> tuple[int, int, int, int, int, int]:
        name = self.person(one.fingerprint, one.name, own=False)
        receiver = self._key(one.fingerprint)
        return receiver, one.epoch, one.number, message, one.part, name

    def _message(
        self,
        key: TalkKey,
        author: int,
        time: int,
        text: str,
        signed: RoomMessage | None,
        *,
        number: int = 0,
    ) -> int:
        talk, number = self.talk(key), number or self.next_number(1)
        self._messages.append((number, talk, author, time, text))
        if signed is not None:
            self._notes.append((number, talk, time, signed))
        return number

    def _late(self, talk: int, message: RoomMessage, before: RoomMessage, index: WordIndex) -> int:
        """A number for a line that belongs before another; 0 where it is the last."""
        number = self._signed.next_to(talk, message, before)
        if number:
            return number  # As nearly always, where many come one after the other.
        self._flush(index)
        found = self._signed.place(talk, message, before)
        if found == 0:
            spread(self._connection, self, index, talk)
            found = self._signed.place(talk, message, before)
        return found or 0

    def _arrived(self, record: ArrivedRecord, index: WordIndex) -> None:
        if self._owed:
            self._flush(index)
        self._connection.execute(
            "DELETE FROM outbox WHERE receiver = ? AND epoch = ? AND number <= ?",
            (self._key(record.fingerprint), record.epoch, record.number),
        )

    def _flush(self, index: WordIndex) -> None:
        many = self._connection.executemany
        if self._messages:
            many("INSERT INTO messages VALUES (?, ?, ?, ?, ?)", self._messages)
            index.add([(message[0], message[4]) for message in self._messages])
        for note in self._notes:
            self._signed.note(*note)
        if self._owed:
            many("INSERT OR REPLACE INTO outbox VALUES (?, ?, ?, ?, ?, ?)", self._owed)
        if self._heard:
            rows = [(*which, number) for which, number in self._heard.items()]
            many("INSERT OR REPLACE INTO heard VALUES (?, ?, ?)", rows)
        self._empty()

    def _forget(self, record: ForgetRecord, index: WordIndex) -> None:
        """Delete all of the conversations of a name."""
        execute = self._connection.execute
        forget_members(self._connection, *record)
        rows = execute("SELECT id, server, room, key, name FROM talks").fetchall()
        for number in (row[0] for row in rows if is_called(TalkKey(*row[1:]), *record)):
            index.remove("talk = ?", number)
            execute(
                "DELETE FROM outbox WHERE message IN (SELECT id FROM messages WHERE talk = ?)",
                (number,),
            )
            self._signed.forget(number)
            execute("DELETE FROM messages WHERE talk = ?", (number,))
            execute("DELETE FROM talks WHERE id = ?", (number,))
        execute(
            "DELETE FROM people WHERE id NOT IN (SELECT author FROM messages)"
            " AND id NOT IN (SELECT name FROM outbox)"
        )
        self._talks.clear()
        self._people.clear()
        self._unread = None

    # --- Numbers of what is named

    def talk(self, talk: TalkKey) -> int:
        """The number of a conversation."""
        which = talk[:3]
        found = self._talks.get(which)
        if found is None:
            found = self._talks[which] = self._number(
                "talks", "server = ? AND room = ? AND key = ?", which, talk.name, 0
            )
            self._connection.execute(
                "UPDATE talks SET name = ? WHERE id = ? AND name <> ?",
                (talk.name, found, talk.name),
            )
        return found

    def person(self, fingerprint: str, name: str, *, own: bool) -> int:
        """The number of somebody under a name."""
        who = fingerprint, name, own
        found = self._people.get(who)
        if found is None:
            found = self._people[who] = self._number(
                "people", "fingerprint = ? AND name = ? AND own = ?", who
            )
        return found

    def _key(self, fingerprint: str) -> int:
        found = self._keys.get(fingerprint)
        if found is None:
            found = self._keys[fingerprint] = self._number(
                "keys", "fingerprint = ?", (fingerprint,)
            )
        return found

    def _number(self, table: str, where: str, which: tuple[object, ...], *more: object) -> int:
        """The number of the row of a table that is this one, which is made if need be."""
        execute = self._connection.execute
        found = execute(f"SELECT id FROM {table} WHERE {where}", which).fetchone()
        if found is not None:
            return int(found[0])
        values = (*which, *more)
        places = ", ".join("?" * (len(values) + 1))
        made = execute(f"INSERT INTO {table} VALUES ({places})", (None, *values)).lastrowid
        assert made is not None
        return made
