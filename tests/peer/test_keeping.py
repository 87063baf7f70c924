"""The store as a session has it."""

from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.peer.effects import AskStore, Effects, StoreRecords
from twisted_chat.peer.events.kept import StoreFailing, StoreInMemory, StoreSetAside, StoreWorks
from twisted_chat.peer.keeping import Keeping
from twisted_chat.store.archive import Archive
from twisted_chat.store.queries import HistoryQuery
from twisted_chat.store.records import ArrivedRecord, StoredBefore
from twisted_chat.store.state import StoreState


class Carrying(SynchronousTestCase):
    """What goes to a store, and comes back."""

    def setUp(self) -> None:
        self.archive, self.effects = Archive("", StoredBefore()), Effects()
        self.keeping = Keeping(self.archive, self.effects)

    def test_there(self) -> None:
        """What is to be written and looked up is an effect, once."""
        query = HistoryQuery(self.archive.room("lab"), 5)
        self.archive.arrived("b" * 64, 7, 1)
        self.archive.ask(query, lambda found, now: None)
        records, asked = self.keeping.complete([])
        self.assertEqual(records, StoreRecords([(0, ArrivedRecord("b" * 64, 7, 1))]))
        self.assertEqual(asked, AskStore(1, query))
        self.assertEqual(self.keeping.complete([]), [])

    def test_told(self) -> None:
        """How it is with the store is told; in memory nothing lasts."""
        self.assertTrue(self.archive.lasts)
        for state in StoreState:
            self.keeping.store_is(state, "why", 1.0)
        self.assertEqual(
            self.effects.take(),
            [StoreWorks(), StoreFailing("why"), StoreSetAside("why"), StoreInMemory()],
        )
        self.assertFalse(self.archive.lasts)
