"""Who was in which room, and where: for somebody who comes back while the server is away."""

import sqlite3
from collections.abc import Iterable

from twisted_chat.names import folded
from twisted_chat.store.records import MembersRecord, RememberedMember, TalkKey

MEMBERS = """
    CREATE TABLE members (
        server TEXT NOT NULL, room TEXT NOT NULL, called TEXT NOT NULL, place INTEGER NOT NULL,
        name TEXT NOT NULL, fingerprint TEXT NOT NULL, host TEXT NOT NULL, port INTEGER NOT NULL,
        PRIMARY KEY (server, room, place)) WITHOUT ROWID;
"""
COLUMNS = "server, room, called, place, name, fingerprint, host, port"


def write_members(connection: sqlite3.Connection, record: MembersRecord) -> None:
    """These were in a room last, in place of those of before; nobody: we are not in it."""
    talk = record.talk
    connection.execute("DELETE FROM members WHERE server = ? AND room = ?", talk[:2])
    rows = ((*talk[:2], talk.name, place, *one) for place, one in enumerate(record.members))
    connection.executemany("INSERT INTO members VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows)


def forget_members(connection: sqlite3.Connection, name: str, server: str) -> None:
    """Nothing is to be known of a room of this name."""
    here = " AND server = ?" if server else ""
    values = (folded(name), server) if server else (folded(name),)
    connection.execute(f"DELETE FROM members WHERE room = ?{here}", values)


def read_members(connection: sqlite3.Connection) -> tuple[MembersRecord, ...]:
    """Who was in each room."""
    found: dict[TalkKey, list[RememberedMember]] = {}
    rows: Iterable[tuple[str, str, str, str, str, str, int]] = connection.execute(
        "SELECT server, room, called, name, fingerprint, host, port FROM members"
        " ORDER BY server, room, place"
    )
    for server, room, called, name, fingerprint, host, port in rows:
        member = RememberedMember(name, fingerprint, host, port)
        found.setdefault(TalkKey(server, room, "", called), []).append(member)
    return tuple(MembersRecord(talk, tuple(members)) for talk, members in found.items())
