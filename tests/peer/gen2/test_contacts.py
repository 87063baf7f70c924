"""Those whom the server names."""

from twisted.trial.unittest import SynchronousTestCase

from tests.peer.keyed import Remembered, key_of
from tests.support.contacts import FakeConversations
from tests.support.fake_generation import FakeGeneration
from twisted_chat.peer.contacts.contact import Contact, Standing
from twisted_chat.peer.contacts.contacts import MAX_INTRODUCED, MAX_NAMESAKES
from twisted_chat.peer.events.event import Someone
from twisted_chat.peer.events.talk import Knocking, PersonGone, WantsToTalk
from twisted_chat.peer.gen2.contacts import IntroducedContacts
from twisted_chat.peer.gen2.key_decisions import KeyDecisions
from twisted_chat.peer.gen2.keyless import Keyless
from twisted_chat.peer.gen2.known_keys import Trust
from twisted_chat.peer.gen2.lookalikes import Lookalikes
from twisted_chat.wire.gen2.contact import ContactInfo

NOW = 1.0
ALICE, BOB = key_of("alice"), key_of("bob")


class Naming(SynchronousTestCase):
    """The server says something of somebody."""

    def setUp(self) -> None:
        self.memory = Remembered()
        generation = FakeGeneration()
        shared = generation.shared
        self.contacts, self.told = shared.contacts, generation.told
        self.room = generation.enter("lab")
        self.links = FakeConversations(self.contacts, acknowledged=True)
        self.datagrams = FakeConversations(self.contacts)
        trust = Trust(self.memory, ALICE, generation.effects.tell)
        keyless = Keyless(shared, lambda: False)
        self.named = IntroducedContacts(
            shared,
            ALICE,
            self.links,
            self.datagrams,
            KeyDecisions(shared, trust, keyless, lambda contact, now: None, 0.0),
            keyless,
            Lookalikes(trust, shared.gathering),
            lambda address: address[0] != "127.0.0.1",
        )

    def info(self, name: str, key: str = "", host: str = "192.0.2.1") -> ContactInfo:
        """What the server says."""
        return ContactInfo(name, key, host, 5000)

    def enlisted(self, name: str, key: str = "", host: str = "192.0.2.1") -> Contact:
        """A member."""
        contact = self.named.enlisted(self.info(name, key, host), None, self.room, now=NOW)
        assert contact is not None
        return contact

    def test_own_machine(self) -> None:
        """One without a key who is said to be where nobody can be spoken to is no contact; one
        with a key, who can link to us, is."""
        for name, key in (("carol", ""), ("bob", BOB)):
            info = self.info(name, key, "127.0.0.1")
            contact = self.named.enlisted(info, None, self.room, now=NOW)
            self.assertEqual(contact is None, not key)
            self.assertEqual(self.named.located(info, NOW) is None, not key)

    def test_conversation(self) -> None:
        """Those with a key are talked to over links, others in datagrams."""
        bob, carol = self.enlisted("bob", BOB), self.enlisted("carol")
        self.assertIs(bob.conversation, self.links)
        self.assertIs(carol.conversation, self.datagrams)
        self.assertEqual(
            (bob.who, carol.who), (Someone("bob", BOB), Someone("carol", keyless=True))
        )
        self.assertEqual(self.links.done, [("meet", "bob"), ("entered", "bob")])

    def test_ourselves(self) -> None:
        """Our own key is nobody else's."""
        info = self.info("double", ALICE)
        self.assertIsNone(self.named.enlisted(info, None, self.room, now=NOW))
        self.assertIsNone(self.named.located(info, NOW))
        self.named.asked(info, NOW)
        self.assertEqual(self.contacts.everybody(), [])

    def test_elsewhere(self) -> None:
        """One with a key is the same at another address, under another name."""
        bob = self.enlisted("bob", BOB)
        self.assertIs(self.enlisted("rob", BOB, "192.0.2.7"), bob)
        self.assertEqual((bob.name, bob.address), ("rob", ("192.0.2.7", 5000)))
        self.assertIsNone(self.room.member("bob"))
        self.assertIs(self.room.member("rob"), bob)

    def test_another_there(self) -> None:
        """Without a key, another name at an address is somebody else."""
        bob = self.enlisted("bob")
        carol = self.enlisted("carol")
        self.assertIsNot(carol, bob)
        self.assertEqual(bob.rooms, ())
        self.assertIsNone(self.room.member("bob"))
        self.assertIs(self.enlisted("CAROL"), carol)

    def test_located(self) -> None:
        """What has waited for the return of one who is asked for was said to the room."""
        bob = self.enlisted("bob", BOB)
        self.contacts.await_return(bob, self.room, awaited=True)
        found = self.named.located(self.info("bob", BOB), NOW)
        self.assertIn(("forget", "bob"), self.links.done)
        self.assertIsNot(found, bob)
        assert found is not None
        self.assertEqual((found.awaited, found.rooms), ((), ()))

    def test_asked(self) -> None:
        """One who asks for us hears nothing, and that is told."""
        self.named.asked(self.info("bob", BOB), NOW)
        (bob,) = self.contacts.everybody()
        self.assertEqual((bob.standing, bob.talking), (Standing.INTRODUCED, False))
        self.assertEqual(self.told(), [WantsToTalk(bob.who, Knocking.CALLS)])

    def test_asked_by_one_who_hears(self) -> None:
        """One who hears us already is told of as that."""
        bob = self.named.located(self.info("bob", BOB), NOW)
        assert bob is not None
        self.contacts.poke(bob)
        self.named.asked(self.info("bob", BOB), NOW)
        self.assertEqual(self.told(), [WantsToTalk(bob.who, Knocking.HEARS)])

    def test_asked_unheard(self) -> None:
        """Nothing is told of one who is ignored, or has another key."""
        self.memory.trust("carol", BOB)
        eve = self.enlisted("eve", key_of("eve"))
        self.contacts.ignore("eve", [eve])
        self.room.part(eve, NOW)
        self.told()
        self.named.asked(self.info("eve", key_of("eve")), NOW)
        self.assertEqual(self.told(), [])
        self.named.asked(self.info("carol", key_of("carol")), NOW)
        self.assertEqual([type(one).__name__ for one in self.told()], ["KeyChanged"])

    def test_bounded(self) -> None:
        """Of those who only ask for us the oldest are forgotten, and of one name too."""
        for number in range(MAX_INTRODUCED + 1):
            self.named.asked(self.info(f"user{number}", f"{number:064x}"), NOW)
        self.assertEqual(self.contacts.callers, MAX_INTRODUCED)
        self.assertIsNone(self.contacts.called("user0"))
        for number in range(MAX_NAMESAKES + 5):
            self.named.asked(self.info("eve", key_of(str(number))), NOW)
        eves = [one for one in self.contacts.everybody() if one.name == "eve"]
        self.assertEqual(len(eves), MAX_NAMESAKES)

    def test_parted(self) -> None:
        """One outside who does not hear us any more is told of, if they did until now."""
        bob = self.named.located(self.info("bob", BOB), NOW)
        assert bob is not None
        self.contacts.poke(bob)
        member = self.enlisted("carol", key_of("carol"))
        self.named.asked(self.info("dave", key_of("dave")), NOW)
        dave = self.contacts.called("dave")
        assert dave is not None
        self.told()
        for one in (bob, member, dave):
            self.named.parted(one, NOW)
        self.assertEqual(self.told(), [PersonGone(bob.who)])
        self.assertEqual(
            [one.known for one in (bob, member, dave)],
            [False, True, False],
        )
