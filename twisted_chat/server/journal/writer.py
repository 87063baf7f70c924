"""What lets a journal be written while the reactor goes on."""

from collections.abc import Callable
from typing import Any

from twisted.internet.defer import Deferred
from twisted.logger import Logger
from twisted.python.failure import Failure

from twisted_chat.server.journal.file import JournalFile, NotWritten
from twisted_chat.server.journal.records import (
    BanLifted,
    BanRecord,
    NameFreed,
    NameRecord,
    Record,
    RoomFreed,
    RoomRecord,
)

Settled = Callable[[list[tuple[int, bool]]], None]
"""Told of claims, by their numbers, whether they were written."""
Run = Callable[..., "Deferred[Any]"]
"""Calls a function, with what else is given, in a thread of its own, one after the other."""


class JournalWriter:
    """Writes records in groups: what comes while one is written is the next.

    Where the file cannot be written all that is claimed is refused, until it can be again;
    what nobody waits for is written then, the latest of each name and room.
    """

    log = Logger()
    has_news = False
    """Nothing is to be written that is not in the ledger."""

    def __init__(self, file: JournalFile, run: Run, settled: Settled) -> None:
        self._file = file
        self._run = run
        self._settled = settled
        self._next: list[tuple[int, Record]] = []
        self._owed: dict[tuple[str, str], Record] = {}
        self._busy = False
        self.is_failing = False
        """Whether what was last to be written could not be."""
        self._stopped: Deferred[None] | None = None

    def write(self, records: list[tuple[int, Record]]) -> None:
        """Write these, each with the number of its claim, or with 0."""
        self._next += records
        if self._next and not self._busy:
            self._begin()

    def stop(self) -> "Deferred[None]":
        """Fires when all is written, or cannot be, and the file is closed."""
        self._stopped = Deferred()
        if not self._busy:
            self._close(self._stopped)
        return self._stopped

    def _begin(self) -> None:
        self._busy = True
        group, self._next = self._next, []
        records = [*self._owed.values(), *(record for _, record in group)]
        writing = self._run(self._file.write, records)
        writing.addCallbacks(lambda _: self._wrote(group), self._could_not, errbackArgs=(group,))
        writing.addErrback(lambda failure: self.log.failure("after the journal", failure))
        writing.addCallback(lambda _: self._go_on())

    def _go_on(self) -> None:
        self._busy = False
        if self._next:
            self._begin()
        elif self._stopped is not None:
            self._close(self._stopped)

    def _close(self, stopped: "Deferred[None]") -> None:
        self._file.close()
        stopped.callback(None)

    def _wrote(self, group: list[tuple[int, Record]]) -> None:
        self._owed.clear()
        if self.is_failing:
            self.is_failing = False
            self.log.info("{file} is written again", file=self._file.path)
        self._tell(group, written=True)

    def _could_not(self, failure: Failure, group: list[tuple[int, Record]]) -> None:
        for number, record in group:
            if not number:
                self._owed[_about(record)] = record
        if not failure.check(NotWritten):  # type: ignore[no-untyped-call]
            self.log.failure("the journal went wrong", failure)
        elif not self.is_failing:
            self.is_failing = True
            self.log.error(
                "cannot write {file}: {reason}; no new names and rooms until it can be,"
                " all else goes on",
                file=self._file.path,
                reason=failure.getErrorMessage(),
            )
        self._tell(group, written=False)

    def _tell(self, group: list[tuple[int, Record]], *, written: bool) -> None:
        if claims := [(number, written) for number, _ in group if number]:
            self._settled(claims)


def _about(record: Record) -> tuple[str, str]:
    """What this is written of: a name, a room or a ban."""
    match record:
        case NameRecord(casefolded) | NameFreed(casefolded):
            return "", casefolded
        case RoomRecord(casefolded) | RoomFreed(casefolded):
            return "#", casefolded
        case BanRecord(kind, what) | BanLifted(kind, what):
            return kind, what
