"""Finding out names: as many as can be had, and no more questions than they are worth."""

from twisted.trial.unittest import SynchronousTestCase

from tests.peer import World, both
from twisted_chat.peer.gen1.discovery import MAX_USERS, REST


class Discovering(SynchronousTestCase):
    """What the server is asked."""

    def test_known_are_not_asked_for(self) -> None:
        """A roster of people who are known costs no question."""
        for world in both():
            alice, bob = world.room("alice", "bob")
            world.network.sent.clear()
            bob.type("$roomjoin lab", wait=3)
            self.assertEqual(world.sent(b"ul"), [])
            self.assertEqual(alice.told("somebody"), [])

    def test_own_name_is_not_asked_for(self) -> None:
        """Where we are ourselves need not be asked."""
        for world in both():
            world.room("alice", "bob")
            self.assertEqual(world.sent(b"ar alice", source=("192.0.2.10", 5000)), [])

    def test_crowd(self) -> None:
        """Where too many users are, members are addresses until they speak,
        and the list is not asked for at every change."""
        world = World()
        for number in range(MAX_USERS):
            at = (f"198.51.100.{number + 1}", 7)
            world.network.carry(at, f"hi other{number}".encode(), ("192.0.2.1", 8090))
        alice, bob, carol = world.room("alice", "bob", "carol")
        self.assertEqual(alice.told(" came")[0], "> somebody at 192.0.2.11:5001 came")
        self.assertLessEqual(len(world.sent(b"ul", source=alice.address)), 1)
        self.assertEqual(
            [one for one in world.sent(source=alice.address) if one.payload[:3] == b"ar "], []
        )
        bob.type("hello")
        self.assertEqual(alice.lines[-1], "< bob: hello")
        world.wait(REST)
        carol.type("$roomleave", wait=3)
        bob.type("$roomleave", wait=3)
        self.assertIn("> bob left", alice.lines)

    def test_server_silent(self) -> None:
        """Without an answer people are told of by their addresses, not kept back."""
        for world in both():
            alice = world.chatter("alice", 1)
            alice.type("$roomcreate lab", "$roomjoin lab", wait=3)
            world.network.loses = lambda one: one.payload == b"ul"
            bob = world.chatter("bob", 2)
            bob.type("$roomjoin lab", wait=12)
            self.assertEqual(bob.lines[-1], "> you are in lab with somebody at 192.0.2.11:5001")
            self.assertEqual(alice.lines[-1], "> somebody at 192.0.2.12:5002 came")

    def test_script_asks_nobody(self) -> None:
        """A script whose input has ended looks up no names."""
        for world in both():
            world.room("alice")
            bot = world.chatter("bot", 5, patient=False, wait=0)
            bot.terminal.type("$roomjoin lab", "hello")
            bot.terminal.end()
            world.wait(5)
            self.assertEqual(world.sent(b"ul", source=bot.address), [])
            self.assertEqual(bot.statuses, [0])
