"""What is said to somebody who is not here."""

from msgspec.structs import replace
from twisted.trial.unittest import SynchronousTestCase

from tests.support.contacts import FakeConversations, contact_of
from tests.support.fake_generation import FakeGeneration
from twisted_chat.events import Event
from twisted_chat.peer.events.event import Someone, Talk
from twisted_chat.peer.events.said import LostFor, WaitsFor
from twisted_chat.peer.later import LaterWords
from twisted_chat.peer.own_lines import OwnLines
from twisted_chat.store.archive import Archive
from twisted_chat.store.records import Owed, SaidRecord, StoredBefore

BOB = Someone("bob", "b" * 64)


class Later(SynchronousTestCase):
    """Texts to bob."""

    def setUp(self) -> None:
        self.generation = FakeGeneration()
        self.begin(Archive("", StoredBefore()))

    def begin(self, archive: Archive) -> None:
        """With what is kept of what is said."""
        self.archive = archive
        self.shared = replace(self.generation.shared, archive=archive)
        self.own = OwnLines()
        self.later = LaterWords(self.generation, self.shared, self.own)

    def told(self) -> list[Event]:
        return [one for one in self.shared.effects.take() if isinstance(one, Event)]

    def test_told_when_kept(self) -> None:
        """It is told that it waits when it is kept, and not before: then it goes to whoever is
        there by then."""
        self.generation.later = BOB
        self.generation.owes = (Owed(BOB.fingerprint, "bob", 7, 1, 0),)
        self.assertTrue(self.later.say("hello", "bob", 1.0))
        self.assertEqual(self.told(), [])
        ((number, record),) = self.archive.take()
        assert isinstance(record, SaidRecord)
        self.assertEqual((record.text, record.owed), ("hello", self.generation.owes))
        self.assertEqual((record.talk.key, record.talk.room), (BOB.fingerprint, ""))
        conversations = FakeConversations(self.shared.contacts)
        self.shared.contacts.add(contact_of("bob", BOB.fingerprint, conversations=conversations))
        self.archive.settle([number], 2.0)
        self.assertEqual(self.told(), [WaitsFor(BOB, 1, "hello")])
        self.assertIn(("stored", "bob"), conversations.done)
        (own,) = self.own.after(0)
        self.assertEqual((own.text, own.to), ("hello", Talk(who=BOB)))

    def test_no_room(self) -> None:
        """What there is no room for is not kept, and that is told."""
        self.generation.later, self.generation.is_full = BOB, True
        self.assertTrue(self.later.say("hello", "bob", 1.0))
        self.assertEqual(self.told(), [LostFor((BOB,), "hello")])
        self.assertEqual(self.archive.take(), [])

    def test_nobody(self) -> None:
        """Nothing waits for nobody, nor where nothing is kept."""
        self.assertFalse(self.later.say("hello", "bob", 1.0))
        self.begin(Archive())
        self.generation.later = BOB
        self.assertFalse(self.later.say("hello", "bob", 1.0))
        self.assertEqual((self.archive.take(), self.told()), ([], []))
