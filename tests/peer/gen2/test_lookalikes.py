"""Names that only look like others, as a peer tells of them."""

from twisted.trial.unittest import SynchronousTestCase

from tests.peer.keyed import KeyedWorld, Remembered, key_of
from tests.test_likeness import ALIKE
from twisted_chat.likeness import spelled
from twisted_chat.wire.gen2.answers import Introduced
from twisted_chat.wire.gen2.contact import ContactInfo


class Lookalike(SynchronousTestCase):
    """What a person is told of a name that looks like another."""

    def test_known(self) -> None:
        """One who looks like somebody who is remembered is told of, once."""
        for name in ALIKE:
            world, memory = KeyedWorld(), Remembered()
            memory.trust("alice", key_of("alice"))
            bob = world.chatter("bob", memory=memory)
            contact = ContactInfo(name, key_of("eve"), "192.0.2.200", 9)
            for _ in range(2):
                knock = world.fake_server.push("bob", Introduced(contact))
                world.network.carry_out(world.server, knock)
                world.wait(1)
            told = f"> {name} is not alice, and only looks like it: it is written {spelled(name)}"
            self.assertEqual(bob.told("only looks like"), [told])

    def test_known_by_another_script(self) -> None:
        """So is one in plain letters who looks like somebody remembered in others, and the
        other way about, whether they are here or not; the line says how both are written."""
        cyrillic = "\u0441\u0430\u0440\u0430"
        for known, name in ((cyrillic, "capa"), ("capa", cyrillic)):
            world, memory = KeyedWorld(), Remembered()
            memory.trust(known, key_of("somebody"))
            bob = world.chatter("bob", memory=memory)
            contact = ContactInfo(name, key_of("eve"), "192.0.2.200", 9)
            knock = world.fake_server.push("bob", Introduced(contact))
            world.network.carry_out(world.server, knock)
            world.wait(1)
            (told,) = bob.told("only looks like")
            self.assertIn(f"{name} is not {known}", told)
            self.assertIn(spelled(cyrillic), told)

    def test_in_a_roster(self) -> None:
        """So is one who is in the room already when we join it."""
        world, memory = KeyedWorld(), Remembered()
        memory.trust("alice", key_of("alice"))
        world.room("a1ice")
        bob = world.chatter("bob", memory=memory)
        bob.type("$roomjoin lab")
        self.assertEqual(len(bob.told("a1ice is not alice, and only looks like it")), 1)

    def test_in_the_room(self) -> None:
        """So is one who looks like us, or like somebody who is there."""
        world = KeyedWorld()
        alice, bob = world.room("alice", "bob")
        world.chatter("aIice").type("$roomjoin lab")
        world.wait(1)
        for one in (alice, bob):
            self.assertEqual(len(one.told("aIice is not alice, and only looks like it")), 1)

    def test_nobody_else(self) -> None:
        """Names that nobody takes for each other are no news."""
        for one in KeyedWorld().room("alice", "bob", "mike", "Alicia"):
            self.assertEqual(one.told("only looks like"), [])
