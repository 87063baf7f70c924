"""Whatever happens to three servers and their log, nothing has two owners, and all agree."""

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from tests.support.cluster import ClusterOfServers
from tests.support.mixed_server import KEYS, PLACES
from tests.support.strategies import sequences, some
from twisted_chat.errors import WireError
from twisted_chat.links import Link
from twisted_chat.server.cluster.entries import NAME, ROOM, NameEntry, RoomEntry, read_entry
from twisted_chat.server.cluster.other_servers import ABSENCE
from twisted_chat.server.cluster.wanted import TTL
from twisted_chat.wire.common import CreateRoom, JoinRoom, Register, RoomReady, Welcome
from twisted_chat.wire.gen2.answers import parse_answer
from twisted_chat.wire.gen2.requests import Kick, QuitRoom, Request, SetTopic

Step = tuple[str, int, int, int]
TEXTERS = [("198.51.100.1", 4000), ("198.51.100.2", 4000)]
NAMES = ["alice", "bob", "carol"]
ROOMS = ["lab", "den"]
FOREVER = TTL + ABSENCE + 5
"""Seconds after which those whose server is gone, and who are nowhere else, are let go."""

_servers, _small = st.integers(0, 2), st.integers(0, 5)
_kinds = st.sampled_from(
    [
        *("enter", "enter", "say", "say", "say", "text", "lose"),
        *("send", "send", "ack", "feed", "feed", "settle", "wait", "cut", "heal", "kill"),
    ]
)
steps: st.SearchStrategy[list[Step]] = sequences(st.tuples(_kinds, _servers, _small, _small), 40)


class Model:
    """Three servers, those who are at them, and what these were told to be theirs."""

    def __init__(self) -> None:
        self.all = ClusterOfServers(3)
        self.alive = [0, 1, 2]
        self.links: list[tuple[int, Link]] = []
        self.owners: dict[str, str] = {}
        """Whose which name is, as they were told: for ever, while nobody's is let go."""
        self.twice: list[str] = []

    def step(self, kind: str, which: int, first: int, second: int) -> None:
        """One thing happens."""
        number, everybody = self.alive[which], self.all
        if kind == "enter":
            key = first % 4
            link = everybody.servers[number].link(key, PLACES[key])
            self.links.append((number, link))
            everybody.servers[number].say(link, Register(NAMES[second % 3]).encode())
        elif kind == "say":
            self.say(first, second)
        elif kind == "lose" and self.links:
            at, link = self.links.pop(first % len(self.links))
            if link in everybody.servers[at].boxes:
                everybody.servers[at].lose(link)
        elif kind == "text":
            words = [f"hi {NAMES[second % 3]}", "rc lab", "rj lab", "by"][first % 4]
            everybody.servers[number].datagram(TEXTERS[second % 2], words.encode())
        elif kind == "send":
            everybody.send(number)
        elif kind == "ack" and everybody.unacked:
            everybody.ack()
        elif kind == "feed":
            everybody.feed(number, 1 + first)
        elif kind == "settle":
            everybody.settle()
        elif kind == "wait":
            everybody.wait([1, 5, 12][first % 3])
        elif kind == "cut" and everybody.ways[number].up:
            everybody.cut(number)
        elif kind == "heal" and not everybody.ways[number].up:
            everybody.heal(number)
        elif kind == "kill" and first == 0:
            self.kill(which)
        self.read()

    def say(self, first: int, second: int) -> None:
        if not self.links:
            return
        at, link = self.links[first % len(self.links)]
        server, room = self.all.servers[at], ROOMS[second % 2]
        requests: list[Request] = [
            CreateRoom(room),
            JoinRoom(room),
            QuitRoom(room),
            Kick(room, NAMES[first % 3]),
            SetTopic(room, f"topic {first}"),
            JoinRoom(room),
        ]
        if link in server.boxes:
            server.say(link, requests[second].encode())

    def kill(self, which: int) -> None:
        """A server ends without a word, and another is started."""
        number = self.alive[which]
        if self.all.ways[number].up:
            self.all.cut(number)
        self.all.forget(number)
        self.links = [one for one in self.links if one[0] != number]
        self.alive[which] = self.all.start()

    def read(self) -> None:
        """Note what somebody was told to be theirs."""
        for at, link in self.links:
            box = self.all.servers[at].boxes.get(link, [])
            for message in box:
                try:
                    answer = parse_answer(message)
                except WireError:
                    continue
                if isinstance(answer, Welcome):
                    self.own(answer.name, link.fingerprint)
                elif isinstance(answer, RoomReady):
                    self.own(f"#{answer.room}", link.fingerprint)
            box.clear()

    def own(self, what: str, key: str) -> None:
        if self.owners.setdefault(what, key) != key:
            self.twice.append(f"{what} is {key[:1]}'s and {self.owners[what][:1]}'s")

    def end(self) -> None:
        """All reach the log again, and those who are to be let go are."""
        for number in self.alive:
            if not self.all.ways[number].up:
                self.all.heal(number)
        self.all.settle()
        self.read()


class Several(SynchronousTestCase):
    """Any sequence of events."""

    @some
    @given(steps)
    def test_agreement(self, happening: list[Step]) -> None:
        """Whatever order things are written and read in, whoever is cut off or killed: what one
        key was told to be its own no other key is told so too, and once all reach the log
        the servers and the log agree."""
        model = Model()
        for step in happening:
            model.step(*step)
        model.end()
        self.assertEqual(model.twice, [])
        self.check(model)
        model.all.wait(FOREVER)
        model.read()
        self.assertEqual((model.twice, model.all.damaged), ([], []))
        self.check(model)
        servers = {f"server{number}" for number in model.alive}
        for name, (_, server, _) in model.all.names(model.alive[0]).items():
            self.assertIn(server, servers, name)

    def check(self, model: Model) -> None:
        """All servers say the same, and so does the log."""
        everybody, (first, *others) = model.all, model.alive
        for other in others:
            self.assertEqual(everybody.names(first), everybody.names(other))
            self.assertEqual(everybody.kept(first), everybody.kept(other))
            self.assertEqual(everybody.rooms(first), everybody.rooms(other))
        names: dict[str, tuple[str, str, tuple[str, ...]]] = {}
        kept, rooms = {}, {}
        for (kind, what), logged in everybody.log.last.items():
            entry = read_entry(kind, logged.data) if kind in (NAME, ROOM) else None
            if isinstance(entry, NameEntry) and entry.server:
                names[what] = entry.fingerprint, entry.server, tuple(sorted(entry.rooms))
            elif isinstance(entry, NameEntry):
                kept[what] = entry.fingerprint
            elif isinstance(entry, RoomEntry):
                rooms[what] = entry.owner, entry.rules
        self.assertEqual(names, everybody.names(first))
        self.assertEqual(kept, everybody.kept(first))
        found = {
            what: (owner, rules) for what, (owner, rules, _) in everybody.rooms(first).items()
        }
        self.assertEqual(rooms, found)
        for what, key in model.owners.items():
            if key in KEYS and not what.startswith("#"):
                self.assertEqual(
                    {**kept, **{one: who for one, (who, _, _) in names.items()}}[what], key
                )
