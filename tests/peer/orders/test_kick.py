"""What `$kick` does."""

from twisted.trial.unittest import SynchronousTestCase

from tests.peer.keyed import KeyedWorld
from tests.peer.orders import KICKED_IN_LAB, OrdersCase
from twisted_chat.peer.commands import Command
from twisted_chat.peer.events import rooms, server, talk
from twisted_chat.peer.server import Outcome


class Commands(SynchronousTestCase):
    """Lines that are typed."""

    def test_kick_one(self) -> None:
        """Who created a room puts a member out of it; nobody else can."""
        alice, bob, carol = KeyedWorld().room("alice", "bob", "carol")
        self.assertIn(
            "only the one whose room lab is, and its ops, can", bob.type("$kick carol")[0]
        )
        self.assertIn("nobody called zoe", alice.type("$kick zoe")[0])
        alice.type("$roomcreate den")
        carol.type("$poke alice", "$kick alice")
        self.assertIn("nobody was put out: carol is in lab", alice.type("$kick carol")[0])
        carol.type("$roomleave lab")
        self.assertIn("nobody called carol is here", alice.type("$kick carol")[0])
        carol.type("$roomjoin lab")
        alice.type("$to lab")
        self.assertEqual(alice.type("$kick carol"), ["> carol has been put out of lab"])
        self.assertEqual(bob.lines[-1], "> carol left")
        self.assertIn("you were put out of lab", carol.lines[-1])
        self.assertEqual(alice.type("now"), [])
        self.assertEqual(carol.told("< alice: now"), [])

    def test_kick_all(self) -> None:
        """A bare `$kick` of the creator puts everybody else out."""
        alice, bob, carol = KeyedWorld().room("alice", "bob", "carol")
        self.assertEqual(alice.type("$kick"), ["> everybody else has been put out of lab"])
        for one in (bob, carol):
            self.assertIn("you were put out of lab", one.lines[-1])

    def test_kick_of_others(self) -> None:
        """A bare `$kick` of anybody else ends what they say to others, as in generation 1."""
        alice, bob = KeyedWorld().room("alice", "bob")
        self.assertEqual(bob.type("$kick"), [KICKED_IN_LAB.format("alice")])
        self.assertIn("nobody heard that: you talk to nobody now; $to lab", bob.type("hello")[0])
        alice.type("still there?")
        self.assertEqual(bob.lines[-1], "< alice in room lab: still there?")

    def test_private_words(self) -> None:
        """In another's room it is what is private that is ended, and then nothing private is
        shown of the other, though both are in the room, before they ask again."""
        world = KeyedWorld()
        bob, alice = world.room("bob", "alice")
        bob.type("$poke alice", "hello")
        self.assertEqual(alice.type("$kick bob"), ["> you do not talk to bob any more"])
        self.assertIn("alice does not talk to you any more", bob.lines[-1])
        bob.type("$to lab", "in the room")
        self.assertEqual(alice.lines[-1], "< bob: in the room")
        talks = bob.session._talks
        found = talks._contacts.called("alice")
        assert found is not None
        talks._contacts.poke(found)  # As a program of another kind may go on.
        talks.turn_to(found)
        bob.type("still here", wait=7)
        self.assertEqual(alice.told("still here"), [])
        bob.type("$poke alice", "asked again")
        self.assertEqual(alice.lines[-1], "< bob privately: asked again")

    def test_out_of_no_other_room(self) -> None:
        """Nobody is put out of a room in which one does not talk; it is said how that is done."""
        world = KeyedWorld()
        alice, _ = world.room("alice", "bob")
        carol = world.chatter("carol")
        alice.type("$poke carol")
        (shown,) = alice.type("$kick bob")
        self.assertIn(
            "nobody was put out: bob is in lab, where you do not talk now; $to lab", shown
        )
        self.assertIn("> bob has been put out of lab", alice.type("$to lab", "$kick bob"))
        self.assertEqual(carol.told("put out"), [])
        self.assertEqual(alice.type("$kick carol"), ["> you do not talk to carol any more"])


class Kicking(OrdersCase):
    """Whom it is about."""

    def test_kick_one(self) -> None:
        """One outside is not talked to any more; a member is for the server to put out."""
        dave, bob = self.meet("dave"), self.meet("bob")
        self.contacts.poke(dave)
        self.assertEqual(self.obey(Command.KICK, "dave"), [talk.TalkEnded(dave.who)])
        self.assertEqual(self.talk.done, [("tell", "dave")])
        self.generation.enter("lab", bob)
        self.assertEqual(self.obey(Command.KICK, "bob"), [rooms.KickedOut("bob", "lab")])
        self.assertEqual(self.server.asked, ["kick lab bob"])
        self.server.answer = Outcome.REFUSED
        self.assertEqual(self.obey(Command.KICK, "bob"), [rooms.NotKickedOut("bob", True, "lab")])
        nobody = talk.NobodyHere("zoe", Command.KICK)
        self.assertEqual(self.obey(Command.KICK, "zoe"), [nobody])
        self.server.answer = Outcome.IMPOSSIBLE
        self.assertEqual(self.obey(Command.KICK, "bob"), [talk.NobodyHere("bob", Command.KICK)])
        self.generation.registration.valid = False
        self.assertEqual(self.obey(Command.KICK, "bob"), [server.NeedsServer(Command.KICK)])

    def test_kick_both(self) -> None:
        """A member whom we talk to besides is put out of the room where we talk there, and else
        it is what is private that ends."""
        bob = self.meet("bob")
        lab = self.generation.enter("lab", bob)
        self.contacts.poke(bob)
        self.assertEqual(self.obey(Command.KICK, "bob"), [rooms.KickedOut("bob", "lab")])
        self.talks.turn_to(bob)
        self.assertEqual(self.obey(Command.KICK, "bob"), [talk.TalkEnded(bob.who)])
        self.assertEqual((bob.talking, bob.rooms, self.talks.current), (False, (lab,), None))
        self.assertEqual(self.talk.done, [("tell parted", "bob")])

    def test_kick_current(self) -> None:
        """What is current ends, and of our own room all are put out."""
        dave, bob = self.meet("dave"), self.meet("bob")
        lab = self.generation.enter("lab", bob)
        self.contacts.poke(dave)
        self.talks.turn_to(dave)
        self.assertEqual(self.obey(Command.KICK), [talk.TalkEnded(dave.who)])
        self.assertIsNone(self.talks.current)
        self.assertEqual(self.obey(Command.KICK), [talk.TalksToNobody((), "")])
        self.assertEqual(self.server.asked, [])
        for outcome, told, current in (
            (Outcome.DONE, rooms.KickedOut("", "lab"), lab),
            (Outcome.IMPOSSIBLE, talk.TalksToNobody((bob.who,), "lab"), None),
        ):
            self.talks.turn_to(lab)
            self.server.answer = outcome
            self.assertEqual(self.obey(Command.KICK), [told])
            self.assertIs(self.talks.current, current)
