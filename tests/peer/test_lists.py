"""Lists without end, from a server that wants to fill our memory or keep us waiting."""

from twisted.trial.unittest import SynchronousTestCase

from tests.peer import SERVER, World, address_of
from twisted_chat.peer.lists import LONGEST_LIST, MAX_LIST_BYTES

NAMES = tuple(f"somebody{number:08}" for number in range(2_000))


class InDatagrams(SynchronousTestCase):
    """In generation 1."""

    def test_time(self) -> None:
        """Neither a list nor a roster that goes on for ever keeps what is typed waiting."""
        for command, entry in (("$userlist", b"ul u%d"), ("$roomjoin lab", b"rj 192.0.2.9 %d")):
            world = World()
            alice = world.chatter("alice", 1)
            world.stop_server()
            alice.type(command, "$roomcreate den", wait=0.1)
            for number in range(5 * int(LONGEST_LIST)):
                world.network.carry(SERVER, entry % (1 + number), address_of(1))
                world.wait(0.25)
            self.assertTrue(alice.told("$roomcreate needs the server"))

    def test_size(self) -> None:
        """Of a list that is too large so much is kept."""
        world = World()
        alice = world.chatter("alice", 1)
        world.stop_server()
        alice.type("$userlist", wait=0.1)
        for number in range(MAX_LIST_BYTES // 300 + 100):
            world.network.carry(SERVER, b"ul %0250d" % number, address_of(1))
            if number % 1000 == 0:
                world.wait(0.01)
        self.assertEqual(len(alice.told("> users (")), 1)
