"""The one owner of who is who."""

from twisted.trial.unittest import SynchronousTestCase

from tests.support.contacts import LAB, FakeConversations, FakeRoom, contact_of
from twisted_chat.addresses import Address
from twisted_chat.peer.contacts.contact import Contact
from twisted_chat.peer.contacts.contacts import MAX_CONTACTS, MAX_NAMESAKES, Contacts
from twisted_chat.peer.events.event import Someone

KEY, OTHER = "a" * 64, "b" * 64


class ContactsCase(SynchronousTestCase):
    """Contacts, and two ways of talking to them."""

    def setUp(self) -> None:
        self.contacts = Contacts()
        self.links = FakeConversations(self.contacts, acknowledged=True)
        self.datagrams = FakeConversations(self.contacts)

    def meet(self, name: str, key: str = "", at: Address = ("192.0.2.1", 5000)) -> Contact:
        """Somebody more."""
        contact = contact_of(name, key, at, self.links if key else self.datagrams)
        self.assertTrue(self.contacts.add(contact))
        return contact


class WhoIsWho(ContactsCase):
    """By key or address, and by name."""

    def test_found(self) -> None:
        """Those with a key are found by it, others by their address, and all by name."""
        bob, carol = self.meet("Bob", KEY), self.meet("carol")
        self.assertIs(self.contacts.get(KEY), bob)
        self.assertIs(self.contacts.get(("192.0.2.1", 5000)), carol)
        self.assertIs(self.contacts.called("bOB"), bob)
        self.assertIsNone(self.contacts.called("dave"))

    def test_renamed(self) -> None:
        """One who has another name is found by that alone."""
        bob = self.meet("bob", KEY)
        self.contacts.rename(bob, Someone("rob", KEY))
        self.assertIsNone(self.contacts.called("bob"))
        self.assertIs(self.contacts.called("rob"), bob)
        self.assertEqual(bob.who.name, "rob")

    def test_namesakes(self) -> None:
        """Of several who have had a name it is the latest with a standing who is meant."""
        first, second = self.meet("bob", KEY), self.meet("bob", OTHER)
        self.assertIs(self.contacts.called("bob"), second)
        self.contacts.came(first, LAB)
        self.assertIs(self.contacts.called("bob"), first)
        self.contacts.forget(first)
        self.assertIs(self.contacts.called("bob"), second)

    def test_crowded_out(self) -> None:
        """Of those who have had a name the oldest outside our room is too much, when it is."""
        every = [self.meet("bob", f"{number:064x}") for number in range(MAX_NAMESAKES)]
        self.contacts.came(every[0], LAB)
        self.assertIsNone(self.contacts.crowded_out(every[-1]))
        every += [self.meet("bob", f"{number:064x}") for number in (90, 91)]
        self.assertIs(self.contacts.crowded_out(every[-1]), every[1])

    def test_bounded(self) -> None:
        """There are so many at a time, and no more."""
        for number in range(MAX_CONTACTS):
            self.meet(f"user{number}", f"{number:064x}")
        self.assertFalse(self.contacts.add(contact_of("more", OTHER)))
        self.contacts.forget(self.contacts.everybody()[0])
        self.assertTrue(self.contacts.add(contact_of("more", OTHER)))

    def test_left(self) -> None:
        """One with whom we have nothing to do any more is forgotten by what has talked to them,
        at once where words have waited for their return; and not before."""
        bob, carol = self.meet("bob", KEY), self.meet("carol", OTHER)
        den = FakeRoom("den")
        for one in (bob, carol):
            self.contacts.came(one, LAB)
        self.contacts.came(bob, den)
        self.contacts.await_return(carol, LAB, awaited=True)
        self.contacts.leave(bob, LAB, 1.0)
        self.assertEqual((self.links.done, bob.rooms), ([("dropped", "bob")], (den,)))
        self.contacts.leave(bob, den, 1.0)
        self.contacts.leave(carol, LAB, 1.0)
        self.assertEqual(
            self.links.done[1:], [("dropped", "bob"), ("part", "bob"), ("forget", "carol")]
        )
        self.assertEqual(self.contacts.everybody(), [])

    def test_settled(self) -> None:
        """One with whom only what is private has ended is told, and known as before."""
        bob, carol = self.meet("bob", KEY), self.meet("carol", OTHER)
        self.contacts.came(bob, LAB)
        for one in (bob, carol):
            self.contacts.poke(one)
            self.contacts.hang_up(one)
            self.contacts.settle(one, 1.0, tell=True)
        self.assertEqual(self.links.done, [("tell parted", "bob"), ("tell", "carol")])
        self.assertEqual(self.contacts.everybody(), [bob])


class WhoHears(ContactsCase):
    """For whom a text is."""

    def names(self) -> list[list[str]]:
        """Those who hear, by what talks to them."""
        listening = self.contacts.listening(self.contacts.everybody())
        return [[one.name for one in some] for _, some in listening.by_conversation]

    def test_by_conversation(self) -> None:
        """Those who hear are kept by what talks to them."""
        for one in (self.meet("bob", KEY), self.meet("carol"), self.meet("dave", OTHER)):
            self.contacts.poke(one)
        self.assertEqual(self.names(), [["bob", "dave"], ["carol"]])

    def test_barred(self) -> None:
        """Nobody hears whose key is in question, who is ignored, or from whom words are kept."""
        bob, carol = self.meet("bob", KEY), self.meet("carol")
        for one in (bob, carol):
            self.contacts.poke(one)
        self.contacts.block(bob, blocked=True)
        self.contacts.withhold(carol, withheld=True)
        self.assertEqual(self.names(), [])
        self.contacts.accept(bob)
        self.contacts.accept(carol)
        self.assertEqual(self.names(), [["bob"], ["carol"]])
        self.contacts.ignore("bob", [bob])
        self.assertEqual(self.names(), [["carol"]])

    def test_awaited(self) -> None:
        """For one who has yet to return words wait, where it is known what has arrived."""
        bob, carol = self.meet("bob", KEY), self.meet("carol")
        for one in (bob, carol):
            self.contacts.came(one, LAB)
            self.contacts.await_return(one, LAB, awaited=True)
        self.assertEqual(self.names(), [["bob"]])
        self.assertEqual(self.contacts.listening([carol]).absent, (carol.who,))
        self.contacts.await_return(carol, LAB, awaited=False)
        self.assertEqual(self.names(), [["bob"], ["carol"]])
        self.assertEqual(self.contacts.listening([carol]).absent, ())


class Ignoring(ContactsCase):
    """Those of whom nothing is shown."""

    def test_by_key(self) -> None:
        """One with a key is ignored under any name, and another of the name is not."""
        bob = self.meet("bob", KEY)
        self.assertTrue(self.contacts.ignore("bob", [bob]))
        self.contacts.rename(bob, Someone("rob", KEY))
        self.assertTrue(bob.ignored)
        self.assertFalse(self.meet("bob", OTHER).ignored)
        self.assertTrue(self.contacts.is_ignored("BOB"))
        self.assertTrue(self.contacts.unignore("bob"))
        self.assertFalse(bob.ignored)
        self.assertFalse(self.contacts.unignore("bob"))

    def test_by_address_and_name(self) -> None:
        """One without a key is ignored at the address, and under the name."""
        bob = self.meet("bob")
        self.contacts.ignore("bob", [bob])
        self.assertTrue(self.meet("bob", at=("192.0.2.2", 5000)).ignored)
        self.contacts.forget(bob)
        self.assertTrue(self.meet("carol").ignored)

    def test_nobody_there(self) -> None:
        """Where anybody can speak to us, a name can be ignored that nobody has yet."""
        self.assertEqual(self.contacts.find("eve"), [])
        self.contacts.open = True
        self.contacts.ignore("eve", [])
        self.assertTrue(self.meet("Eve").ignored)

    def test_who_is_meant(self) -> None:
        """All of a name are meant where they name themselves, and else the one who has it."""
        self.meet("bob", at=("192.0.2.1", 1))
        second = self.meet("bob", at=("192.0.2.2", 2))
        self.assertEqual(self.contacts.find("bob"), [second])
        self.contacts.open = True
        self.assertEqual(len(self.contacts.find("bob")), 2)
