"""Lists and rosters over links: whole, in pieces, at the pace of those who take them."""

from twisted.trial.unittest import SynchronousTestCase

from tests.support.mixed_server import MixedServer
from twisted_chat.directory.directory import Registered
from twisted_chat.links import Link
from twisted_chat.moments import NEVER
from twisted_chat.server.gen2 import send_queue
from twisted_chat.server.gen2.send_queue import TURN_PER_LINK, WINDOW
from twisted_chat.wire.common import (
    Bare,
    CreateRoom,
    Goodbye,
    JoinRoom,
    Leave,
    ListRooms,
    ListUsers,
    Verb,
)
from twisted_chat.wire.gen2.answers import parse_answer
from twisted_chat.wire.gen2.listing import Listed
from twisted_chat.wire.gen2.roster import RosterEnds

PIECE = 33 * 1024
"""Bytes that one message of a list has at most."""


def crowded(count: int, *, links: int = 1, **bounds: float) -> tuple[MixedServer, list[Link]]:
    """A server with so many users of generation 1, and links to it."""
    server = MixedServer(**bounds)  # type: ignore[arg-type]
    for number in range(count):
        address = (f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}", 4000)
        name = f"user{number:06d}"
        server.directory.apply(Registered(address, name, name), server.now)
    return server, [server.session(f"anna{number}", number) for number in range(links)]


def size(server: MixedServer, link: Link) -> int:
    """Bytes that wait for a link to take them."""
    return sum(len(message) for message in server.boxes[link])


class ListTests(SynchronousTestCase):
    """Lists of any size."""

    def test_whole(self) -> None:
        """Every name comes once, and then the end, whatever the pace."""
        server, (link,) = crowded(30_000)
        server.say(link, ListUsers().encode())
        names, ended = list[str](), 0
        while server.boxes[link] or server.core.wake < server.now + 5:
            for answer in server.take(link):
                if isinstance(answer, Listed):
                    names += answer.names
                ended += answer == Bare(Verb.UL)
            server.wait(0.01)
        self.assertEqual((len(names), len(set(names)), ended), (30_001, 30_001, 1))

    def test_no_more_than_a_window(self) -> None:
        """A link that takes nothing is given no more, for it to wait costs no time, and what
        it has missed comes when it takes again."""
        server, (link,) = crowded(30_000)
        server.take(link)
        for request in (ListUsers(), ListRooms(), ListUsers()):
            server.say(link, request.encode())
        server.wait(5)
        self.assertTrue(WINDOW <= size(server, link) < WINDOW + PIECE)
        self.assertEqual(server.core.gen2.wake, NEVER)
        server.boxes[link].clear()
        server.note(server.core.gen2.taken(link, server.now))
        self.assertGreater(size(server, link), 0)

    def test_turns(self) -> None:
        """In a turn a link gets its share, what is produced in all is bounded, and those who got
        nothing are first in the next."""
        in_all = 3 * TURN_PER_LINK
        self.patch(send_queue, "TURN_IN_ALL", in_all)
        server, links = crowded(30_000, links=6)
        for link in links:
            server.take(link)
            server.say(link, ListUsers().encode())
            self.assertLess(size(server, link), TURN_PER_LINK + PIECE)
        given = [size(server, link) for link in links]
        for _ in range(2):
            before = [size(server, link) for link in links]
            server.wait(0.0101)
            grown = [size(server, link) - had for link, had in zip(links, before, strict=True)]
            self.assertLess(max(grown), TURN_PER_LINK + PIECE)
            self.assertTrue(0 < sum(grown) < in_all + PIECE)
        for link, had in zip(links, given, strict=True):
            self.assertGreater(size(server, link), had)

    def test_answer_rate(self) -> None:
        """A site gets no more bytes of lists a second than it is granted."""
        server, (link,) = crowded(30_000, rate=1000, burst=1000, answer_rate=10_000)
        server.take(link)
        start, taken = server.now, 0
        server.say(link, ListUsers().encode())
        while server.now < start + 20:
            server.wait(0.1)
            taken += size(server, link)
            server.take(link)
            self.assertLess(taken, 10_000 * (1 + server.now - start) + 2 * PIECE)
        self.assertGreater(taken, 190_000)

    def test_room_before_lists(self) -> None:
        """A long list holds up neither a roster nor a short list."""
        server, (link,) = crowded(30_000)
        server.ask(link, CreateRoom("lab"))
        for request in (ListUsers(), ListRooms(), JoinRoom("lab")):
            server.say(link, request.encode())
        server.wait(0.05)
        answers = [parse_answer(message) for message in server.boxes[link]]
        self.assertIn(RosterEnds("lab"), answers)
        self.assertIn(Bare(Verb.RL), answers)
        self.assertNotIn(Bare(Verb.UL), answers)

    def test_gone(self) -> None:
        """Nothing more is produced for a link that is gone, or has said goodbye."""
        server, links = crowded(30_000, links=2)
        for link in links:
            server.take(link)
            server.say(link, ListUsers().encode())
        server.lose(links[0])
        self.assertEqual(server.ask(links[1], Leave())[-1], Goodbye())
        server.wait(1)
        self.assertEqual(server.boxes[links[1]], [])
