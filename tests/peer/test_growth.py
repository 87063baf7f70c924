"""Programs of today, and one that says more than they know."""

from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from tests.peer.linked import Person, World
from twisted_chat.links import Link, LinkEffect, SendFrames
from twisted_chat.wire.gen2.growth import MAX_FEATURES, OF_PEERS, Can

ALONE = (b"hi", b"ar")
"""Verbs that mean something else where nothing follows them."""


class Later:
    """Carries out what a program of today wants done with its links as one of a later version
    would: with verbs, arguments and features that nobody knows."""

    def __init__(self, carrier: Any) -> None:
        self._carrier = carrier
        self.links: set[Link] = set()

    def perform(self, effect: LinkEffect) -> None:
        if not isinstance(effect, SendFrames):
            self._carrier.perform(effect)
            return
        self.links.add(effect.link)
        grown = [new for message in effect.messages for new in self._grown(message)]
        self._carrier.perform(SendFrames(effect.link, grown))

    def _grown(self, message: bytes) -> list[bytes]:
        verb, _, argument = message.partition(b" ")
        if verb == b"can":
            return [Can(tuple(f"fly-{number}" for number in range(MAX_FEATURES))).encode()]
        ends = verb in (b"msg", b"ul", b"rl") or (verb in ALONE and not argument)
        return [b"zz9 1 \xff", message + (b"" if ends else b" 7 more arguments")]

    def __getattr__(self, name: str) -> Any:
        return getattr(self._carrier, name)


def later(one: Person) -> Later:
    """Let a program be of a later version from now on."""
    carrier = Later(one.peer.carrier)
    one.peer.carrier = carrier
    return carrier


class Growth(SynchronousTestCase):
    """Whole programs, some of them of a later version."""

    def chat(self, world: World, *people: Person) -> None:
        """Let people meet in a room, talk, part and talk again, all of which works."""
        alice, bob = people
        for one in people:
            one.expect(f"you are {one.name}")
        alice.do("$roomcreate lab", "lab is there now")
        alice.do("$roomjoin lab", "you are in lab")
        bob.do("$roomjoin lab", "you are in lab with alice")
        alice.expect("bob came")
        for one, other in ((alice, bob), (bob, alice)):
            one.type(f"{one.name} says hello")
            other.expect(f"< {one.name}: {one.name} says hello")
            one.do("$userlist", "users (2): alice, bob")
        alice.do("$kick bob", "bob has been put out")
        bob.expect("you were put out of lab")
        alice.do("$poke bob", "talk to bob")
        alice.type("are you there?")
        bob.expect("< alice privately: are you there?")
        world.wait(3)
        bob.do("$status", "")
        for one in people:
            self.assertEqual(one.told("the link to"), [])

    def test_a_later_peer(self) -> None:
        """A peer of a later version talks to a server and a peer of today."""
        for first in (True, False):
            world = World()
            alice, bob = world.start("alice"), world.start("bob")
            carrier = later(alice if first else bob)
            self.chat(world, alice, bob)
            today = bob if first else alice
            (link,) = [one for one in carrier.links if one.fingerprint == today.key.fingerprint]
            self.assertEqual(link.can, frozenset(OF_PEERS))
            self.assertEqual(link.skipped, 0)

    def test_a_later_server(self) -> None:
        """A server of a later version serves peers of today."""
        world = World()
        world.server.carrier = Later(world.server.carrier)
        self.chat(world, world.start("alice"), world.start("bob"))

    def test_all_later(self) -> None:
        """Those of a later version, who hear what they do not know."""
        world = World()
        world.server.carrier = Later(world.server.carrier)
        alice, bob = world.start("alice"), world.start("bob")
        carriers = later(alice), later(bob)
        self.chat(world, alice, bob)
        for carrier in carriers:
            self.assertEqual(len(carrier.links), 2)
            for link in carrier.links:
                self.assertGreater(link.skipped, 1)
                self.assertEqual(link.can, frozenset())
