"""Those of whom the server has said nothing."""

from twisted.trial.unittest import SynchronousTestCase

from tests.support.contacts import FakeConversations
from twisted_chat.peer.contacts.contacts import Contacts
from twisted_chat.peer.effects import Effects
from twisted_chat.peer.gathering import Gathering
from twisted_chat.peer.gen1.contacts import AddressContacts
from twisted_chat.peer.gen1.strangers import Strangers
from twisted_chat.peer.talks.room import JoinedRoom
from twisted_chat.peer.talks.talks import Talks

EVE, DAVE = ("192.0.2.2", 2), ("192.0.2.3", 3)


class Speaking(SynchronousTestCase):
    """One of them says something."""

    def setUp(self) -> None:
        self.contacts = Contacts()
        self.contacts.open = True
        self.names = AddressContacts(self.contacts, FakeConversations(self.contacts))
        effects = Effects()
        self.talks = Talks(self.contacts, effects)
        self.room = JoinedRoom(self.contacts, effects, Gathering(effects.tell), "lab")
        self.registered = True
        self.strangers = Strangers(self.contacts, self.talks, self.names, lambda: self.registered)

    def test_hears(self) -> None:
        """The first who speaks to one who is alone hears them, and no other."""
        eve = self.strangers.knocked(EVE)
        assert eve is not None
        self.assertTrue(eve.talking)
        self.assertIs(self.talks.current, eve)
        self.assertIsNone(self.strangers.knocked(DAVE))
        self.assertEqual(self.contacts.everybody(), [eve])

    def test_not_alone(self) -> None:
        """Nobody hears who speaks to one without a name, in a room or about to be in one, or
        to one who has asked for something in vain."""
        self.talks.asked = 1
        self.assertIsNone(self.strangers.knocked(EVE))
        self.talks.asked = 0
        self.talks.enter(self.room)
        self.assertIsNone(self.strangers.knocked(EVE))
        self.talks.leave(self.room, 1.0)
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
