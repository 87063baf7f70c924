"""Those of whom the server has said nothing."""

from twisted.trial.unittest import SynchronousTestCase

from tests.support.contacts import FakeConversations
from twisted_chat.peer.contacts.contact import Standing
from twisted_chat.peer.contacts.contacts import Contacts
from twisted_chat.peer.effects import Effects
from twisted_chat.peer.gathering import Gathering
from twisted_chat.peer.gen1.contacts import AddressContacts
from twisted_chat.peer.gen1.strangers import Strangers
from twisted_chat.peer.room import JoinedRoom

EVE, DAVE = ("192.0.2.2", 2), ("192.0.2.3", 3)


class Speaking(SynchronousTestCase):
    """One of them says something."""

    def setUp(self) -> None:
        self.contacts = Contacts()
        self.contacts.open = True
        self.names = AddressContacts(self.contacts, FakeConversations(self.contacts))
        effects = Effects()
        self.room = JoinedRoom(self.contacts, effects, Gathering(effects.tell))
        self.registered = True
        self.strangers = Strangers(self.contacts, self.room, self.names, lambda: self.registered)

    def test_hears(self) -> None:
        """The first who speaks to one who is alone hears them, and no other."""
        eve = self.strangers.knocked(EVE)
        assert eve is not None
        self.assertEqual((eve.standing, eve.hears), (Standing.INTRODUCED, True))
        self.assertIsNone(self.strangers.knocked(DAVE))
        self.assertEqual(self.contacts.everybody(), [eve])

    def test_not_alone(self) -> None:
        """Nobody hears who speaks to one without a name, in a room or about to be in one, or
        to one who has asked for something in vain."""
        for name, value in (("name", "lab"), ("asked", 1), ("returning", True)):
            before = getattr(self.room, name)
            setattr(self.room, name, value)
            self.assertIsNone(self.strangers.knocked(EVE), name)
            setattr(self.room, name, before)
        self.registered = False
        self.assertIsNone(self.strangers.knocked(EVE))
        self.registered, self.contacts.welcoming = True, False
        self.assertIsNone(self.strangers.knocked(EVE))
        self.contacts.welcoming = True
        self.assertIsNotNone(self.strangers.knocked(EVE))

    def test_ignored(self) -> None:
        """One is ignored by a name that they claim, that the server knows, or by the address."""
        self.contacts.ignore("eve", [])
        self.assertTrue(self.strangers.ignored(EVE, "Eve"))
        self.assertFalse(self.strangers.ignored(EVE, "adam"))
        self.names.learn(EVE, "eve")
        self.assertTrue(self.strangers.ignored(EVE, "adam"))
        self.assertFalse(self.strangers.ignored(DAVE, "adam"))
