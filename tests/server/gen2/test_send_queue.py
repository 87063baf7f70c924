"""Lists and rosters over links: whole, in pieces, at the pace of whoever takes them."""

from twisted.trial.unittest import SynchronousTestCase

from tests.server.house import KEYS, PLACES, House, Reader
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


def crowded(count: int, *, links: int = 1, **bounds: float) -> tuple[House, list[Link]]:
    """A house with so many users of generation 1, and links to it."""
    house = House(**bounds)  # type: ignore[arg-type]
    for number in range(count):
        address = (f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}", 4000)
        name = f"user{number:06d}"
        house.directory.apply(Registered(address, name, name), house.now)
    return house, [house.session(f"anna{number}", number) for number in range(links)]


def size(house: House, link: Link) -> int:
    """Bytes that wait for a link to take them."""
    return sum(len(message) for message in house.boxes[link])


class ListTests(SynchronousTestCase):
    """Lists of any size."""

    def test_whole(self) -> None:
        """Every name comes once, and then the end, whatever the pace."""
        house, (link,) = crowded(30_000)
        house.say(link, ListUsers().encode())
        names, ended = list[str](), 0
        while house.boxes[link] or house.core.wake < house.now + 5:
            for answer in house.take(link):
                if isinstance(answer, Listed):
                    names += answer.names
                ended += answer == Bare(Verb.UL)
            house.wait(0.01)
        self.assertEqual((len(names), len(set(names)), ended), (30_001, 30_001, 1))

    def test_no_more_than_a_window(self) -> None:
        """A link that takes nothing is given no more, for it to wait costs no time, and what
        it has missed comes when it takes again."""
        house, (link,) = crowded(30_000)
        house.take(link)
        for request in (ListUsers(), ListRooms(), ListUsers()):
            house.say(link, request.encode())
        house.wait(5)
        self.assertTrue(WINDOW <= size(house, link) < WINDOW + PIECE)
        self.assertEqual(house.core.gen2.wake, NEVER)
        house.boxes[link].clear()
        house.note(house.core.gen2.taken(link, house.now))
        self.assertGreater(size(house, link), 0)

    def test_turns(self) -> None:
        """In a turn a link gets its share, what is produced in all is bounded, and whoever got
        nothing is first in the next."""
        in_all = 3 * TURN_PER_LINK
        self.patch(send_queue, "TURN_IN_ALL", in_all)
        house, links = crowded(30_000, links=6)
        for link in links:
            house.take(link)
            house.say(link, ListUsers().encode())
            self.assertLess(size(house, link), TURN_PER_LINK + PIECE)
        given = [size(house, link) for link in links]
        for _ in range(2):
            before = [size(house, link) for link in links]
            house.wait(0.0101)
            grown = [size(house, link) - had for link, had in zip(links, before, strict=True)]
            self.assertLess(max(grown), TURN_PER_LINK + PIECE)
            self.assertTrue(0 < sum(grown) < in_all + PIECE)
        for link, had in zip(links, given, strict=True):
            self.assertGreater(size(house, link), had)

    def test_answer_rate(self) -> None:
        """A site gets no more bytes of lists a second than it is granted."""
        house, (link,) = crowded(30_000, rate=1000, burst=1000, answer_rate=10_000)
        house.take(link)
        start, taken = house.now, 0
        house.say(link, ListUsers().encode())
        while house.now < start + 20:
            house.wait(0.1)
            taken += size(house, link)
            house.take(link)
            self.assertLess(taken, 10_000 * (1 + house.now - start) + 2 * PIECE)
        self.assertGreater(taken, 190_000)

    def test_room_before_lists(self) -> None:
        """A long list holds up neither a roster nor a short list."""
        house, (link,) = crowded(30_000)
        house.ask(link, CreateRoom("lab"))
        for request in (ListUsers(), ListRooms(), JoinRoom("lab")):
            house.say(link, request.encode())
        house.wait(0.05)
        answers = [parse_answer(message) for message in house.boxes[link]]
        self.assertIn(RosterEnds(), answers)
        self.assertIn(Bare(Verb.RL), answers)
        self.assertNotIn(Bare(Verb.UL), answers)

    def test_gone(self) -> None:
        """Nothing more is produced for a link that is gone, or has said goodbye."""
        house, links = crowded(30_000, links=2)
        for link in links:
            house.take(link)
            house.say(link, ListUsers().encode())
        house.lose(links[0])
        self.assertEqual(house.ask(links[1], Leave())[-1], Goodbye())
        house.wait(1)
        self.assertEqual(house.boxes[links[1]], [])


class RosterTests(SynchronousTestCase):
    """Rosters once, then as changes."""

    def test_small_frames(self) -> None:
        """A join tells each member one small message, whatever the size of the room; in
        a larger one they are gathered for a moment."""
        house, (link,) = crowded(0)
        house.ask(link, CreateRoom("lab"))
        house.ask(link, JoinRoom("lab"))
        came = list[Answer]()
        for number in range(300):
            source = (f"10.0.{number >> 8}.{number & 255}", 4000)
            house.datagram(source, b"hi user%d" % number)
            house.datagram(source, b"rj lab")
            came.append(Came(number + 2, Contact(f"user{number}", "", *source)))
            if number + 2 <= SMALL_ROOM:
                self.assertEqual(house.take(link), came[-1:])
        self.assertEqual(house.take(link), [])
        house.wait(GATHER)
        self.assertEqual(house.take(link), came[SMALL_ROOM - 1 :])

    def test_lagging(self) -> None:
        """A member that takes nothing is told no more than its window holds, and when it takes
        again the whole roster."""
        house, (link,) = crowded(0)
        house.ask(link, CreateRoom("lab"))
        house.ask(link, JoinRoom("lab"))
        texter = ("10.0.0.1", 4000)
        house.datagram(texter, b"hi texter")
        for _ in range(5000):
            house.datagram(texter, b"rj lab")
            house.datagram(texter, b"rk")
        self.assertTrue(LAG <= size(house, link) < LAG + 100)
        house.datagram(texter, b"rj lab")
        reader = Reader()
        reader.number = 1
        for answer in house.take(link):
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
        house, (link,) = crowded(0)
        house.ask(link, CreateRoom("lab"))
        sources = [(f"10.0.{number >> 8}.{number & 255}", 4000) for number in range(300)]
        for number, source in enumerate(sources):
            house.datagram(source, b"hi user%d" % number)
            house.datagram(source, b"rj lab")
        house.take(link)
        house.say(link, JoinRoom("lab").encode())
        reader, begun = Reader(), 0
        for at in range(0, 300, 15):
            house.wait(0.01)
            for source in (sources[at], sources[-1 - at // 2]):
                house.datagram(source, b"rk")
            for answer in house.take(link):
                begun += isinstance(answer, RosterBegins)
                reader.hear(answer)
        house.wait(1)
        for answer in house.take(link):
            reader.hear(answer)
        names = {one.user.name for one in house.room("lab").members} - {"anna0"}
        self.assertEqual((reader.gaps, reader.complete, set(reader.others)), (0, True, names))
        return begun

    def test_comes_and_goes(self) -> None:
        """Whoever comes and goes in a larger room within a moment is told to nobody; whoever is
        still there, or gone, is, once; whoever goes and comes back is told to nobody either."""
        house, links = crowded(0, links=3)
        for number in range(SMALL_ROOM):
            house.datagram((f"10.0.0.{number}", 4000), b"hi user%d" % number)
        house.ask(links[0], CreateRoom("lab"))
        for link in links[:2]:
            house.ask(link, JoinRoom("lab"))
        for number in range(SMALL_ROOM):
            house.datagram((f"10.0.0.{number}", 4000), b"rj lab")
        house.wait(GATHER)
        house.take(links[0])
        for _ in range(50):
            house.ask(links[2], JoinRoom("lab"))
            house.ask(links[2], LeaveRoom())
            house.ask(links[1], LeaveRoom())
            house.ask(links[1], JoinRoom("lab"))
        house.datagram(("10.0.0.7", 4000), b"rk")
        self.assertEqual(house.take(links[0]), [])
        house.wait(GATHER)
        number = SMALL_ROOM + 3
        self.assertEqual(house.take(links[0]), [Went(number, "user7")])
        house.ask(links[2], JoinRoom("lab"))
        house.wait(GATHER)
        came = Came(number + 1, Contact("anna2", KEYS[2], *PLACES[2]))
        self.assertEqual(house.take(links[0]), [came])

    def test_another_takes_the_name(self) -> None:
        """Whoever takes the name of one that went within the same moment is not taken for it."""
        self.patch(roster, "SMALL_ROOM", 1)
        house, (link,) = crowded(0)
        house.ask(link, CreateRoom("lab"))
        house.ask(link, JoinRoom("lab"))
        before, after = ("10.0.0.1", 4000), ("10.0.0.2", 4000)
        for datagram in (b"hi bob", b"rj lab"):
            house.datagram(before, datagram)
        house.wait(GATHER)
        house.take(link)
        house.datagram(before, b"by")
        for datagram in (b"hi bob", b"rj lab"):
            house.datagram(after, datagram)
        house.wait(GATHER)
        bob = Contact("bob", "", *after)
        self.assertEqual(house.take(link), [Went(3, "bob"), Came(4, bob)])


class TellingTests(SynchronousTestCase):
    """Coming and going is paid for by those who do."""

    def test_paid(self) -> None:
        """Those of one site cause so many messages a second; whoever does not wait for
        them comes in at once, and nobody waits to go."""
        self.patch(registry, "TELL_RATE", 100)
        self.patch(registry, "TELL_BURST", 200)
        house, links = crowded(0, links=3, rate=1e6, burst=10**6, answer_rate=10**9)
        house.ask(links[0], CreateRoom("lab"))
        house.ask(links[0], JoinRoom("lab"))
        for number in range(97):
            source = (f"10.0.0.{number}", 4000)
            house.datagram(source, b"hi user%d" % number)
            house.datagram(source, b"rj lab")
        joins, begun = 0, house.now
        while house.now < begun + 20:
            house.say(links[1], JoinRoom("lab").encode())
            house.say(links[1], LeaveRoom().encode())
            house.wait(0.5)
            joins += house.take(links[1]).count(PutOut("lab"))
        self.assertTrue(10 <= joins <= (200 + 20 * 100) / (2 * 99) + 2, joins)
        self.assertEqual(house.ask(links[2], JoinRoom("lab"))[-1], RosterEnds())
        self.assertEqual(house.ask(links[2], LeaveRoom()), [PutOut("lab")])

    def test_paid_without_a_key(self) -> None:
        """The same for those without a key, who are refused meanwhile; whoever is in the
        room is told its roster again whenever it asks."""
        self.patch(registry, "TELL_RATE", 100)
        self.patch(registry, "TELL_BURST", 200)
        house, (link,) = crowded(0, rate=1e6, burst=10**6, answer_rate=10**9)
        house.ask(link, CreateRoom("lab"))
        bob = ("10.0.0.1", 4000)
        house.datagram(bob, b"hi bob")
        answers = list[bytes]()
        for _ in range(300):
            house.datagram(bob, b"rj lab")
            house.datagram(bob, b"rk")
            answers += house.told(bob)
        self.assertIn(b"rj", answers)
        house.wait(60)
        for _ in range(300):
            house.told(bob)
            house.datagram(bob, b"rj lab")
            self.assertEqual(house.told(bob), [b"rj __clear_peers__"])
