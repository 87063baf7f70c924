"""The commands that only generation 2 knows, typed at whole peers."""

from twisted.trial.unittest import SynchronousTestCase

from tests.peer.keyed import KeyedWorld, key_of


class Typed(SynchronousTestCase):
    """What each of them shows."""

    def setUp(self) -> None:
        self.world = KeyedWorld()
        self.alice, self.bob = self.world.room("alice", "bob")

    def test_status(self) -> None:
        """How far what was said has come."""
        self.alice.type("hello", wait=1)
        self.assertIn("1 of 1", self.alice.type("$status")[0])

    def test_verify(self) -> None:
        """Our own name shows our own key; another one both, to be compared."""
        own, other = key_of("alice")[:8], key_of("bob")[:8]
        shown = "\n".join(self.alice.type("$verify ALICE"))
        self.assertIn(own, shown)
        self.assertNotIn(other, shown)
        self.assertIn(other, "\n".join(self.alice.type("$verify bob")))

    def test_path(self) -> None:
        """The way to one is shown, or to everybody; there is none to one who is not here."""
        one, everybody = self.alice.type("$path bob"), self.alice.type("$path")
        for shown in (one, everybody):
            self.assertIn("bob", "\n".join(shown))
        self.assertIn("zoe", self.alice.type("$path zoe")[0])
        self.assertNotIn("bob", "\n".join(self.alice.type("$path zoe")))

    def test_link(self) -> None:
        """A link is to the room that is current, or to the one that is given."""
        self.assertIn("lab", "\n".join(self.alice.type("$link")))
        self.assertIn("den", "\n".join(self.alice.type("$link den")))

    def test_trust(self) -> None:
        """There is nothing to accept where the key is the one that is known."""
        self.assertIn("bob", self.alice.type("$trust bob")[0])
