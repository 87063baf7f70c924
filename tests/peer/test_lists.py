"""Lists without end, from a server that wants to fill our memory or keep us waiting."""

from twisted.trial.unittest import SynchronousTestCase

from tests.peer import SERVER, World, address_of
from tests.peer.keyed import KeyedWorld
from twisted_chat.peer.lists import LONGEST_LIST, MAX_LIST_BYTES, weight
from twisted_chat.peer.questions import Questions
from twisted_chat.wire.common import ListRooms, ListUsers, Verb
from twisted_chat.wire.gen2.answers import Answer, Listed

NAMES = tuple(f"somebody{number:08}" for number in range(2_000))


class OnLinks(SynchronousTestCase):
    """In generation 2."""

    def test_size(self) -> None:
        """Of a list that is too large so much is kept, and then no more is waited for."""
        questions = Questions()
        closed: list[list[Answer] | None] = []
        questions.asked(ListUsers(), lambda answers, now: closed.append(answers), 0)
        part = Listed(Verb.UL, NAMES)
        for _ in range(2 * MAX_LIST_BYTES // weight(NAMES)):
            self.assertTrue(questions.answer(part, 1))
        (question,) = questions._open
        kept = sum(weight(one.names) for one in question.answers if isinstance(one, Listed))
        self.assertLess(kept, MAX_LIST_BYTES)
        self.assertEqual((closed, questions.wake), ([], 1))

    def test_link(self) -> None:
        """A server that sends such a list loses its link, and the person is told."""
        world = KeyedWorld()
        alice = world.chatter("alice")
        server = world.fake_server
        server._list = lambda *its: None  # type: ignore[method-assign]
        for command in ("$userlist", "$roomlist"):
            alice.enter(command)
            verb = Verb.UL if command == "$userlist" else Verb.RL
            world.wait(0.1)
            for _ in range(MAX_LIST_BYTES // weight(NAMES) + 2):
                push = server.push("alice", Listed(verb, NAMES))
                world.network.carry_out(world.server, push)
            world.wait(10)
            self.assertIn("the server did not answer", alice.lines[-1][:40])
            self.assertIn("alice", server.links)

    def test_time(self) -> None:
        """One that goes on for ever is waited for so long."""
        questions = Questions()
        questions.asked(ListRooms(), lambda answers, now: None, 0)
        for second in range(1_000):
            questions.answer(Listed(Verb.RL, ("lab",)), second)
            if questions.wake <= second:
                break
        self.assertEqual(second, LONGEST_LIST)


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
