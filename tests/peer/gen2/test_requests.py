"""Requests to a server on a link, and lists without end from one that wants to fill our memory."""

from twisted.trial.unittest import SynchronousTestCase

from tests.peer.keyed import SERVER, KeyedWorld
from twisted_chat.links import Link
from twisted_chat.peer.effects import Effects
from twisted_chat.peer.gen2.requests import ServerRequests
from twisted_chat.peer.lists import LONGEST_LIST, MAX_LIST_BYTES, weight
from twisted_chat.wire.common import ListRooms, ListUsers, Verb
from twisted_chat.wire.gen2.answers import Answer
from twisted_chat.wire.gen2.listing import Listed

NAMES = tuple(f"somebody{number:08}" for number in range(2_000))


def _requests() -> ServerRequests:
    """Those over a link."""
    requests = ServerRequests(Effects())
    requests.link = Link("", SERVER, True)
    return requests


class OnLinks(SynchronousTestCase):
    """In generation 2."""

    def test_size(self) -> None:
        """Of a list that is too large so much is kept, and then no more is waited for."""
        requests = _requests()
        closed: list[list[Answer] | None] = []
        requests.ask(ListUsers(), lambda answers, now: closed.append(answers), 0)
        part = Listed(Verb.UL, NAMES)
        for _ in range(2 * MAX_LIST_BYTES // weight(NAMES)):
            self.assertTrue(requests.answer(part, 1))
        (request,) = requests._open
        kept = sum(weight(one.names) for one in request.answers if isinstance(one, Listed))
        self.assertLess(kept, MAX_LIST_BYTES)
        self.assertEqual((closed, requests.wake), ([], 1))

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
        requests = _requests()
        requests.ask(ListRooms(), lambda answers, now: None, 0)
        for second in range(1_000):
            requests.answer(Listed(Verb.RL, ("lab",)), second)
            if requests.wake <= second:
                break
        self.assertEqual(second, LONGEST_LIST)
