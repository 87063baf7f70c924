"""Whole programs behind routers: which way words go, and what people are told of it."""

from itertools import product

from hypothesis import example, given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from tests.paths.kinds import MATRIX, Kind, direct
from tests.peer.linked import SERVER, Person, World
from tests.support.network import Datagram
from tests.support.routers import Router
from tests.support.strategies import some
from twisted_chat.identity.keys import Identity
from twisted_chat.wire.gen2.datagrams import PROBE_BYTES

OVER = "goes over the server, which cannot read it, as there is no direct way"
KEYS = sorted((Identity.generate() for _ in range(2)), key=lambda key: key.fingerprint)
"""Of whom the first dials the second."""
FOURS = [kind for kind in MATRIX if kind is not Kind.SIX]
SILENCED = [("alice", 2.0), ("alice", 10.5), ("closes", 3.5)]
"""After which the first is not heard by the server for so long that it is taken for gone, and the
second says a line to nobody."""


class Behind(SynchronousTestCase):
    """Two, of whom the first dials, somewhere."""

    def meet(self, *kinds: Kind, seed: int = 1, relay: bool = True, relays: bool = True) -> World:
        """Two in networks of these kinds, in a room."""
        self.world = world = World(seed, relay=relay)
        self.alice, self.bob = self.people = [
            self.person(name, key, kind, number, relays=relays)
            for number, (name, key, kind) in enumerate(
                zip(("alice", "bob"), KEYS, kinds, strict=True), 1
            )
        ]
        self.alice.do("$roomcreate lab", "lab is there now")
        self.alice.do("$roomjoin lab", "you are in lab alone")
        self.bob.do("$roomjoin lab", "you are in lab with alice")
        self.alice.expect("bob came")
        return world

    def person(self, name: str, key: Identity, kind: Kind, number: int, *, relays: bool) -> Person:
        """Somebody in a network of this kind, who is registered."""
        world, host = self.world, f"198.18.{number}.2"
        router: Router | None = None
        if kind is Kind.CARRIER:
            carrier = Router(world.network, host, Kind.HOME)
            router = Router(carrier, "100.64.0.2", Kind.HOME)
        elif kind is not Kind.PUBLIC:
            router = Router(world.network, host, kind, only=SERVER[0])
        one = world.start(name, key=key, relays=relays, router=router)
        one.expect(f"you are {name}", 60)
        return one

    def close(self, sent: Datagram) -> bool:
        """What the network loses when nothing but the server can be reached."""
        return SERVER not in (sent.source, sent.to)

    def talk(self, one: Person, many: int, number: int = 0) -> None:
        """Say so many lines, one after the other."""
        one.type(f"{one.name} says {number}")
        if number + 1 < many:
            self.world.clock.callLater(0.1, self.talk, one, many, number + 1)

    def assert_heard(self, many: int) -> None:
        """Each has heard all of the other's lines once, in order."""
        for listener, speaker in ((self.alice, self.bob), (self.bob, self.alice)):
            said = [f"{speaker.name} says {number}" for number in range(many)]
            self.assertEqual(listener.heard_of(speaker), said)


class Ways(Behind):
    """Directly, over the server, or not at all."""

    def test_direct(self) -> None:
        """Two behind home routers talk directly at once, and are told nothing of ways."""
        world = self.meet(Kind.HOME, Kind.HOME)
        for one in self.people:
            one.type(f"{one.name} says 0")
        world.wait(0.5)
        self.assert_heard(1)
        world.wait(60)
        for one in self.people:
            self.assertEqual(one.told(" goes "), [])
        self.alice.do("$who", "in room lab with you: bob (new key)")
        self.alice.do("$path bob", "bob: directly, at 198.18.2.2:")

    def test_relayed(self) -> None:
        """Two behind symmetric routers talk over the server within two seconds; both are told so,
        and nothing of it can be read by the server."""
        world = self.meet(Kind.SYMMETRIC, Kind.SYMMETRIC)
        for one in self.people:
            one.type(f"{one.name} says 0")
        world.wait(2)
        self.assert_heard(1)
        for one, other in (self.people, self.people[::-1]):
            self.assertEqual(
                one.told(OVER),
                [f"> what you and {other.name} say {OVER}; $path {other.name} says why"],
            )
        carried = b"".join(sent.payload for sent in world.network.sent if sent.to == SERVER)
        self.assertNotIn(b"says 0", carried)
        self.bob.do("$who", "with you: alice (new key, over the server, which cannot read it)")
        self.bob.do("$path", "alice: over the server, which cannot read it, for ")

    def test_every_kind(self) -> None:
        """Every two have a way, and where there can be a direct one that is what it is."""
        for first in (Kind.PUBLIC, Kind.CARRIER, Kind.SYMMETRIC):
            for second in FOURS:
                world = self.meet(first, second)
                world.wait(3)
                told = bool(self.alice.told(OVER)), bool(self.bob.told(OVER))
                self.assertEqual(told, 2 * (not direct(first, second),), (first, second))
                self.alice.type("hello")
                world.wait(1)
                self.assertEqual(self.bob.heard_of(self.alice), ["hello"])

    def test_direct_only(self) -> None:
        """One who takes nothing over a server has no link where there is no direct way, and
        `$path` says why."""
        world = self.meet(Kind.SYMMETRIC, Kind.SYMMETRIC, relays=False)
        self.alice.type("hello")
        world.wait(20)
        self.assertEqual(self.bob.heard_of(self.alice), [])
        self.alice.do("$path bob", "you take nothing that a server carries (--direct-only)")
        self.alice.expect("bob: no link for ")
        self.alice.expect("not directly, as nothing that you and bob send each other directly")
        self.alice.expect("nor over the server: it carries nothing between you")
        carried = [sent for sent in world.network.sent if sent.payload[:1] == b"\3"]
        self.assertEqual(carried, [])

    def test_no_relay(self) -> None:
        """So it is where the server carries nothing; and where there is a way it is taken."""
        world = self.meet(Kind.SYMMETRIC, Kind.HOME, relay=False)
        self.alice.type("hello")
        world.wait(20)
        self.assertEqual(self.bob.heard_of(self.alice), [])
        world = self.meet(Kind.HOME, Kind.HOME, relay=False)
        self.alice.type("hello")
        world.wait(1)
        self.assertEqual(self.bob.heard_of(self.alice), ["hello"])

    def test_no_initial(self) -> None:
        """No packet of QUIC goes to an address that has not answered a probe before, but to the
        server; and in both directions probes are small."""
        for first in FOURS:
            world = self.meet(first, Kind.HOME)
            world.wait(5)
            answered = set()
            for sent in world.network.sent:
                if sent.payload[:1] == b"\2":
                    answered.add((sent.to, sent.source))
                    answered.add((sent.source, sent.to))
                if sent.payload[0] >= 0x40 and SERVER not in (sent.source, sent.to):
                    self.assertIn((sent.source, sent.to), answered)
                if sent.payload[0] in (1, 2):
                    self.assertEqual(len(sent.payload), PROBE_BYTES)

    def test_nobody_of_that_name(self) -> None:
        """The way to nobody is told as such, and of no one."""
        self.meet(Kind.PUBLIC, Kind.PUBLIC)
        self.alice.do("$path eve", "nobody called eve is here; $who shows who is")


class Changing(Behind):
    """A way that opens, or closes, while people talk."""

    def test_opens(self) -> None:
        """A direct way that opens is taken, without a word that is lost or doubled, and both
        are told."""
        self.meet(Kind.HOME, Kind.HOME)
        self.world.wait(1)
        self.world.network.loses = self.close
        self.alice, self.bob = self.people
        self.meet_again()
        for one in self.people:
            self.talk(one, 200)
        self.world.wait(5)
        self.world.network.loses = lambda sent: False
        self.world.wait(30)
        self.assert_heard(200)
        for one in self.people:
            one.expect("goes over the server")
            one.expect("goes directly now, and no longer over the server")

    def meet_again(self) -> None:
        """Let both leave the room and come back, so that they have to find each other anew."""
        for one in self.people:
            one.do("$roomleave", "you are not in lab any more")
        self.world.wait(6)
        self.alice.do("$roomjoin lab", "you are in lab")
        self.bob.do("$roomjoin lab", "you are in lab with alice")
        self.alice.expect("bob came")

    def test_closes(self) -> None:
        """When it closes words go over the server, each once; and back when it opens."""
        world = self.meet(Kind.HOME, Kind.HOME)
        world.wait(5)
        for one in self.people:
            self.talk(one, 1200)
        world.wait(20)
        world.network.loses = self.close
        world.wait(40)
        for one in self.people:
            one.expect("goes over the server")
        world.network.loses = lambda sent: False
        world.wait(80)
        self.assert_heard(1200)
        for one in self.people:
            one.expect("goes directly now")

    def test_router_forgets(self) -> None:
        """Where a router gives another port, words arrive again, each once."""
        world = self.meet(Kind.HOME, Kind.HOME)
        world.wait(5)
        for one in self.people:
            self.talk(one, 600)
        for one in self.people:
            world.wait(10)
            router = one.transport._network
            assert isinstance(router, Router)
            router.forget()
        world.wait(90)
        self.assert_heard(600)

    def test_soon(self) -> None:
        """Within three seconds, whichever of the two says something, and to whomever of them it
        happens, at whatever moment."""
        for at in (9.0, 10.3, 11.7):
            for victim, speaker in product((0, 1), (0, 1)):
                world = self.meet(Kind.HOME, Kind.HOME)
                world.wait(at)
                router = self.people[victim].transport._network
                assert isinstance(router, Router)
                router.forget()
                self.people[speaker].type("soon")
                self.people[1 - speaker].expect("soon", 3.0)

    def test_stopped(self) -> None:
        """Where one of two was stopped, for however long, and goes on, each has heard within three
        seconds what the other has said meanwhile, and at once where they link directly and the
        server has not taken it for gone."""
        direct, relayed = (Kind.HOME, Kind.HOME), (Kind.SYMMETRIC, Kind.HOME)
        for kinds, times, soon in (
            (direct, (12, 18, 24, 30, 36), 0.3),
            (direct, (39, 60, 180), 1.4),
            (relayed, (12, 18, 24, 28, 32, 36), 1.4),
            (relayed, (39, 60, 180), 3.0),
        ):
            for seconds, victim in product(times, (0, 1)):
                world = self.meet(*kinds)
                world.wait(3)
                stopped, other = self.people[victim], self.people[1 - victim]
                stops = stopped.stop()
                other.type("meanwhile")
                world.wait(seconds)
                stops.go_on()
                stopped.type("soon")
                until = world.clock.seconds() + soon
                for one, line in ((stopped, "meanwhile"), (other, "soon")):
                    one.expect(line, until - world.clock.seconds())
                world.wait(5)
                self.assertEqual(stopped.heard_of(other), ["meanwhile"])
                self.assertEqual(other.heard_of(stopped), ["soon"])

    @some
    @example(Kind.HOME, Kind.SYMMETRIC, 0.2734375, 249168203)
    @given(
        st.sampled_from(FOURS), st.sampled_from(FOURS), st.floats(0, 0.39), st.integers(0, 2**32)
    )
    def test_any(self, one: Kind, other: Kind, loss: float, seed: int) -> None:
        """Any two kinds, and any loss below 40 in 100: there is a link in the end, and each word
        is there once."""
        world = self.meet(one, other, seed=seed)
        world.network.loss, world.network.duplication = loss, loss / 2
        for person in self.people:
            self.talk(person, 10)
        world.wait(100)
        world.network.loss = 0.0
        world.wait(60)
        self.assert_heard(10)


class AnyOrder(Behind):
    """Whatever happens to two who talk, in whatever order."""

    def happen(self, what: str) -> None:
        """One of the things that happen."""
        if what == "closes":
            self.world.network.loses = self.close
        elif what == "opens":
            self.world.network.loses = lambda sent: False
        else:
            router = self.people[what == "bob"].transport._network
            if isinstance(router, Router):
                router.forget()

    def says(self, one: Person, number: int) -> None:
        """Say a line, and the next one in a second."""
        one.type(f"{one.name} says {number}")
        if number < 39:
            self.world.clock.callLater(1.0, self.says, one, number + 1)

    def assert_heard(self, many: int) -> None:
        """Each has heard all of the other's lines once, in order, but for those of which the
        other was told at once that nobody hears them: the server knew of no one else then."""
        for listener, speaker in ((self.alice, self.bob), (self.bob, self.alice)):
            heard = listener.heard_of(speaker)
            said = iter(f"{speaker.name} says {number}" for number in range(many))
            self.assertEqual([line for line in heard if line not in said], [])
            self.assertEqual(len(heard), many - len(speaker.told("> nobody heard that: ")))

    @some
    @example(Kind.CARRIER, Kind.CARRIER, 0.369140625, 9807, SILENCED)
    @example(Kind.CONE, Kind.CONE, 0.3203125, 201658, [("alice", 0.0), ("bob", 0.0)])
    @given(
        st.sampled_from(FOURS),
        st.sampled_from(FOURS),
        st.floats(0, 0.39),
        st.integers(0, 2**32),
        st.lists(
            st.tuples(st.sampled_from(["alice", "bob", "closes", "opens"]), st.floats(0, 40)),
            max_size=5,
        ),
    )
    def test_any_order(
        self, one: Kind, other: Kind, loss: float, seed: int, events: list[tuple[str, float]]
    ) -> None:
        """Any two kinds, any loss, routers that forget, and a way that closes and opens: once it
        is well again there is a link, or it is told that there is none, and each word is there
        once, in order, or it was told that nobody hears it."""
        world = self.meet(one, other, seed=seed)
        world.network.loss, world.network.duplication = loss, loss / 2
        for what, at in events:
            world.clock.callLater(at, self.happen, what)
        for person in self.people:
            self.says(person, 0)
        world.wait(60)
        self.happen("opens")
        world.network.loss = 0.0
        world.wait(100)
        self.assert_heard(40)
        for person, they in ((self.alice, "bob"), (self.bob, "alice")):
            person.do("$path", f"{they}: ")
            (said,) = person.told(f"{they}: ")[-1:]
            self.assertTrue("directly, at" in said or "over the server" in said, said)


class Mapped(Behind):
    """A router that leads a port to one."""

    def test_relayed(self) -> None:
        """Two whom only the server leads to each other have a direct way as soon as the router of
        one of them does; the words of both are heard once, in order."""
        for number in (0, 1):
            kinds = [Kind.HOME, Kind.HOME]
            kinds[number] = Kind.SYMMETRIC
            self.meet(*kinds)
            for one in self.people:
                one.expect("goes over the server")
                self.talk(one, 100)
            led = self.people[number]
            router = led.transport._network
            assert isinstance(router, Router)
            led.peer.mapped(router.lead(led.transport.outside))
            for one in self.people:
                one.expect("goes directly now, and no longer over the server", 20)
            self.world.wait(20)
            self.assert_heard(100)

    def test_within_a_carrier(self) -> None:
        """Two customers of one carrier that does not turn back what they send to its address have
        a direct way as soon as the router of one of them leads a port to it; the other is told by
        the server, as it sees both at one host."""
        for number in (0, 1):
            self.world = world = World()
            carrier = Router(world.network, "198.18.1.2", Kind.HOME)
            homes = [Router(carrier, f"100.64.0.{at}", Kind.HOME) for at in (2, 3)]
            self.alice, self.bob = self.people = [
                world.start(name, key=key, router=router)
                for name, key, router in zip(("alice", "bob"), KEYS, homes, strict=True)
            ]
            for one in self.people:
                one.expect(f"you are {one.name}")
            self.alice.do("$roomcreate lab", "lab is there now")
            self.alice.do("$roomjoin lab", "you are in lab alone")
            self.bob.do("$roomjoin lab", "you are in lab with alice")
            for one in self.people:
                one.expect("goes over the server")
            world.wait(6)
            led = self.people[number]
            led.peer.mapped(homes[number].lead(led.transport.outside))
            for one in self.people:
                one.expect("goes directly now, and no longer over the server", 3)

    def test_direct(self) -> None:
        """Those who have a direct way are told of nothing, and nobody is told of a private
        address, as a router before that of the carrier would lead it."""
        self.meet(Kind.HOME, Kind.HOME)
        self.world.wait(3)
        before = len(self.world.network.sent)
        self.alice.peer.mapped(("203.0.112.7", 4000))
        self.alice.peer.mapped(None)
        self.world.wait(0.001)
        self.assertEqual(len(self.world.network.sent), before)
        self.meet(Kind.SYMMETRIC, Kind.HOME)
        self.world.wait(90)
        before = len(self.world.network.sent)
        self.alice.peer.mapped(("10.0.0.9", 4000))
        self.world.wait(3)
        there = {sent.to for sent in self.world.network.sent[before:]}
        self.assertFalse(("10.0.0.9", 4000) in there)


class OwnNetworks(Behind):
    """A machine whose addresses become others."""

    def test_told(self) -> None:
        """The server is told of them anew, of four at most; and a server that does not know of
        this is told nothing."""
        self.meet(Kind.HOME, Kind.HOME)
        own = tuple((f"192.168.7.{number}", 5000) for number in range(1, 6))
        self.alice.peer._carry_out(
            self.alice.peer._session.network_changed(own, self.world.clock.seconds())
        )
        self.world.wait(1)
        there = self.world.server._core.gen2._sessions.registered
        self.assertEqual(there[self.alice.key.fingerprint].own, own[:4])
