"""The shell of a peer: terminal, port, timer, and whatever comes in."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from tests.peer import SERVER, World, address_of, both
from tests.support.network import FakeNetwork, FakeTerminal
from tests.support.sessions import plain_session
from tests.support.strategies import addresses, answers, mutated, some
from twisted_chat.peer.input import MAX_TYPED
from twisted_chat.peer.protocol import Peer
from twisted_chat.peer.whereabouts import Whereabouts
from twisted_chat.server.bounds import Bounds
from twisted_chat.server.protocol import RoomServer
from twisted_chat.terminal.wording.said import CUT
from twisted_chat.wire.gen1 import MAX_DATAGRAM

_encoded = answers.map(lambda answer: answer.encode())
datagrams = st.one_of(
    _encoded,
    mutated(_encoded),
    st.binary(max_size=1500),
    st.sampled_from(
        [b"", b"hi", b"hi alice", b"hi " + b"x" * 1020, b"ar", b"rj __clear_peers__", b"rj", b"by"]
    ),
)
others = st.one_of(st.sampled_from([address_of(1), address_of(2)]), addresses)
sources = st.one_of(st.just(SERVER), others)
lines = st.sampled_from(
    ["alice", "hello", "", "$roomjoin lab", "$roomleave", "$poke bob", "$userlist", "$kick", "$"]
)
happenings = st.lists(
    st.one_of(
        st.tuples(datagrams, sources),
        lines,
        st.sampled_from([0.0, 0.4, 1.0, 30.0]),
    ),
    max_size=40,
)


class Shell(SynchronousTestCase):
    """What the shell does with effects and events."""

    def test_hang_up(self) -> None:
        """Who closes the window leaves with one `by`, and the peer ends."""
        for world in both():
            alice = world.chatter("alice", 1)
            alice.terminal.hang_up()
            world.wait(1)
            self.assertEqual(alice.statuses, [0])
            self.assertEqual(len(world.sent(b"by")), 1)

    def test_interrupt(self) -> None:
        """Who is interrupted leaves with one `by` and does not wait for its answer."""
        for world in both():
            alice = world.chatter("alice", 1)
            alice.peer.interrupt()
            self.assertEqual(alice.statuses, [0])
            self.assertEqual(len(world.sent(b"by")), 1)

    def test_interrupt_after_the_end(self) -> None:
        """The end of the process, which interrupts, says no second goodbye."""
        for world in both():
            alice = world.chatter("alice", 1)
            alice.type("$quit")
            alice.peer.interrupt()
            self.assertEqual(alice.statuses, [0])
            self.assertEqual(len(world.sent(b"by")), 1)

    def test_slow_terminal(self) -> None:
        """What a clogged terminal does not take is counted and told, not kept."""
        world = World()
        alice, bob = world.room("alice", "bob")
        alice.terminal.clogged = True
        before = len(alice.lines)
        for number in range(50):
            bob.port.write(b"msg bob> %d\n" % number, alice.address)
        world.wait(1)
        self.assertEqual(len(alice.lines), before)
        alice.terminal.take()
        self.assertEqual(
            alice.lines[before:], ["> 50 lines were not shown: the terminal was too slow"]
        )
        bob.type("better?")
        self.assertEqual(alice.lines[-1], "< bob: better?")

    def test_too_long_a_datagram(self) -> None:
        """A line longer than a datagram may be, which an original client sends, is shown as
        the original shows it, cut between two characters, and is marked so."""
        world = World()
        alice, bob = world.room("alice", "bob")
        for size in (MAX_DATAGRAM, MAX_DATAGRAM + 1, 5000):
            bob.port.write(b"msg bob> ".ljust(size, b"x"), alice.address)
        bob.port.write(b"msg bob> x" + "\u20ac".encode() * 400, alice.address)
        world.wait(1)
        fits = "x" * (MAX_DATAGRAM - len(b"msg bob> "))
        whole, *short, wide = alice.lines[-4:]
        self.assertEqual(whole, "< bob: " + fits)
        self.assertEqual(short, ["< bob: " + fits + CUT] * 2)
        self.assertEqual(wide, "< bob: x" + "\u20ac" * (len(fits) // 3) + CUT)

    def test_too_long_an_answer(self) -> None:
        """What is too long and nobody's words is not taken for what it begins with."""
        world = World()
        alice = world.chatter("alice", 1)
        alice.type("$roomlist", wait=0)
        world._port.write(b"rl ".ljust(MAX_DATAGRAM + 1, b"x"), alice.address)
        world.wait(2)
        self.assertEqual(alice.told("xxx"), [])

    def test_input_is_held_back(self) -> None:
        """No more is read from the terminal than can wait, and all of it is read in the end."""
        world = World()
        alice = world.chatter("alice", 1)
        world.stop_server()
        alice.type("$roomlist", wait=0.01)
        for _ in range(10):
            alice.type(*(["$kick"] * 50), wait=0.01)
        self.assertEqual(alice.told("nobody now"), [])
        self.assertEqual(len(alice.terminal.unread), 500 - MAX_TYPED)
        world.wait(10)
        self.assertEqual(len(alice.told("nobody now")), 500)

    def test_timer_is_not_left_behind(self) -> None:
        """A port that is closed leaves no timer in the reactor."""
        clock = Clock()
        peer = Peer(lambda port: plain_session(Whereabouts(SERVER), port, "alice"), clock)
        port = FakeNetwork(clock).listen(peer, address_of(1))
        terminal = FakeTerminal(peer)
        terminal.attach()
        self.assertEqual(len(clock.getDelayedCalls()), 2)  # The repetition, and `hi` on its way.
        port.stopListening()
        self.assertEqual(len(clock.getDelayedCalls()), 1)

    def test_ipv6(self) -> None:
        """Peers and server on IPv6 meet as they do on IPv4."""
        clock = Clock()
        network = FakeNetwork(clock)
        server = ("2001:db8::1", 8090)
        network.listen(RoomServer(Bounds(), clock), server)
        terminals = []
        for number, name in enumerate(("alice", "bob")):
            peer = Peer(
                lambda port, name=name: plain_session(  # type: ignore[misc]
                    Whereabouts(server), port, name
                ),
                clock,
            )
            network.listen(peer, (f"2001:db8::1{number}", 5000))
            terminal = FakeTerminal(peer)
            terminals.append(terminal)
            terminal.attach()
        clock.pump([0.1] * 20)
        alice, bob = terminals
        alice.type("$poke bob")
        clock.pump([0.1] * 10)
        alice.type("hello")
        clock.pump([0.1] * 10)
        self.assertIn("> you talk to bob now, privately, at [2001:db8::11]:5000", alice.lines)
        self.assertIn("< alice privately: hello", bob.lines)


class Anything(SynchronousTestCase):
    """Whatever comes in from wherever."""

    @some
    @given(happenings)
    def test_never_raises(self, happenings: list[Any]) -> None:
        """Any datagrams from any addresses, the server's included, raise nothing,
        and nothing that is shown can be obeyed by a terminal."""
        world = World()
        world.stop_server()
        alice = world.chatter("alice", 1, wait=0)
        for happening in happenings:
            match happening:
                case str():
                    alice.terminal.type(happening)
                case float():
                    world.wait(happening)
                case datagram, source:
                    alice.peer.datagramReceived(datagram, source)
        world.wait(60)
        for line in alice.lines:
            self.assertRegex(line, "^[<>] ")
            self.assertNotRegex(line, "[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")
        for one in world.network.sent:
            self.assertLessEqual(len(one.payload), 1024)

    @some
    @given(st.lists(st.tuples(datagrams, others), max_size=30))
    def test_strangers_change_nothing(self, sent: list[Any]) -> None:
        """Datagrams from anybody but the server do not make a registered peer speak."""
        world = World()
        alice, bob = world.room("alice", "bob")
        world.network.sent.clear()
        for datagram, source in sent:
            alice.peer.datagramReceived(datagram, source)
        self.assertEqual(world.network.sent, [])
        alice.type("hello")
        heard = [one.to for one in world.network.sent if one.payload == b"msg alice> hello\n"]
        self.assertEqual(heard, [bob.address])
