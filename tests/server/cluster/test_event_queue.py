"""What a log tells, on its way from one thread to another."""

from collections.abc import Callable

from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.server.cluster.absences import Absences
from twisted_chat.server.cluster.event_queue import HANDED_OVER, EventQueue
from twisted_chat.server.cluster.events import LogDamaged, LogEvent, LogReached

MANY = [""] * (HANDED_OVER - 1)
ABSENCES = Absences(MANY, [0] * len(MANY), [b""] * len(MANY), MANY, MANY, [0.0] * len(MANY))


class EventQueueTests(SynchronousTestCase):
    """A queue, and what the reactor is to call."""

    def setUp(self) -> None:
        self.calls: list[Callable[[], None]] = []
        self.heard: list[list[LogEvent]] = []
        self.queue = EventQueue(self.calls.append, self.heard.append)

    def test_in_order(self) -> None:
        """What is said before the reactor has its turn comes at once, in order."""
        said: list[LogEvent] = [LogDamaged("a"), LogReached(), LogDamaged("b")]
        self.queue.say(said[0])
        self.queue.say(*said[1:])
        self.assertEqual((len(self.calls), self.queue.waiting), (1, 3))
        self.calls.pop()()
        self.assertEqual((self.heard, self.calls, self.queue.waiting), ([said], [], 0))

    def test_some_at_a_time(self) -> None:
        """Of much the reactor gets so many entries at a time, and has its turn between."""
        said: list[LogEvent] = [ABSENCES, LogDamaged("a"), LogDamaged("b"), ABSENCES]
        self.queue.say(*said)
        self.assertEqual(self.queue.waiting, 2 * HANDED_OVER)
        while self.calls:
            self.calls.pop()()
        self.assertEqual(self.heard, [said[:2], said[2:]])
        self.queue.say(LogReached())
        self.assertEqual(len(self.calls), 1)

    def test_nothing(self) -> None:
        """Where nothing is said nobody is called."""
        self.queue.say()
        self.assertEqual(self.calls, [])
