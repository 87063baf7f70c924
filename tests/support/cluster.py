"""Several room servers in memory with one log, which takes what it is given as NATS does."""

from collections import deque
from dataclasses import dataclass

from tests.support.mixed_server import PLACES, MixedServer
from twisted_chat.links import Link
from twisted_chat.server.cluster.absences import Absences
from twisted_chat.server.cluster.entries import (
    FREED,
    NAME,
    ROOM,
    SERVER,
    Key,
    NameEntry,
    read_entry,
)
from twisted_chat.server.cluster.replica import Logged, Publish
from twisted_chat.server.gen2.introductions import PairSecrets

WALL = 1_800_000_000.0
"""The time of day when the clock of a server stands at 0."""


class FakeLog:
    """The last entry of each subject, all of them in order, and those that have an end."""

    def __init__(self) -> None:
        self.entries: list[Logged] = []
        self.last: dict[Key, Logged] = {}
        self.ends: dict[Key, float] = {}

    def append(self, publish: Publish, now: float) -> int:
        """Take this. Returns its number, or minus that of the last of its subject, if
        another was expected."""
        last = self.last.get(publish.key)
        found = 0 if last is None else last.sequence
        if publish.expected is not None and publish.expected != found:
            return -found
        self._add(publish.key, publish.data)
        self.ends.pop(publish.key, None)
        if publish.ttl:
            self.ends[publish.key] = now + publish.ttl
        return len(self.entries)

    def expire(self, now: float) -> None:
        """Say of what has ended that it has."""
        for key in [key for key, end in self.ends.items() if end <= now]:
            del self.ends[key]
            if self.last[key].data == FREED:
                del self.last[key]
            else:
                self._add(key, FREED)

    def since(self, sequence: int) -> list[Logged]:
        """What stands there and was written after this."""
        return sorted(
            (one for one in self.last.values() if one.sequence > sequence),
            key=lambda one: one.sequence,
        )

    def _add(self, key: Key, data: bytes) -> None:
        self.last[key] = logged = Logged(key, len(self.entries) + 1, data)
        self.entries.append(logged)


def together(entries: list[Logged]) -> list[Logged | Absences]:
    """The same, with names of those who are nowhere as they are read where they come together."""
    found: list[Logged | Absences] = []
    gone: list[tuple[Logged, NameEntry]] = []

    def end() -> None:
        if gone:
            found.append(
                Absences(
                    [logged.key[1] for logged, _ in gone],
                    [logged.sequence for logged, _ in gone],
                    [logged.data for logged, _ in gone],
                    [entry.fingerprint for _, entry in gone],
                    [entry.site for _, entry in gone],
                    [entry.since for _, entry in gone],
                )
            )
            gone.clear()

    for logged in entries:
        entry = read_entry(NAME, logged.data) if logged.key[0] == NAME else None
        if isinstance(entry, NameEntry) and not entry.server:
            gone.append((logged, entry))
        else:
            end()
            found.append(logged)
    end()
    return found


@dataclass
class _Way:
    """What one server has read, and whether the log is reached."""

    up: bool = True
    read: int = 0


class ClusterOfServers:
    """Servers, by their numbers, and their log. Nothing happens but by `settle` and `wait`,
    or, a step at a time, by `send` and `feed`."""

    def __init__(
        self, count: int = 3, *, secrets: PairSecrets | None = None, **bounds: float
    ) -> None:
        self.log = FakeLog()
        self.servers: list[MixedServer] = []
        self.ways: list[_Way] = []
        self.damaged: list[str] = []
        self.dead: set[int] = set()
        self.unacked: deque[tuple[int, Publish, int]] = deque()
        self._bounds, self._secrets = bounds, secrets
        self.now = 1000.0
        for _ in range(count):
            self.start()
        self.settle()

    def start(self) -> int:
        """One more server. Returns its number."""
        number = len(self.servers)
        server = MixedServer(secrets=self._secrets, **self._bounds)  # type: ignore[arg-type]
        server.now = self.now
        address = f"192.0.2.{number + 1}", 8090
        server.core.join(f"server{number}", address, self.damaged.append, server.now)
        self.servers.append(server)
        self.ways.append(_Way(up=False))
        self.heal(number)
        return number

    def cluster(self, number: int):  # type: ignore[no-untyped-def]
        """What one server has to do with the others."""
        cluster = self.servers[number].core.cluster
        assert cluster is not None
        return cluster

    def cut(self, number: int) -> None:
        """One server does not reach the log."""
        self.ways[number].up = False
        self.unacked = deque(one for one in self.unacked if one[0] != number)
        self.cluster(number).linked(False, self.servers[number].now)

    def heal(self, number: int) -> None:
        """It does again."""
        self.ways[number].up = True
        self.feed(number)
        self.cluster(number).linked(True, self.servers[number].now)

    def forget(self, number: int) -> None:
        """This server is no more."""
        self.dead.add(number)

    def living(self) -> list[int]:
        """The servers that there are."""
        return [one for one in range(len(self.servers)) if one not in self.dead]

    def send(self, number: int) -> None:
        """Write what one server has to be written. What comes of it is not told it yet."""
        server, cluster = self.servers[number], self.cluster(number)
        wall = WALL + server.now
        cluster.write(server.core.ledger.take(), server.now, wall)
        for publish in cluster.take(server.now, wall):
            self.unacked.append((number, publish, self.log.append(publish, server.now)))
        for tell in cluster.tells():
            other = int(tell.server.removeprefix("server"))
            if self.ways[other].up:
                core = self.servers[other].core
                core.told(tell.fingerprint, tell.message, self.servers[other].now)
        self._settled(number)

    def ack(self) -> None:
        """Tell whoever waits longest what has come of what it wrote."""
        number, publish, sequence = self.unacked.popleft()
        cluster, key = self.cluster(number), publish.key
        if sequence > 0:
            cluster.acked(key, publish.number, sequence)
        else:
            cluster.refused(key, publish.number, -sequence)
        self._settled(number)

    def feed(self, number: int, most: int = 1_000_000) -> None:
        """Let one server read what it has not, so many entries at most."""
        way, server = self.ways[number], self.servers[number]
        if not way.up:
            return
        entries = self.log.since(way.read)[:most]
        if entries:
            way.read = entries[-1].sequence
            self.cluster(number).fed(together(entries), server.now, WALL + server.now)
        self._settled(number)

    def _settled(self, number: int) -> None:
        server, cluster = self.servers[number], self.cluster(number)
        server.core.settled(cluster.ended(), server.now)
        server.note(server.core.gen2.effects(server.now))

    def settle(self) -> None:
        """Let everything that is under way arrive."""
        for _ in range(100):
            before = len(self.log.entries)
            for number in self.living():
                self.send(number)
            while self.unacked:
                self.ack()
            for number in self.living():
                self.feed(number)
            if before == len(self.log.entries) and not any(
                self.cluster(number).has_news and self.ways[number].up for number in self.living()
            ):
                return
        raise AssertionError("the servers write without end")

    def wait(self, seconds: float) -> None:
        """Time passes for all."""
        until = self.now + seconds
        while self.now < until:
            step = min(1.0, until - self.now)
            self.now += step
            for number in self.living():
                self.servers[number].wait(step)
            self.log.expire(self.now)
            self.settle()

    def enter(self, number: int, user: int, name: str, room: str = "") -> Link:
        """Somebody registers at one server, and goes into a room."""
        server = self.servers[number]
        link = server.link(user, PLACES[user])
        server.say(link, b"hi " + name.encode())
        self.settle()
        if room:
            server.say(link, b"rc " + room.encode())
            self.settle()
            server.say(link, b"rj " + room.encode())
            self.settle()
        return link

    # --- What there is

    def names(self, number: int) -> dict[str, tuple[str, str, tuple[str, ...]]]:
        """Who is where, as one server has it: by names the key, the server and the rooms."""
        found = {}
        for user in self.servers[number].directory.users.read():
            rooms = tuple(sorted(room.casefolded for room in user.rooms))
            found[user.casefolded] = user.fingerprint, user.server or f"server{number}", rooms
        return found

    def kept(self, number: int) -> dict[str, str]:
        """Whose which name is who is not here."""
        return {
            one.casefolded: one.fingerprint
            for one in self.servers[number].directory.kept_names.read()
        }

    def rooms(self, number: int) -> dict[str, tuple[object, str, list[str]]]:
        """Which rooms there are: whose, how they are run, and who is in them."""
        return {
            room.casefolded: (
                room.creator,
                room.rules.encode(),
                sorted(member.user.casefolded for member in room.members),
            )
            for room in self.servers[number].directory.rooms.read()
        }

    def owners(self) -> dict[tuple[str, str], str]:
        """Whose what is, as it stands in the log."""
        return {key: one.data.decode() for key, one in self.log.last.items() if key[0] != SERVER}


__all__ = ["NAME", "ROOM", "ClusterOfServers", "FakeLog"]
