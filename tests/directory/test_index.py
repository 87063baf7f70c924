"""An index that is read while it changes."""

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from tests.support.strategies import many, sequences
from twisted_chat.directory.index import SLACK, Index


class Entry:
    """Something with a key."""

    def __init__(self, key: int) -> None:
        self.key = key


def index_of(count: int) -> Index[int, Entry]:
    """An index of so many entries, keys from 0."""
    index: Index[int, Entry] = Index(lambda entry: entry.key)
    for key in range(count):
        index.add(Entry(key))
    return index


def keys(entries: object) -> list[int]:
    """What these entries are found by."""
    return [entry.key for entry in entries]  # type: ignore[attr-defined]


class RollTests(SynchronousTestCase):
    """Adding, finding, discarding, reading."""

    def test_in_order_of_arrival(self) -> None:
        """Entries come in the order of their arrival; one that came back is last."""
        index = index_of(4)
        index.discard(1)
        index.add(Entry(1))
        self.assertEqual(keys(index), [0, 2, 3, 1])
        self.assertEqual(keys(index.read()), [0, 2, 3, 1])

    def test_finding(self) -> None:
        """What was added is found, what was discarded is not, and both are counted."""
        index = index_of(3)
        index.discard(1)
        index.discard(99)
        self.assertEqual(len(index), 2)
        self.assertIn(0, index)
        self.assertNotIn(1, index)
        self.assertIsNone(index.get(1))
        found = index.get(2)
        assert found is not None
        self.assertEqual(found.key, 2)

    def test_newest(self) -> None:
        """Only the newest are read, and all if there are fewer."""
        self.assertEqual(keys(index_of(5).read(newest=2)), [3, 4])
        self.assertEqual(keys(index_of(2).read(newest=5)), [0, 1])
        self.assertEqual(keys(index_of(0).read(newest=1)), [])

    def test_newest_is_counted_when_it_is_asked_for(self) -> None:
        """What comes between asking and reading is read too."""
        index = index_of(5)
        reader = index.read(newest=1)
        index.add(Entry(9))
        self.assertEqual(keys(reader), [4, 9])

    def test_left_before_its_turn(self) -> None:
        """What has left when its turn comes is not given, nor twice if it comes back."""
        index = index_of(3)
        reader = index.read()
        self.assertEqual(next(reader).key, 0)
        index.discard(1)
        index.discard(0)
        index.add(Entry(0))
        self.assertEqual(keys(reader), [2, 0])

    def test_most_leave_while_it_is_read(self) -> None:
        """A reader who has begun is given all who stay, once, however many leave meanwhile."""
        index = index_of(300)
        reader = index.read()
        begun = [next(reader).key for _ in range(10)]
        for key in range(250):
            index.discard(key)
        self.assertEqual(begun, list(range(10)))
        self.assertEqual(keys(reader), list(range(250, 300)))

    def test_what_has_left_is_not_kept(self) -> None:
        """The memory of those who left is bounded by those who are there."""
        index = index_of(10)
        for number in range(1000):
            index.add(Entry(10 + number))
            index.discard(10 + number)
            self.assertLessEqual(len(index._log), 2 * len(index) + SLACK + 1)
        self.assertEqual(keys(index.read()), list(range(10)))


class Properties(SynchronousTestCase):
    """Reading while others come and go."""

    @many
    @given(
        st.integers(0, 60),
        sequences(sequences(st.tuples(st.booleans(), st.integers(0, 70)), 30), 8),
    )
    def test_each_once(self, count: int, turns: list[list[tuple[bool, int]]]) -> None:
        """What is there throughout is given exactly once, and nothing that has left."""
        index = index_of(count)
        throughout = set(index)
        reader, given_ = index.read(), list[Entry]()
        for changes in turns:
            for comes, key in changes:
                if comes and key not in index:
                    index.add(Entry(key))
                elif not comes:
                    throughout.discard(index.get(key))
                    index.discard(key)
            for _ in range(10):
                entry = next(reader, None)
                if entry is not None:
                    self.assertIs(index.get(entry.key), entry)
                    given_.append(entry)
        given_ += reader
        self.assertEqual(len(given_), len(set(given_)))
        self.assertLessEqual(throughout, set(given_))
