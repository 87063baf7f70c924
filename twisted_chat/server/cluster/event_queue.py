"""What a log has told in its thread, on its way to the thread of the decisions."""

import threading
from collections import deque
from collections.abc import Callable
from typing import Literal

from twisted_chat.server.cluster.absences import Absences
from twisted_chat.server.cluster.events import LogEvent

HANDED_OVER = 1000
"""Entries that are carried out before the reactor has its turn: 10 ms."""


class EventQueue:
    """`heard` is given what is said, in order, some at a time, by `in_reactor`, which calls a
    function in the thread of the decisions."""

    def __init__(
        self,
        in_reactor: Callable[[Callable[[], None]], None],
        heard: Callable[[list[LogEvent]], None],
    ) -> None:
        self._in_reactor = in_reactor
        self._heard = heard
        self._events: deque[LogEvent] = deque()
        self._lock = threading.Lock()
        self.waiting = 0
        """How many entries are not handed over yet; any other event counts as one."""

    def __bool__(self) -> Literal[True]:
        return True

    def say(self, *events: LogEvent) -> None:
        """Hand these over."""
        with self._lock:
            first = not self._events
            self._events += events
            self.waiting += sum(map(_many, events))
        if first and events:
            self._in_reactor(self._hand_over)

    def _hand_over(self) -> None:
        events: list[LogEvent] = []
        many = 0
        with self._lock:
            while self._events and many < HANDED_OVER:
                events.append(self._events.popleft())
                many += _many(events[-1])
            self.waiting -= many
            is_more = bool(self._events)
        self._heard(events)
        if is_more:
            self._in_reactor(self._hand_over)


def _many(event: LogEvent) -> int:
    return len(event.names) if isinstance(event, Absences) else 1
