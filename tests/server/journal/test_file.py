"""The journal in a SQLite file."""

import contextlib
import os
import shutil
import sqlite3
import stat
import tempfile
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from tests.support.strategies import some
from twisted_chat.database import NotWritten
from twisted_chat.server.journal.file import _MIGRATIONS, JournalFile
from twisted_chat.server.journal.records import (
    KeptRecords,
    NameFreed,
    NameRecord,
    Record,
    RoomFreed,
    RoomRecord,
)
from twisted_chat.startup import CannotStart

A, B = "a" * 64, "b" * 64
HERE, THERE = "203.0.113.1", "2001:db8::/64"
ANNA, BEN = NameRecord("anna", A, HERE), NameRecord("ben", B, THERE, absent=True)
LAB = RoomRecord("lab", "Lab", A, HERE)


class FileTests(SynchronousTestCase):
    """A file in a folder of its own, and a clock of the time of day."""

    def setUp(self) -> None:
        self.path = self.directory() / "made" / "journal.sqlite"
        self.now = 1_000_000.0

    def directory(self) -> Path:
        """A new one, until the end of the test."""
        made = tempfile.TemporaryDirectory()
        self.addCleanup(made.cleanup)
        return Path(made.name)

    def open(self) -> JournalFile:
        """Open it, as a server does that starts."""
        file = JournalFile(self.path, lambda: self.now)
        self.addCleanup(self.let_go, file)
        return file

    def let_go(self, file: JournalFile) -> None:
        """Close a file that a test may have closed."""
        with contextlib.suppress(OSError):
            file.close()

    def again(self, file: JournalFile) -> KeptRecords:
        """What a server reads that starts after this one has ended."""
        file.close()
        return self.open().read()

    def test_kept(self) -> None:
        """Names come back with the seconds since their holders went, rooms with their owners."""
        file = self.open()
        file.write([ANNA, BEN, LAB])
        self.now += 60
        kept = self.again(file)
        absent = NameRecord("anna", A, HERE, absent=True)
        self.assertEqual(kept.names, ((BEN, 60.0), (absent, 0.0)))
        self.assertEqual(kept.rooms, (LAB,))

    def test_freed(self) -> None:
        """What is freed is not kept; what is written again is the latest."""
        file = self.open()
        file.write([ANNA, BEN, LAB, RoomRecord("den", "Den", B, HERE)])
        file.write([NameFreed("anna"), RoomFreed("den"), RoomRecord("lab", "LAB", B, THERE)])
        kept = self.again(file)
        self.assertEqual([name.casefolded for name, _ in kept.names], ["ben"])
        self.assertEqual(kept.rooms, (RoomRecord("lab", "LAB", B, THERE),))

    def test_private(self) -> None:
        """Nobody else may read it."""
        self.open()
        self.assertEqual(stat.S_IMODE(os.stat(self.path).st_mode), 0o600)

    def test_one_server(self) -> None:
        """A second server is told whose file it is, and in one line what to do."""
        file = self.open()
        with self.assertRaises(CannotStart) as caught:
            self.open()
        self.assertEqual(
            str(caught.exception),
            f"another server keeps its names in {self.path}:"
            " give this one another file, or nothing to keep, with --journal",
        )
        file.write([ANNA])

    def test_no_tables(self) -> None:
        """A file that lacks a table, or a column, is moved aside too."""
        for change in ("DROP TABLE bans", "ALTER TABLE names DROP COLUMN site"):
            self.path = self.directory() / "journal.sqlite"
            self.open().close()
            other = sqlite3.connect(self.path)
            other.execute(change)
            other.commit()
            other.close()
            file = self.open()
            self.assertIsNotNone(file.set_aside)
            self.assertEqual(file.read(), KeptRecords())

    def test_damaged(self) -> None:
        """A damaged file is moved aside as it is, and a new one begun."""
        file = self.open()
        file.write([ANNA])
        file.close()
        damaged = b"not a database, but of some length" * 300
        self.path.write_bytes(damaged)
        file = self.open()
        self.assertEqual(file.set_aside, self.path.with_name("journal.sqlite.damaged-1000000"))
        assert file.set_aside is not None
        self.assertEqual(file.set_aside.read_bytes(), damaged)
        self.assertEqual(file.read(), KeptRecords())
        file.write([BEN])
        file.close()
        self.path.write_bytes(damaged)
        second = self.open()
        self.assertNotEqual(second.set_aside, file.set_aside)
        self.assertTrue(file.set_aside.exists())

    def test_first_version(self) -> None:
        """A file without how rooms are run is of rooms that are open to everybody."""
        self.path.parent.mkdir(parents=True, mode=0o700)
        with sqlite3.connect(self.path) as before:
            before.executescript(f"{_MIGRATIONS[0]} PRAGMA user_version = 1;")
            before.execute("INSERT INTO rooms VALUES ('lab', 'Lab', 'key', 'site')")
        before.close()
        file = self.open()
        self.assertEqual(file.set_aside, None)
        self.assertEqual(file.read().rooms, (RoomRecord("lab", "Lab", "key", "site"),))
        private = RoomRecord("lab", "Lab", "key", "site", '{"private": true}')
        file.write([private])
        self.assertEqual(file.read().rooms, (private,))

    def test_later_version(self) -> None:
        """A file of a later version is left alone."""
        self.open().close()
        with sqlite3.connect(self.path) as file:
            file.execute("PRAGMA user_version = 99")
        file.close()
        before = self.path.read_bytes()
        self.assertRaises(CannotStart, self.open)
        self.assertEqual(self.path.read_bytes(), before)

    def test_not_a_file(self) -> None:
        """What cannot be opened is one line."""
        self.path.mkdir(parents=True)
        with self.assertRaises(CannotStart) as caught:
            self.open()
        self.assertEqual(str(caught.exception), f"cannot open {self.path}: Is a directory")

    def test_all_or_none(self) -> None:
        """A group of which one cannot be written is not written at all."""
        file = self.open()
        broken = NameRecord("ben", None, HERE)  # type: ignore[arg-type]
        self.assertRaises(NotWritten, file.write, [ANNA, broken])
        file.write([LAB])
        self.assertEqual(self.again(file), KeptRecords((), (LAB,)))

    def test_power_loss(self) -> None:
        """A copy of the file and its log at any moment has what was written by then."""
        file = self.open()
        for number in range(20):
            file.write([NameRecord(f"user{number}", A, HERE)])
            copy = self.directory() / self.path.name
            for end in ("", "-wal"):
                shutil.copy(f"{self.path}{end}", f"{copy}{end}")
            found = JournalFile(copy)
            self.assertEqual(len(found.read().names), number + 1)
            found.close()

    @some
    @given(
        st.lists(
            st.one_of(
                st.builds(
                    NameRecord, st.sampled_from("abc"), st.sampled_from((A, B)), st.just(HERE)
                ),
                st.builds(NameFreed, st.sampled_from("abc")),
                st.builds(
                    RoomRecord,
                    st.sampled_from("xyz"),
                    st.sampled_from("XYZ"),
                    st.sampled_from((A, B)),
                    st.just(HERE),
                ),
                st.builds(RoomFreed, st.sampled_from("xyz")),
            ),
            max_size=20,
        )
    )
    def test_latest(self, records: list[Record]) -> None:
        """Whatever is written in whatever groups, the latest of each is kept."""
        self.path = self.directory() / "journal.sqlite"
        names: dict[str, str] = {}
        rooms: dict[str, RoomRecord] = {}
        file = self.open()
        for number in range(0, len(records), 3):
            file.write(records[number : number + 3])
        for record in records:
            match record:
                case NameRecord(casefolded, fingerprint):
                    names[casefolded] = fingerprint
                case NameFreed(casefolded):
                    names.pop(casefolded, None)
                case RoomRecord(casefolded):
                    rooms[casefolded] = record
                case RoomFreed(casefolded):
                    rooms.pop(casefolded, None)
        kept = self.again(file)
        self.assertEqual({name.casefolded: name.fingerprint for name, _ in kept.names}, names)
        self.assertEqual({room.casefolded: room for room in kept.rooms}, rooms)
