"""Peers, each with a person at a terminal, on a network in memory with one room server."""

from collections.abc import Iterator

from twisted.internet.protocol import DatagramProtocol
from twisted.internet.task import Clock

from tests.support.network import Datagram, FakeNetwork, FakeTerminal, OriginalServer
from tests.support.sessions import plain_session
from twisted_chat.addresses import Address
from twisted_chat.peer.protocol import Peer
from twisted_chat.peer.whereabouts import Whereabouts
from twisted_chat.server.bounds import Bounds
from twisted_chat.server.protocol import RoomServer

SERVER = ("192.0.2.1", 8090)


def address_of(number: int) -> Address:
    """Where the peer of this number is."""
    return f"192.0.2.{number + 10}", 5000 + number


class Chatter:
    """A peer and the person at its terminal."""

    def __init__(self, world: "World", name: str | None, number: int, *, patient: bool) -> None:
        self._world = world
        self.address = address_of(number)
        self.peer = Peer(
            lambda port: plain_session(Whereabouts(SERVER), port, name, patient=patient),
            world.clock,
        )
        self.terminal = FakeTerminal(self.peer)
        self.port = world.network.listen(self.peer, self.address)
        self.statuses: list[int] = []
        self.peer.finished.addCallback(self.statuses.append)
        self.terminal.attach()

    @property
    def lines(self) -> list[str]:
        """All that was shown."""
        return self.terminal.lines

    def type(self, *lines: str, wait: float = 1.0) -> list[str]:
        """Type lines. Returns what is shown from then on."""
        before = len(self.lines)
        self.terminal.type(*lines)
        self._world.wait(wait)
        return list(self.lines[before:])

    def told(self, part: str) -> list[str]:
        """The lines shown so far that hold this."""
        return [line for line in self.lines if part in line]


class World:
    """A network with one server, `ours` or the `original`, and peers."""

    def __init__(self, kind: str = "ours", bounds: Bounds | None = None, seed: int = 1) -> None:
        self.clock = Clock()
        self.network = FakeNetwork(self.clock, seed)
        self._kind = kind
        self._bounds = Bounds() if bounds is None else bounds
        self.start_server()

    def start_server(self) -> None:
        """Start a server, which knows nobody."""
        self.server: DatagramProtocol = (
            OriginalServer() if self._kind == "original" else RoomServer(self._bounds, self.clock)
        )
        self._port = self.network.listen(self.server, SERVER)

    def stop_server(self) -> None:
        """End the server without a word to anybody."""
        self._port.stopListening()

    def wait(self, seconds: float) -> None:
        """Let time pass, from one thing that is due to the next."""
        end = self.clock.seconds() + seconds
        while self.clock.seconds() < end:
            due = min((call.getTime() for call in self.clock.getDelayedCalls()), default=end)
            self.clock.advance(max(0.0, min(due, end) - self.clock.seconds()))

    def chatter(
        self, name: str | None, number: int, *, patient: bool = True, wait: float = 1.0
    ) -> Chatter:
        """Somebody who has just started a peer."""
        one = Chatter(self, name, number, patient=patient)
        self.wait(wait)
        return one

    def room(self, *names: str, room: str = "lab") -> list[Chatter]:
        """People who have met in a room."""
        people = [self.chatter(name, number) for number, name in enumerate(names)]
        people[0].type(f"$roomcreate {room}")
        for one in people:
            one.type(f"$roomjoin {room}", wait=2)
        return people

    def sent(
        self, payload: bytes | None = None, source: Address | None = None, to: Address = SERVER
    ) -> list[Datagram]:
        """What was sent to an address so far."""
        return [
            one
            for one in self.network.sent
            if one.to == to
            and source in (None, one.source)
            and (payload is None or one.payload == payload)
        ]


def both() -> Iterator[World]:
    """A world with our server, and one with the original."""
    yield World("ours")
    yield World("original")
