"""Getting a name, keeping it, and getting it again."""

from itertools import pairwise

from twisted.trial.unittest import SynchronousTestCase

from tests.peer import SERVER, World, address_of, both
from tests.peer.gen1.test_server import Gen1Case
from tests.support.network import OriginalServer
from twisted_chat.moments import NEVER
from twisted_chat.peer.effects import Finish
from twisted_chat.peer.gen1.registration import REFRESH, RETRY, RegistrationState
from twisted_chat.peer.gen1.requests import WAITS
from twisted_chat.server.bounds import Bounds
from twisted_chat.wire.common import Welcome
from twisted_chat.wire.gen1 import Located

GONE = "the server does not answer"
BACK = "the server is back"


class Names(SynchronousTestCase):
    """Getting a name."""

    def test_asked_until_accepted(self) -> None:
        """Without --name a person is asked until a name is accepted."""
        for world in both():
            world.chatter("alice", 1)
            bob = world.chatter(None, 2)
            self.assertEqual(bob.lines, ["> what is your name?"])
            self.assertEqual(bob.type("", "  "), [])
            self.assertIn("a name cannot hold this", bob.type("a b")[0])
            taken = bob.type("alice")
            self.assertIn("does not let you be alice", taken[0])
            self.assertIn("What is your name?", taken[0])
            self.assertEqual(bob.type("bob"), ["> you are bob; $help shows what you can do"])

    def test_nothing_before_a_name(self) -> None:
        """What needs the server needs a name first; help does not."""
        for world in both():
            bob = world.chatter(None, 2)
            self.assertIn("what is your name?", bob.type("$userlist")[0])
            self.assertIn("$quit", "".join(bob.type("$help")))
            self.assertEqual(world.sent(), [])

    def test_taken_for_a_script(self) -> None:
        """A script whose --name is taken ends with status 1, and says no `by` for another."""
        for world in both():
            alice = world.chatter("alice", 1)
            bot = world.chatter("alice", 2, patient=False)
            self.assertEqual(bot.statuses, [1])
            self.assertIn("does not let you be alice", bot.lines[-1])
            bot.peer.interrupt()
            world.wait(1)
            self.assertEqual(alice.type("$userlist"), ["> users (1): alice"])

    def test_taken_for_a_person(self) -> None:
        """A person whose --name is taken is asked for another."""
        for world in both():
            world.chatter("alice", 1)
            bob = world.chatter("alice", 2)
            self.assertIn("What is your name?", bob.lines[-1])
            self.assertIn("> you are bob", bob.type("bob")[0])

    def test_no_server_for_a_script(self) -> None:
        """A script that reaches no server says so, and ends with status 1 after 15 seconds."""
        world = World()
        world.stop_server()
        bot = world.chatter("bot", 1, patient=False, wait=3)
        waiting = "> no server answers at 192.0.2.1:8090 yet; trying on"
        self.assertEqual(bot.lines, [waiting])
        world.wait(11.5)
        self.assertEqual(bot.statuses, [])
        world.wait(0.6)
        self.assertEqual(bot.lines, [waiting, "> no server answers at 192.0.2.1:8090"])
        self.assertEqual(bot.statuses, [1])

    def test_no_server_for_a_person(self) -> None:
        """A person is told once that no server answers, and is let in when one does."""
        for world in both():
            world.stop_server()
            alice = world.chatter("alice", 1, wait=3)
            self.assertEqual(len(alice.told("no server answers at 192.0.2.1:8090 yet")), 1)
            world.wait(57)
            world.start_server()
            world.wait(12)
            self.assertEqual(alice.lines[1:], ["> you are alice; $help shows what you can do"])

    def test_hi_repeated(self) -> None:
        """A `hi` is repeated after 1, 2 and 4 seconds."""
        world = World()
        world.stop_server()
        world.chatter("alice", 1, wait=8)
        self.assertEqual([one.at for one in world.sent(b"hi alice")], [0, 1, 3, 7])

    def test_answer_lost(self) -> None:
        """An accepted `hi` whose answer is lost is a registration, though the original
        refuses its repetition."""
        for world in both():
            world.network.loses = lambda one: one.payload == b"hi alice" and one.source == SERVER
            alice = world.chatter("alice", 1, wait=0.5)
            world.network.loses = lambda one: False
            world.wait(3)
            self.assertEqual(alice.lines, ["> you are alice; $help shows what you can do"])

    def test_request_lost(self) -> None:
        """A `hi` that is lost, and then refused, is no registration."""
        for world in both():
            world.chatter("alice", 1)
            world.network.loses = lambda one: one.source == address_of(2)
            other = world.chatter("alice", 2, wait=0.5)
            world.network.loses = lambda one: False
            world.wait(4)
            self.assertEqual(len(other.told("does not let you be alice")), 1)

    def test_answer_late(self) -> None:
        """A refusal of the repetition that comes after the answer takes nothing away."""
        world = World("original")
        world.network.delay = 0.0
        alice = world.chatter("alice", 1, wait=0.0005)
        world.network.carry(address_of(1), b"hi alice", SERVER)
        world.wait(5)
        self.assertEqual(alice.lines, ["> you are alice; $help shows what you can do"])
        self.assertEqual(alice.type("$userlist"), ["> users (1): alice"])

    def test_another_name_given(self) -> None:
        """A name that was not asked for is not taken, nor shown raw, nor spoken under."""
        for name in (b"\x1b[2Jalice", b"mallory", b"x" * 1020, b"", b"a> b"):
            world = World()
            world.stop_server()
            alice = world.chatter("alice", 1)
            world.network.carry(SERVER, b"hi " + name, alice.address)
            world.wait(1)
            self.assertEqual(alice.told("you are"), [])
            self.assertNotIn("\x1b", "".join(alice.lines))
            alice.type("hello")


class SignsOfLife(SynchronousTestCase):
    """Being remembered by servers and NATs, and finding out when one is not."""

    def test_refreshed(self) -> None:
        """The server hears from a silent peer at least every 25 seconds, and nothing is shown."""
        for world in both():
            alice = world.chatter("alice", 1)
            world.wait(600)
            moments = [one.at for one in world.sent(source=alice.address)]
            gaps = [later - sooner for sooner, later in pairwise(moments)]
            self.assertGreater(len(gaps), 20)
            self.assertLessEqual(max(gaps), 25.01)
            self.assertEqual(len(alice.lines), 1)

    def test_never_expires(self) -> None:
        """Whoever is silent but there stays registered, however short the memory."""
        world = World(bounds=Bounds(user_ttl=30))
        alice, bob = world.chatter("alice", 1), world.chatter("bob", 2)
        world.wait(600)
        self.assertEqual(alice.type("$userlist"), ["> users (2): alice, bob"])
        bob.terminal.hang_up()
        world.wait(40)
        self.assertEqual(alice.type("$userlist"), ["> users (1): alice"])

    def test_server_gone(self) -> None:
        """A person is told once that the server is gone, and the chat goes on."""
        for world in both():
            alice, bob = world.room("alice", "bob")
            world.stop_server()
            world.wait(300)
            for one in (alice, bob):
                self.assertEqual(len(one.told(GONE)), 1)
            bob.type("still here")
            self.assertEqual(alice.lines[-1], "< bob: still here")
            alice.type("me too")
            self.assertEqual(bob.lines[-1], "< alice: me too")
            self.assertIn("needs the server", alice.type("$roomlist")[0])

    def test_server_back(self) -> None:
        """Everybody takes up registration and room with a new server, and is told once."""
        for world in both():
            people = world.room("alice", "bob", "carol")
            world.stop_server()
            world.wait(60)
            before = [len(one.lines) for one in people]
            world.start_server()
            world.wait(120)
            for one, name, since in zip(people, ("alice", "bob", "carol"), before, strict=True):
                back = f"> {BACK}: you are {name} again, and go back to lab"
                self.assertEqual(one.lines[since:], [back])
            people[0].type("all here?")
            for one in people[1:]:
                self.assertEqual(one.lines[-1], "< alice: all here?")
            self.assertEqual(people[2].type("$userlist"), ["> users (3): alice, bob, carol"])
            dave = world.chatter("dave", 7)
            self.assertEqual(
                dave.type("$roomjoin lab"), ["> you are in lab with alice, bob, carol"]
            )

    def test_server_replaced_at_once(self) -> None:
        """A server that forgot everybody without having been missed is told the same again."""
        for world in both():
            alice, bob = world.room("alice", "bob")
            since = len(alice.lines)
            world.stop_server()
            world.start_server()
            world.wait(60)
            self.assertEqual(alice.lines[since:], [])
            self.assertEqual(bob.type("$userlist"), ["> users (2): alice, bob"])
            bob.type("hello")
            self.assertEqual(alice.lines[-1], "< bob: hello")

    def test_asked_while_forgotten(self) -> None:
        """A command that shows us forgotten is answered when we are known again."""
        world = World()
        alice = world.chatter("alice", 1)
        world.stop_server()
        world.start_server()
        self.assertEqual(alice.type("$roomlist", "$userlist", wait=4), [
            "> there are no rooms",
            "> users (1): alice",
        ])  # fmt: skip

    def test_asked_while_being_registered(self) -> None:
        """A command typed in the moment in which we register again waits for that."""
        world = World()
        alice = world.chatter("alice", 1)
        world.stop_server()
        world.start_server()
        world.network.carry(SERVER, b"hi", alice.address)  # An answer that came late.
        world.wait(0.0015)
        self.assertEqual(len(world.sent(b"hi alice")), 2)
        self.assertEqual(alice.type("$userlist"), ["> users (1): alice"])

    def test_name_taken_meanwhile(self) -> None:
        """Who comes back to a server where another has the name is asked for a new one."""
        for world in both():
            alice = world.chatter("alice", 1)
            world.stop_server()
            world.wait(40)
            world.start_server()
            world.network.carry(("192.0.2.99", 99), b"hi alice", SERVER)
            world.wait(30)
            self.assertEqual(len(alice.told("does not let you be alice")), 1)
            self.assertIn("> you are carol", alice.type("carol")[0])

    def test_rebound(self) -> None:
        """Behind a NAT that gave us another address we are a stranger. The name is still at
        the old address, which the person is told, and comes back under another."""
        world = World()
        alice, bob = world.room("alice", "bob")
        bob.port.rebind(("192.0.2.200", 6000))
        bob.type("from elsewhere")
        self.assertEqual(alice.lines[-1], "< stranger bob at 192.0.2.200:6000: from elsewhere")
        world.wait(30)
        self.assertEqual(len(bob.told("does not let you be bob")), 1)
        bob.type("bobby", wait=3)
        bob.type("back in the room")
        self.assertEqual(alice.lines[-1], "< bobby: back in the room")

    def test_duplicated_refusal(self) -> None:
        """A second refusal of a `hi` is not the answer to where the name is."""
        for world in both():
            world.network.loses = lambda one: one.payload == b"hi alice" and one.source == SERVER
            alice = world.chatter("alice", 1, wait=0.5)
            world.network.loses = lambda one: one.source == SERVER and one.payload[:3] == b"ar "
            world.wait(1)
            world.network.carry(SERVER, b"hi", alice.address)
            world.network.loses = lambda one: False
            world.network.carry(SERVER, b"ar %s %d" % (b"192.0.2.11", 5001), alice.address)
            world.wait(5)
            self.assertEqual(alice.told("does not let you"), [])

    def test_dead_original(self) -> None:
        """Nothing that a peer ever sends ends the original server: not even two goodbyes."""
        world = World("original")
        bob, alice = world.room("bob", "alice")
        alice.type("$roomleave", "$poke bob", "hey", "$kick", "$roomlist", "$userlist", wait=30)
        alice.type("$quit")
        self.assertEqual(alice.statuses, [0])
        alice.peer.interrupt()  # What the end of the process does besides.
        world.wait(1)
        assert isinstance(world.server, OriginalServer)
        self.assertFalse(world.server.dead)
        self.assertEqual(bob.type("$userlist"), ["> users (1): bob"])


class States(Gen1Case):
    """One state after the other, each with its deadline."""

    def state(self) -> RegistrationState:
        """The one that we are in."""
        return self.gen1.registration.state

    def test_known(self) -> None:
        """A name that is ours is asked for again and again, and so stays ours."""
        self.assertEqual(self.state(), RegistrationState.OURS)
        for _ in range(3):
            self.assertEqual(self.gen1.registration.wake, self.now + REFRESH)
            self.pass_by(REFRESH)
            self.assertEqual(
                (self.state(), self.sent()), (RegistrationState.PROVING, [b"ar alice"])
            )
            self.assertTrue(self.gen1.registration.valid)
            self.answer(Located("192.0.2.7", 5000))
            self.assertEqual(self.state(), RegistrationState.OURS)

    def test_unanswered(self) -> None:
        """Without an answer the name is lost, and asked for again at intervals."""
        self.pass_by(REFRESH + sum(WAITS))
        self.assertEqual(self.state(), RegistrationState.UNANSWERED)
        self.assertEqual(self.gen1.registration.wake, self.now + RETRY)
        self.assertEqual(
            (self.gen1.registration.valid, self.gen1.registration.away), (False, True)
        )
        self.sent()
        self.pass_by(RETRY)
        self.assertEqual((self.state(), self.sent()), (RegistrationState.ASKING, [b"hi alice"]))
        self.answer(Welcome("alice"))
        self.assertEqual(
            (self.state(), self.gen1.registration.away), (RegistrationState.OURS, False)
        )

    def test_forgotten_while_it_is_asked(self) -> None:
        """What comes of a sign of life is of no interest once we ask for the name again."""
        self.pass_by(REFRESH)
        self.gen1.registration.forgotten(self.now)
        self.assertEqual(self.state(), RegistrationState.ASKING)
        self.answer(Located("192.0.2.7", 5000))
        self.assertEqual(self.state(), RegistrationState.ASKING)

    def test_over(self) -> None:
        """Where there is no point in going on nothing more is asked, or taken."""
        self.gen1.registration.forgotten(self.now)
        self.gen1.registration.give_up()
        self.gen1.registration.give_up()
        self.assertEqual([one for one in self.effects.take() if one == Finish(1)], [Finish(1)])
        self.answer(Welcome("alice"))
        self.assertEqual(
            (self.state(), self.gen1.registration.wake), (RegistrationState.OVER, NEVER)
        )
