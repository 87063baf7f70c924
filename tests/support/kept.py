"""A store for peers on links in memory: written when the test says so, or a moment later."""

from collections.abc import Callable

from twisted_chat.peer.effects import AskStore, Effect, StoreOff, StoreRecords
from twisted_chat.store.archive import Archive
from twisted_chat.store.file import StoreFile
from twisted_chat.store.queries import StoreAnswer
from twisted_chat.store.reader import NotRead, StoreReader

SERVER = "192.0.2.1:8090"


class MemoryKeeper:
    """Carries out what a session wants of a store, which is one in memory and outlives the
    session. While it is `slow` nothing is written before `write_all`; what is asked while it
    `holds_answers` waits in `asked`."""

    def __init__(self, file: StoreFile | None = None) -> None:
        self.file = StoreFile(None) if file is None else file
        self.slow = False
        self.off = 0
        self.waiting: list[StoreRecords] = []
        self.holds_answers = False
        self.asked: list[Effect] = []

    def archive(self, since_1970: float = 1_000_000_000.0) -> Archive:
        """What a session begins with that is started now."""
        self.waiting.clear()
        return Archive(SERVER, self.file.read(), since_1970)

    def take(self, effects: list[Effect]) -> list[Effect]:
        """Take what is for the store. Returns the others."""
        self.waiting += [one for one in effects if isinstance(one, StoreRecords)]
        self.off += sum(isinstance(one, StoreOff) for one in effects)
        return [one for one in effects if not isinstance(one, StoreRecords | StoreOff)]

    def write_all(self) -> list[int]:
        """Write what waits. Returns the numbers of which the session is to be told."""
        records = [one for group in self.waiting for one in group.records]
        self.waiting.clear()
        if not records:
            return []
        self.file.write([record for _, record in records])
        return [number for number, _ in records if number]

    def answers(
        self, effects: list[Effect], found: Callable[..., list[Effect]], now: float
    ) -> list[Effect]:
        """Answer what is asked among these, and was before."""
        self.asked += [one for one in effects if isinstance(one, AskStore)]
        if self.holds_answers:
            return []
        told: list[Effect] = []
        asked, self.asked = self.asked, []
        for one in asked:
            if isinstance(one, AskStore):
                try:
                    reader = StoreReader(self.file.connection)
                    answer: StoreAnswer = reader.any_answer(one.query)
                except NotRead as why:
                    told += found(one.number, str(why), now)
                else:
                    told += found(one.number, answer, now)
        return told
