"""What is on its way to the journal."""

from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.server.journal.ledger import Ledger
from twisted_chat.server.journal.records import NameFreed, NameRecord, RoomRecord

A, B, HERE = "a" * 64, "b" * 64, "203.0.113.1"


class LedgerTests(SynchronousTestCase):
    """Claims, and what nobody waits for."""

    def setUp(self) -> None:
        self.ledger = Ledger()
        self.closed: list[tuple[bool, float]] = []

    def claim(self, record: NameRecord | RoomRecord, fingerprint: str = A) -> None:
        """Claim this."""
        self.ledger.claim(record, fingerprint, 1.0, lambda *closed: self.closed.append(closed))

    def test_nothing_kept(self) -> None:
        """Without a journal all is had at once, and nothing is to be written."""
        self.claim(NameRecord("anna", A, HERE))
        self.ledger.note(NameFreed("ben"))
        self.assertEqual((self.closed, self.ledger.take()), ([(True, 1.0)], []))
        self.assertFalse(self.ledger.has_name("anna") or self.ledger.waits(A))

    def test_kept(self) -> None:
        """What is claimed is waited for, counted and told once, whether it was written or not."""
        self.ledger.keeps = True
        name, room = NameRecord("anna", A, HERE), RoomRecord("lab", "Lab", A, HERE)
        self.claim(name)
        self.ledger.note(NameFreed("ben"))
        self.claim(room)
        self.claim(NameRecord("carol", B, HERE), B)
        (one, _), (none, _), (two, _), (three, _) = taken = self.ledger.take()
        self.assertEqual([record for _, record in taken][:3], [name, NameFreed("ben"), room])
        self.assertEqual((none, self.ledger.take(), self.closed), (0, [], []))
        self.assertEqual((self.ledger.names, self.ledger.rooms), (2, 1))
        self.assertEqual((self.ledger.names_at(HERE), self.ledger.rooms_at(HERE)), (2, 1))
        self.assertTrue(self.ledger.has_name("anna") and self.ledger.has_room("lab"))
        self.assertFalse(self.ledger.has_name("lab") or self.ledger.has_room("anna"))
        self.assertEqual(self.ledger.settle(one, True, 2.0), A)
        self.assertFalse(self.ledger.has_name("anna"))
        self.assertTrue(self.ledger.waits(A))
        self.assertEqual(self.ledger.settle(two, False, 3.0), A)
        self.assertFalse(self.ledger.waits(A) or self.ledger.has_room("lab"))
        self.assertEqual(self.ledger.settle(three, True, 3.0), B)
        self.assertEqual(self.closed, [(True, 2.0), (False, 3.0), (True, 3.0)])
        self.assertEqual((self.ledger.names, self.ledger.rooms), (0, 0))
        self.assertEqual((self.ledger.names_at(HERE), self.ledger.rooms_at(HERE)), (0, 0))
