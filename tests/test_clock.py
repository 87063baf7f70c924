"""The clock of a program, on a reactor whose time of day is set."""

import time
from typing import Any

from twisted.internet.base import ReactorBase
from twisted.internet.testing import MemoryReactorClock
from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.launch.clock import installed_reactor, keep_time, steady

HOUR = 3600.0


class Hands:
    """A clock that is set by hand."""

    def __init__(self, now: float) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


class Reactor(ReactorBase):
    """A reactor with timers and nothing else, at some time of day."""

    def __init__(self, time_of_day: Hands) -> None:
        self.seconds = time_of_day
        super().__init__()

    def installWaker(self) -> None:
        """It waits for nothing."""


class Timers(SynchronousTestCase):
    """What is to be done later, when somebody sets the clock."""

    def setUp(self) -> None:
        self.day, self.clock = Hands(1_790_000_000.0), Hands(100.0)
        self.reactor: Any = Reactor(self.day)
        self.done: list[str] = []

    def later(self, seconds: float, what: str) -> Any:
        return self.reactor.callLater(seconds, self.done.append, what)

    def passes(self, seconds: float) -> None:
        """Let time pass, for all clocks."""
        self.day.now += seconds
        self.clock.now += seconds
        self.reactor.runUntilCurrent()

    def test_set_back_and_forward(self) -> None:
        """What is due in two seconds is done in two seconds, whatever the time of day."""
        keep_time(self.reactor, self.clock)
        for step in (-HOUR, HOUR):
            self.later(2, "it")
            self.day.now += step
            self.passes(1.5)
            self.assertEqual(self.done, [])
            self.passes(1)
            self.assertEqual(self.done, ["it"])
            self.done.clear()

    def test_what_was_to_be_done_before(self) -> None:
        """What the reactor was told before is due when it was, in its order, on any clock."""
        for clock in (100.0, 3_000_000_000.0):  # Below the time of day, and above it.
            self.clock.now = clock
            for seconds in (4, 1, 3, 2):
                self.later(seconds, str(seconds))
            gone = self.later(1.5, "gone")
            self.reactor.runUntilCurrent()  # Some of them wait in another place than the new.
            self.later(2.5, "2.5")
            keep_time(self.reactor, self.clock)
            gone.cancel()
            self.day.now -= HOUR
            for _ in range(9):
                self.passes(0.5)
            self.assertEqual(self.done, ["1", "2", "2.5", "3", "4"])
            self.done.clear()
            self.reactor.seconds = self.day

    def test_moved(self) -> None:
        """What was to be done before can be put off and brought forward."""
        put_off, sooner = self.later(1, "put off"), self.later(9, "sooner")
        keep_time(self.reactor, self.clock)
        put_off.reset(3)
        sooner.reset(1)
        self.passes(2)
        self.assertEqual(self.done, ["sooner"])
        self.passes(2)
        self.assertEqual(self.done, ["sooner", "put off"])

    def test_overdue(self) -> None:
        """What was due when the clock was taken is done at once."""
        self.later(1, "it")
        self.day.now += HOUR
        keep_time(self.reactor, self.clock)
        self.passes(0)
        self.assertEqual(self.done, ["it"])

    def test_twice(self) -> None:
        """To ask twice for the clock changes nothing."""
        reactor: Any = MemoryReactorClock()
        keep_time(reactor, self.clock)
        waiting = reactor.callLater(1, self.done.append, "it")
        due = waiting.getTime()
        self.clock.now += 0.5
        keep_time(reactor, self.clock)
        self.assertEqual(waiting.getTime(), due)


class Programs(SynchronousTestCase):
    """The clock that programs have."""

    def test_steady(self) -> None:
        """It goes as the machine's own clock does, and is not the time of day."""
        before, now, after = time.monotonic(), steady(), time.monotonic()
        self.assertGreaterEqual(steady(), now)
        self.assertLess(after - before, 60)
        self.assertGreaterEqual(now, before)  # It may have slept, and so be ahead.
        self.assertGreater(abs(now - time.time()), HOUR)

    def test_installed(self) -> None:
        """The reactor of a program goes by it, and so do its timers."""
        reactor = installed_reactor()
        self.addCleanup(keep_time, reactor, time.time)
        call = reactor.callLater(5, lambda: None)
        self.addCleanup(call.cancel)
        self.assertIs(reactor.seconds, steady)
        self.assertLess(abs(call.getTime() - steady() - 5), 1)
