"""Lists and rosters over links: whole, in pieces, at the pace of whoever takes them."""

from twisted.trial.unittest import SynchronousTestCase

from tests.support.mixed_server import KEYS, PLACES, MixedServer, Reader
from twisted_chat.directory.directory import Registered
from twisted_chat.links import Link
from twisted_chat.moments import NEVER
from twisted_chat.server import registry
from twisted_chat.server.bounds import GATHER, SMALL_ROOM
from twisted_chat.server.gen2 import roster, send_queue
from twisted_chat.server.gen2.send_queue import LAG, TURN_PER_LINK, WINDOW
from twisted_chat.wire.common import (
    Bare,
    CreateRoom,
    Goodbye,
    JoinRoom,
    Leave,
    LeaveRoom,
    ListRooms,
    ListUsers,
    Verb,
)
from twisted_chat.wire.gen2.answers import (
    Answer,
    Came,
    Listed,
    PutOut,
    RosterBegins,
    RosterEnds,
    Went,
    parse_answer,
)
from twisted_chat.wire.gen2.contact import Contact

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
        """In a turn a link gets its share, what is produced in all is bounded, and whoever got
        nothing is first in the next."""
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
        self.assertIn(RosterEnds(), answers)
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


class RosterTests(SynchronousTestCase):
    """Rosters once, then as changes."""

    def test_small_frames(self) -> None:
        """A join tells each member one small message, whatever the size of the room; in
        a larger one they are gathered for a moment."""
        server, (link,) = crowded(0)
        server.ask(link, CreateRoom("lab"))
        server.ask(link, JoinRoom("lab"))
        came = list[Answer]()
        for number in range(300):
            source = (f"10.0.{number >> 8}.{number & 255}", 4000)
            server.datagram(source, b"hi user%d" % number)
            server.datagram(source, b"rj lab")
            came.append(Came(number + 2, Contact(f"user{number}", "", *source)))
            if number + 2 <= SMALL_ROOM:
                self.assertEqual(server.take(link), came[-1:])
        self.assertEqual(server.take(link), [])
        server.wait(GATHER)
        self.assertEqual(server.take(link), came[SMALL_ROOM - 1 :])

    def test_lagging(self) -> None:
        """A member that takes nothing is told no more than its window holds, and when it takes
        again the whole roster."""
        server, (link,) = crowded(0)
        server.ask(link, CreateRoom("lab"))
        server.ask(link, JoinRoom("lab"))
        texter = ("10.0.0.1", 4000)
        server.datagram(texter, b"hi texter")
        for _ in range(5000):
            server.datagram(texter, b"rj lab")
            server.datagram(texter, b"rk")
        self.assertTrue(LAG <= size(server, link) < LAG + 100)
        server.datagram(texter, b"rj lab")
        reader = Reader()
        reader.number = 1
        for answer in server.take(link):
            reader.hear(answer)
        self.assertEqual((reader.gaps, list(reader.others)), (0, ["texter"]))
        self.assertTrue(reader.complete)

    def test_changes_while_it_is_sent(self) -> None:
        """Who leaves while a long roster is under way is told of after its end, or not listed."""
        self.patch(roster, "SMALL_ROOM", 1000)  # Nothing is gathered.
        self.assertEqual(self.leave_while_it_is_sent(), 1)
        self.patch(roster, "MISSED", 10)
        self.assertGreater(self.leave_while_it_is_sent(), 1)

    def leave_while_it_is_sent(self) -> int:
        """A member takes a roster in many turns, in each of which others leave. Returns how
        often it is begun."""
        self.patch(send_queue, "TURN_PER_LINK", 1024)
        server, (link,) = crowded(0)
        server.ask(link, CreateRoom("lab"))
        sources = [(f"10.0.{number >> 8}.{number & 255}", 4000) for number in range(300)]
        for number, source in enumerate(sources):
            server.datagram(source, b"hi user%d" % number)
            server.datagram(source, b"rj lab")
        server.take(link)
        server.say(link, JoinRoom("lab").encode())
        reader, begun = Reader(), 0
        for at in range(0, 300, 15):
            server.wait(0.01)
            for source in (sources[at], sources[-1 - at // 2]):
                server.datagram(source, b"rk")
            for answer in server.take(link):
                begun += isinstance(answer, RosterBegins)
                reader.hear(answer)
        server.wait(1)
        for answer in server.take(link):
            reader.hear(answer)
        names = {one.user.name for one in server.room("lab").members} - {"anna0"}
        self.assertEqual((reader.gaps, reader.complete, set(reader.others)), (0, True, names))
        return begun

    def test_comes_and_goes(self) -> None:
        """Whoever comes and goes in a larger room within a moment is told to nobody; whoever is
        still there, or gone, is, once; whoever goes and comes back is told to nobody either."""
        server, links = crowded(0, links=3)
        for number in range(SMALL_ROOM):
            server.datagram((f"10.0.0.{number}", 4000), b"hi user%d" % number)
        server.ask(links[0], CreateRoom("lab"))
        for link in links[:2]:
            server.ask(link, JoinRoom("lab"))
        for number in range(SMALL_ROOM):
            server.datagram((f"10.0.0.{number}", 4000), b"rj lab")
        server.wait(GATHER)
        server.take(links[0])
        for _ in range(50):
            server.ask(links[2], JoinRoom("lab"))
            server.ask(links[2], LeaveRoom())
            server.ask(links[1], LeaveRoom())
            server.ask(links[1], JoinRoom("lab"))
        server.datagram(("10.0.0.7", 4000), b"rk")
        self.assertEqual(server.take(links[0]), [])
        server.wait(GATHER)
        number = SMALL_ROOM + 3
        self.assertEqual(server.take(links[0]), [Went(number, "user7")])
        server.ask(links[2], JoinRoom("lab"))
        server.wait(GATHER)
        came = Came(number + 1, Contact("anna2", KEYS[2], *PLACES[2]))
        self.assertEqual(server.take(links[0]), [came])

    def test_another_takes_the_name(self) -> None:
        """Whoever takes the name of one that went within the same moment is not taken for it."""
        self.patch(roster, "SMALL_ROOM", 1)
        server, (link,) = crowded(0)
        server.ask(link, CreateRoom("lab"))
        server.ask(link, JoinRoom("lab"))
        before, after = ("10.0.0.1", 4000), ("10.0.0.2", 4000)
        for datagram in (b"hi bob", b"rj lab"):
            server.datagram(before, datagram)
        server.wait(GATHER)
        server.take(link)
        server.datagram(before, b"by")
        for datagram in (b"hi bob", b"rj lab"):
            server.datagram(after, datagram)
        server.wait(GATHER)
        bob = Contact("bob", "", *after)
        self.assertEqual(server.take(link), [Went(3, "bob"), Came(4, bob)])


class TellingTests(SynchronousTestCase):
    """Coming and going is paid for by those who do."""

    def test_paid(self) -> None:
        """Those of one site cause so many messages a second; whoever does not wait for
        them comes in at once, and nobody waits to go."""
        self.patch(registry, "TELL_RATE", 100)
        self.patch(registry, "TELL_BURST", 200)
        server, links = crowded(0, links=3, rate=1e6, burst=10**6, answer_rate=10**9)
        server.ask(links[0], CreateRoom("lab"))
        server.ask(links[0], JoinRoom("lab"))
        for number in range(97):
            source = (f"10.0.0.{number}", 4000)
            server.datagram(source, b"hi user%d" % number)
            server.datagram(source, b"rj lab")
        joins, begun = 0, server.now
        while server.now < begun + 20:
            server.say(links[1], JoinRoom("lab").encode())
            server.say(links[1], LeaveRoom().encode())
            server.wait(0.5)
            joins += server.take(links[1]).count(PutOut("lab"))
        self.assertTrue(10 <= joins <= (200 + 20 * 100) / (2 * 99) + 2, joins)
        self.assertEqual(server.ask(links[2], JoinRoom("lab"))[-1], RosterEnds())
        self.assertEqual(server.ask(links[2], LeaveRoom()), [PutOut("lab")])

    def test_paid_without_a_key(self) -> None:
        """The same for those without a key, who are refused meanwhile; whoever is in the
        room is told its roster again whenever it asks."""
        self.patch(registry, "TELL_RATE", 100)
        self.patch(registry, "TELL_BURST", 200)
        server, (link,) = crowded(0, rate=1e6, burst=10**6, answer_rate=10**9)
        server.ask(link, CreateRoom("lab"))
        bob = ("10.0.0.1", 4000)
        server.datagram(bob, b"hi bob")
        answers = list[bytes]()
        for _ in range(300):
            server.datagram(bob, b"rj lab")
            server.datagram(bob, b"rk")
            answers += server.told(bob)
        self.assertIn(b"rj", answers)
        server.wait(60)
        for _ in range(300):
            server.told(bob)
            server.datagram(bob, b"rj lab")
            self.assertEqual(server.told(bob), [b"rj __clear_peers__"])
