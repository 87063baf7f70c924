"""A store beside a reactor: what is written, when it cannot be, and when it can be again."""

import sqlite3
import tempfile
from pathlib import Path
from typing import Any

from twisted.internet.defer import Deferred, maybeDeferred
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from tests.store.words import LAB, heard
from twisted_chat.store.file import StoreFile
from twisted_chat.store.keeper import AGAIN, Keeper
from twisted_chat.store.queries import HistoryQuery, LinesFound, StoreAnswer
from twisted_chat.store.records import Kept
from twisted_chat.store.state import StoreState


class Told:
    """Remembers what it is told of a store."""

    def __init__(self) -> None:
        self.numbers: list[int] = []
        self.answers: dict[int, StoreAnswer | str] = {}
        self.states: list[tuple[StoreState, str]] = []

    def stored(self, numbers: list[int]) -> None:
        self.numbers += numbers

    def found(self, number: int, found: StoreAnswer | str) -> None:
        self.answers[number] = found

    def store_is(self, state: StoreState, why: str) -> None:
        self.states.append((state, why))


class Keeping(SynchronousTestCase):
    """A keeper whose thread does its work when the test says so."""

    def setUp(self) -> None:
        made = tempfile.TemporaryDirectory()
        self.addCleanup(made.cleanup)
        self.path = Path(made.name) / "store" / "me.sqlite"
        self.clock, self.told = Clock(), Told()
        self.work: list[Any] = []
        self.begin(StoreFile(self.path))

    def begin(self, file: StoreFile) -> None:
        """Keep what is said in this file."""
        self.file, self.ended = file, False
        self.keeper = Keeper(file, self.clock, self.run_later, self.told)
        self.addCleanup(self.let_go)

    def let_go(self) -> None:
        """End it."""
        if not self.ended:
            self.ended = True
            self.keeper.stop()
            self.do()

    def run_later(self, do: Any, *given: Any) -> "Deferred[Any]":
        """What is to be done in the thread."""
        later: Deferred[Any] = Deferred()
        self.work.append((later, do, given))
        return later

    def do(self) -> None:
        """Let the thread do all its work."""
        while self.work:
            later, do, given = self.work.pop(0)
            maybeDeferred(do, *given).chainDeferred(later)

    def lines(self) -> list[str]:
        """What can be read of the room."""
        self.keeper.ask(99, HistoryQuery(LAB, 100))
        self.do()
        found = self.told.answers.pop(99)
        assert isinstance(found, LinesFound), found
        return [line.text for line in found.lines]

    def full(self, pages: int | None = None) -> None:
        """Let there be no more room, or as much as this."""
        if pages is None:
            ((pages,),) = self.file.connection.execute("PRAGMA page_count")
        self.file.connection.execute(f"PRAGMA max_page_count = {pages}")

    def test_groups(self) -> None:
        """What comes while something is written is told together, in order, when it is there."""
        self.keeper.write([(1, heard("one", 1))])
        self.keeper.write([(2, heard("two", 2)), (0, heard("three", 3)), (3, heard("four", 4))])
        self.assertEqual(self.told.numbers, [])
        self.assertEqual(len(self.work), 1)
        self.do()
        self.assertEqual(self.told.numbers, [1, 2, 3])
        self.assertEqual(self.lines(), ["one", "two", "three", "four"])

    def test_full(self) -> None:
        """On a full disk nothing is told to be there, once that it cannot be written; when there
        is room again everything is, in order."""
        self.full()
        many: list[tuple[int, Kept]] = [
            (number, heard("x" * 3000, number)) for number in range(1, 9)
        ]
        self.keeper.write(many)
        self.do()
        self.keeper.write([(9, heard("last", 9))])
        self.do()
        self.assertEqual(self.told.numbers, [])
        ((state, why),) = self.told.states
        self.assertIs(state, StoreState.FAILING)
        self.assertIn(str(self.path), why)
        self.assertIn("full", why)
        self.full(100_000)
        self.clock.advance(AGAIN)
        self.do()
        self.assertEqual(self.told.numbers, list(range(1, 10)))
        self.assertIs(self.told.states[-1][0], StoreState.WORKS)
        self.assertEqual(self.lines()[-1], "last")

    def test_into_memory(self) -> None:
        """When the person says so it goes on in memory, with what had waited."""
        self.full()
        self.keeper.write([(number, heard("x" * 3000, number)) for number in range(1, 9)])
        self.do()
        self.keeper.into_memory()
        self.do()
        self.assertIs(self.told.states[-1][0], StoreState.IN_MEMORY)
        self.assertEqual(self.told.numbers, list(range(1, 9)))
        self.assertEqual(len(self.lines()), 8)

    def test_damaged(self) -> None:
        """A file that turns out to be damaged is set aside, and what was to be written is in the
        next one."""
        self.keeper.write([(1, heard("one", 1))])
        self.do()
        self.file.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        self.file.connection.close()
        data = bytearray(self.path.read_bytes())
        data[4096:] = b"\xff" * (len(data) - 4096)
        self.path.write_bytes(data)
        self.file.connection = sqlite3.connect(
            self.path, isolation_level=None, check_same_thread=False
        )
        self.file._batch._connection = self.file.connection
        self.file.index._connection = self.file.connection
        self.keeper.write([(2, heard("two", 2))])
        self.do()
        self.assertEqual([state for state, _ in self.told.states], [StoreState.SET_ASIDE])
        self.assertEqual(Path(self.told.states[0][1]).read_bytes()[4096:4100], b"\xff" * 4)
        self.assertEqual(self.told.numbers, [1, 2])
        self.assertEqual(self.lines(), ["two"])

    def test_set_aside(self) -> None:
        """What was found to be damaged at the start is told."""
        self.let_go()
        self.path.write_bytes(b"damage" * 1000)
        self.begin(StoreFile(self.path))
        self.keeper.start()
        self.do()
        self.assertEqual([state for state, _ in self.told.states], [StoreState.SET_ASIDE])

    def test_not_read(self) -> None:
        """Where nothing can be read the reason is the answer."""
        self.keeper.write([(1, heard("one", 1))])
        self.do()
        self.file.connection.execute("DROP TABLE people")
        self.keeper.ask(1, HistoryQuery(LAB, 1))
        self.do()
        self.assertIn("people", str(self.told.answers[1]))

    def test_stop(self) -> None:
        """It ends when all is written."""
        self.keeper.write([(1, heard("one", 1))])
        self.ended = True
        stopped = self.keeper.stop()
        self.assertNoResult(stopped)
        self.do()
        self.successResultOf(stopped)
        self.assertEqual(self.told.numbers, [1])
