"""What somebody is known by."""

from twisted.trial.unittest import SynchronousTestCase

from tests.support.contacts import contact_of
from twisted_chat.peer.contacts.contact import keyless, marks

AT = ("192.0.2.1", 5000)


class Known(SynchronousTestCase):
    """Identity, and what one can be ignored by."""

    def test_identity(self) -> None:
        """It is the key, or without one the address."""
        self.assertEqual(contact_of("bob", "a" * 64, AT).identity, "a" * 64)
        self.assertEqual(contact_of("bob", "", AT).identity, AT)

    def test_marks(self) -> None:
        """A key is enough; without one it is the address, and the name if there is one."""
        self.assertEqual(marks("bob", "a" * 64, AT), ("a" * 64,))
        self.assertEqual(marks("Bob", "", AT), (AT, keyless("bob")))
        self.assertEqual(marks("", "", AT), (AT,))
