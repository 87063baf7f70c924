"""The one clock of a program: durations are not measured by the time of day.

Twisted's reactors tell the time of day, which people and network time set: at an
hour set back every timer waits an hour longer, at one set forward every peer seems
to have been silent for an hour. The time of day is for what people are shown and
for what machines compare with each other: logs, traces, certificates, tokens.
"""

import time
from collections.abc import Callable
from functools import partial
from typing import Any

steady: Callable[[], float]
"""Seconds since some moment, which nobody sets. Where there is such a clock, those
that the machine sleeps count: what was heard before is as old as it is to others."""
if hasattr(time, "CLOCK_BOOTTIME"):
    steady = partial(time.clock_gettime, time.CLOCK_BOOTTIME)
else:
    steady = time.monotonic


def installed_reactor() -> Any:
    """The reactor of this program, steady from now on. Nobody else names it."""
    from twisted.internet import reactor

    keep_time(reactor)
    return reactor


def keep_time(reactor: Any, seconds: Callable[[], float] = steady) -> None:
    """Let a reactor go by this clock; what it is to do already is due as soon as it was."""
    if reactor.seconds is seconds:
        return
    now = reactor.seconds()
    waits = [(call, call.getTime() - now) for call in reactor.getDelayedCalls()]
    reactor.seconds = seconds
    for call, wait in waits:
        call.seconds = seconds
        call.reset(max(0.0, wait))
