"""An index that is cut into pieces."""

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from tests.support.strategies import many, sequences
from twisted_chat.directory.shards import SHARDS, Shards


class ShardsTests(SynchronousTestCase):
    """Setting, finding, discarding, reading."""

    def test_finding(self) -> None:
        """What was set is found, what was discarded is not, and both are counted."""
        shards: Shards[int, str] = Shards()
        shards.set(1, "one")
        shards.set(1 + SHARDS, "the same shard")
        shards.set(1, "one again")
        shards.discard(2)
        self.assertEqual((len(shards), shards.get(1), shards.get(2)), (2, "one again", None))
        shards.discard(1)
        self.assertEqual((len(shards), 1 in shards, 1 + SHARDS in shards), (1, False, True))

    def test_many_at_once(self) -> None:
        """Many are set at once, or none of them, where one is there already or comes twice."""
        shards: Shards[str, int] = Shards()
        self.assertTrue(shards.add_all(["a", "b", "c"], [1, 2, 3]))
        for keys in (["d", "b"], ["d", "e", "d"]):
            self.assertFalse(shards.add_all(keys, range(4, 4 + len(keys))))
        self.assertEqual((len(shards), sorted(shards.read())), (3, [1, 2, 3]))
        self.assertEqual(
            (shards.has_any(["x", "c"]), shards.has_any(["x"])),
            (True, False),
        )

    def test_kept(self) -> None:
        """What is there stays, and what is not comes."""
        shards: Shards[str, int] = Shards()
        self.assertEqual((shards.keep("a", 1), shards.keep("a", 2), len(shards)), (1, 1, 1))

    def test_no_piece_is_large(self) -> None:
        """Of many entries none of the pieces has many more than its share."""
        shards: Shards[str, int] = Shards()
        for number in range(100 * SHARDS):
            shards.set(f"u{number}", number)
        self.assertLess(max(map(len, shards._shards)), 200)


class Properties(SynchronousTestCase):
    """Reading while others come and go."""

    @many
    @given(
        st.integers(0, 60),
        sequences(sequences(st.tuples(st.booleans(), st.integers(0, 70)), 30), 8),
    )
    def test_each_once(self, count: int, turns: list[list[tuple[bool, int]]]) -> None:
        """What is there throughout is given exactly once, nothing that has left,
        and a dictionary agrees with all look-ups."""
        shards: Shards[int, object] = Shards()
        model = {key: object() for key in range(count)}
        for key, entry in model.items():
            shards.set(key, entry)
        throughout = set(model.values())
        reader, given_ = shards.read(), list[object]()
        for changes in turns:
            for comes, key in changes:
                throughout.discard(model.pop(key, None))
                shards.discard(key)
                if comes:
                    model[key] = object()
                    shards.set(key, model[key])
            self.assertEqual(len(shards), len(model))
            for key in range(71):
                self.assertIs(shards.get(key), model.get(key))
            for _ in range(10):
                entry = next(reader, None)
                if entry is not None:
                    self.assertIn(entry, model.values())
                    given_.append(entry)
        given_ += reader
        self.assertEqual(len(given_), len(set(given_)))
        self.assertLessEqual(throughout, set(given_))
