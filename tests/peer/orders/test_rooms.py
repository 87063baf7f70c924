"""What the commands about rooms do."""

from twisted.trial.unittest import SynchronousTestCase

from tests.peer.keyed import KeyedWorld, key_of
from tests.peer.orders import OrdersCase
from twisted_chat.peer.commands import Command
from twisted_chat.peer.events import rooms
from twisted_chat.peer.events.server import NeedsServer
from twisted_chat.peer.server import Outcome
from twisted_chat.peer.talks.talks import MAX_ROOMS
from twisted_chat.wire.gen2.requests import QuitRoom


class Commands(SynchronousTestCase):
    """Lines that are typed."""

    def test_another_room(self) -> None:
        """The peer is in every room that it has come into, and each hears what is said there."""
        world = KeyedWorld()
        alice, bob = world.room("alice", "bob")
        alice.type("$roomjoin nowhere")
        self.assertEqual(world.fake_server.rooms["lab"].members, ["alice", "bob"])
        bob.type("$roomcreate den", "$roomjoin den", "hello")
        self.assertEqual(world.fake_server.rooms["lab"].members, ["alice", "bob"])
        self.assertEqual(world.fake_server.rooms["den"].members, ["bob"])
        self.assertEqual(alice.told("hello"), [])
        bob.type("$roomleave lab")
        self.assertEqual(world.fake_server.asked[-1], QuitRoom("lab"))
        self.assertEqual(alice.lines[-1], "> bob left")

    def test_create(self) -> None:
        """One who creates a room is in it, and talks there; one who may not talks where they did,
        once they have seen that."""
        world = KeyedWorld()
        alice, bob = world.room("alice", "bob")
        shown = alice.type("$roomcreate den", "to nobody")
        self.assertEqual(shown[:2], ["> den is there now", "> you are in den alone"])
        self.assertIn("nobody heard that: you talk to nobody in den", shown[2])
        self.assertEqual(bob.told("to nobody"), [])
        bob.type("$roomcreate den", "to den", wait=2)
        self.assertEqual(alice.told("to den"), [])

    def test_which_room(self) -> None:
        """Where it is not clear which room is meant, nothing is done, and it is told."""
        world = KeyedWorld()
        alice, _ = world.room("alice", "bob")
        alice.type("$roomcreate den", "$roomjoin den", "$poke bob")
        (shown,) = alice.type("$roomleave")
        self.assertIn("which room? You are in lab, den, and talk in none of them", shown)
        self.assertIn("you are not in a room attic", alice.type("$roomleave attic")[0])
        self.assertEqual(alice.type("$roomleave den"), ["> you are not in den any more"])
        self.assertEqual(alice.type("$roomleave"), ["> you are not in lab any more"])

    def test_too_many_rooms(self) -> None:
        """One is in so many rooms, and no more."""
        world = KeyedWorld()
        alice = world.chatter("alice")
        for number in range(MAX_ROOMS + 1):
            alice.type(f"$roomcreate r{number}", f"$roomjoin r{number}", wait=0.05)
        self.assertIn("you are in as many rooms as can be", alice.lines[-1])
        self.assertEqual(len(alice.session._talks.rooms()), MAX_ROOMS)

    def test_close_and_give(self) -> None:
        """A room is closed, or handed on, by the one whose it is, and the one who gets it is
        told."""
        alice, bob = KeyedWorld().room("alice", "bob")
        self.assertIn("only the one whose room lab is", bob.type("$roomclose")[0])
        self.assertIn("only the one whose room lab is", bob.type("$roomgive bob")[0])
        self.assertEqual(alice.type("$roomgive bob"), ["> the room lab is bob's now"])
        self.assertIn("alice has given you lab, which is your room now", bob.lines[-1])
        self.assertIn("only the one whose room lab is", alice.type("$roomclose")[0])
        closed = ["> you are not in lab any more", "> your room lab is closed"]
        self.assertEqual(bob.type("$roomclose")[-2:], closed)
        self.assertEqual(alice.lines[-1], "> lab was closed")

    def test_given(self) -> None:
        """A room that was given to somebody is theirs also after a server was started again that
        remembers nothing."""
        world = KeyedWorld()
        alice, _ = world.room("alice", "bob")
        alice.type("$roomgive bob")
        world.kill_server()
        world.start_server()
        world.wait(60)
        self.assertEqual(world.fake_server.rooms["lab"].owner, key_of("bob"))
        self.assertEqual(alice.told("you are not in"), [])

    def test_close(self) -> None:
        """Who closes a room is not told to have been put out of it."""
        alice, bob = KeyedWorld().room("alice", "bob")
        shown = alice.type("$roomclose")
        self.assertEqual(
            shown[-2:], ["> you are not in lab any more", "> your room lab is closed"]
        )
        self.assertEqual(bob.lines[-1], "> lab was closed")

    def test_join_again(self) -> None:
        """Who joins the room that they are in talks to all of it again, and sees who that is."""
        alice, bob = KeyedWorld().room("alice", "bob")
        bob.type("$kick")
        self.assertEqual(bob.type("$roomjoin lab"), ["> you are in lab with alice"])
        bob.type("hello")
        self.assertEqual(alice.lines[-2:], ["> bob came", "< bob: hello"])


class Leaving(OrdersCase):
    """What the server is told, and when."""

    def test_leave(self) -> None:
        """Nobody of the room hears us from the moment on at which we leave it."""
        self.assertEqual(self.obey(Command.ROOMLEAVE), [rooms.InNoRoom()])
        bob = self.meet("bob")
        self.generation.enter("lab", bob)
        self.server.answer = None
        self.assertEqual(self.obey(Command.ROOMLEAVE), [])
        self.assertEqual((self.talks.rooms(), bob.known, self.talks.moving), ([], False, True))
        self.server.later.pop()(Outcome.UNANSWERED)
        self.assertEqual(self.generation.told(), [rooms.LeftRoom("lab", False)])

    def test_rejoin(self) -> None:
        """A room that is remembered is joined without the server, and no other."""
        self.generation.registration.valid = False
        for rejoins in (True, False):
            self.generation.rejoins = rejoins
            told = self.obey(Command.ROOMJOIN, "lab")
            self.assertEqual(self.generation.done.pop(), ("rejoin", "lab"))
            self.assertEqual(told, [] if rejoins else [NeedsServer(Command.ROOMJOIN)])
        self.assertEqual(len(self.missed), 1)
