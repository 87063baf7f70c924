"""When a link to a server rests, and what people notice of that: whole programs."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from tests.paths.kinds import Kind
from tests.peer.linked import SERVER, Person, World
from tests.support.network import Datagram
from tests.support.routers import Router
from tests.support.strategies import few
from twisted_chat.peer.gen2.link_state import LinkState
from twisted_chat.peer.gen2.resting import EVERY
from twisted_chat.peer.gen2.resting_link import QUIET
from twisted_chat.server.bounds import Bounds
from twisted_chat.server.gen2.resting import SILENT
from twisted_chat.server.protocol import RoomServer
from twisted_chat.wire.gen2.signs import SIGN, SIGN_ANSWER, SIGN_CALL

OTHER = ("10.0.0.2", 8090)
OF_REST = (SIGN, SIGN_ANSWER, SIGN_CALL)
EVENTS = ("forgets", "loses", "topic", "lists", "restarts", "waits")
PAUSES = (0.0, 0.05, 1.0, 9.9, 10.1, 20.0, 31.0)
RESTS = 2 * QUIET + 1
"""Seconds after which a link rests over which nothing is said."""


class Base(SynchronousTestCase):
    """A server, and people who have said nothing for a while."""

    def setUp(self) -> None:
        self.world = World()

    def resting(self, name: str, **given: Any) -> Person:
        """Somebody whose link rests."""
        one = self.world.start(name, **given)
        one.expect(f"you are {name}")
        self.world.wait(RESTS + 10)
        self.assert_state(one, LinkState.RESTING)
        return one

    def state(self, one: Person) -> LinkState:
        state = one.peer.session._generation._link.state
        assert isinstance(state, LinkState)
        return state

    def assert_state(self, one: Person, state: LinkState) -> None:
        self.assertIs(self.state(one), state)

    def links(self) -> int:
        """Links that the server has."""
        return len(self.world.server._core._sessions)

    def begin(self) -> None:
        """Note what is sent from now on."""
        self.world.network.sent.clear()

    def sent(self, one: Person) -> list[Datagram]:
        """What went between one and the server since then."""
        ends = {one.at, SERVER}
        return [sent for sent in self.world.network.sent if {sent.source, sent.to} == ends]

    def assert_no_link(self, one: Person) -> None:
        """All of that were signs, and answers to them, and beats."""
        kinds = {datagram.payload[0] for datagram in self.sent(one)}
        self.assertLess(max(kinds), 0x20)


class Rests(Base):
    """Nobody says anything."""

    def test_quiet(self) -> None:
        """After so many seconds the link is put to rest on both sides, and then a sign of life
        goes out every so many seconds, and is answered, and nothing else."""
        anna = self.world.person("anna")
        self.world.wait(QUIET - 1)
        self.assert_state(anna, LinkState.OPEN)
        self.world.wait(QUIET + 2)
        self.assert_state(anna, LinkState.RESTING)
        self.world.wait(5)
        self.assertEqual((self.links(), len(self.world.server.carrier)), (0, 0))  # type: ignore[arg-type]
        self.begin()
        self.world.wait(5 * EVERY)
        kinds = [one.payload[0] for one in self.sent(anna)]
        self.assertEqual(kinds, [SIGN, SIGN_ANSWER] * 5)
        self.assertEqual(anna.lines[2:], [])

    def test_not_known(self) -> None:
        """A server that lets no link rest is asked for nothing."""
        self.world.server_port.stopListening()
        self.world.server = RoomServer(Bounds(), self.world.clock)
        anna = self.world.start("anna")
        self.world.wait(60)
        self.assertNotIn(self.state(anna), (LinkState.RESTING,))

    def test_said_since(self) -> None:
        """What is said while it is being put to rest keeps the link."""
        anna = self.world.person("anna")
        asked = anna.peer.session._generation._requests
        before = asked.said
        self.world.wait(30, lambda: asked.said > before)
        anna.type("$userlist")
        anna.expect("users (1): anna")
        self.world.wait(5)
        self.assert_state(anna, LinkState.OPEN)
        self.world.wait(RESTS + 10)
        self.assert_state(anna, LinkState.RESTING)


class Says(Base):
    """Something is said by one whose link rests, or to it."""

    def test_list(self) -> None:
        """A list comes over a link, which rests again afterwards."""
        anna = self.resting("anna")
        self.begin()
        anna.do("$userlist", "users (1): anna")
        self.assert_state(anna, LinkState.OPEN)
        self.assertFalse(any(one.payload[0] == SIGN_CALL for one in self.sent(anna)))
        self.world.wait(RESTS + 10)
        self.assert_state(anna, LinkState.RESTING)

    def test_private(self) -> None:
        """Two whose links rest find each other, and talk, and neither needs a link to the server
        for that."""
        anna, bob = self.resting("anna"), self.resting("bob")
        self.begin()
        anna.do("$poke bob", "you talk to bob")
        anna.type("hello")
        bob.expect("anna privately: hello")
        self.assert_no_link(anna)
        self.assert_no_link(bob)

    def test_as_soon(self) -> None:
        """An introduction to one whose link rests takes half a round trip longer than one to
        somebody with a link, at most: which probe is the first decides."""
        self.world.network.latency = 0.1
        took = []
        for rests in (False, True):
            name = f"bob{rests}"
            bob = self.resting(name) if rests else self.world.person(name)
            anna = self.world.person(f"anna{rests}")
            begun = self.world.clock.seconds()
            anna.type(f"$poke {name}", "hello")
            bob.expect("privately: hello")
            took.append(self.world.clock.seconds() - begun)
        self.assertLess(took[1] - took[0], 0.5 * 0.2 + 0.01)

    def test_room(self) -> None:
        """Those in a room learn who comes and goes, and hear what is said, in order."""
        people = self.world.room("anna", "bob", "carol")
        self.world.wait(RESTS + 15)
        for one in people:
            self.assert_state(one, LinkState.RESTING)
        dave = self.world.person("dave")
        dave.do("$roomjoin lab", "you are in lab with anna, bob, carol")
        people[0].expect("dave came")
        dave.type("one", "two")
        people[1].type("three")
        for one in people[:2]:
            self.world.wait(2)
            self.assertEqual(one.heard_of(dave), ["one", "two"])
        self.world.wait(RESTS + 15)
        dave.type("$quit")
        people[2].expect("dave left")
        for one in people:
            self.assert_state(one, LinkState.RESTING)

    def test_quits(self) -> None:
        """One whose link rests is gone from the server when it quits, at once."""
        anna = self.resting("anna")
        self.begin()
        anna.type("$quit")
        self.assertTrue(self.world.wait(0.1, lambda: anna.peer.over.called))
        self.assertIsNone(self.world.server._core.directory.holders.get(anna.key.fingerprint))
        self.assert_no_link(anna)

    def test_vanishes(self) -> None:
        """And where it is in a hurry, too."""
        anna = self.resting("anna")
        anna.type("$quit", "$quit")
        self.world.wait(0.1)
        self.assertIsNone(self.world.server._core.directory.holders.get(anna.key.fingerprint))

    def test_losses(self) -> None:
        """Where much is lost all is told all the same, once."""
        anna, bob = self.resting("anna"), self.resting("bob")
        anna.do("$roomcreate lab", "lab is there now")
        for one in (anna, bob):
            one.do("$roomjoin lab", "you are in lab")
        self.world.wait(RESTS + 15)
        network = self.world.network
        network.loss = network.duplication = 0.3
        network.delay = 0.1
        for number in range(5):
            anna.type(f"$topic about {number}")
            self.world.wait(20)
        network.loss = network.duplication = network.delay = 0.0
        self.world.wait(60)
        told = [line for line in bob.lines if "about" in line]
        self.assertEqual(len(told), 5)
        for number, line in enumerate(told):
            self.assertIn(f"about {number}", line)


class Breaks(Base):
    """The server, or the network, is not what it was."""

    def test_server_gone(self) -> None:
        """A server that is gone is missed, and found again when it is there."""
        anna = self.resting("anna")
        self.world.kill_server()
        self.assertTrue(self.world.wait(60, lambda: bool(anna.told("does not answer"))))
        self.world.start_server()
        anna.expect("is back", 60)

    def test_another_server(self) -> None:
        """One whose server is killed is at another within five seconds, where there is one, at
        whatever moment it is."""
        for moment in range(3):
            self.world = World()
            other = self.world.another_server(OTHER)
            self.world.server._core.gen2.served_elsewhere((OTHER,), 0.0)
            anna = self.resting("anna")
            self.world.wait(moment)
            self.world.kill_server()
            holders = other._core.directory.holders
            came = self.world.wait(5, lambda: holders.get(anna.key.fingerprint) is not None)  # noqa: B023
            self.assertTrue(came)
            self.assertEqual(anna.told("does not answer"), [])

    def test_another_server_soon(self) -> None:
        """The same where it has said something to the server a moment ago."""
        for moment in (0.0, 0.7, 1.4, 2.1, 2.8, 3.5, 5.0, 8.0):
            self.world = World()
            other = self.world.another_server(OTHER)
            anna = self.world.person("anna")
            self.world.server._core.gen2.served_elsewhere((OTHER,), 0.0)
            self.world.wait(15)
            anna.do("$roomcreate lab", "lab is there now")
            self.world.wait(moment)
            self.world.kill_server()
            holders = other._core.directory.holders
            came = self.world.wait(5, lambda: holders.get(anna.key.fingerprint) is not None)  # noqa: B023
            self.assertTrue(came, moment)

    def test_another_server_lossy(self) -> None:
        """Nobody leaves a server that is there, though a third of all datagrams is lost."""
        self.world.server._core.gen2.served_elsewhere((OTHER,), 0.0)
        other = self.world.another_server(OTHER)
        self.resting("anna")
        self.world.network.loss = 0.3
        self.assertFalse(self.world.wait(300, lambda: len(other._core.directory.holders) > 0))

    def test_another_server_asked(self) -> None:
        """The same where it asks for something just then for which it needs a link."""
        self.world.server._core.gen2.served_elsewhere((OTHER,), 0.0)
        other = self.world.another_server(OTHER)
        anna = self.resting("anna")
        self.world.kill_server()
        anna.type("$userlist")
        holders = other._core.directory.holders
        came = self.world.wait(5, lambda: holders.get(anna.key.fingerprint) is not None)
        self.assertTrue(came)

    def test_started_anew(self) -> None:
        """One whose server was started anew is told so with its next sign of life, and comes."""
        anna = self.resting("anna")
        self.world.kill_server()
        self.world.start_server()
        holders = self.world.server._core.directory.holders
        came = self.world.wait(EVERY + 1, lambda: holders.get(anna.key.fingerprint) is not None)
        self.assertTrue(came)
        self.assertEqual(anna.told("does not answer"), [])

    def test_silent(self) -> None:
        """One who is gone without a word is gone for others when it has been lost as long as one
        with a link would be."""
        anna, bob = self.world.room("anna", "bob")
        self.world.wait(RESTS + 15)
        bob.transport.kill()
        begun = self.world.clock.seconds()
        self.assertTrue(self.world.wait(60, lambda: bool(anna.told("bob left"))))
        self.assertLess(self.world.clock.seconds() - begun, SILENT + 20)

    def test_router_forgets(self) -> None:
        """One who is seen elsewhere since its router has forgotten it is found there by its next
        sign of life, and needs no other link."""
        router = Router(self.world.network, "10.0.9.9", Kind.HOME)
        anna = self.resting("anna", router=router)
        user = self.world.server._core.directory.holders.get(anna.key.fingerprint)
        assert user is not None
        before = user.address
        router.forget()
        self.begin()
        self.world.wait(EVERY + 1)
        self.assertEqual(user.address[0], before[0])
        self.assertNotEqual(user.address, before)
        self.assertLess(max(one.payload[0] for one in self.world.network.sent), 0x20)

    def test_network_changed(self) -> None:
        """One whose own network has changed says at once where it is now."""
        anna = self.resting("anna")
        self.world.network.move(anna.transport, ("10.0.7.7", 7777))
        anna.transport.outside = ("10.0.7.7", 7777)
        anna.peer.network_changed(["10.0.7.7"])
        self.world.wait(1)
        user = self.world.server._core.directory.holders.get(anna.key.fingerprint)
        assert user is not None
        self.assertEqual(user.address, ("10.0.7.7", 7777))


class Storms(Base):
    """Much happens, at moments at which links rest, or are about to, or do not."""

    @few
    @given(st.lists(st.tuples(st.sampled_from(EVENTS), st.sampled_from(PAUSES)), max_size=12))
    def test_settles(self, events: list[tuple[str, float]]) -> None:
        """Whatever it is, when it is over all are in their room as before, know who else is, and
        are told who comes."""
        self.world = world = World()
        names = "anna", "bob", "carol"
        routers = [Router(world.network, f"10.0.9.{n}", Kind.HOME) for n in range(3)]
        people = [world.start(one, router=at) for one, at in zip(names, routers, strict=True)]
        world.wait(5)
        people[0].do("$roomcreate lab", "lab is there now")
        for one in people:
            one.do("$roomjoin lab", "you are in lab")
        for event, pause in events:
            if event == "forgets":
                routers[1].forget()
            elif event == "loses":
                world.network.loss = 0.3 - world.network.loss
            elif event == "topic":
                people[2].type("$topic lab soon another")
            elif event == "lists":
                people[1].type("$userlist")
            elif event == "restarts":
                world.kill_server()
                world.start_server()
            world.wait(pause)
        world.network.loss = 0.0
        world.wait(150)
        world.person("dave").do("$roomjoin lab", "you are in lab")
        for one in people:
            one.expect("dave came", 60)
            inside = one.peer.session._talks.room("lab")
            others = {*names, "dave"} - {one.name}
            self.assertEqual({who.name for _, who in inside.members()}, others)
