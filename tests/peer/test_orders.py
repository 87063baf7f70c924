"""What the commands of a person do where there are keys."""

from twisted.trial.unittest import SynchronousTestCase

from tests.peer.keyed import KeyedWorld
from twisted_chat.peer.commands import Command
from twisted_chat.peer.input import MAX_TYPED
from twisted_chat.terminal.commands import usage
from twisted_chat.wire.gen2.requests import QuitRoom

KICKED_IN_LAB = (
    "> you talk to nobody now, but still hear {0}: $roomleave ends that, and"
    " $roomjoin lab talks to {0} again"
)


class Commands(SynchronousTestCase):
    """Lines that begin with a `$`."""

    def test_help(self) -> None:
        """`$help` shows every command."""
        shown = KeyedWorld().chatter("alice").type("$help")
        for command in Command:
            self.assertTrue([line for line in shown if line.startswith(f"> {usage(command)}")])

    def test_usage(self) -> None:
        """Wrong arguments get one line with the usage."""
        alice = KeyedWorld().chatter("alice")
        for command in Command:
            wrong = f"${command.word} a b"
            self.assertEqual(alice.type(wrong), [f"> usage: {usage(command)}"])

    def test_commands_of_other_chats(self) -> None:
        """Neither `/join lab` nor a first `help` is said to anybody; a second `help` is."""
        world = KeyedWorld()
        alice, bob = world.room("alice", "bob")
        for line in ("/help", "/join lab"):
            self.assertIn("begin with $", alice.type(line)[0])
        alice.type("//join lab", "help")
        self.assertEqual(bob.told("< alice"), ["< alice: /join lab", "< alice: help"])
        for name in ("carol", None):
            carol = world.chatter(name)
            self.assertIn("$help", carol.type("help")[0])
        self.assertNotIn("help", world.fake_server.users)

    def test_lists(self) -> None:
        """Users and rooms are shown sorted; nothing is an answer."""
        world = KeyedWorld()
        alice = world.chatter("alice")
        self.assertEqual(alice.type("$roomlist"), ["> there are no rooms"])
        world.chatter("Bob")
        self.assertEqual(alice.type("$userlist"), ["> users (2): alice, Bob"])

    def test_no_such(self) -> None:
        """What there is not is said, with what helps."""
        alice, _ = KeyedWorld().room("alice", "bob")
        self.assertIn("$roomcreate attic", alice.type("$roomjoin attic")[0])
        self.assertIn("$userlist", alice.type("$poke zoe")[0])
        self.assertIn("exists already", alice.type("$roomcreate lab")[0])
        self.assertIn("a name cannot hold", alice.type("$poke a\u202eb")[0])

    def test_kick_one(self) -> None:
        """Who created a room puts a member out of it; nobody else can."""
        alice, bob, carol = KeyedWorld().room("alice", "bob", "carol")
        self.assertIn("only who created", bob.type("$kick carol")[0])
        self.assertIn("nobody called zoe", alice.type("$kick zoe")[0])
        shown = alice.type("$kick carol")
        self.assertIn("> carol has been put out of your room", shown)
        self.assertIn("> carol left", shown)
        self.assertEqual(bob.lines[-1], "> carol left")
        self.assertIn("you were put out of lab", carol.lines[-1])
        self.assertEqual(alice.type("now"), [])
        self.assertEqual(carol.told("< alice: now"), [])

    def test_kick_all(self) -> None:
        """A bare `$kick` of the creator puts everybody else out."""
        alice, bob, carol = KeyedWorld().room("alice", "bob", "carol")
        self.assertIn("> everybody else has been put out of your room", alice.type("$kick"))
        for one in (bob, carol):
            self.assertIn("you were put out of lab", one.lines[-1])

    def test_kick_of_others(self) -> None:
        """A bare `$kick` of anybody else ends what they say to others, as in generation 1."""
        alice, bob = KeyedWorld().room("alice", "bob")
        self.assertEqual(bob.type("$kick"), [KICKED_IN_LAB.format("alice")])
        self.assertIn("nobody heard that: you talk to nobody in lab", bob.type("hello")[0])
        alice.type("still there?")
        self.assertEqual(bob.lines[-1], "< alice: still there?")

    def test_join_again(self) -> None:
        """Who joins the room that they are in talks to all of it again, and sees who that is."""
        alice, bob = KeyedWorld().room("alice", "bob")
        bob.type("$kick")
        self.assertEqual(bob.type("$roomjoin lab"), ["> you are in lab with alice"])
        bob.type("hello")
        self.assertEqual(alice.lines[-2:], ["> bob came", "< bob: hello"])

    def test_close_and_give(self) -> None:
        """A room is closed, or handed on, by who created it."""
        alice, bob = KeyedWorld().room("alice", "bob")
        self.assertIn("only who created", bob.type("$roomclose")[0])
        self.assertIn("only who created", bob.type("$roomgive bob")[0])
        self.assertEqual(alice.type("$roomgive bob"), ["> the room is bob's now"])
        self.assertIn("only who created", alice.type("$roomclose")[0])
        self.assertIn("> your room is closed", bob.type("$roomclose"))
        self.assertIn("you were put out of lab, or it was closed", alice.lines[-1])

    def test_close(self) -> None:
        """Who closes a room is not told to have been put out of it."""
        alice, bob = KeyedWorld().room("alice", "bob")
        shown = alice.type("$roomclose")
        self.assertEqual(shown[-2:], ["> you are not in lab any more", "> your room is closed"])
        self.assertEqual(bob.lines[-1], "> you were put out of lab, or it was closed")

    def test_poke(self) -> None:
        """A poke introduces both, whoever of them has to dial."""
        for names in (("alice", "bob"), ("bob", "alice"), ("dave", "zoe")):
            world = KeyedWorld()
            one, other = map(world.chatter, names)
            self.assertEqual(one.type(f"$poke {other.name}"), [f"> you talk to {other.name} now"])
            self.assertIn(f"{one.name} wants to talk; $poke {one.name} answers", other.lines[-1])
            one.type("hello")
            self.assertEqual(other.lines[-1], f"< {one.name}: hello")
            self.assertIn("nobody heard that", other.type("hi?")[0])
            other.type(f"$poke {one.name}", "hi")
            self.assertEqual(one.lines[-1], f"< {other.name}: hi")
            other.type("$kick")
            self.assertIn("nobody heard that", other.type("more")[0])

    def test_poke_into_a_conversation(self) -> None:
        """Who pokes somebody in a room is heard, but does not hear what the room says."""
        world = KeyedWorld()
        alice, bob = world.room("alice", "bob")
        eve = world.chatter("eve")
        eve.type("$poke alice", "hello")
        self.assertEqual(alice.told("eve wants to talk; $poke eve answers"), [alice.lines[-2]])
        self.assertEqual(alice.lines[-1], "< eve: hello")
        alice.type("who is that?")
        self.assertEqual(eve.told("who is that"), [])
        self.assertEqual(bob.lines[-1], "< alice: who is that?")
        alice.type("$poke eve", "hello eve")
        self.assertEqual(eve.lines[-1], "< alice: hello eve")

    def test_another_room(self) -> None:
        """The peer leaves the room that it was in when it has come into another, and not when
        it is refused there."""
        world = KeyedWorld()
        alice, bob = world.room("alice", "bob")
        alice.type("$roomjoin nowhere")
        self.assertEqual(world.fake_server.rooms["lab"].members, ["alice", "bob"])
        bob.type("$roomcreate den", "$roomjoin den", "hello")
        self.assertEqual(world.fake_server.rooms["lab"].members, ["alice"])
        self.assertEqual(world.fake_server.rooms["den"].members, ["bob"])
        self.assertEqual(world.fake_server.asked[-1], QuitRoom("lab"))
        self.assertEqual((alice.lines[-1], alice.told("hello")), ("> bob left", []))

    def test_much_typed(self) -> None:
        """No more is read from a terminal than can wait."""
        world = KeyedWorld()
        alice = world.chatter("alice")
        world.kill_server()
        world.wait(0.5)
        for _ in range(MAX_TYPED):
            alice.enter("$userlist")
        self.assertFalse(alice.session.wants_input)
