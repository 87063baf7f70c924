"""The store in a SQLite file."""

import contextlib
import os
import shutil
import sqlite3
import stat
import tempfile
from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

from tests.store.words import BOB, HERE, LAB, WITH_BOB, arrived, heard, said
from twisted_chat.database import NotWritten
from twisted_chat.startup import CannotStart
from twisted_chat.store.file import StoreFile
from twisted_chat.store.queries import HistoryQuery, LogQuery, SearchQuery
from twisted_chat.store.reader import StoreReader, open_reader
from twisted_chat.store.records import (
    ForgetRecord,
    HeardRecord,
    MembersRecord,
    Owed,
    RememberedMember,
    SaidRecord,
    SpansRecord,
    StoredBefore,
    TalkKey,
    UnreadRecord,
)
from twisted_chat.store.retention import DAY, Retention
from twisted_chat.store.signed_words import APART

NOW = 2_000_000_000.0


class StoreTests(SynchronousTestCase):
    """A file in a folder of its own."""

    def setUp(self) -> None:
        made = tempfile.TemporaryDirectory()
        self.addCleanup(made.cleanup)
        self.folder = Path(made.name) / "store"
        self.path = self.folder / "me.sqlite"

    def open(self, retention: Retention | None = None, path: Path | None = None) -> StoreFile:
        """Open it, as a peer does that starts."""
        file = StoreFile(self.path if path is None else path, retention, lambda: NOW)
        self.addCleanup(self.let_go, file)
        return file

    def let_go(self, file: StoreFile) -> None:
        """Close a file that a test may have closed."""
        with contextlib.suppress(OSError, sqlite3.Error):
            file.close()

    def texts(self, path: Path | None = None) -> list[str]:
        """All that is kept of the room, in order."""
        reader = open_reader(self.path if path is None else path)
        found = reader.answer(HistoryQuery(LAB, 1000))
        reader.close()
        return [line.text for line in found.lines]

    def found(self, words: str) -> list[str]:
        """What is found everywhere."""
        reader = open_reader(self.path)
        lines = reader.answer(SearchQuery(words, None, 100)).lines
        reader.close()
        return [line.text for line in lines]


class Keeping(StoreTests):
    """What is written is there again."""

    def test_heard(self) -> None:
        """What was heard is kept with its number: the last of each epoch."""
        file = self.open()
        file.write([heard("one", 1), heard("two", 2), HeardRecord(None, BOB, "bob", 3, "", 7, 3)])
        file.close()
        kept = self.open().read()
        self.assertEqual(kept.heard, {BOB: {7: 3}})
        self.assertEqual(kept.last, 2 * APART)
        self.assertEqual(self.texts(), ["one", "two"])

    def test_owed(self) -> None:
        """What was said is owed until it has arrived, under its numbers, in order."""
        file = self.open()
        long = SaidRecord(
            WITH_BOB,
            4_000,
            "long",
            "alice",
            (Owed(BOB, "bob", 5, 3, 0), Owed(BOB, "bob", 5, 4, 1)),
        )
        file.write([said("one", 1), said("two", 2), long])
        file.write([arrived(1)])
        file.close()
        first, second = self.open().read().owed
        self.assertEqual((first.text, first.numbers, first.room), ("two", (2,), "Lab"))
        self.assertEqual((first.speaker, first.time, first.epoch), ("alice", 2_000, 5))
        self.assertEqual((second.numbers, second.parts, second.room), ((3, 4), (0, 1), ""))

    def test_at_once(self) -> None:
        """Of what is said and has arrived in one group nothing is owed."""
        file = self.open()
        file.write([said("one", 1), arrived(1), said("two", 2)])
        self.assertEqual([line.text for line in file.read().owed], ["two"])

    def test_private(self) -> None:
        """Nobody else may read it."""
        self.open().write([heard("one", 1)])
        for path in self.folder.iterdir():
            self.assertEqual(stat.S_IMODE(os.stat(path).st_mode), 0o600, path)

    def test_second_program(self) -> None:
        """A second program is told in one line whose file it is, and what to do."""
        self.open()
        error = self.assertRaises(CannotStart, self.open)
        self.assertIn(f"another program of yours keeps what is said in {self.path}", str(error))
        self.assertIn("--no-store", str(error))

    def test_in_memory(self) -> None:
        """Without a path it is all the same, and ends with the program."""
        file = StoreFile(None)
        file.write([heard("one", 1)])
        reader = StoreReader(file.connection)
        self.assertEqual(reader.answer(HistoryQuery(LAB, 9)).lines[0].text, "one")
        self.assertEqual(file.read().heard, {BOB: {7: 1}})
        file.close()

    def test_all_or_none(self) -> None:
        """A group that cannot be written whole is not written at all, and can be later."""
        file = self.open()
        broken = heard("two", 2)._replace(text=object())  # type: ignore[arg-type]
        self.assertRaises((NotWritten, sqlite3.Error), file.write, [heard("one", 1), broken])
        self.assertEqual(self.texts(), [])
        too_large = [heard("one", 1), heard("two", 2**63)]
        self.assertRaises(OverflowError, file.write, too_large)
        self.assertEqual(self.texts(), [])
        file.write([heard("one", 1), heard("two", 2)])
        self.assertEqual(self.texts(), ["one", "two"])
        self.assertEqual(self.found("one"), ["one"])


class Members(StoreTests):
    """Who was in which room."""

    def members(self, talk: TalkKey, *names: str) -> MembersRecord:
        """These are in a room."""
        every = (RememberedMember(name, BOB, "192.0.2.9", 7000) for name in names)
        return MembersRecord(talk, tuple(every))

    def test_latest(self) -> None:
        """Those are known who were there last, in their order, of each room and server; and
        nobody of a room that is left, or forgotten."""
        elsewhere = LAB._replace(server="192.0.2.2:8090")
        den = LAB._replace(room="den", name="den")
        first, there = self.members(LAB, "zoe", "bob"), self.members(elsewhere, "carol")
        file = self.open()
        file.write([self.members(LAB, "dave"), first, there, self.members(den, "eve")])
        file.write([self.members(den)])
        file.close()
        file = self.open()
        self.assertEqual(file.read().rooms, (first, there))
        file.write([ForgetRecord("LAB", HERE)])
        self.assertEqual(file.read().rooms, (there,))

    def test_from_before(self) -> None:
        """A file of the first version has what it had, and nobody in any room; what is said
        next stands behind that."""
        file = self.open()
        file.write([heard("one", 1)])
        file.close()
        with contextlib.closing(sqlite3.connect(self.path)) as before:
            for table in ("members", "rooms", "feeds", "signed", "drawn", "spans"):
                before.execute(f"DROP TABLE {table}")
            before.execute("ALTER TABLE talks DROP COLUMN unread")
            before.execute("PRAGMA user_version = 1")
            before.execute("UPDATE messages SET id = 1")  # As they were numbered.
            before.commit()
        file = self.open()
        self.assertEqual((self.texts(), file.read().rooms), (["one"], ()))
        file.write([self.members(LAB, "bob")])
        self.assertEqual(file.read().rooms, (self.members(LAB, "bob"),))
        file.write([heard("two", 2)])
        self.assertEqual(self.texts(), ["one", "two"])

    def test_times_from_before(self) -> None:
        """When members were in a room stays known in a file of the third version."""
        talk, member = LAB, "b" * 64
        file = self.open()
        file.write([heard("one", 1), SpansRecord(talk, "0" * 32, member, ((1, 9, "c" * 64),))])
        file.close()
        with contextlib.closing(sqlite3.connect(self.path)) as before:
            before.execute("ALTER TABLE spans DROP COLUMN feed")
            before.execute("ALTER TABLE talks DROP COLUMN unread")
            before.execute("PRAGMA user_version = 3")
            before.commit()
        file = self.open()
        found = StoreReader(file.connection).log(LogQuery(talk, "0" * 32, 9))
        self.assertEqual(found.spans, {member: ((1, 9, ""),)})


class Unread(StoreTests):
    """What nobody has looked at."""

    def test_left(self) -> None:
        """It stays known, in each conversation; what we say leaves it so, and so does what we
        have said elsewhere."""
        file = self.open()
        file.write([heard("one", 1), heard("two", 2), heard("psst", 3, WITH_BOB)])
        file.write([UnreadRecord(LAB, 2), UnreadRecord(WITH_BOB, 1)])
        file.write([said("hm", 1), HeardRecord(LAB, BOB, "alice", 9, "and more", own=True)])
        file.close()
        left = self.open().read().unread
        self.assertEqual(left, (UnreadRecord(LAB, 2), UnreadRecord(WITH_BOB, 1)))

    def test_shown_at_once(self) -> None:
        """What is heard where nobody says what is unread has been shown, and what stands before
        it, in that conversation."""
        file = self.open()
        file.write([heard("one", 1), heard("psst", 2, WITH_BOB)])
        file.write([UnreadRecord(LAB, 1), UnreadRecord(WITH_BOB, 1)])
        file.close()
        file = self.open()
        file.write([heard("two", 3)])
        self.assertEqual(file.read().unread, (UnreadRecord(WITH_BOB, 1),))
        file.write([heard("three", 4), UnreadRecord(LAB, 1), heard("four", 5)])
        self.assertEqual(file.read().unread, (UnreadRecord(WITH_BOB, 1),))

    def test_nothing(self) -> None:
        """Of a conversation of which nothing is kept, or nothing any more, nothing is unread."""
        file = self.open()
        file.write([UnreadRecord(LAB, 2)])
        file.write([heard("one", 1), UnreadRecord(LAB, 1), ForgetRecord("lab", HERE)])
        file.write([UnreadRecord(LAB, 1), heard("two", 2)])
        self.assertEqual((file.read().unread, self.texts()), ((), ["two"]))

    def test_from_before(self) -> None:
        """In a file of the fourth version nothing is unread."""
        file = self.open()
        file.write([heard("one", 1)])
        file.close()
        with contextlib.closing(sqlite3.connect(self.path)) as before:
            before.execute("ALTER TABLE talks DROP COLUMN unread")
            before.execute("PRAGMA user_version = 4")
            before.commit()
        file = self.open()
        self.assertEqual((file.read().unread, self.texts()), ((), ["one"]))
        file.write([UnreadRecord(LAB, 1)])
        self.assertEqual(file.read().unread, (UnreadRecord(LAB, 1),))


class Failing(StoreTests):
    """Disks and files that are not as they should be."""

    def test_full(self) -> None:
        """Where there is no room nothing is written, and when there is, everything."""
        file = self.open()
        file.write([heard("one", 1)])
        ((pages,),) = file.connection.execute("PRAGMA page_count")
        file.connection.execute(f"PRAGMA max_page_count = {pages}")
        large = [heard("x" * 4000, number) for number in range(2, 30)]
        error = self.assertRaises(NotWritten, file.write, large)
        self.assertIn("full", str(error))
        self.assertEqual(self.texts(), ["one"])
        file.connection.execute("PRAGMA max_page_count = 100000")
        file.write(large)
        self.assertEqual(len(self.texts()), 29)

    def test_read_only(self) -> None:
        """A file that cannot be written costs one line at the start."""
        self.open().close()
        if os.geteuid() == 0:
            shutil.rmtree(self.folder)
            self.path.mkdir(parents=True, mode=0o700)  # Root writes all but a folder.
        else:
            self.path.chmod(0o400)
        error = self.assertRaises(CannotStart, self.open)
        self.assertIn(str(self.path), str(error))

    def test_no_database(self) -> None:
        """What is none is set aside as it is, and another file begun."""
        self.open().close()
        damaged = b"not a database, but of some length" * 300
        self.path.write_bytes(damaged)
        file = self.open()
        assert file.set_aside is not None
        self.assertEqual(file.set_aside.read_bytes(), damaged)
        file.write([heard("one", 1)])
        self.assertEqual(self.texts(), ["one"])

    def test_cut(self) -> None:
        """A file that is cut at any byte is set aside, at the start or when it is looked at, or
        has all that it had."""
        file = self.open()
        many = [heard(f"text number {number} {'x' * 500}", number) for number in range(1, 100)]
        file.write(many)
        file.close()
        whole = self.path.read_bytes()
        for cut in range(0, len(whole), max(1, len(whole) // 37)):
            path = self.folder / f"cut{cut}.sqlite"
            path.write_bytes(whole[:cut])
            cut_file = self.open(path=path)
            kept = cut_file.read()
            if cut_file.set_aside is None:
                self.assertEqual(cut, 0)  # There was nothing in it.
            self.assertEqual(kept, StoredBefore(epoch=0))
            cut_file.write([heard("new", 1)])
            self.assertEqual(self.texts(path), ["new"])
            cut_file.close()

    def test_power(self) -> None:
        """A copy of the file and its log at any moment, which is what a failure of power leaves,
        has all that was written by then."""
        file = self.open()
        for number in range(1, 60):
            file.write([heard(f"text {number}", number)])
            if number % 7 == 0:
                copy = self.folder / f"copy{number}.sqlite"
                for end in ("", "-wal"):
                    shutil.copyfile(f"{self.path}{end}", f"{copy}{end}")
                again = self.open(path=copy)
                again.check()
                self.assertEqual(again.set_aside, None)
                self.assertEqual(again.read().heard, {BOB: {7: number}})
                self.assertEqual(len(self.texts(copy)), number)
                again.close()

    def test_torn_log(self) -> None:
        """Of a log that is cut at any byte there is what its whole transactions have: the first
        ones, without a gap."""
        file = self.open()
        for number in range(1, 20):
            file.write([heard(f"text {number}", number)])
        log = Path(f"{self.path}-wal").read_bytes()
        for cut in range(0, len(log), len(log) // 23):
            copy = self.folder / f"torn{cut}.sqlite"
            shutil.copyfile(self.path, copy)
            Path(f"{copy}-wal").write_bytes(log[:cut])
            again = self.open(path=copy)
            again.check()
            there = len(self.texts(copy))
            self.assertEqual(again.read().heard, {BOB: {7: there}} if there else {})
            again.close()

    def test_index(self) -> None:
        """An index that lacks something, or is damaged, is built anew."""
        file = self.open()
        file.write([heard("one horse", 1), heard("two horses", 2)])
        for damage in (
            "INSERT INTO words (words) VALUES ('delete-all')",
            "UPDATE words_data SET block = x'00' WHERE id > 10",
            "DELETE FROM words_data",
        ):
            file.connection.execute(damage)
            file.check()
            self.assertEqual(self.found("horse"), ["one horse", "two horses"], damage)
        self.assertEqual(file.set_aside, None)

    def test_index_while_written(self) -> None:
        """A damaged index that shows when something is written keeps nothing from it."""
        file = self.open()
        file.write([heard("one horse", 1)])
        file.connection.execute("DELETE FROM words_data")
        file.write([heard("two horses", 2)])
        self.assertEqual(self.found("horse"), ["one horse", "two horses"])

    def test_killed(self) -> None:
        """That the program before was killed is known at the next start."""
        file = self.open()
        file.write([heard("one", 1)])
        copy = self.folder / "copy.sqlite"
        for end in ("", "-wal"):
            shutil.copyfile(f"{self.path}{end}", f"{copy}{end}")
        self.assertTrue(self.open(path=copy).unclean)
        file.close()
        self.assertFalse(self.open().unclean)


class Removing(StoreTests):
    """What is forgotten is gone."""

    def test_forgotten(self) -> None:
        """Of a conversation that is forgotten there is nothing in the file or beside it."""
        file = self.open()
        file.write([heard("a zebra", 1), heard("a lion", 2, WITH_BOB), said("zebras", 1)])
        file.write([ForgetRecord("lab", HERE)])
        self.assertEqual(self.texts(), [])
        self.assertEqual(self.found("zebra"), [])
        self.assertEqual(self.found("lion"), ["a lion"])
        self.assertEqual(file.read().owed, ())
        for path in self.folder.iterdir():
            self.assertNotIn(b"zebra", path.read_bytes(), path)
        file.write([heard("again", 3)])
        self.assertEqual(self.texts(), ["again"])

    def test_other_server(self) -> None:
        """A room of this name at another server is another room."""
        file = self.open()
        file.write([heard("here", 1), heard("there", 2, LAB._replace(server="192.0.2.2:1"))])
        file.write([ForgetRecord("LAB", HERE)])
        self.assertEqual(self.found("here there"), [])
        self.assertEqual(self.found("there"), ["there"])

    def test_days(self) -> None:
        """What is older than it may be goes, but not what is still to arrive."""
        file = self.open(Retention(days=10))
        old, new = int((NOW - 11 * DAY) * 1000), int((NOW - 9 * DAY) * 1000)
        file.write([heard("an old zebra", 1, time=old), heard("new", 2, time=new)])
        file.write([said("owed", 1)._replace(time=old)])
        self.assertEqual(file.tidy(), 1)
        self.assertEqual(self.texts(), ["new", "owed"])
        self.assertEqual(self.found("zebra"), [])
        for path in self.folder.iterdir():
            self.assertNotIn(b"zebra", path.read_bytes(), path)
        self.assertEqual(file.tidy(), 0)

    def test_megabytes(self) -> None:
        """Of a file that is too large the oldest lines go."""
        file = self.open(Retention(megabytes=1))
        file.write([heard(f"{number} {'x' * 500}", number) for number in range(1, 6000)])
        self.assertGreater(file.tidy(), 1000)
        kept = self.texts()
        self.assertIn("5999 ", kept[-1])
        self.assertLess(self.path.stat().st_size, 1_500_000)
