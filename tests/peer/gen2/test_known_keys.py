"""Whose key is whose, and that nothing is sent where that is in doubt."""

from twisted.trial.unittest import SynchronousTestCase

from tests.peer.keyed import Chatter, KeyedWorld, Known, Remembered, key_of, spoken
from twisted_chat.errors import ChatError
from twisted_chat.peer.events.keys import MemoryFailed
from twisted_chat.peer.gen2.known_keys import Trust, Verdict
from twisted_chat.wire.gen2.contact import ContactInfo


class Broken(Remembered):
    """A memory on a disk that is full, or worse."""

    def name(self, name: str) -> Known | None:
        raise ChatError("the disk is gone")

    def server(self, address: tuple[str, int]) -> Known | None:
        raise ChatError("the disk is gone")

    def remember(self, name: str, fingerprint: str) -> None:
        raise ChatError("the disk is full")


class Names(SynchronousTestCase):
    """The key behind a name."""

    def _changed(self) -> tuple[KeyedWorld, Chatter, Chatter]:
        """Alice knows another bob than the one she meets."""
        world = KeyedWorld()
        memory = Remembered()
        memory.trust("bob", key_of("the bob she knows"))
        alice = world.chatter("alice", memory=memory)
        alice.type("$roomcreate lab", "$roomjoin lab")
        bob = world.chatter("bob")
        bob.type("$roomjoin lab", "it is me")
        return world, alice, bob

    def test_remembered(self) -> None:
        """The first key of a name that was linked to is remembered."""
        alice, _ = KeyedWorld().room("alice", "bob")
        memory = alice.memory
        self.assertEqual(memory.name("bob"), Known(key_of("bob")))

    def test_changed(self) -> None:
        """Another key is shown, and nothing is sent to it, or shown of it, until accepted."""
        world, alice, bob = self._changed()
        self.assertTrue(alice.told("THE KEY OF bob IS NOT THE ONE YOU KNOW"))
        self.assertTrue(alice.told(f"it was {spoken(key_of('the bob she knows'))}"))
        self.assertTrue(alice.told(f"it is  {spoken(key_of('bob'))}"))
        self.assertTrue(alice.told("$trust bob"))
        self.assertIn("the key of bob is not accepted", alice.type("secret")[0])
        self.assertEqual(alice.words_to(bob), [])
        self.assertEqual(alice.told("it is me"), [])
        world.wait(60)
        self.assertEqual(alice.words_to(bob), [])

    def test_accepted(self) -> None:
        """What was said to us meanwhile is shown when the key is accepted, and we may answer."""
        _, alice, bob = self._changed()
        alice.type("secret")
        shown = alice.type("$trust bob", wait=2)
        self.assertEqual(
            shown, ["> the new key of bob is accepted and remembered", "< bob: it is me"]
        )
        alice.type("welcome")
        self.assertEqual(bob.told("< alice"), ["< alice: welcome"])
        self.assertEqual(alice.memory.name("bob"), Known(key_of("bob")))
        self.assertIn("nothing is wrong", alice.type("$trust bob")[0])
        self.assertIn("nobody called zoe", alice.type("$trust zoe")[0])

    def test_many(self) -> None:
        """Of many at once the same is thought as of each alone, also without a memory."""
        for memory in (Remembered(), Broken()):
            told: list[MemoryFailed] = []
            trust = Trust(memory, key_of("alice"), told.append)
            memory.trust("bob", key_of("Bob"))
            memory.trust("carol", key_of("another"))
            people = [
                ContactInfo(name, key_of(name), "192.0.2.1", 1) for name in ("Bob", "carol", "dan")
            ]
            self.assertEqual(
                trust.judge_all(people), [trust.judge(one.name, one.fingerprint) for one in people]
            )
            expected = [Verdict.KNOWN, Verdict.CHANGED, Verdict.NEW]
            broken = isinstance(memory, Broken)
            self.assertEqual(
                trust.judge_all(people), [Verdict.CHANGED] * 3 if broken else expected
            )
            self.assertEqual(
                [one.name for one in told], ["bob", "carol", "dan"] * 3 if broken else []
            )

    def test_verify(self) -> None:
        """Both fingerprints are shown, and nothing is marked by that."""
        alice, bob = KeyedWorld().room("alice", "bob")
        shown = alice.type("$verify bob")
        self.assertEqual(shown[0], f"> your key: {spoken(key_of('alice'))}")
        self.assertEqual(shown[1], f"> bob's key: {spoken(key_of('bob'))}")
        self.assertIn("$verify bob yes", shown[2])
        self.assertEqual(alice.memory.name("bob"), Known(key_of("bob")))
        self.assertEqual(shown[1:2], [bob.type("$verify alice")[0].replace("your", "bob's")])
        self.assertIn("no key is known of zoe", alice.type("$verify zoe")[0])

    def test_compared(self) -> None:
        """`yes` marks what was shown, `no` takes it back."""
        alice, _ = KeyedWorld().room("alice", "bob")
        self.assertEqual(len(alice.type("$verify bob yes")), 3)
        self.assertEqual(alice.memory.name("bob"), Known(key_of("bob")))
        self.assertEqual(alice.type("$verify bob yes"), ["> bob is marked as compared"])
        self.assertEqual(alice.memory.name("bob"), Known(key_of("bob"), True))
        self.assertIn("is marked as compared", alice.type("$verify bob")[-1])
        self.assertIn("not marked as compared", alice.type("$verify bob no")[0])
        self.assertEqual(alice.memory.name("bob"), Known(key_of("bob")))
        self.assertIn("no key is known of zoe", alice.type("$verify zoe no")[0])

    def test_compared_another(self) -> None:
        """`yes` marks no key but the one that was shown."""
        alice, _ = KeyedWorld().room("alice", "bob")
        alice.type("$verify bob", "$roomleave", wait=8)
        alice.memory.trust("bob", key_of("another"))
        alice.type("$verify bob yes")
        self.assertEqual(alice.memory.name("bob"), Known(key_of("another")))

    def test_verify_changed(self) -> None:
        """A key that is not accepted is shown, but not marked."""
        _, alice, _ = self._changed()
        for line in ("$verify bob", "$verify bob yes", "$verify bob yes"):
            self.assertIn("not accepted yet", alice.type(line)[-1])
        self.assertEqual(alice.memory.name("bob"), Known(key_of("the bob she knows")))

    def test_swapped(self) -> None:
        """A server that hands out another key for a known name: nothing is sent, to whomever."""
        world = KeyedWorld()
        alice, bob = world.room("alice", "bob")
        alice.type("$roomleave", wait=8)
        bob.type("$roomleave", wait=8)
        mallory = world.chatter("mallory")
        world.fake_server.tamper = lambda contact: (  # type: ignore[method-assign]
            ContactInfo("bob", mallory.node.fingerprint, *mallory.node.address)
            if contact.name == "bob"
            else contact
        )
        alice.type("$poke bob", "secret", wait=20)
        bob.type("$roomjoin lab", wait=20)
        alice.type("$roomjoin lab", "secret", wait=20)
        self.assertTrue(alice.told("THE KEY OF bob IS NOT THE ONE YOU KNOW"))
        self.assertEqual(alice.words_to(mallory), [])
        self.assertEqual(mallory.told("secret"), [])

    def test_found_another(self) -> None:
        """A server that answers with somebody else, under their own name and key: what is for
        bob goes to nobody, and the person is told."""
        world = KeyedWorld()
        alice, bob, eve = world.room("alice", "bob", "eve")
        server = world.fake_server
        server.tamper = lambda contact: (  # type: ignore[method-assign]
            server.users["eve"] if contact.name == "bob" else contact
        )
        alice.type("$msg bob secret", wait=3)
        self.assertEqual(len(alice.told("there is no user bob")), 1)
        alice.type("$poke bob", "secret", wait=3)
        self.assertEqual(len(alice.told("there is no user bob")), 2)
        self.assertEqual(bob.told("secret") + eve.told("secret"), [])

    def test_swapped_for_somebody_unknown(self) -> None:
        """A key for which nobody is at the address gets no link, and nothing is sent."""
        world = KeyedWorld()
        world.fake_server.tamper = lambda contact: ContactInfo(  # type: ignore[method-assign]
            contact.name, key_of("nobody has this"), contact.host, contact.port
        )
        alice, bob = world.room("alice", "bob")
        alice.type("secret", wait=60)
        bob.type("secret", wait=60)
        self.assertEqual(alice.words_to(bob) + bob.words_to(alice), [])

    def test_broken_memory(self) -> None:
        """Where nothing can be looked up nothing is sent, and the person is told."""
        world = KeyedWorld()
        alice = world.chatter("alice", memory=Broken(), wait=3)
        self.assertTrue(alice.told("it cannot be looked up which key the server has"))
        self.assertEqual(alice.node.said, [])
