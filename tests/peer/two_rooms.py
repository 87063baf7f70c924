"""Three people and two rooms, of which one person is in both."""

from twisted.trial.unittest import SynchronousTestCase

from tests.peer.keyed import Chatter, KeyedWorld
from twisted_chat.links import SendFrames
from twisted_chat.wire.gen2.speech import NumberedText


class TwoRoomsCase(SynchronousTestCase):
    """Whole peers."""

    def setUp(self) -> None:
        """Alice and bob are in lab, bob and carol in den, and eve is in no room."""
        self.world = KeyedWorld()
        self.alice, self.bob = self.world.room("alice", "bob")
        self.carol = self.world.chatter("carol")
        self.bob.type("$roomcreate den")
        for one in (self.carol, self.bob):
            one.type("$roomjoin den")
        self.carol.type("$poke alice")

    def say(self, one: Chatter, to: Chatter, *said: NumberedText) -> None:
        """Put words on the link that there is, whatever rules there are."""
        (link,) = self.world.network.between(one.node, to.node)
        self.world.network.carry_out(
            one.node, [SendFrames(link, [text.encode()]) for text in said]
        )
