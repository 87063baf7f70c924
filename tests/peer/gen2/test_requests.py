"""Requests to a server on a link, and lists without end from one that wants to fill our memory."""

from twisted.trial.unittest import SynchronousTestCase

from tests.peer.keyed import SERVER, KeyedWorld
from twisted_chat.links import Link
from twisted_chat.peer.effects import Effects
from twisted_chat.peer.events.server import ServerSlow
from twisted_chat.peer.gen2.requests import SLOW, SLOWEST, ServerRequests
from twisted_chat.peer.lists import LONGEST_LIST, MAX_LIST_BYTES, weight
from twisted_chat.wire.common import Bare, ListRooms, ListUsers, Verb
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
        self.assertEqual((closed, requests.due), ([], 1))

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

    def test_slow(self) -> None:
        """That an answer is late is told after a few seconds, once, where the link is in doubt,
        or after some more in any case; it is so until something is answered."""
        for doubted, late in ((True, SLOW), (False, SLOWEST)):
            effects = Effects()
            requests = ServerRequests(effects)
            requests.link = link = Link("", SERVER, True)
            link.doubted = doubted
            requests.ask(ListRooms(), lambda answers, now: None, 0)
            requests.ask(ListUsers(), lambda answers, now: None, 1)
            effects.take()
            while (now := requests.wake) < late:
                requests.tick(now)
            self.assertEqual((effects.take(), requests.slow, now), ([], False, late))
            requests.tick(now)
            self.assertEqual((effects.take(), requests.slow), ([ServerSlow()], True))
            requests.ask(ListRooms(), lambda answers, now: None, now)
            effects.take()
            while requests.wake < requests.due:
                requests.tick(requests.wake)
            requests.tick(requests.due)
            self.assertEqual(effects.take(), [])
            requests.answer(Listed(Verb.UL, ("bob",)), now)
            self.assertFalse(requests.slow)

    def test_not_slow(self) -> None:
        """What is answered in time, or over a link that was in doubt for a moment only, is not
        late; nor is a list of which there is more all the while."""
        effects = Effects()
        requests = ServerRequests(effects)
        requests.link = link = Link("", SERVER, True)
        requests.ask(ListRooms(), lambda answers, now: None, 0)
        for tenth in range(40):
            link.doubted = tenth % 10 != 0  # For nearly a second, again and again.
            requests.tick(tenth / 10)
        for tenth in range(40, 200):
            requests.answer(Listed(Verb.RL, ("lab",)), tenth / 10)
            requests.tick(tenth / 10)
        requests.answer(Bare(Verb.RL), 20)
        requests.tick(60)
        self.assertEqual([one for one in effects.take() if isinstance(one, ServerSlow)], [])

    def test_silent_server(self) -> None:
        """One who asks a server that is gone sees that after a few seconds, and so it stands until
        there is a server again."""
        world = KeyedWorld()
        alice = world.chatter("alice")
        world.fake_server.received = lambda *its: []  # type: ignore[method-assign]
        alice.type("$roomlist", wait=SLOWEST + 0.1)
        self.assertEqual(alice.lines[-1], "> no answer from the server yet")
        self.assertTrue(alice.session.glance().away)
        world.wait(30)
        self.assertEqual(len(alice.told("no answer from the server yet")), 1)
        self.assertTrue(alice.session.glance().away)
        world.kill_server()
        world.start_server()
        world.wait(60)
        self.assertFalse(alice.session.glance().away)

    def test_time(self) -> None:
        """One that goes on for ever is waited for so long."""
        requests = _requests()
        requests.ask(ListRooms(), lambda answers, now: None, 0)
        for second in range(1_000):
            requests.answer(Listed(Verb.RL, ("lab",)), second)
            if requests.due <= second:
                break
        self.assertEqual(second, LONGEST_LIST)
