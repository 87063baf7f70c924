"""What lets a file be written while the reactor goes on: in groups, one after the other."""

from collections.abc import Callable
from typing import Any, Generic, TypeVar

from twisted.internet.defer import Deferred
from twisted.logger import Logger
from twisted.python.failure import Failure

R = TypeVar("R")
Run = Callable[..., "Deferred[Any]"]
"""Calls a function, with what else is given, in a thread of its own, one after the other."""


class GroupWriter(Generic[R]):
    """Writes records in groups: what comes while one is written is the next.

    `write` writes a group, in the thread. `wrote` is told of each that is written, with what
    `write` returned; `failed` why one is not, and returns what of it is to be written before all
    that comes next. `close` closes the file.
    """

    log = Logger()

    def __init__(
        self,
        run: Run,
        write: Callable[[list[R]], Any],
        wrote: Callable[[list[R], Any], None],
        failed: Callable[[Failure, list[R]], list[R]],
        close: Callable[[], None],
    ) -> None:
        self._run = run
        self._write = write
        self._wrote = wrote
        self._failed = failed
        self._close = close
        self._again: list[R] = []
        self._next: list[R] = []
        self._busy = False
        self._stopped: Deferred[None] | None = None

    def write(self, records: list[R]) -> None:
        """Write these."""
        self._next += records
        if self._next and not self._busy:
            self._begin()

    def retry(self) -> None:
        """Write what is to be written again, if nothing is being written."""
        if self._again and not self._busy:
            self._begin()

    def stop(self) -> "Deferred[None]":
        """Fires when all is written, or cannot be, and the file is closed."""
        self._stopped = Deferred()
        if not self._busy:
            self._end(self._stopped)
        return self._stopped

    def _begin(self) -> None:
        self._busy = True
        group, self._again, self._next = [*self._again, *self._next], [], []
        writing = self._run(self._write, group)
        writing.addCallbacks(
            lambda result: self._wrote(group, result), self._could_not, errbackArgs=(group,)
        )
        writing.addErrback(lambda failure: self.log.failure("after it was written", failure))
        writing.addCallback(lambda _: self._go_on())

    def _could_not(self, failure: Failure, group: list[R]) -> None:
        self._again = self._failed(failure, group)

    def _go_on(self) -> None:
        self._busy = False
        if self._next:
            self._begin()
        elif self._stopped is not None:
            self._end(self._stopped)

    def _end(self, stopped: "Deferred[None]") -> None:
        self._close()
        stopped.callback(None)
