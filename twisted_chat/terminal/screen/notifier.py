"""Running a program of the person's own when something is for them: with arguments, no shell."""

import os
from collections.abc import Callable, Sequence
from typing import Any

from twisted.internet.error import ProcessTerminated
from twisted.internet.protocol import ProcessProtocol
from twisted.python.failure import Failure

from twisted_chat.terminal.screen.attention import Noticed

APART = 1.0
"""Seconds between two runs at least; what happens in between is told by none."""
LONGEST_RUN = 10.0
"""Seconds after which a run is ended."""
PLACES = ("who", "where", "text")
"""What can stand in braces in an argument, and is filled in."""


def filled_in(command: Sequence[str], noticed: Noticed) -> list[str]:
    """The arguments for this. Nothing is read in what is filled in: it stays in its argument."""
    values = {f"{{{name}}}": getattr(noticed, name) for name in PLACES}
    return [_filled(argument, values) for argument in command]


def _filled(argument: str, values: dict[str, str]) -> str:
    parts, rest = "", argument
    while rest:
        found = [(at, place) for place in values if (at := rest.find(place)) >= 0]
        if not found:
            break
        at, place = min(found)
        parts, rest = parts + rest[:at] + values[place], rest[at + len(place) :]
    return parts + rest


class Notifier:
    """Runs the command. `failed` is told once why that cannot be."""

    def __init__(
        self, command: Sequence[str], reactor: Any, failed: Callable[[str], object]
    ) -> None:
        self._command = command
        self._reactor = reactor
        self._failed = failed
        self._told = False
        self._running = False
        self._ending: Any = None
        self._not_before = 0.0

    def __call__(self, noticed: Noticed) -> None:
        """Tell of this, unless the last is told still."""
        now = self._reactor.seconds()
        if self._running or now < self._not_before:
            return
        self._running, self._not_before = True, now + APART
        arguments = filled_in(self._command, noticed)
        try:
            process = self._reactor.spawnProcess(
                _Run(self), arguments[0], arguments, env=dict(os.environ), childFDs={}
            )
        except OSError as problem:
            self.ended(str(problem.strerror))
            return
        self._ending = self._reactor.callLater(LONGEST_RUN, _end, process)

    def ended(self, problem: str) -> None:
        """A run is over; `problem` is empty where all went well."""
        self._running = False
        if self._ending is not None and self._ending.active():
            self._ending.cancel()
        if problem and not self._told:
            self._told = True
            self._failed(f"{self._command[0]} could not be run for what is for you: {problem}")


class _Run(ProcessProtocol):
    """One run, of whose output nothing is wanted."""

    def __init__(self, notifier: Notifier) -> None:
        self._notifier = notifier

    def processEnded(self, reason: Failure) -> None:
        why = reason.value
        status = why.exitCode if isinstance(why, ProcessTerminated) else 0
        self._notifier.ended("" if status == 0 else f"it ended with status {status}")


def _end(process: Any) -> None:
    if process.pid is not None:
        process.signalProcess("KILL")
