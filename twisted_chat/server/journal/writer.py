"""What lets a journal be written while the reactor goes on."""

from collections.abc import Callable

from twisted.logger import Logger
from twisted.python.failure import Failure

from twisted_chat.database import NotWritten
from twisted_chat.group_writer import GroupWriter, Run
from twisted_chat.server.journal.file import JournalFile
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
        self._settled = settled
        self.is_failing = False
        """Whether what was last to be written could not be."""
        self._groups: GroupWriter[tuple[int, Record]] = GroupWriter(
            run, self._write, self._wrote, self._could_not, file.close
        )
        self.write, self.stop = self._groups.write, self._groups.stop

    def _write(self, group: list[tuple[int, Record]]) -> None:
        self._file.write([record for _, record in group])

    def _wrote(self, group: list[tuple[int, Record]], _: object) -> None:
        if self.is_failing:
            self.is_failing = False
            self.log.info("{file} is written again", file=self._file.path)
        self._tell(group, written=True)

    def _could_not(
        self, failure: Failure, group: list[tuple[int, Record]]
    ) -> list[tuple[int, Record]]:
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
        latest = {_about(record): record for number, record in group if not number}
        return [(0, record) for record in latest.values()]

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
