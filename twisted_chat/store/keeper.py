"""A store beside a reactor, which never waits for the disk: one thread writes, another reads."""

from collections.abc import Callable
from functools import partial
from typing import Any, Protocol

from twisted.internet.defer import Deferred, gatherResults, succeed
from twisted.internet.interfaces import IReactorTime
from twisted.logger import Logger
from twisted.python.failure import Failure

from twisted_chat.database import NotWritten
from twisted_chat.group_writer import GroupWriter, Run
from twisted_chat.startup import CannotStart
from twisted_chat.store.file import Damaged, StoreFile
from twisted_chat.store.queries import StoreAnswer, StoreQuery
from twisted_chat.store.reader import NotRead, StoreReader, open_reader
from twisted_chat.store.records import Kept
from twisted_chat.store.state import StoreState

AGAIN = 5.0
"""Seconds until it is tried again to write what could not be written."""
TIDY = 3600.0
"""Seconds between two looks at what is to be kept no longer."""

_Record = tuple[int, Kept]


class StoreListener(Protocol):
    """Who is told what becomes of what is written and asked."""

    def stored(self, numbers: list[int]) -> None:
        """These are in the store."""

    def found(self, number: int, found: StoreAnswer | str) -> None:
        """This was found, or why nothing was."""

    def store_is(self, state: StoreState, why: str) -> None:
        """It is so with the store from now on."""


class Keeper:
    """Writes what a session wants to be kept, in groups, and looks up what it asks. What cannot
    be written is tried again, in its order, until the person wants to go on in memory."""

    log = Logger()

    def __init__(
        self, file: StoreFile, clock: IReactorTime, run: Run, listener: StoreListener
    ) -> None:
        self._file = file
        self._clock = clock
        self._run = run
        self._listener = listener
        self._failing = False
        self._groups: GroupWriter[_Record] = GroupWriter(
            run, self._write, self._wrote, self._could_not, self._close
        )
        self._reader: StoreReader | None = None
        self._questions: list[tuple[int, StoreQuery]] = []
        self._reading: Deferred[Any] | None = None
        self._later: list[Any] = []
        self._stopping = False

    # --- Writing

    def start(self) -> None:
        """See, meanwhile, whether the file is whole, and delete what is too old."""
        if self._file.path is None:
            self._tell(StoreState.IN_MEMORY, "")
        elif self._file.set_aside is not None:
            self._tell(StoreState.SET_ASIDE, str(self._file.set_aside))
        self._run(self._look).addCallbacks(self._looked, self._look_failed)

    def write(self, records: list[_Record]) -> None:
        """Write these; each that has a number is told when it is."""
        self._groups.write(records)

    def into_memory(self) -> None:
        """The person wants to go on without the file."""
        self._run(self._file.into_memory).addCallbacks(self._in_memory, self._look_failed)

    def _in_memory(self, _: object) -> None:
        self._failing = False
        self._forget_reader()
        self._tell(StoreState.IN_MEMORY, "")
        self._groups.retry()

    def _write(self, group: list[_Record]) -> str:
        records = [record for _, record in group]
        try:
            self._file.write(records)
        except Damaged:
            if self._file.path is None:
                raise
            aside = self._file.begin_anew()
            self._file.write(records)
            return str(aside)
        return ""

    def _wrote(self, group: list[_Record], aside: str) -> None:
        if aside:
            self._forget_reader()
            self._tell(StoreState.SET_ASIDE, aside)
        if self._failing:
            self._failing = False
            self._tell(StoreState.WORKS, str(self._file.path))
        if numbers := [number for number, _ in group if number]:
            self._listener.stored(numbers)

    def _could_not(self, failure: Failure, group: list[_Record]) -> list[_Record]:
        if not failure.check(NotWritten, CannotStart, Damaged):  # type: ignore[no-untyped-call]
            self.log.failure("the store went wrong", failure)
        if not self._failing:
            self._failing = True
            self._tell(StoreState.FAILING, f"{self._file.path}: {failure.getErrorMessage()}")
        self._in(AGAIN, self._groups.retry)
        return group

    def _tell(self, state: StoreState, why: str) -> None:
        self._listener.store_is(state, why)

    def _look(self) -> None:
        self._file.check()
        self._file.tidy()

    def _looked(self, _: object) -> None:
        self._in(TIDY, lambda: self._run(self._file.tidy).addErrback(self._look_failed))

    def _look_failed(self, failure: Failure) -> None:
        if failure.check(Damaged):  # type: ignore[no-untyped-call]
            self._run(self._file.begin_anew).addCallbacks(
                lambda aside: self._set_aside(str(aside)), self._look_failed
            )
        elif failure.check(NotWritten, CannotStart):  # type: ignore[no-untyped-call]
            if not self._failing:
                self._failing = True
                self._tell(StoreState.FAILING, f"{self._file.path}: {failure.getErrorMessage()}")
        else:
            self.log.failure("the store went wrong", failure)

    def _set_aside(self, aside: str) -> None:
        self._forget_reader()
        self._tell(StoreState.SET_ASIDE, aside)

    def _in(self, seconds: float, do: Callable[[], object]) -> None:
        if not self._stopping:
            self._later = [one for one in self._later if one.active()]
            self._later.append(self._clock.callLater(seconds, do))

    # --- Reading

    def ask(self, number: int, query: StoreQuery) -> None:
        """Look this up."""
        self._questions.append((number, query))
        if self._reading is None:
            self._read_next()

    def _read_next(self) -> None:
        number, query = self._questions.pop(0)
        reading = self._reading = self._run(self._answer, query)
        reading.addErrback(self._why_not)
        reading.addCallback(partial(self._read, number))

    def _answer(self, query: StoreQuery) -> StoreAnswer:
        if self._file.path is None:
            with self._file.turns:
                return StoreReader(self._file.connection).any_answer(query)
        if self._reader is None:
            self._reader = open_reader(self._file.path)
        return self._reader.any_answer(query)

    def _why_not(self, failure: Failure) -> str:
        self._forget_reader()
        if not failure.check(NotRead):  # type: ignore[no-untyped-call]
            self.log.failure("reading the store went wrong", failure)
        return failure.getErrorMessage()

    def _read(self, number: int, found: StoreAnswer | str) -> None:
        self._reading = None
        self._listener.found(number, found)
        if self._questions and self._reading is None:
            self._read_next()

    def _forget_reader(self) -> None:
        """What is read next is read from the file that there is now."""
        reader, self._reader = self._reader, None
        if reader is not None:
            reader.close()

    # --- The end

    def stop(self) -> "Deferred[Any]":
        """Fires when all is written, or cannot be, and the file is closed."""
        self._stopping = True
        for later in self._later:
            if later.active():
                later.cancel()
        reading = succeed(None) if self._reading is None else self._reading
        self._questions.clear()
        return gatherResults([self._groups.stop(), reading])

    def _close(self) -> None:
        self._forget_reader()
        self._file.close()
