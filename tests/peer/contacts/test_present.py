"""Who there is, as `$who` shows it."""

from collections.abc import Callable

from twisted.trial.unittest import SynchronousTestCase

from tests.support.contacts import LAB, contact_of
from twisted_chat.peer.contacts.contact import Contact
from twisted_chat.peer.contacts.contacts import Contacts
from twisted_chat.peer.contacts.present import MAX_MARKED, everybody
from twisted_chat.peer.events.talk import Part, Present

KEY, OTHER = "a" * 64, "b" * 64


class FakeMarks:
    """What is told of these contacts."""

    def __init__(
        self,
        compared: Callable[[Contact], bool] = lambda one: False,
        others: tuple[Contact, ...] = (),
    ) -> None:
        self.compared = compared
        self.is_new = self.relayed = self.linked = lambda one: one in others


NONE = FakeMarks()


class Who(SynchronousTestCase):
    """How it stands with everybody."""

    def setUp(self) -> None:
        self.contacts = Contacts()

    def test_parts(self) -> None:
        """Each has one part, the graver first, and those with a key come first."""
        carol = contact_of("carol")
        bob = contact_of("bob", KEY)
        dave = contact_of("dave", OTHER, ("192.0.2.3", 3))
        for one in (carol, bob, dave):
            self.contacts.add(one)
            self.contacts.came(one, LAB)
        self.contacts.await_return(carol, LAB, awaited=True)
        self.contacts.block(dave, blocked=True)
        shown = everybody(self.contacts, FakeMarks(lambda one: one is bob))
        self.assertEqual(
            [(one.name, one.part, one.encrypted, one.compared) for one in shown],
            [
                ("bob", Part.HEARS, True, True),
                ("dave", Part.NEW_KEY, True, False),
                ("carol", Part.AWAITED, False, False),
            ],
        )
        self.contacts.withhold(carol, withheld=True)
        self.contacts.ignore("dave", [dave])
        self.contacts.hang_up(bob)
        self.contacts.went(bob, LAB)
        self.contacts.knock(bob, free=False)
        shown = everybody(self.contacts, NONE)
        self.assertEqual(
            [one.part for one in shown], [Part.ONLY_HEARD, Part.IGNORED, Part.WITHHELD]
        )

    def test_away(self) -> None:
        """Those who are ignored are shown when they are not there, and once if they are."""
        bob = contact_of("bob", KEY)
        self.contacts.add(bob)
        self.contacts.ignore("bob", [bob])
        self.assertEqual(everybody(self.contacts, NONE), (Present("bob", Part.IGNORED),))
        self.contacts.came(bob, LAB)
        (shown,) = everybody(self.contacts, NONE)
        self.assertEqual((shown.part, shown.encrypted), (Part.IGNORED, True))

    def test_asking(self) -> None:
        """One who has asked for us is shown as that until they hear us."""
        bob = contact_of("bob", KEY)
        self.contacts.add(bob)
        self.contacts.knock(bob, free=False)
        (shown,) = everybody(self.contacts, NONE)
        self.assertEqual((shown.part, shown.asks), (Part.ONLY_HEARD, True))
        self.contacts.poke(bob)
        (shown,) = everybody(self.contacts, NONE)
        self.assertEqual((shown.part, shown.asks, shown.private), (Part.HEARS, False, True))

    def test_relayed(self) -> None:
        """It is shown to whom there is a link, whose key is new, and to whom words go over the
        server."""
        bob = contact_of("bob", KEY)
        self.contacts.add(bob)
        self.contacts.came(bob, LAB)
        (shown,) = everybody(self.contacts, FakeMarks(others=(bob,)))
        self.assertEqual((shown.relayed, shown.new, shown.linked), (True, True, True))
        (shown,) = everybody(self.contacts, NONE)
        self.assertEqual((shown.relayed, shown.new, shown.linked), (False, False, False))

    def test_many(self) -> None:
        """Of very many it is not looked up whose keys were compared."""
        for number in range(MAX_MARKED + 1):
            one = contact_of(f"user{number}", f"{number:064x}")
            self.contacts.add(one)
            self.contacts.came(one, LAB)
        asked: list[str] = []

        def compared(one: Contact) -> bool:
            asked.append(one.name)
            return True

        shown = everybody(self.contacts, FakeMarks(compared))
        self.assertEqual((asked, {one.encrypted for one in shown}), ([], {None}))
