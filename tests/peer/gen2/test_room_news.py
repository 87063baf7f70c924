"""What those who run a room have done there."""

from twisted.trial.unittest import SynchronousTestCase

from tests.peer.linked import World


class News(SynchronousTestCase):
    """A room of alice's, in which bob is."""

    def setUp(self) -> None:
        world = World()
        self.alice, self.bob = world.start("alice"), world.start("bob")
        self.alice.do("$roomcreate lab", "you are in lab")
        self.bob.do("$roomjoin lab", "you are in lab")

    def test_told(self) -> None:
        """Each thing is told to those concerned, with who did it."""
        for typed, told in (
            ("$topic nothing", "> the topic of lab: nothing"),
            ("$op bob", "> alice has made you an op of lab"),
            ("$deop bob", "lab"),
            ("$ban bob", "> alice has banned you from lab"),
            ("$unban bob", "> alice lets you into lab again"),
            ("$invite bob", "> alice invites you into lab"),
        ):
            self.alice.type(typed)
            self.bob.expect(told)

    def test_ignored(self) -> None:
        """Of those who are ignored nothing is told."""
        self.bob.do("$ignore alice", "nothing of alice is shown")
        self.alice.do("$op bob", "bob is an op of lab")
        self.alice.world.wait(5)
        self.assertEqual(self.bob.told("an op of lab"), [])
