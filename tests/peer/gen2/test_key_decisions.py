"""Keys that the person decides on."""

from twisted.trial.unittest import SynchronousTestCase

from tests.peer.keyed import Remembered, key_of
from tests.support.contacts import FakeConversations, contact_of
from tests.support.fake_generation import FakeGeneration
from twisted_chat.peer.commands import Command
from twisted_chat.peer.contacts.contact import Contact
from twisted_chat.peer.events import ignoring, keys, talk
from twisted_chat.peer.gen2.key_decisions import KeyDecisions
from twisted_chat.peer.gen2.keyless import Keyless
from twisted_chat.peer.gen2.known_keys import Trust, Verdict

NOW = 1.0
ALICE, BOB, OTHER = key_of("alice"), key_of("bob"), key_of("other")
FAR = ("203.0.113.1", 5000)


class Deciding(SynchronousTestCase):
    """Alice's keys of others."""

    def setUp(self) -> None:
        self.memory = Remembered()
        generation = FakeGeneration()
        self.contacts = generation.shared.contacts
        self.told = generation.told
        self.accepted: list[str] = []
        self.keyless = Keyless(generation.shared, lambda: True)
        self.keys = KeyDecisions(
            generation.shared,
            Trust(self.memory, ALICE, generation.effects.tell),
            self.keyless,
            lambda contact, now: self.accepted.append(contact.name),
            1_000.0,
        )

    def meet(self, name: str, key: str = "") -> Contact:
        """Somebody who hears us, unless there is something about the key."""
        contact = contact_of(name, key, FAR, FakeConversations(self.contacts))
        self.contacts.add(contact)
        self.contacts.poke(contact)
        self.keys.judge(contact, None, NOW)
        return contact

    def test_known(self) -> None:
        """The first key of a name is taken, and the one that is known."""
        self.assertFalse(self.meet("carol", OTHER).blocked)
        self.memory.trust("bob", BOB)
        self.assertFalse(self.meet("bob", BOB).blocked)
        self.assertEqual(self.told(), [])

    def test_changed(self) -> None:
        """With another key nothing goes to them, which is told once, until it is accepted."""
        self.memory.trust("bob", BOB)
        bob = self.meet("bob", OTHER)
        self.assertTrue(bob.blocked)
        self.assertEqual(self.told(), [keys.KeyChanged(bob.who, BOB, OTHER)])
        self.keys.judge(bob, Verdict.CHANGED, NOW)
        self.assertEqual(self.told(), [])
        self.keys.trust("BOB", NOW)
        self.assertEqual(self.told(), [keys.KeyAccepted("BOB", True)])
        self.assertEqual((self.accepted, bob.blocked), (["bob"], False))
        self.assertEqual(self.memory.names["bob"].fingerprint, OTHER)
        self.keys.judge(bob, Verdict.CHANGED, NOW)
        self.assertEqual(len(self.told()), 1, "and when it changes again it is told again")

    def test_changed_of_one_ignored(self) -> None:
        """Nothing is told of the key of one who is ignored, and it cannot be accepted."""
        self.memory.trust("bob", BOB)
        bob = contact_of("bob", OTHER, FAR, FakeConversations(self.contacts))
        self.contacts.add(bob)
        self.contacts.ignore("bob", [bob])
        self.keys.judge(bob, None, NOW)
        self.assertEqual((bob.blocked, self.told()), (True, []))
        self.keys.trust("bob", NOW)
        self.assertEqual((bob.blocked, self.told()), (True, [ignoring.IsIgnored("bob")]))

    def test_without_a_key(self) -> None:
        """One without a key is accepted as that, at that address, and no link is made."""
        carol = self.meet("carol")
        self.keyless.asked_for(carol)
        self.assertTrue(carol.withheld)
        self.keys.trust("carol", NOW)
        self.assertEqual(self.told(), [keys.KeyAccepted("carol", False)])
        self.assertEqual((carol.withheld, self.accepted), (False, []))
        self.keyless.asked_for(carol)
        self.assertFalse(carol.withheld)

    def test_nothing_to_accept(self) -> None:
        """It is told that nothing is wrong, and that nobody is there."""
        self.meet("bob", BOB)
        self.keys.trust("bob", NOW)
        self.keys.trust("zoe", NOW)
        expected = [keys.NothingToAccept("bob", True), talk.NobodyHere("zoe", Command.TRUST)]
        self.assertEqual(self.told(), expected)

    def test_compare(self) -> None:
        """Keys are shown first, and only what was shown can be marked as the same."""
        bob = self.meet("bob", BOB)
        shown = keys.KeysToCompare("bob", ALICE, BOB, True, False)
        self.keys.verify("bob", "yes")
        self.assertEqual((self.told(), self.keys.compared(bob)), ([shown], False))
        self.keys.verify("bob", "yes")
        self.assertEqual((self.told(), self.keys.compared(bob)), ([keys.KeyCompared("bob")], True))
        self.keys.verify("bob", "no")
        self.assertEqual(self.told(), [keys.KeyNotCompared("bob")])
        self.assertFalse(self.keys.compared(bob))

    def test_compare_another(self) -> None:
        """A key that is in question is shown and cannot be marked."""
        self.memory.trust("bob", BOB)
        self.meet("bob", OTHER)
        self.told()
        for _ in range(2):
            self.keys.verify("bob", "yes")
            self.assertEqual(self.told(), [keys.KeysToCompare("bob", ALICE, OTHER, False, False)])

    def test_no_key(self) -> None:
        """Without a key there is nothing to compare, and nothing to take back."""
        self.meet("carol")
        for name, answer, told in (
            ("carol", "", keys.HasNoKey("carol")),
            ("zoe", "", keys.NoKeyKnown("zoe", True)),
            ("zoe", "no", keys.NoKeyKnown("zoe", False)),
        ):
            self.keys.verify(name, answer)
            self.assertEqual(self.told(), [told])
