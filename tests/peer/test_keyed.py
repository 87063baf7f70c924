"""What a person types and sees in generation 2."""

from twisted.trial.unittest import SynchronousTestCase

from tests.peer.keyed import SERVER, KeyedWorld, Remembered, key_of, spoken
from twisted_chat.links import SendFrame
from twisted_chat.moments import NEVER
from twisted_chat.peer.commands import Command
from twisted_chat.peer.effects import Send
from twisted_chat.peer.gen2.mesh import LINGER
from twisted_chat.peer.gen2.roster import GRACE
from twisted_chat.peer.input import MAX_TYPED
from twisted_chat.peer.shutdown import HURRY
from twisted_chat.terminal.commands import usage
from twisted_chat.terminal.face import as_typed
from twisted_chat.wire.common import Bare, Leave, Verb
from twisted_chat.wire.gen1 import NamedText
from twisted_chat.wire.gen2.answers import Came
from twisted_chat.wire.gen2.contact import ContactInfo
from twisted_chat.wire.gen2.requests import AskRoster, QuitRoom

PLAIN = ("10.0.0.77", 7777)
KICKED_IN_LAB = (
    "> you talk to nobody now, but still hear {0}: $roomleave ends that, and"
    " $roomjoin lab talks to {0} again"
)


class Talking(SynchronousTestCase):
    """People in a room."""

    def test_everybody_hears(self) -> None:
        """What one says the others see, with the name the server knows."""
        alice, bob, carol = KeyedWorld().room("alice", "bob", "carol")
        self.assertEqual(alice.type("hello"), [])
        self.assertEqual((bob.lines[-1], carol.lines[-1]), ("< alice: hello",) * 2)

    def test_anything(self) -> None:
        """A text may hold anything, and is shown as what it is, on one line."""
        alice, bob = KeyedWorld().room("alice", "bob")
        alice.type("a\nb\x1b[2J> bob came\u202e", "x" * 65_536)
        self.assertIn("< alice: a␊b␛[2J> bob came<U+202E>", bob.lines)
        parts = [line.removeprefix("< alice: ") for line in bob.lines[-2:]]
        self.assertEqual("".join(parts), "x" * 65_536)

    def test_in_one_breath(self) -> None:
        """What is typed after a join is said to the room."""
        world = KeyedWorld()
        (alice,) = world.room("alice")
        bob = world.chatter("bob")
        bob.type("$roomjoin lab", "hello")
        self.assertEqual(alice.lines[-1], "< bob: hello")

    def test_coming_and_going(self) -> None:
        """Who comes and who leaves is told by name."""
        world = KeyedWorld()
        alice, bob = world.room("alice", "bob")
        self.assertEqual(alice.lines[-1], "> bob came")
        self.assertEqual(bob.lines[-1], "> you are in lab with alice")
        self.assertEqual(bob.type("$roomleave"), ["> you are not in lab any more"])
        self.assertEqual(alice.lines[-1], "> bob left")
        self.assertIn("you talk to nobody in lab", alice.type("hm")[0])
        world.wait(LINGER)
        self.assertEqual(world.network.between(alice.node, bob.node), [])

    def test_said_before_leaving(self) -> None:
        """What was said before somebody leaves still arrives."""
        alice, bob = KeyedWorld().room("alice", "bob")
        bob.type("bye", "$roomleave")
        self.assertEqual(len(alice.told("< bob: bye")), 1)

    def test_gap(self) -> None:
        """A change of the roster that is missed is noticed with the next, and asked for once."""
        world = KeyedWorld()
        alice, _ = world.room("alice", "bob")
        world.fake_server.forgets = 1
        world.chatter("carol").type("$roomjoin lab")
        world.chatter("dave").type("$roomjoin lab")
        self.assertEqual(world.fake_server.asked.count(AskRoster("lab")), 2)
        self.assertEqual(alice.lines[-2:], ["> carol came", "> dave came"])

    def test_moved_on(self) -> None:
        """Who joins another room leaves the first."""
        alice, bob = KeyedWorld().room("alice", "bob")
        bob.type("$roomcreate den", "$roomjoin den")
        self.assertEqual(bob.lines[-1], "> you are in den alone")
        self.assertEqual(alice.lines[-1], "> bob left")


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


class Coming(SynchronousTestCase):
    """Names, and the server's comings and goings."""

    def test_name(self) -> None:
        """Without --name a person is asked until a name is accepted."""
        world = KeyedWorld()
        world.chatter("alice", key="another")
        bob = world.chatter(None)
        self.assertEqual(bob.lines[-1], "> what is your name?")
        self.assertIn("first a name", bob.type("$userlist")[0])
        self.assertIn("a name cannot hold this", bob.type("a b")[0])
        self.assertIn("does not let you be alice", bob.type("alice")[0])
        self.assertEqual(bob.type("bob"), ["> you are bob; $help shows what you can do"])

    def test_name_after_long_thought(self) -> None:
        """A server that does not wait for a name is linked to again when there is one."""
        world = KeyedWorld()
        bob = world.chatter(None)
        for link in world.network.between(bob.node, world.server):
            world.network.cut(link)
        world.wait(600)
        self.assertEqual(len(bob.told("what is your name?")), 1)
        self.assertEqual(len(bob.node.dialled), 1)
        self.assertEqual(bob.type("bob"), ["> you are bob; $help shows what you can do"])

    def test_taken_for_a_script(self) -> None:
        """A script whose name is taken ends with status 1."""
        world = KeyedWorld()
        world.chatter("alice", key="another")
        bot = world.chatter("alice", patient=False)
        self.assertEqual(bot.node.statuses, [1])

    def test_no_server(self) -> None:
        """A script gives up, a person is told once and let in when there is a server."""
        world = KeyedWorld()
        world.kill_server()
        for memory in (Remembered(), self._knows_the_server()):
            bot = world.chatter("bot", memory=memory, patient=False, wait=3)
            waiting = "> no server answers at 192.0.2.1:8090 yet; trying on"
            self.assertEqual((bot.lines, bot.node.statuses), ([waiting], []))
            world.wait(11)
            self.assertEqual(bot.node.statuses, [])
            world.wait(1)
            self.assertEqual(bot.lines, [waiting, "> no server answers at 192.0.2.1:8090"])
            self.assertEqual(bot.node.statuses, [1])
        alice = world.chatter("alice", wait=60)
        self.assertEqual(len(alice.lines), 1)
        self.assertIn("trying on", alice.lines[0])
        world.start_server()
        world.wait(40)
        self.assertIn("> you are alice; $help shows what you can do", alice.lines)

    def test_end_of_input_without_a_server(self) -> None:
        """A person who types nothing more is told that a line still waits for the server; where
        none does, or one is there, it is the end."""
        world = KeyedWorld()
        alice = world.chatter("alice")
        alice.type("$roomcreate lab", "$roomjoin lab")
        alice.enter("nobody hears that")
        alice.end(wait=5)
        self.assertEqual((alice.told("waits"), alice.node.statuses), ([], [0]))
        world.kill_server()
        bob, carol = world.chatter("bob", wait=5), world.chatter("carol", wait=5)
        bob.type("$roomcreate lab", "$roomjoin lab", "hello")
        for one in (bob, carol):
            one.end(wait=30)
        told = "> what you typed waits for the server, and is done before the end; Ctrl-C gives up"
        self.assertEqual((bob.told("waits"), bob.node.statuses), ([told], []))
        self.assertEqual((carol.told("waits"), carol.node.statuses), ([], [0]))
        world.start_server()
        world.wait(40)
        self.assertTrue(bob.told("> you are bob"))
        self.assertEqual(bob.node.statuses, [0])

    def test_no_server_for_a_person(self) -> None:
        """A person is told within three seconds, once, whether the server is known or not."""
        world = KeyedWorld()
        world.kill_server()
        for memory in (Remembered(), self._knows_the_server()):
            alice = world.chatter("alice", memory=memory, wait=3)
            waiting = "> no server answers at 192.0.2.1:8090 yet; trying on, Ctrl-C ends it"
            self.assertEqual(alice.lines, [waiting])
            world.wait(300)
            self.assertEqual(alice.lines, [waiting])

    def _knows_the_server(self) -> Remembered:
        memory = Remembered()
        memory.trust_server(SERVER, key_of("server"))
        return memory

    def test_backoff(self) -> None:
        """A server that is gone is tried after 1, 2, 4 and at most 30 seconds."""
        world = KeyedWorld()
        alice = world.chatter("alice")
        world.kill_server()
        world.wait(200)
        tries = len([dial for dial in alice.node.dialled if dial.address == SERVER])
        self.assertTrue(8 <= tries <= 12, tries)

    def test_without_a_server(self) -> None:
        """A room goes on without its server, links that are lost included."""
        world = KeyedWorld()
        alice, bob = world.room("alice", "bob")
        world.kill_server()
        world.wait(5)
        self.assertIn("those you talk to still hear you", alice.lines[-1])
        for link in world.network.between(alice.node, bob.node):
            world.network.cut(link)
        alice.type("still here", wait=8)
        self.assertIn("< alice: still here", bob.lines)
        self.assertIn("needs the server", alice.type("$userlist")[0])

    def test_back(self) -> None:
        """When the server is back everybody is registered and in the room again,
        and nobody was seen to leave."""
        world = KeyedWorld()
        people = world.room("alice", "bob", "carol")
        world.kill_server()
        world.wait(10)
        world.start_server()
        world.wait(60)
        self.assertEqual(sorted(world.fake_server.rooms["lab"].members), ["alice", "bob", "carol"])
        self.assertEqual(world.fake_server.rooms["lab"].owner, people[0].node.fingerprint)
        for one in people:
            self.assertEqual(len(one.told("the server is back")), 1)
            self.assertEqual([*one.told(" left"), *one.told("never got")], [])
        people[2].type("all here")
        self.assertEqual(people[0].lines[-1], "< carol: all here")

    def test_not_back(self) -> None:
        """Who does not come back to the server is gone after a while."""
        world = KeyedWorld()
        alice, bob = world.room("alice", "bob")
        world.kill_server()
        world.network.kill(bob.node)
        world.wait(3)
        world.start_server()
        world.wait(GRACE + 20)
        self.assertEqual(len(alice.told("> bob left")), 1)

    def test_put_out_soon_after(self) -> None:
        """Whom the creator puts out is gone at once, also while others may not be back yet."""
        world = KeyedWorld()
        alice, bob, _ = world.room("alice", "bob", "carol")
        world.kill_server()
        world.wait(3)
        world.start_server()
        world.wait(GRACE / 2)
        world.fake_server.forgets = 1  # So that a roster tells it.
        shown = alice.type("$kick", "alone?")
        for line in ("> bob left", "> carol left"):
            self.assertIn(line, shown)
        self.assertIn("nobody heard that", shown[-1])
        self.assertEqual(bob.told("alone?"), [])

    def test_creator_gone(self) -> None:
        """A room whose creator does not come back is created by another."""
        world = KeyedWorld()
        alice, bob, carol = world.room("alice", "bob", "carol")
        world.kill_server()
        world.network.kill(alice.node)
        world.wait(3)
        world.start_server()
        world.wait(60)
        self.assertEqual(sorted(world.fake_server.rooms["lab"].members), ["bob", "carol"])
        bob.type("hello")
        self.assertEqual(carol.lines[-1], "< bob: hello")

    def test_forgotten(self) -> None:
        """A server that says it does not know us is told who we are."""
        world = KeyedWorld()
        alice, _ = world.room("alice", "bob")
        link = world.fake_server.links["alice"]
        del world.fake_server.users["alice"], world.fake_server.links["alice"]
        world.network.carry_out(world.server, [SendFrame(link, Bare(Verb.HI).encode())])
        world.wait(1)
        self.assertIn("alice", world.fake_server.users)
        self.assertEqual(alice.told("what is your name"), [])

    def test_broken_server(self) -> None:
        """A server that speaks no language of ours loses its link, and is tried again."""
        world = KeyedWorld()
        alice = world.chatter("alice")
        link = world.fake_server.links["alice"]
        world.network.carry_out(world.server, [SendFrame(link, b"NONSENSE")])
        world.wait(5)
        self.assertEqual(len(alice.told("the link to the server was closed")), 1)
        self.assertEqual(alice.type("$userlist"), ["> users (1): alice"])


class Leaving(SynchronousTestCase):
    """The end."""

    def test_script(self) -> None:
        """A script joins, says hello, waits until it has arrived, and leaves with `by`."""
        world = KeyedWorld()
        alice, bob = world.room("alice", "bob")
        bot = world.chatter("bot", patient=False, wait=0)
        bot.enter("$roomjoin lab")
        bot.enter("hello")
        bot.end()
        self.assertEqual((alice.lines[-2], bob.lines[-2]), ("< bot: hello",) * 2)
        self.assertEqual(bot.node.statuses, [0])
        self.assertIn(Leave(), world.fake_server.asked)

    def test_script_unheard(self) -> None:
        """A script whose words do not arrive says whom they lack, and ends with status 1."""
        world = KeyedWorld()
        _, bob = world.room("alice", "bob")
        world.network.kill(bob.node)
        bot = world.chatter("bot", patient=False, wait=0)
        bot.enter("$roomjoin lab")
        bot.enter("hello")
        bot.end(wait=20)
        self.assertEqual(bot.lines[-1], '> bob never got one line, from "hello" on')
        self.assertEqual(bot.node.statuses, [1])

    def test_ourselves(self) -> None:
        """A command that is for others says so when it is given one's own name, and `$verify`
        shows one's own key alone."""
        world = KeyedWorld()
        _, bob = world.room("alice", "bob")
        for word in ("kick", "ignore", "unignore", "trust"):
            self.assertEqual(bob.type(f"${word} BOB"), [f"> ${word} is for others: BOB is you"])
        self.assertEqual(bob.type("$poke bob"), ["> you cannot talk to bob: that is you"])
        (shown,) = bob.type("$verify bob yes")
        self.assertIn(f"your key: {spoken(bob.node.fingerprint)}; others see it", shown)

    def test_kick_nobody(self) -> None:
        """There being nobody of a name is what is said, whosever room it is, and in none."""
        world = KeyedWorld()
        alice, bob = world.room("alice", "bob")
        carol = world.chatter("carol")
        for one in (alice, bob, carol):
            shown = one.type("$kick nosuch")
            self.assertEqual(shown, ["> nobody called nosuch is here; $who shows who is"])

    def test_script_not_done(self) -> None:
        """A script of which a line was not done ends with status 1, one of which all is as it
        wanted with 0."""
        for line, status in (
            ("$bogus", 1),
            ("/quit", 1),
            ("$roomjoin nowhere", 1),
            ("$poke nobody", 1),
            ("$kick nobody", 1),
            ("$roomclose", 1),
            ("$verify nobody", 1),
            ("$trust nobody", 1),
            ("help", 1),
            ("$roomcreate lab", 0),
            ("$roomleave", 0),
            ("$help", 0),
            ("", 0),
        ):
            world = KeyedWorld()
            world.room("alice")
            bot = world.chatter("bot", patient=False)
            bot.enter(line)
            bot.end(3)
            self.assertEqual(bot.node.statuses, [status], line)

    def test_script_without_name(self) -> None:
        """What comes in place of a script's name has to be one: the lines after it are none."""
        for first, status in (("bot", 0), ("$roomjoin lab", 1), ("$bogus", 1), ("a b", 1)):
            world = KeyedWorld()
            bot = world.chatter(None, patient=False)
            bot.enter(first)
            bot.enter("$roomlist")
            bot.end(3)
            self.assertEqual(bot.node.statuses, [status], first)
            self.assertEqual(len(world.fake_server.asked) > 0, status == 0, first)

    def test_script_to_nobody(self) -> None:
        """A script that speaks where nobody is says so, and ends with status 1."""
        world = KeyedWorld()
        bot = world.chatter("bot", patient=False, wait=0)
        bot.enter("$roomjoin lab")
        bot.enter("hello")
        bot.end()
        self.assertIn("nobody heard that: you are in no room", bot.lines[-1])
        self.assertEqual(bot.node.statuses, [1])

    def test_quit(self) -> None:
        """`$quit` ends with status 0, and so does a second one at once."""
        world = KeyedWorld()
        alice, bob = world.room("alice", "bob")
        alice.type("$quit")
        self.assertEqual(alice.node.statuses, [0])
        self.assertEqual(bob.lines[-1], "> alice left")
        world.kill_server()
        world.wait(0.1)
        bob.type("$userlist", "$quit", wait=0)
        bob.type("$quit", wait=5)
        self.assertEqual(bob.node.statuses, [0])

    def test_interrupted(self) -> None:
        """Who is ended says `by` and waits for nothing; nothing happens after that."""
        world = KeyedWorld()
        alice, bob = world.room("alice", "bob")
        now = world.network.now
        world.network.carry_out(alice.node, alice.session.interrupted(now))
        self.assertEqual(alice.node.statuses, [0])
        self.assertEqual(alice.session.typed(as_typed("more"), now), [])
        self.assertEqual(alice.session.wake, NEVER)
        world.wait(1)
        self.assertEqual(bob.lines[-1], "> alice left")

    def test_interrupted_after_a_word(self) -> None:
        """What was said right before the end is waited for a moment, and nothing false is told."""
        for delay in (0.02, 2.0):
            world = KeyedWorld()
            alice, bob = world.room("alice", "bob")
            world.network.delay = delay
            alice.enter("hello")
            world.network.carry_out(alice.node, alice.session.interrupted(world.network.now))
            world.wait(HURRY + 0.1)
            self.assertEqual(alice.node.statuses, [0])
            told = alice.told("whether bob got") + alice.told("never got")
            self.assertEqual(told, alice.lines[-1:] if delay > HURRY else [])
            world.wait(5)
            self.assertEqual(bob.told("< "), ["< alice: hello"])
            self.assertEqual(bob.lines[-1], "> alice left")

    def test_interrupted_before_a_word(self) -> None:
        """What was never sent is told as that, and so is what was not said or done any more."""
        world = KeyedWorld()
        alice, bob = world.room("alice", "bob")
        world.network.kill(bob.node)
        world.wait(1)
        alice.enter("hello")
        world.network.delay = 5.0
        for line in ("$roomjoin lab", "to the room", "", "$roomlist"):
            alice.enter(line)
        world.network.carry_out(alice.node, alice.session.interrupted(world.network.now))
        world.wait(HURRY + 0.1)
        self.assertEqual(
            alice.lines[-2:],
            [
                '> bob never got one line, from "hello" on',
                '> not said any more: one line, from "to the room" on; one command was not done',
            ],
        )

    def test_status_of_a_person(self) -> None:
        """A person who quits before everything has arrived ends with status 1; what was lost
        before the end was told then."""
        world = KeyedWorld()
        alice, bob = world.room("alice", "bob")
        world.network.kill(bob.node)
        alice.type("hello", "$quit", wait=5)
        told = '> it is not known whether bob got one line, from "hello" on'
        self.assertEqual(alice.lines[-1], told)
        self.assertEqual(alice.node.statuses, [1])
        carol = world.chatter("carol")
        carol.type("to nobody", "$quit", wait=5)
        self.assertEqual(carol.node.statuses, [0])

    def test_typed_after_quit(self) -> None:
        """What is typed after `$quit` is told as not said, and counts for the exit status."""
        world = KeyedWorld()
        for patient, wait in ((True, 0.5), (False, 0.5), (False, 0)):
            one = world.chatter("one", patient=patient, wait=wait)
            one.enter("$quit")
            one.enter("hello?")
            world.wait(3)
            self.assertEqual(one.lines[-1], '> not said any more: one line, from "hello?" on')
            self.assertEqual(one.node.statuses, [1])


class WithoutKey(SynchronousTestCase):
    """Members of generation 1 in a room of generation 2."""

    def setUp(self) -> None:
        self.world = KeyedWorld()
        self.alice, self.bob = self.world.room("alice", "bob")
        self.world.fake_server.add_plain("old", PLAIN, "lab")
        self.carol = self.world.chatter("carol")
        self.carol.type("$roomjoin lab")

    def _said(self, name: str, text: str, source: tuple[str, int] = PLAIN) -> str:
        now = self.world.network.now
        self.world.network.carry_out(
            self.carol.node, self.carol.session.heard(NamedText(name, text), source, now)
        )
        return self.carol.lines[-1]

    def test_spoken_to(self) -> None:
        """They are shown as unencrypted, and spoken to in datagrams."""
        self.assertEqual(
            self.carol.lines[-1], "> you are in lab with alice, bob, old (unencrypted)"
        )
        self.carol.type("hello")
        self.assertEqual(self.carol.node.sent[-1], Send(NamedText("carol", "hello\n"), PLAIN))
        self.assertEqual(self._said("old", "hi\n"), "< old (unencrypted): hi")

    def test_claims(self) -> None:
        """Who claims another's name is seen not to be them."""
        self.assertEqual(
            self._said("alice", "hi"), "< old (unencrypted), who says to be alice: hi"
        )

    def test_strangers(self) -> None:
        """What comes from where nobody is whom the server has named is counted, and not shown."""
        before = list(self.carol.lines)
        for number in range(1000):
            self._said("bob", "you have won", ("192.0.2.66", 1 + number))
            self._said("old", "you have won", ("192.0.2.66", 1 + number))
            self._said("carol", "you have won", SERVER)
        self.assertEqual(self.carol.lines, before)
        self.assertIn("3,000 unencrypted messages of strangers", self.carol.type("$who")[-1])

    def test_strangers_after_it_went(self) -> None:
        """Who has left the room is a stranger, and so is one whose name had a key."""
        self.world.network.carry_out(self.world.server, self.world.fake_server.go("old"))
        self.world.wait(0.5)
        self.assertEqual(self._said("old", "hi"), "> old (unencrypted) left")

    def test_flood(self) -> None:
        """So much of one source is shown, and no more."""
        before = len(self.carol.lines)
        for number in range(1000):
            self._said("old", str(number))
        self.assertLess(len(self.carol.lines) - before, 310)

    def test_key_lost(self) -> None:
        """A name that had a key and has none now is not spoken to until that is accepted."""
        self.world.fake_server.users["bob"] = ContactInfo("bob", "", *PLAIN)
        came = Came(
            "lab", self.world.fake_server.rooms["lab"].number + 1, ContactInfo("bob", "", *PLAIN)
        )
        self.world.network.carry_out(self.world.server, self.world.fake_server.push("carol", came))
        self.world.wait(0.5)
        self.assertTrue(self.carol.told("THE KEY OF bob IS NOT THE ONE YOU KNOW"))
        self.assertTrue(self.carol.told(f"it was {spoken(key_of('bob'))}"))
        self.carol.node.sent.clear()
        self.carol.type("secret")
        self.assertEqual(self.carol.node.sent, [])
        self.carol.type("$trust bob", "not so secret")
        self.assertEqual(len(self.carol.node.sent), 1)
