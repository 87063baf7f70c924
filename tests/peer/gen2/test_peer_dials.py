"""Whom of the other peers we dial, when, and which of two links stays."""

from twisted.trial.unittest import SynchronousTestCase

from tests.peer.keyed import Chatter, KeyedWorld
from twisted_chat.links import Dial


def by_key(*people: Chatter) -> list[Chatter]:
    """The same people, the smallest fingerprint first."""
    return sorted(people, key=lambda one: one.node.fingerprint)


def dials(one: Chatter, other: Chatter) -> list[Dial]:
    """How often one has dialled another."""
    return [dial for dial in one.node.dialled if dial.fingerprint == other.node.fingerprint]


class Roles(SynchronousTestCase):
    """Who dials whom."""

    def test_smaller_dials(self) -> None:
        """Of two peers the one with the smaller fingerprint dials, once."""
        people = by_key(*KeyedWorld().room("alice", "bob", "carol"))
        for number, one in enumerate(people):
            for other in people[number + 1 :]:
                self.assertEqual(len(dials(one, other)), 1)
                self.assertEqual(dials(other, one), [])

    def test_two_links(self) -> None:
        """Of two links the one dialled by the right side stays, whichever came first."""
        world = KeyedWorld()
        right, wrong = by_key(*world.room("alice", "bob"))
        (first,) = world.network.between(right.node, wrong.node)
        world.network.join(wrong.node, right.node)
        world.wait(1)
        self.assertEqual(world.network.between(right.node, wrong.node), [first])
        again = world.network.join(right.node, wrong.node)
        world.wait(1)
        self.assertEqual(world.network.between(right.node, wrong.node), [again])
        right.type("hello")
        wrong.type("hi")
        self.assertEqual(len(right.told("< ")) + len(wrong.told("< ")), 2)

    def test_backoff(self) -> None:
        """Who cannot be reached is tried after 1, 2, 4 and at most 30 seconds, by one side."""
        world = KeyedWorld()
        one, other = by_key(*world.room("alice", "bob"))
        world.network.kill(other.node)
        world.wait(200)
        self.assertTrue(7 <= len(dials(one, other)) <= 12, dials(one, other))

    def test_new_address(self) -> None:
        """Who is somewhere else is found where a newer roster says."""
        world = KeyedWorld()
        one, other = by_key(*world.room("alice", "bob"))
        one.type("first")
        world.network.kill(other.node)
        one.type("for whom it may reach", wait=4)
        there = world.chatter(other.name, key=other.name or "", keeper=other.node.keeper)
        there.type("$roomjoin lab", wait=40)
        self.assertIn(f"< {one.name}: for whom it may reach", there.lines)
        self.assertEqual(there.told(f"< {one.name}: first"), [])

    def test_moved(self) -> None:
        """Who moves while the link stays is redialled where it is now."""
        world = KeyedWorld()
        one, other = by_key(*world.room("alice", "bob"))
        (link,) = world.network.between(one.node, other.node)
        other.node.address = link.address = ("192.0.2.200", 6000)
        world.network.carry_out(one.node, one.session.moved(link, world.network.now))
        world.network.cut(link)
        world.wait(3)
        self.assertEqual(dials(one, other)[-1].address, ("192.0.2.200", 6000))
        one.type("hello")
        self.assertEqual(len(other.told("hello")), 1)

    def test_network_changed(self) -> None:
        """Who could not be reached is tried at once where our own network is another one."""
        world = KeyedWorld()
        one, other = by_key(*world.room("alice", "bob"))
        world.network.kill(other.node)
        world.wait(100)
        before = len(dials(one, other))
        world.network.carry_out(one.node, one.session.network_changed((), world.network.now))
        world.wait(0.1)
        self.assertEqual(len(dials(one, other)), before + 1)
        self.assertEqual(one.node.asked, 1)

    def test_doubted(self) -> None:
        """A link in doubt stays until another has taken its place, which the side that dials
        makes at once; nothing is lost, and nothing said twice."""
        world = KeyedWorld()
        one, other = by_key(*world.room("alice", "bob"))
        (first,) = world.network.between(one.node, other.node)
        for person, its in ((other, world.network.between(other.node, one.node)[0]), (one, first)):
            before = len(dials(one, other)) + len(dials(other, one))
            now = world.network.now
            world.network.carry_out(person.node, person.session.doubted(its, now))
            one.type("meanwhile", wait=3)
            after = len(dials(one, other)) + len(dials(other, one))
            self.assertEqual(after - before, 1 if person is one else 0)
        (again,) = world.network.between(one.node, other.node)
        self.assertIsNot(again, first)
        one.type("then")
        self.assertEqual([len(other.told(word)) for word in ("meanwhile", "then")], [2, 1])
