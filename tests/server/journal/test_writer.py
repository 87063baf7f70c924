"""How a journal is written while the reactor goes on."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from twisted.internet.defer import Deferred, maybeDeferred
from twisted.trial.unittest import SynchronousTestCase

from tests.support.log import lines_of_ours
from twisted_chat.database import NotWritten
from twisted_chat.server.journal.file import JournalFile
from twisted_chat.server.journal.records import (
    NameFreed,
    NameRecord,
    Record,
    RoomFreed,
    RoomRecord,
)
from twisted_chat.server.journal.writer import JournalWriter

A, HERE = "a" * 64, "203.0.113.1"
ANNA, BEN = NameRecord("anna", A, HERE), NameRecord("ben", A, HERE)


class Disk(JournalFile):
    """A file that notes what it is given, and may be full."""

    def __init__(self) -> None:
        self.path = Path("journal.sqlite")
        self.groups: list[list[Record]] = []
        self.full = False
        self.closed = False

    def write(self, records: Any) -> None:
        if self.full:
            raise NotWritten("database or disk is full")
        self.groups.append(list(records))

    def close(self) -> None:
        self.closed = True


class WriterTests(SynchronousTestCase):
    """A writer whose thread works when it is told to."""

    def setUp(self) -> None:
        self.disk = Disk()
        self.thread: list[tuple[Deferred[Any], Callable[..., Any], Any]] = []
        self.settled: list[tuple[int, bool]] = []
        self.writer = JournalWriter(self.disk, self.run_later, self.settled.extend)
        self.lines = lines_of_ours(self)

    def run_later(self, call: Callable[..., Any], *arguments: Any) -> Deferred[Any]:
        """Give something to the thread."""
        self.assertEqual(self.thread, [], "one at a time")
        done: Deferred[Any] = Deferred()
        self.thread.append((done, call, arguments))
        return done

    def work(self) -> None:
        """Let the thread do what it was given."""
        done, call, arguments = self.thread.pop()
        maybeDeferred(call, *arguments).chainDeferred(done)

    def test_in_groups(self) -> None:
        """What comes while one group is written is the next, and claims are told of."""
        self.writer.write([(1, ANNA)])
        self.writer.write([(0, NameFreed("x"))])
        self.writer.write([(2, BEN)])
        self.assertEqual(self.settled, [])
        self.work()
        self.assertEqual(self.settled, [(1, True)])
        self.work()
        self.assertEqual(self.settled, [(1, True), (2, True)])
        self.assertEqual(self.disk.groups, [[ANNA], [NameFreed("x"), BEN]])
        self.assertEqual(self.thread, [])
        self.writer.write([])
        self.assertEqual(self.thread, [])

    def test_full_disk(self) -> None:
        """While nothing can be written claims are refused; what nobody waits for is written
        afterwards, the latest of each. It is said once, and once that it is over."""
        self.disk.full = True
        gone = NameRecord("carol", A, HERE, absent=True)
        self.writer.write([(1, ANNA), (0, NameFreed("carol")), (0, RoomFreed("carol"))])
        self.work()
        self.writer.write([(0, gone), (2, RoomRecord("lab", "Lab", A, HERE))])
        self.work()
        self.assertEqual(self.settled, [(1, False), (2, False)])
        self.disk.full = False
        self.writer.write([(3, BEN)])
        self.work()
        self.assertEqual(self.settled[-1], (3, True))
        self.assertEqual(self.disk.groups, [[gone, RoomFreed("carol"), BEN]])
        self.writer.write([(4, ANNA)])
        self.work()
        self.assertEqual(self.disk.groups[-1], [ANNA])
        self.assertEqual(
            self.lines,
            [
                (
                    "cannot write journal.sqlite: database or disk is full; no new names and rooms"
                    " until it can be, all else goes on"
                ),
                "journal.sqlite is written again",
            ],
        )

    def test_stopped(self) -> None:
        """All that it was given is written before it ends."""
        self.writer.write([(1, ANNA)])
        self.writer.write([(2, BEN)])
        stopped = self.writer.stop()
        self.assertNoResult(stopped)
        self.work()
        self.assertFalse(self.disk.closed)
        self.work()
        self.successResultOf(stopped)
        self.assertTrue(self.disk.closed)
        self.assertEqual(len(self.disk.groups), 2)

    def test_stopped_idle(self) -> None:
        """Where there is nothing to write it ends at once."""
        self.successResultOf(self.writer.stop())
        self.assertTrue(self.disk.closed)

    def test_mistake(self) -> None:
        """A mistake of ours is logged, what was claimed refused, and the next is written."""
        self.patch(self.disk, "write", lambda records: 1 / 0)
        self.writer.write([(1, ANNA)])
        self.work()
        self.assertEqual(len(self.flushLoggedErrors(ZeroDivisionError)), 1)
        self.assertEqual(self.settled, [(1, False)])
        self.writer.write([(2, BEN)])
        self.assertEqual(len(self.thread), 1)
