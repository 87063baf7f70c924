"""Whole peers of generation 2: in a room, and with a server that comes and goes."""

from twisted.trial.unittest import SynchronousTestCase

from tests.peer.keyed import SERVER, KeyedWorld, Remembered, key_of
from twisted_chat.links import SendFrames
from twisted_chat.peer.gen2.mesh import LINGER
from twisted_chat.peer.gen2.roster import GRACE
from twisted_chat.wire.common import Bare, Verb
from twisted_chat.wire.gen2.requests import AskRoster


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

    def test_two_rooms(self) -> None:
        """Who joins another room is in both, and talks in the one joined last."""
        alice, bob = KeyedWorld().room("alice", "bob")
        bob.type("$roomcreate den", "$roomjoin den")
        self.assertEqual(bob.lines[-1], "> you are in den alone")
        self.assertEqual(alice.lines[-1], "> bob came")
        alice.type("hello")
        self.assertEqual(bob.lines[-1], "< alice in room lab: hello")
        self.assertIn("you talk to nobody in den", bob.type("to nobody")[0])
        bob.type("$to lab", "to lab")
        self.assertEqual(alice.lines[-1], "< bob: to lab")
        self.assertEqual(alice.told("to nobody"), [])


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
        self.assertEqual(shown[0], "> everybody else has been put out of lab")
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
        world.network.carry_out(world.server, [SendFrames(link, [Bare(Verb.HI).encode()])])
        world.wait(1)
        self.assertIn("alice", world.fake_server.users)
        self.assertEqual(alice.told("what is your name"), [])

    def test_broken_server(self) -> None:
        """A server that speaks no language of ours loses its link, and is tried again."""
        world = KeyedWorld()
        alice = world.chatter("alice")
        link = world.fake_server.links["alice"]
        world.network.carry_out(world.server, [SendFrames(link, [b"NONSENSE"])])
        world.wait(5)
        self.assertEqual(len(alice.told("the link to the server was closed")), 1)
        self.assertEqual(alice.type("$userlist"), ["> users (1): alice"])
