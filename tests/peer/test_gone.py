"""Who is gone for the others, and who is only out of reach: whole programs in memory."""

from twisted.trial.unittest import SynchronousTestCase

from tests.peer.linked import World

SOON = 45.0
"""Seconds in which somebody who was killed is gone for the others."""
OUTAGE = 20.0
"""Seconds without a network that nobody loses a place for."""


class Gone(SynchronousTestCase):
    """What those in a room see of somebody."""

    def test_killed(self) -> None:
        """Somebody whose program is killed has left for everybody within 45 seconds, at
        whatever moment it is."""
        for moment in range(0, 15, 3):
            world = World()
            alice, bob, carol = world.room("alice", "bob", "carol")
            world.wait(moment)
            bob.transport.kill()
            started = world.clock.seconds()
            for one in (alice, carol):
                one.expect("bob left", SOON)
            self.assertLess(world.clock.seconds() - started, SOON)

    def test_away(self) -> None:
        """Somebody whose network is gone for 20 seconds has not left for anybody, at whatever
        moment it is, and hears what was said meanwhile."""
        for moment in range(0, 15, 3):
            world = World()
            alice, bob, carol = world.room("alice", "bob", "carol")
            world.wait(moment)
            at = bob.at
            world.network.loses = lambda one, at=at: at in (one.source, one.to)  # type: ignore[misc]
            world.wait(OUTAGE / 2)
            alice.type("are you there?")
            world.wait(OUTAGE / 2)
            world.network.loses = lambda one: False
            world.wait(60)
            self.assertEqual(alice.told("bob left") + carol.told("bob left"), [])
            self.assertEqual(bob.heard_of(alice), ["are you there?"])

    def test_losses(self) -> None:
        """Where four of ten datagrams are lost nobody leaves for ten minutes."""
        world = World()
        people = world.room("alice", "bob", "carol")
        world.network.loss, world.network.delay = 0.4, 0.1
        world.wait(600)
        self.assertEqual([one.told(" left") for one in people], [[], [], []])
