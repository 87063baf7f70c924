"""Names that look alike."""

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from tests.peer.keyed import KeyedWorld, Remembered, key_of
from tests.support.datagram_server import ALICE, BOB, Server
from tests.support.strategies import many, names
from twisted_chat.likeness import plain_forms, skeleton, spelled, twins
from twisted_chat.wire.gen2.answers import Introduced
from twisted_chat.wire.gen2.contact import ContactInfo

ALIKE = ("\u0251lice", "al\u0131ce", "aIice", "alic\u1eb9")


class Forms(SynchronousTestCase):
    """What is equal for names that look alike."""

    def test_alike(self) -> None:
        """Those that look like alice have her skeleton, and lead to her name."""
        for name in ALIKE:
            self.assertEqual(skeleton(name), skeleton("alice"), name)
            self.assertIn("alice", plain_forms(name), name)
        self.assertNotEqual(skeleton("alyce"), skeleton("alice"))
        self.assertEqual(skeleton("rnike"), skeleton("mike"))

    def test_drawn_the_same(self) -> None:
        """A name that is drawn as another has it for a twin; one with a mark, or of ASCII, not."""
        self.assertEqual([("alice" in twins(name)) for name in ALIKE], [True, True, False, False])
        self.assertEqual(twins("ren\u00e9"), frozenset())

    def test_spelled(self) -> None:
        """It is seen how a name is written."""
        self.assertEqual([spelled(name) for name in ALIKE[:1]], ["<U+0251>lice"])
        self.assertEqual(spelled("aIice"), "aiice")

    @many
    @given(st.one_of(names, st.text(max_size=32)))
    def test_anything(self, name: str) -> None:
        """Any text has a skeleton, which is its own."""
        self.assertEqual(skeleton(skeleton(name)), skeleton(skeleton(skeleton(name))))
        twins(name), plain_forms(name), spelled(name)


class OnAServer(SynchronousTestCase):
    """Who may be registered beside whom."""

    def test_twin(self) -> None:
        """A name that is drawn as that of somebody registered is taken; one that differs in a
        mark or a digit, as people's do, is not."""
        server = Server()
        server.ask(ALICE, b"hi alice")
        for name in ALIKE[:2]:
            self.assertEqual(server.ask(BOB, f"hi {name}".encode()), [b"hi"])
        for name in ("bill", "bi11", "rene", "ren\u00e9", "\u0418\u0440\u0430"):
            self.assertEqual(server.ask(BOB, f"hi {name}".encode()), [f"hi {name}".encode()])

    def test_twin_room(self) -> None:
        """The same holds for rooms, whoever creates them."""
        server = Server()
        server.ask(ALICE, b"hi alice")
        server.ask(BOB, b"hi bob")
        server.ask(ALICE, b"rc ace")
        for source in (ALICE, BOB):
            self.assertEqual(server.ask(source, "rc \u0430\u0441\u0435".encode()), [b"rc"])
        for name in ("acc", "\u0430\u0441", "ac\u00e9"):
            self.assertEqual(server.ask(BOB, f"rc {name}".encode()), [f"rc {name}".encode()])


class ForAPeer(SynchronousTestCase):
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
