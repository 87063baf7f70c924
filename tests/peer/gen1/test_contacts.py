"""What those are called who are known by an address."""

from twisted.trial.unittest import SynchronousTestCase

from tests.support.contacts import FakeConversations
from twisted_chat.addresses import Address
from twisted_chat.peer.contacts.contact import Contact
from twisted_chat.peer.contacts.contacts import Contacts
from twisted_chat.peer.events.event import Someone
from twisted_chat.peer.events.said import Unencrypted
from twisted_chat.peer.gen1.contacts import MAX_NAMES, AddressContacts
from twisted_chat.terminal.wording.people import called
from twisted_chat.terminal.wording.said import speaker

BOB, CAROL = ("192.0.2.2", 2), ("192.0.2.3", 3)


class Names(SynchronousTestCase):
    """What people are called."""

    def setUp(self) -> None:
        self.contacts = Contacts()
        self.names = AddressContacts(self.contacts, FakeConversations(self.contacts))

    def meet(self, address: Address = BOB) -> Contact:
        """The one who is there."""
        contact = self.names.contact(address)
        assert contact is not None
        return contact

    def _called(self, address: Address) -> str:
        return called(self.names.called(address))

    def _speaker(self, contact: Contact, claim: str) -> str:
        who = self.names.claimed(contact, claim)
        claims = "" if contact.name.lower() == claim.lower() else claim
        return speaker(who, Unencrypted("192.0.2.2:2", claims))

    def test_unknown(self) -> None:
        """Without a name there is an address."""
        self.assertEqual(self._called(BOB), "somebody at 192.0.2.2:2")
        self.assertEqual(self._called(("2001:db8::1", 2)), "somebody at [2001:db8::1]:2")
        self.assertEqual(self.meet().who, Someone(address="192.0.2.2:2"))

    def test_claim(self) -> None:
        """A claim is believed where the server says nothing, and never where it does."""
        bob = self.meet()
        self.assertEqual(self.names.claimed(bob, "bobby"), Someone("bobby"))
        self.assertEqual((self._called(BOB), bob.name), ("bobby", "bobby"))
        self.names.learn(BOB, "bob")
        self.assertEqual((self._called(BOB), bob.name), ("bob", "bob"))

    def test_pretending(self) -> None:
        """Who speaks under a name other than its own is shown with both."""
        bob = self.meet()
        self.names.learn(BOB, "bob")
        self.assertEqual(self._speaker(bob, "alice"), "alice (registered as bob)")
        self.assertEqual(self._speaker(bob, "Bob"), "Bob")

    def test_once_each(self) -> None:
        """There is one contact at an address, who is found by the name that was learned."""
        bob = self.meet()
        self.assertIs(self.meet(), bob)
        self.names.learn(BOB, "bob")
        self.assertIs(self.contacts.called("BOB"), bob)
        self.assertTrue(self.names.knows(BOB))
        self.assertFalse(self.names.knows(CAROL))

    def test_bounds(self) -> None:
        """No flood of names makes it remember more than so many."""
        for number in range(MAX_NAMES + 10):
            address = (f"10.0.{number // 250}.{number % 250}", 1)
            self.names.learn(address, "bob")
        self.assertFalse(self.names.knows(("10.0.0.0", 1)))
        self.assertTrue(self.names.knows(address))
