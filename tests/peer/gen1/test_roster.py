"""Rooms and pokes: whom a peer is with, and what the person is told of it."""

from twisted.trial.unittest import SynchronousTestCase

from tests.peer import SERVER, World, address_of, both
from tests.peer.orders import KICKED_IN_LAB
from twisted_chat.server.bounds import Bounds

LATE = "> no answer from the server yet"


class Rooms(SynchronousTestCase):
    """Creating, joining and leaving."""

    def test_create(self) -> None:
        """A room is created without being entered; a second one of the name is not."""
        for world in both():
            alice, bob = world.chatter("alice", 1), world.chatter("bob", 2)
            self.assertEqual(
                alice.type("$roomcreate lab"), ["> lab is there now; $roomjoin lab takes you in"]
            )
            self.assertIn("lab cannot be created", bob.type("$roomcreate lab")[0])
            self.assertIn("you are in no room", alice.type("anybody?")[0])

    def test_join(self) -> None:
        """Who joins is told who is there; those who are there are told who came."""
        for world in both():
            alice, bob, carol = world.room("alice", "bob", "carol")
            self.assertEqual(alice.told("you are in"), ["> you are in lab alone"])
            self.assertEqual(bob.told("you are in"), ["> you are in lab with alice"])
            self.assertEqual(carol.told("you are in"), ["> you are in lab with alice, bob"])
            self.assertEqual(alice.told(" came"), ["> bob came", "> carol came"])
            self.assertEqual(bob.told(" came"), ["> carol came"])
            self.assertEqual(carol.told(" came"), [])

    def test_join_nowhere(self) -> None:
        """A room that is not there cannot be joined, and we stay where we are."""
        for world in both():
            alice, bob = world.room("alice", "bob")
            self.assertEqual(
                bob.type("$roomjoin den"),
                ["> there is no room den, or it is full; $roomcreate den makes it"],
            )
            alice.type("still with us?")
            self.assertEqual(bob.lines[-1], "< alice: still with us?")
            bob.type("yes")
            self.assertEqual(alice.lines[-1], "< bob: yes")

    def test_said_to_all_and_only_them(self) -> None:
        """What is said goes to every other member once, and never to the server."""
        for world in both():
            people = world.room("alice", "bob", "carol")
            outsider = world.chatter("dave", 9)
            people[0].type("hello")
            for one in people[1:]:
                self.assertEqual(one.told("hello"), ["< alice: hello"])
            self.assertEqual(people[0].told("hello") + outsider.told("hello"), [])
            self.assertEqual([one for one in world.sent() if one.payload[:3] == b"msg"], [])

    def test_departures(self) -> None:
        """Who leaves the room, leaves the server or vanishes is said to have left, by name."""
        world = World(bounds=Bounds(user_ttl=60))
        alice, bob, carol, dave = world.room("alice", "bob", "carol", "dave")
        self.assertEqual(bob.type("$roomleave"), ["> you are not in lab any more"])
        world.wait(2)
        self.assertEqual(alice.told(" left"), ["> bob left"])
        carol.type("$quit")
        world.wait(2)
        self.assertEqual(alice.told(" left"), ["> bob left", "> carol left"])
        dave.port.stopListening()
        world.wait(90)
        self.assertEqual(alice.told(" left"), ["> bob left", "> carol left", "> dave left"])
        self.assertIn("you talk to nobody in", alice.type("hello?")[0])

    def test_move_to_another_room(self) -> None:
        """Joining a room is leaving the other one."""
        for world in both():
            alice, bob = world.room("alice", "bob")
            bob.type("$roomcreate den")
            self.assertEqual(bob.type("$roomjoin den", wait=2), ["> you are in den alone"])
            self.assertIn("you talk to nobody in", bob.type("hello")[0])
            self.assertEqual(alice.told("hello"), [])

    def test_left_against_the_original(self) -> None:
        """The original ignores `rk`; its rosters of a room that was left change nothing."""
        world = World("original")
        alice, bob = world.room("alice", "bob")
        left = bob.type("$roomleave", wait=10)
        self.assertEqual(
            left, ["> you are not in lab any more, though the server did not confirm it"]
        )
        carol = world.chatter("carol", 5)
        carol.type("$roomjoin lab", wait=3)  # Sends a roster to bob, too.
        self.assertIn("you are in no room", bob.type("a secret")[0])
        self.assertEqual(alice.told("secret") + carol.told("secret"), [])

    def test_leave_nothing(self) -> None:
        """Who is in no room cannot leave one, and the server is not asked."""
        world = World()
        alice = world.chatter("alice", 1)
        self.assertEqual(alice.type("$roomleave"), ["> you are in no room"])
        self.assertEqual(world.sent(b"rk"), [])

    def test_server_silent(self) -> None:
        """A join and a creation that are not answered are reported, and once, before that, that
        the server has not answered yet."""
        world = World()
        alice = world.chatter("alice", 1)
        world.network.loses = lambda one: one.to == SERVER and one.payload[:2] != b"hi"
        for line, *told in (
            ("$roomjoin lab", LATE, "> the server did not answer when asked for lab"),
            ("$roomcreate lab", "> the server did not answer when asked to create lab"),
        ):
            self.assertEqual(alice.type(line, wait=9), told)

    def test_many_members(self) -> None:
        """In a room that is too large for lists at each change everybody still hears everybody."""
        world = World()
        names = [f"user{number}" for number in range(36)]
        people = world.room(*names)
        people[-1].type("from the last")
        people[0].type("from the first", wait=2)
        for one in people[:-1]:
            self.assertEqual(len(one.told("from the last")), 1)
        for one in people[1:]:
            self.assertEqual(len(one.told("from the first")), 1)
        for one in people[1:30]:
            one.type("$quit", wait=0.01)
        world.wait(5)
        told = people[0].told(" left")
        self.assertLess(len(told), 9)
        others = sum(int(line.split(" and ")[1].split()[0]) for line in told if " others" in line)
        self.assertEqual(sum(line.count("user") for line in told) + others, 29)


class Pokes(SynchronousTestCase):
    """Speaking to one who is in no room."""

    def test_poke(self) -> None:
        """A poke is answered without a command, and both are told whom they talk to."""
        for world in both():
            alice, bob = world.chatter("alice", 1), world.chatter("bob", 2)
            self.assertEqual(
                alice.type("$poke bob"), ["> you talk to bob now, privately, at 192.0.2.12:5002"]
            )
            alice.type("hey")
            self.assertEqual(
                bob.lines[-2:],
                ["< alice privately: hey", "> you talk to alice now, privately; $kick ends it"],
            )
            bob.type("yes?")
            self.assertEqual(alice.lines[-1], "< bob privately: yes?")

    def test_poke_nobody(self) -> None:
        """Who is not there cannot be poked."""
        for world in both():
            alice = world.chatter("alice", 1)
            self.assertIn("there is no user bob", alice.type("$poke bob")[0])
            self.assertIn("nobody heard that", alice.type("hey")[0])

    def test_poked_across_rooms(self) -> None:
        """Who was poked hears what is said to them, and the room hears none of it."""
        for world in both():
            alice, bob = world.room("alice", "bob")
            carol = world.chatter("carol", 5)
            alice.type("$poke carol", "to carol")
            self.assertEqual(carol.told("to carol"), ["< alice privately: to carol"])
            self.assertEqual(bob.told("to carol"), [])
            alice.type("$to lab")
            self.assertEqual(alice.type("$kick"), [KICKED_IN_LAB.format("bob")])
            alice.type("to nobody")
            self.assertEqual(carol.told("to nobody") + bob.told("to nobody"), [])

    def test_poke_a_member(self) -> None:
        """What is said privately to a member goes to that one alone, and the person is told once
        that generation 1 has no words for it."""
        for world in both():
            alice, bob, carol = world.room("alice", "bob", "carol")
            shown = alice.type("$poke bob", "psst", "again")
            self.assertEqual(
                len([line for line in shown if "cannot tell what you say" in line]), 1
            )
            self.assertEqual(bob.told("< alice"), ["< alice: psst", "< alice: again"])
            self.assertEqual(carol.told("< alice"), [])
            bob.type("for all")
            self.assertEqual(alice.lines[-1], "< bob in room lab or privately: for all")
            self.assertEqual(carol.lines[-1], "< bob: for all")

    def test_stranger(self) -> None:
        """Who is neither in the room nor poked is shown as a stranger, and not spoken to."""
        for world in both():
            alice, _ = world.room("alice", "bob")
            eve = world.chatter("eve", 5)
            eve.type("$poke alice", "boo")
            self.assertEqual(alice.lines[-1], "< stranger eve at 192.0.2.15:5005: boo")
            alice.type("who?")
            self.assertEqual(eve.told("who?"), [])

    def test_pretender(self) -> None:
        """A member under a name that is not its own is shown with the registered one."""
        for world in both():
            alice, bob = world.room("alice", "bob")
            bob.port.write(b"msg alice> trust me\n", alice.address)
            world.wait(1)
            self.assertEqual(alice.lines[-1], "< alice (registered as bob): trust me")


class Returns(SynchronousTestCase):
    """Coming back to a room."""

    def test_one_returns_late(self) -> None:
        """Who comes back later than others has not left; who never does has, after a while."""
        world = World()
        alice, bob, carol = world.room("alice", "bob", "carol")
        world.stop_server()
        world.wait(60)
        carol.port.stopListening()
        world.start_server()
        world.wait(10)
        self.assertEqual(alice.told(" left") + bob.told(" left"), [])
        world.wait(60)
        self.assertEqual(alice.told(" left"), ["> carol left"])
        self.assertEqual(bob.told(" left"), ["> carol left"])

    def test_command_during_return(self) -> None:
        """Who goes elsewhere just when the server is back ends up there, for everybody."""
        for world in both():
            alice, bob = world.room("alice", "bob")
            world.stop_server()
            world.start_server()
            bob.type("$userlist", wait=60)
            bob.type("$roomcreate den", "$roomjoin den", wait=5)
            alice.type("$roomjoin den", wait=5)
            bob.type("in the den")
            self.assertEqual(alice.lines[-1], "< bob: in the den")

    def test_addresses(self) -> None:
        """A roster entry that nobody sits at harms nothing."""
        world = World()
        alice, bob = world.room("alice", "bob")
        for entry in (b"rj 0.0.0.0 1", b"rj 255.255.255.255 65535", b"rj ::1 1"):
            world.network.carry(SERVER, entry, address_of(0))
        world.wait(1)
        alice.type("hello")
        self.assertEqual(bob.lines[-1], "< alice: hello")
