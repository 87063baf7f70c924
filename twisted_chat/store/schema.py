"""The tables of a store, and what became of them in each version."""

from twisted_chat.database import Schema
from twisted_chat.store.members import COLUMNS, MEMBERS

_MIGRATIONS = (
    """
    CREATE TABLE talks (
        id INTEGER PRIMARY KEY, server TEXT NOT NULL, room TEXT NOT NULL, key TEXT NOT NULL,
        name TEXT NOT NULL, UNIQUE (server, room, key));
    CREATE TABLE people (
        id INTEGER PRIMARY KEY, fingerprint TEXT NOT NULL, name TEXT NOT NULL,
        own INTEGER NOT NULL, UNIQUE (fingerprint, name, own));
    CREATE TABLE messages (
        id INTEGER PRIMARY KEY, talk INTEGER NOT NULL, author INTEGER NOT NULL,
        time INTEGER NOT NULL, text TEXT NOT NULL);
    CREATE INDEX messages_of_talks ON messages (talk);
    CREATE TABLE keys (id INTEGER PRIMARY KEY, fingerprint TEXT NOT NULL UNIQUE);
    CREATE TABLE outbox (
        receiver INTEGER NOT NULL, epoch INTEGER NOT NULL, number INTEGER NOT NULL,
        message INTEGER NOT NULL, part INTEGER NOT NULL, name INTEGER NOT NULL,
        PRIMARY KEY (receiver, epoch, number)) WITHOUT ROWID;
    CREATE TABLE heard (
        sender INTEGER NOT NULL, epoch INTEGER NOT NULL, number INTEGER NOT NULL,
        PRIMARY KEY (sender, epoch)) WITHOUT ROWID;
    CREATE TABLE state (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
    """,
    MEMBERS,
    """
    CREATE TABLE rooms (
        id INTEGER PRIMARY KEY, talk INTEGER NOT NULL, origin TEXT NOT NULL,
        UNIQUE (talk, origin));
    CREATE TABLE feeds (
        id INTEGER PRIMARY KEY, room INTEGER NOT NULL, key BLOB NOT NULL, series BLOB NOT NULL,
        UNIQUE (room, key, series));
    CREATE TABLE signed (
        message INTEGER PRIMARY KEY, feed INTEGER NOT NULL, number INTEGER NOT NULL,
        clock INTEGER NOT NULL, time INTEGER, seen BLOB NOT NULL, signature BLOB NOT NULL);
    CREATE INDEX signed_of_feeds ON signed (feed, number);
    CREATE TABLE drawn (
        origin TEXT PRIMARY KEY, series BLOB NOT NULL, last INTEGER NOT NULL) WITHOUT ROWID;
    CREATE TABLE spans (
        room INTEGER NOT NULL, member INTEGER NOT NULL, first INTEGER NOT NULL,
        last INTEGER NOT NULL, PRIMARY KEY (room, member, first)) WITHOUT ROWID;
    """,
    "ALTER TABLE spans ADD COLUMN feed TEXT NOT NULL DEFAULT '';",
    "ALTER TABLE talks ADD COLUMN unread INTEGER NOT NULL DEFAULT 0;",
)

_TABLES = (
    "talks (id, server, room, key, name, unread)",
    "people (id, fingerprint, name, own)",
    "messages (id, talk, author, time, text)",
    "keys (id, fingerprint)",
    "outbox (receiver, epoch, number, message, part, name)",
    "heard (sender, epoch, number)",
    "state (name, value)",
    f"members ({COLUMNS})",
    "rooms (id, talk, origin)",
    "feeds (id, room, key, series)",
    "signed (message, feed, number, clock, time, seen, signature)",
    "drawn (origin, series, last)",
    "spans (room, member, first, last, feed)",
)

CHECKED = 8 * 1024 * 1024
"""Bytes of a file that is read wholly before it is used; a larger one is read beside that, where
the program that had it before has not ended as it should."""

SCHEMA = Schema(_MIGRATIONS, _TABLES, "PRAGMA auto_vacuum = INCREMENTAL;", CHECKED)

INDEX = """
    CREATE VIRTUAL TABLE IF NOT EXISTS words USING fts5(
        text, content='messages', content_rowid='id', tokenize='unicode61 remove_diacritics 2');
"""
"""The index of words, which has no text of its own. It is no part of a version: where the
system's SQLite has no FTS5 there is none, and it is built where there is one again."""
