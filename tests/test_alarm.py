"""One delayed call for the next moment at which something is due."""

from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.alarm import Alarm
from twisted_chat.moments import NEVER


class Ringing(SynchronousTestCase):
    """When it rings."""

    def setUp(self) -> None:
        self.clock = Clock()
        self.clock.advance(100)
        self.rung: list[float] = []
        self.alarm = Alarm(self.clock, lambda: self.rung.append(self.clock.seconds()))

    def advance(self, seconds: int) -> None:
        """Let time pass, a second at a time."""
        for _ in range(seconds):
            self.clock.advance(1)

    def test_earliest(self) -> None:
        """It rings once, at the earliest moment, with one delayed call."""
        for at in (105, 103, 104, NEVER):
            self.alarm.set(at)
            self.assertEqual(len(self.clock.getDelayedCalls()), 1)
        self.advance(9)
        self.assertEqual(self.rung, [103])
        self.assertEqual(self.alarm.due, NEVER)

    def test_past(self) -> None:
        """What should have been before is done at once, and not within the call."""
        self.alarm.set(1)
        self.assertEqual(self.rung, [])
        self.clock.advance(0)
        self.assertEqual(self.rung, [100])

    def test_again(self) -> None:
        """What it calls may set it again."""
        alarm = Alarm(self.clock, lambda: alarm.set_in(2))
        alarm.set_in(1)
        self.advance(2)
        self.assertEqual(alarm.due, 103)

    def test_stopped(self) -> None:
        """Once stopped it does not ring, and leaves nothing behind; it can be set again."""
        self.assertFalse(self.alarm.stop())
        self.alarm.set_in(1)
        self.alarm.set_in(2)
        self.assertEqual(self.alarm.due, 101)
        self.assertTrue(self.alarm.stop())
        self.assertEqual(self.clock.getDelayedCalls(), [])
        self.alarm.set(102)
        self.advance(3)
        self.assertEqual(self.rung, [102])
