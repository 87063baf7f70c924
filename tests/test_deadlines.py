"""Many deadlines, of which the next is always known."""

import random

from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.deadlines import Deadlines
from twisted_chat.moments import NEVER


class Next(SynchronousTestCase):
    """Which deadline comes next."""

    def setUp(self) -> None:
        self.deadlines: Deadlines[str] = Deadlines()

    def test_in_order(self) -> None:
        """Deadlines come in their order, each once, when it is their time."""
        for key, at in (("c", 3.0), ("a", 1.0), ("b", 2.0)):
            self.deadlines.set(key, at)
        self.assertEqual(list(self.deadlines.due(0.5)), [])
        self.assertEqual(list(self.deadlines.due(2.0)), ["a", "b"])
        self.assertEqual(list(self.deadlines.due(9.0)), ["c"])
        self.assertEqual(self.deadlines.next, NEVER)

    def test_moved(self) -> None:
        """A deadline that was moved, in whichever direction, comes when it is now."""
        self.deadlines.set("a", 5.0)
        self.deadlines.set("a", 1.0)
        self.assertEqual(self.deadlines.next, 1.0)
        self.deadlines.set("a", 7.0)
        self.assertEqual(list(self.deadlines.due(5.0)), [])
        self.assertEqual(self.deadlines.get("a"), 7.0)
        self.assertEqual(list(self.deadlines.due(7.0)), ["a"])
        self.assertEqual(self.deadlines.get("a"), NEVER)

    def test_discarded(self) -> None:
        """A key that was discarded has none, and may be set again."""
        self.deadlines.set("a", 1.0)
        self.deadlines.discard("a")
        self.assertEqual(list(self.deadlines.due(9.0)), [])
        self.deadlines.set("a", NEVER)
        self.assertEqual(list(self.deadlines.due(1e9)), [])
        self.deadlines.set("a", 2.0)
        self.assertEqual(list(self.deadlines.due(9.0)), ["a"])

    def test_like_a_list(self) -> None:
        """It does what looking through all of them would do, and does not grow."""
        chance = random.Random(1)
        plain: dict[str, float] = {}
        now = 0.0
        for _ in range(5000):
            key = str(chance.randrange(20))
            if chance.random() < 0.9:
                plain[key] = now + chance.choice([0.1, 1.0, 60.0])
                self.deadlines.set(key, plain[key])
            else:
                plain.pop(key, None)
                self.deadlines.discard(key)
            now += chance.random() / 10
            due = sorted(key for key, at in plain.items() if at <= now)
            self.assertEqual(sorted(self.deadlines.due(now)), due)
            plain = {key: at for key, at in plain.items() if at > now}
        self.assertLess(len(self.deadlines._heap), 200)
