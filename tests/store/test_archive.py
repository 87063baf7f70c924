"""What a session has of a store."""

from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.store.archive import MAX_AHEAD, Archive
from twisted_chat.store.queries import HistoryQuery, StoreAnswer
from twisted_chat.store.records import HeardRecord, StoredBefore, TalkKey


class Keeping(SynchronousTestCase):
    """One with a store, and one without."""

    def setUp(self) -> None:
        self.archive = Archive("192.0.2.1:8090", StoredBefore(), since_1970=1_000.0)
        self.done: list[float] = []

    def heard(self, time: int) -> HeardRecord:
        """A record of what somebody said at this time of theirs."""
        return HeardRecord(self.archive.room("lab"), "b" * 64, "bob", time, "hello", 7, 1)

    def test_waits(self) -> None:
        """What waits for a record is done when that is written, and not before."""
        self.archive.heard(self.heard(5), self.done.append, 1.0)
        ((number, record),) = self.archive.take()
        self.assertEqual(record, self.heard(5))
        self.assertEqual((self.done, self.archive.take(), self.archive.waits), ([], [], True))
        self.archive.settle([number], 2.0)
        self.assertEqual((self.done, self.archive.waits), ([2.0], False))

    def test_nothing_kept(self) -> None:
        """Where nothing is kept it is done at once, and there is nothing to write."""
        archive = Archive()
        archive.heard(self.heard(5), self.done.append, 1.0)
        archive.heard_plainly(archive.room("lab"), "bob", "hello", 1.0)
        archive.arrived("b" * 64, 7, 1)
        self.assertEqual((self.done, archive.take()), ([1.0], []))

    def test_impossible_times(self) -> None:
        """A time that is far ahead of ours, or none, is the one at which it came."""
        now = 1_001_000
        for time, kept in (
            (1, 1),
            (now + MAX_AHEAD, now + MAX_AHEAD),
            (now + MAX_AHEAD + 1, now),
            (2**63, now),
            (0, now),
        ):
            self.archive.heard(self.heard(time), self.done.append, 1.0)
            ((_, record),) = self.archive.take()
            assert isinstance(record, HeardRecord)
            self.assertEqual(record.time, kept)

    def test_whose(self) -> None:
        """A room is one of a server; somebody with a key is the same everywhere."""
        self.assertEqual(self.archive.room("Lab"), TalkKey("192.0.2.1:8090", "lab", "", "Lab"))
        self.assertEqual(self.archive.person("b" * 64, "bob"), TalkKey("", "", "b" * 64, "bob"))
        self.assertEqual(
            self.archive.person("", "Bob"), TalkKey("192.0.2.1:8090", "", "@bob", "Bob")
        )

    def test_answers(self) -> None:
        """What is asked is told to whoever asked, once."""
        found: list[StoreAnswer | str] = []
        query = HistoryQuery(self.archive.room("lab"), 5)
        self.archive.ask(query, lambda what, now: found.append(what))
        ((number, asked),) = self.archive.take_questions()
        self.assertEqual((asked, list(self.archive.take_questions())), (query, []))
        self.assertTrue(self.archive.asking)
        self.archive.answer(number, "no disk", 1.0)
        self.assertEqual((found, self.archive.asking), (["no disk"], False))
