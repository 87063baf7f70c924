"""Whatever happens to links and in datagrams, everybody knows who is in the room."""

from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from tests.support.datagram_server import CLEAR
from tests.support.mixed_server import PLACES, MixedServer, Reader
from tests.support.strategies import datagrams, likely_frames, many, mutated, sequences, some
from twisted_chat.directory.directory import Room, User
from twisted_chat.links import Link
from twisted_chat.server.bounds import SIGN_OF_LIFE
from twisted_chat.server.gen2 import roster, send_queue
from twisted_chat.server.gen2.roster import contact
from twisted_chat.server.streams import TURN
from twisted_chat.wire.common import CreateRoom, JoinRoom, Leave, Register
from twisted_chat.wire.gen1 import RosterEntry
from twisted_chat.wire.gen2.contact import ContactInfo
from twisted_chat.wire.gen2.requests import AskRoster, CloseRoom, GiveRoom, Kick, QuitRoom, Request

TEXTERS = [("198.51.100.1", 4000), ("198.51.100.1", 4001), PLACES[0]]
"""Where users of generation 1 are, one of them where one of generation 2 is too."""

TURNS = 10
"""Turns in which any roster of the model goes out."""

Step = tuple[str, int, object]

NAMES = ["alice", "bob", "carol", "Дима"]
"""What the users of generation 2 are called, unless they ask for another name."""

_rooms = st.sampled_from(["lab", "lab", "den"])

_requests: st.SearchStrategy[Request] = st.one_of(
    st.sampled_from(["lab", "Lab", "den"]).map(JoinRoom),
    st.builds(Kick, _rooms, st.sampled_from([*NAMES, "erin", ""])),
    st.builds(GiveRoom, _rooms, st.sampled_from(NAMES)),
    *(_rooms.map(kind) for kind in (QuitRoom, AskRoster, CloseRoom)),
    likely_frames,
)
_frames = _requests.map(lambda request: request.encode())
_texts = st.one_of(
    st.sampled_from([b"rj lab", b"rj den", b"rk", b"hi erin", b"hi alice", b"hi bob"]), datagrams
)
_links = st.integers(0, 5)
_NOTHING = st.none()

steps: st.SearchStrategy[list[Step]] = sequences(
    st.one_of(
        st.tuples(st.just("enter"), st.integers(0, 3), _NOTHING),
        st.tuples(st.just("say"), _links, _frames),
        st.tuples(st.just("join"), _links, st.sampled_from(["lab", "lab", "den"])),
        st.tuples(st.just("take"), _links, _NOTHING),
        st.tuples(st.just("move"), _links, st.sampled_from(PLACES)),
        st.tuples(st.just("lose"), _links, _NOTHING),
        st.tuples(st.just("text"), st.integers(0, 2), _texts),
        st.tuples(st.just("wait"), st.sampled_from([0, 1, 2, 20, 40]), _NOTHING),
    ),
    60,
)
"""What happens: to one of the links that are open, to a user's address, or time passes."""


class Model:
    """A server, the links to it, and what is made of what comes over them."""

    def __init__(self) -> None:
        self.server = MixedServer(
            rooms=3, rooms_joined=2, members=5, users=7, names=2, names_per_host=1
        )
        self.links: list[Link] = []
        self.readers: dict[Link, Reader] = {}
        self.listed: dict[int, list[bytes]] = {number: [] for number in range(len(TEXTERS))}
        for number in range(3):
            self.enter(number)
            self.server.datagram(TEXTERS[number], b"hi texter%d" % number)
        for number, room in enumerate(("lab", "den")):
            self.server.say(self.links[number], CreateRoom(room).encode())
            self.server.say(self.links[number], JoinRoom(room).encode())

    def enter(self, number: int) -> None:
        """Somebody registers over a new link."""
        link = self.server.link(number)
        self.links.append(link)
        self.readers[link] = Reader()
        self.server.say(link, Register(NAMES[number]).encode())

    def step(self, kind: str, number: int, what: object) -> None:
        """One thing happens."""
        server = self.server
        if kind == "enter":
            self.enter(number)
        elif kind == "text":
            server.datagram(TEXTERS[number], bytes(what))  # type: ignore[call-overload]
        elif kind == "wait":
            server.wait(number)
        elif self.links:
            link = self.links[number % len(self.links)]
            on_link: dict[str, Callable[[], None]] = {
                "say": lambda: server.say(link, bytes(what)),  # type: ignore[call-overload]
                "join": lambda: server.say(link, JoinRoom(str(what)).encode()),
                "take": lambda: self.take(link),
                "move": lambda: server.move(link, what),  # type: ignore[arg-type]
                "lose": lambda: server.lose(link),
            }
            on_link[kind]()
            if kind == "lose":
                self.links.remove(link)
        self.links = [link for link in self.links if link not in server.closed]

    def take(self, link: Link) -> None:
        """Let a link take what there is for it."""
        for answer in self.server.take(link) if link in self.server.boxes else ():
            self.readers[link].hear(answer)

    def settle(self) -> None:
        """Let everything that is under way arrive."""
        self.server.wait(SIGN_OF_LIFE + 3)
        for _ in range(TURNS):
            for link in self.links:
                self.take(link)
            self.server.wait(TURN)
        # Another link of the same key may have taken the place of one, in the middle of a roster.
        self.links = [link for link in self.links if link not in self.server.closed]
        for number, address in enumerate(TEXTERS):
            for datagram in self.server.told(address):
                if datagram == CLEAR:
                    self.listed[number] = []
                elif datagram.startswith(b"rj "):
                    self.listed[number].append(datagram)


def others(user: User, room: Room) -> list[User]:
    """Who else is in a room."""
    return [member.user for member in room.members if member.user is not user]


class ModelTests(SynchronousTestCase):
    """Any sequence of events."""

    def setUp(self) -> None:
        # So small that a link lags behind after a few messages.
        self.patch(send_queue, "WINDOW", 300)
        self.patch(send_queue, "LAG", 600)
        self.patch(send_queue, "TURN_PER_LINK", 200)
        self.patch(roster, "MISSED", 3)

    @many
    @given(steps)
    def test_everybody_knows(self, steps: list[Step]) -> None:
        """A peer that takes all that it is told knows who is in its rooms, and lacks no number."""
        self.know(steps)

    @many
    @given(steps)
    def test_everybody_knows_in_larger_rooms(self, steps: list[Step]) -> None:
        """The same where changes are gathered, then told at once where the room has shrunk."""
        self.patch(roster, "SMALL_ROOM", 1)
        self.know(steps)

    def know(self, steps: list[Step]) -> None:
        model = Model()
        for step in steps:
            model.step(*step)
        model.settle()
        directory = model.server.directory
        for link in model.links:
            reader = model.readers[link]
            self.assertEqual((reader.gaps, reader.complete), (0, True))
            user = directory.holders.get(link.fingerprint)
            registered = model.server.core.gen2._sessions.registered.get(link.fingerprint)
            if user is None or registered is None or registered.link is not link:
                continue
            self.assertEqual({*reader.rosters}, {room.name for room in user.rooms})
            self.assertEqual(user.address, link.address)
            for room in user.rooms:
                known: dict[str, ContactInfo] = {
                    other.name: contact(other) for other in others(user, room)
                }
                member, roster = room.members.get(user.casefolded), reader.rosters[room.name]
                assert member is not None
                self.assertEqual((roster.others, roster.number), (known, member.told))
        for number, address in enumerate(TEXTERS):
            if found := directory.user_at(address):
                entries = [
                    RosterEntry(*other.address).encode()
                    for room in found.rooms
                    for other in others(found, room)
                ]
                self.assertEqual(sorted(model.listed[number]), sorted(entries))

    @some
    @given(steps)
    def test_consistent(self, steps: list[Step]) -> None:
        """Those registered over a link are in the directory or just were, and in so many rooms."""
        model = Model()
        server = model.server
        for step in steps:
            model.step(*step)
            for fingerprint, session in server.core.gen2._sessions.registered.items():
                self.assertIn(fingerprint, server.directory.holders)
                self.assertIn(session.link, model.links)
            self.assertLessEqual(len(server.directory.kept_names), 2)
            for host, _ in PLACES:
                self.assertLessEqual(server.directory.names_at_site(host), 1)
            self.assertLessEqual(len(server.directory.users), 7)
        server.wait(100)
        here = {
            session.link.fingerprint for session in server.core.gen2._sessions.registered.values()
        }
        self.assertEqual({user.fingerprint for user in server.directory.holders.read()}, here)
        for room in server.directory.rooms:
            holders = [member for member in room.members if member.user.fingerprint]
            self.assertEqual(room.holders, len(holders))
            self.assertTrue(all(room in member.user.rooms for member in room.members))
            self.assertFalse([m for m in room.members if room.rules.bans(m.user.fingerprint)])
        for user in server.directory.users.read():
            self.assertLessEqual(len(user.rooms), 2 if user.fingerprint else 1)

    @many
    @given(st.one_of(st.binary(max_size=80), mutated(likely_frames.map(lambda r: r.encode()))))
    def test_any_bytes(self, message: bytes) -> None:
        """Whatever is in a frame, nothing raises, and the next request is answered."""
        server = MixedServer()
        link = server.session("alice", room="lab")
        server.say(link, message)
        server.take(link)
        self.assertEqual(server.ask(link, Leave())[-1:] != [], True)
        self.assertEqual(server.closed, [])
