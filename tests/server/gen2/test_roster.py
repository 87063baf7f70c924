"""What members with a key are told about their room."""

from twisted.trial.unittest import SynchronousTestCase

from tests.support.mixed_server import KEYS, PLACES, MixedServer, Reader
from twisted_chat.directory.directory import Registered
from twisted_chat.links import Link
from twisted_chat.server.bounds import GATHER, SMALL_ROOM
from twisted_chat.server.gen2 import roster, send_queue
from twisted_chat.server.gen2.send_queue import LAG
from twisted_chat.wire.common import (
    CreateRoom,
    JoinRoom,
)
from twisted_chat.wire.gen2.answers import Answer
from twisted_chat.wire.gen2.contact import ContactInfo
from twisted_chat.wire.gen2.requests import QuitRoom
from twisted_chat.wire.gen2.roster import Came, RosterBegins, RosterEnds, Went


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
            came.append(Came("lab", number + 2, ContactInfo(f"user{number}", "", *source)))
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
        reader.hear(RosterBegins("lab", 1))
        reader.hear(RosterEnds("lab"))
        for answer in server.take(link):
            reader.hear(answer)
        self.assertEqual((reader.gaps, list(reader.others)), (0, ["texter"]))
        self.assertTrue(reader.complete)

    def test_changes_while_it_is_sent(self) -> None:
        """One who leaves while a roster is under way is told of after its end, or not listed."""
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
        """Of a member of a larger room who comes and goes within a moment nobody is told, and of
        one who goes and comes back neither; of one who is still there, or gone, all are, once."""
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
            server.ask(links[2], QuitRoom("lab"))
            server.ask(links[1], QuitRoom("lab"))
            server.ask(links[1], JoinRoom("lab"))
        server.datagram(("10.0.0.7", 4000), b"rk")
        self.assertEqual(server.take(links[0]), [])
        server.wait(GATHER)
        number = SMALL_ROOM + 3
        self.assertEqual(server.take(links[0]), [Went("lab", number, "user7")])
        server.ask(links[2], JoinRoom("lab"))
        server.wait(GATHER)
        came = Came("lab", number + 1, ContactInfo("anna2", KEYS[2], *PLACES[2]))
        self.assertEqual(server.take(links[0]), [came])

    def test_another_takes_the_name(self) -> None:
        """A user who takes the name of one that went in the same moment is not taken for it."""
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
        bob = ContactInfo("bob", "", *after)
        self.assertEqual(server.take(link), [Went("lab", 3, "bob"), Came("lab", 4, bob)])
