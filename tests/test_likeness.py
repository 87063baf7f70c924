"""Names that look alike."""

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from tests.support.datagram_server import ALICE, BOB, Server
from tests.support.strategies import many, names
from twisted_chat.likeness import plain_forms, skeleton, spelled, twins

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
