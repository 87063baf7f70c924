"""The store as a session has it: what is to be written and looked up, and what comes of it."""

from collections.abc import Callable

from twisted_chat.events import Event
from twisted_chat.peer.effects import AskStore, Effect, Effects, StoreRecords
from twisted_chat.peer.events import kept
from twisted_chat.store.archive import Archive
from twisted_chat.store.queries import StoreAnswer
from twisted_chat.store.state import StoreState

_TOLD: dict[StoreState, Callable[[str], Event]] = {
    StoreState.WORKS: lambda why: kept.StoreWorks(),
    StoreState.FAILING: kept.StoreFailing,
    StoreState.SET_ASIDE: kept.StoreSetAside,
    StoreState.IN_MEMORY: lambda why: kept.StoreInMemory(),
}


class Keeping:
    """Carries what the archive has to the effects of a session, and back."""

    def __init__(self, archive: Archive, effects: Effects) -> None:
        self.archive = archive
        self._effects = effects

    def complete(self, effects: list[Effect]) -> list[Effect]:
        """These, with what is to be written, and looked up, now."""
        archive = self.archive
        if archive.pending.unsent:
            effects.append(StoreRecords(archive.take()))
        if archive.questions:
            effects += (AskStore(*question) for question in archive.take_questions())
        return effects

    def stored(self, numbers: list[int], now: float) -> None:
        """These are kept now."""
        self.archive.settle(numbers, now)

    def found(self, number: int, found: StoreAnswer | str, now: float) -> None:
        """This was looked up, or cannot be, for this reason."""
        self.archive.answer(number, found, now)

    def store_is(self, state: StoreState, why: str, now: float) -> None:
        """It is so with the store."""
        self._effects.tell(_TOLD[state](why))
        if state is StoreState.IN_MEMORY:
            self.archive.lasts = False
            self.archive.lasts_until = self.archive.time_of_day(now)
