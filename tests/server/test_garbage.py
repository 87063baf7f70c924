"""Garbage in circles, while somebody looks for it in pieces."""

import gc
import sys
import weakref
from typing import Any

from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.server.garbage import ALL_AGAIN, ENOUGH, EVERY, Collector


class Circle:
    """An object that only a look can free."""

    def __init__(self) -> None:
        self.itself = self


class Looks(SynchronousTestCase):
    """What is looked at, and when."""

    def setUp(self) -> None:
        self.clock = Clock()
        self.before = gc.get_threshold()
        self.addCleanup(gc.set_threshold, *self.before)
        self.addCleanup(gc.unfreeze)
        self.collector = Collector(self.clock, few=sys.maxsize)
        self.collector.start()
        self.kept: list[Any] = []

    def much(self) -> None:
        """Let so much be new that a look is worth it."""
        while gc.get_count()[2] < ENOUGH:
            self.kept.append([[] for _ in range(100)])

    def seconds(self, many: float) -> None:
        for _ in range(int(many / EVERY) + 1):
            self.clock.advance(EVERY)

    def test_new(self) -> None:
        """A circle that has ended is gone when enough has come since, and what lives is
        not looked at again."""
        circle = Circle()
        gc.collect(1)  # Which leaves it among the oldest.
        gone = weakref.ref(circle)
        del circle
        self.much()
        frozen = gc.get_freeze_count()
        self.assertIsNotNone(gone())
        self.clock.advance(EVERY)
        self.assertIsNone(gone())
        self.assertGreater(gc.get_freeze_count(), frozen + 10_000)
        self.assertLess(len(gc.get_objects()), 1_000)

    def test_quiet(self) -> None:
        """Where little is new there is nothing to look at."""
        frozen = gc.get_freeze_count()
        self.clock.advance(EVERY)
        self.assertEqual(gc.get_freeze_count(), frozen)

    def test_later(self) -> None:
        """A circle that was alive at a look and ended then is gone after the next at all,
        as long as that is quick."""
        circle = Circle()
        self.much()
        self.clock.advance(EVERY)
        gone = weakref.ref(circle)
        del circle
        self.seconds(ALL_AGAIN)
        self.assertIsNone(gone())

    def test_too_many(self) -> None:
        """Where it is not it stays, and nobody waits."""
        self.collector.stop()
        self.collector = Collector(self.clock, few=gc.get_freeze_count())
        self.collector.start()
        circle = Circle()
        self.much()
        self.clock.advance(EVERY)
        gone = weakref.ref(circle)
        del circle
        self.seconds(2 * ALL_AGAIN)
        self.assertIsNotNone(gone())

    def test_stopped(self) -> None:
        """Afterwards all is as before, and stopping twice is no mistake."""
        for _ in range(2):
            self.collector.stop()
        self.assertEqual((gc.get_threshold(), gc.get_freeze_count()), (self.before, 0))
        self.assertEqual(self.clock.calls, [])
