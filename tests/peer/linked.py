"""Whole programs in memory: a room server and peers, each with its key, on the fake network."""

import hashlib
import random
import re
from collections import Counter
from collections.abc import Callable
from typing import Any

from twisted.internet.defer import maybeDeferred
from twisted.internet.protocol import DatagramProtocol
from twisted.internet.task import Clock

from tests.peer.keyed import Remembered
from tests.support.network import FakeNetwork, FakePort, FakeTerminal
from tests.support.routers import INSIDE, Router
from tests.support.sessions import keyed_session
from tests.support.stopping import StoppableClock, StoppedProtocol
from twisted_chat.addresses import Address
from twisted_chat.identity.keys import Identity
from twisted_chat.identity.room_messages import Signer
from twisted_chat.net.quic_port import QuicPort
from twisted_chat.peer.protocol import OF_PEERS, LinkedPeer
from twisted_chat.peer.whereabouts import Whereabouts
from twisted_chat.server.bounds import LINK_WINDOW, Bounds
from twisted_chat.server.gen2.introductions import TAGS, PairSecrets
from twisted_chat.server.protocol import RoomServer
from twisted_chat.store.archive import Archive
from twisted_chat.store.file import StoreFile
from twisted_chat.store.keeper import Keeper
from twisted_chat.wire.gen2.beats import BEAT
from twisted_chat.wire.gen2.datagrams import RELAY
from twisted_chat.wire.gen2.signs import SIGN

SERVER: Address = ("10.0.0.1", 8090)
SINCE_1970 = 1_700_000_000.0
"""When the clock stands at 0."""
SECONDS = 10.0
"""For what is awaited without losses, in the time of the Clock."""


class Person:
    """One peer, assembled as PeerService does, and its terminal."""

    def __init__(
        self,
        world: "World",
        name: str,
        key: Identity,
        address: Address,
        server_key: str,
        memory: Remembered | None,
        *,
        patient: bool,
        relays: bool,
        router: Router | None,
    ) -> None:
        self.name = name
        self.key = key
        self.world = world
        self._expected = 0
        self._clock = clock = StoppableClock(world.clock)
        self.memory = Remembered() if memory is None else memory
        server, store = Whereabouts(SERVER), StoreFile(None)
        archive = Archive("{}:{}".format(*SERVER), store.read(), SINCE_1970)
        self.peer = LinkedPeer(
            lambda port: keyed_session(
                server,
                key.fingerprint,
                name,
                self.memory,
                port=port,
                epoch=world.next_epoch(key),
                patient=patient,
                server_key=server_key,
                here=address,
                relays=relays,
                instance=hashlib.sha256(f"{name} at {address[0]}".encode()).hexdigest()[:20],
                archive=archive,
                signer=Signer.of(key),
                since_1970=SINCE_1970,
                draw=random.Random(f"{name} at {address}").randbytes,
            ),
            clock,
        )
        self.peer.keeper = Keeper(store, clock, maybeDeferred, self.peer)
        self.port = QuicPort(
            key,
            self.peer,
            clock,
            time_of_day=clock.seconds,
            text=self.peer,
            others=dict.fromkeys(OF_PEERS, self.peer.probed),
            relays=relays,
        )
        self.peer.carrier = self.port
        self.transport: FakePort = (
            world.network.listen(self.port, address)
            if router is None
            else router.listen(self.port, address[1], address[0])
        )
        self.terminal = FakeTerminal(self.peer)
        self.terminal.attach()

    @property
    def at(self) -> Address:
        """Where others see it."""
        return self.transport.outside

    @property
    def lines(self) -> list[str]:
        """All that was shown."""
        return self.terminal.lines

    def type(self, *lines: str) -> None:
        self.terminal.type(*lines)

    def stop(self) -> StoppedProtocol:
        """Read nothing and do nothing, until what this returns goes on."""
        return StoppedProtocol(self.transport, self._clock)

    def told(self, part: str) -> list[str]:
        """The lines shown so far that hold this."""
        return [line for line in self.lines if part in line]

    def heard_of(self, speaker: "Person") -> list[str]:
        """What was shown of what somebody said."""
        begin = re.compile(
            rf"(?:< {speaker.name}(?: \([-0-9: ]+\))?|> [-0-9]+ [:0-9]+ {speaker.name}): (.*)"
        )
        return [found[1] for line in self.lines if (found := begin.fullmatch(line))]

    def expect(self, part: str, seconds: float = SECONDS) -> None:
        """Let time pass until this is shown, after what was waited for before."""

        start = self._expected

        def found() -> bool:
            while self._expected < len(self.lines):
                self._expected += 1
                if part in self.lines[self._expected - 1]:
                    return True
            return False

        if not self.world.wait(seconds, found):
            shown = self.lines[start:]
            raise AssertionError(f"no {part!r} for {self.name}: {shown}")

    def do(self, line: str, part: str) -> None:
        """Type a line, and wait until what it leads to is shown."""
        self.type(line)
        self.expect(part)


class PlainUser(DatagramProtocol):
    """Somebody with the program that this one continues: each datagram is a message."""

    noisy = False
    transport: Any

    def __init__(self, world: "World", address: Address) -> None:
        self.world = world
        self.heard: list[tuple[str, Address]] = []
        self.at = address
        world.network.listen(self, address)

    def datagramReceived(self, datagram: bytes, addr: Address) -> None:
        self.heard.append((datagram.decode(), addr))

    def send(self, text: str, to: Address = SERVER) -> None:
        self.transport.write(text.encode(), to)

    def ask(self, text: str) -> list[str]:
        """What comes back for a request."""
        before = len(self.heard)
        self.send(text)
        self.world.wait(1)
        return [heard for heard, _ in self.heard[before:]]


class World:
    """A network with one server, and people."""

    def __init__(self, seed: int = 1, *, generation: int = 1, relay: bool = True) -> None:
        self._bounds = Bounds(relay=relay)
        self._drawn = 0
        self.clock = Clock()
        self.network = FakeNetwork(self.clock, seed)
        self.server_key = Identity.generate()
        self._generation = generation
        self._places = 100
        self._starts: Counter[str] = Counter()
        self.office = ""
        """The one host at which everybody is, if there is one."""
        self.start_server()

    def next_epoch(self, key: Identity) -> int:
        """A number larger than any that a program with this key has used before."""
        self._starts[key.fingerprint] += 1
        return 1000 * self._starts[key.fingerprint] - 999

    def start_server(self) -> None:
        """Start a server with the same key, which knows nobody."""
        self.server, self.server_port = self._start_server(SERVER)

    def another_server(self, address: Address) -> RoomServer:
        """Start another one with the same key, there."""
        return self._start_server(address)[0]

    def _start_server(self, address: Address) -> tuple[RoomServer, FakePort]:
        server = RoomServer(
            self._bounds,
            self.clock,
            generation=self._generation,
            secrets=PairSecrets(self.server_key.secret(TAGS), self._draw),
        )
        port = QuicPort(
            self.server_key,
            server,
            self.clock,
            time_of_day=self.clock.seconds,
            text=server,
            others={RELAY: server.relayed, BEAT: server.beat, SIGN: server.sign},
            window=LINK_WINDOW,
        )
        server.carrier = port
        return server, self.network.listen(port, address)

    def _draw(self, size: int) -> bytes:
        """What stands for random bytes: others each time, and the same in each run."""
        self._drawn += 1
        return self._drawn.to_bytes(size, "big")

    def kill_server(self) -> None:
        """End the server without a word to anybody."""
        self.server_port.kill()

    def wait(self, seconds: float, until: Callable[[], bool] = lambda: False) -> bool:
        """Let time pass as it does for a reactor: from one call to the next. Whether it came."""
        end = self.clock.seconds() + seconds
        while not until():
            calls = self.clock.calls
            due = calls[0].getTime() if calls else end
            self.clock.advance(max(0.0, min(due, end) - self.clock.seconds()))
            if due > end or not calls:
                return until()
        return True

    def place(self) -> Address:
        """An address where nobody is."""
        self._places += 1
        return self.office or f"10.0.0.{self._places}", 5000 + self._places

    def start(
        self,
        name: str,
        *,
        key: Identity | None = None,
        server_key: str = "",
        memory: Remembered | None = None,
        patient: bool = True,
        host: str = "",
        relays: bool = True,
        router: Router | None = None,
    ) -> Person:
        """Somebody who has just started a peer, at this host or at one of their own, or behind
        this router."""
        key = Identity.generate() if key is None else key
        own, port = self.place()
        return Person(
            self,
            name,
            key,
            (host or own, port) if router is None else (INSIDE, port),
            server_key,
            memory,
            patient=patient,
            relays=relays,
            router=router,
        )

    def person(self, name: str) -> Person:
        """Somebody who is registered."""
        one = self.start(name)
        one.expect(f"you are {name}")
        return one

    def room(self, *names: str) -> list[Person]:
        """People who have met in a room."""
        people = [self.person(name) for name in names]
        people[0].do("$roomcreate lab", "lab is there now")
        for one in people:
            one.do("$roomjoin lab", "you are in lab")
        self.wait(2)
        return people

    def plain(self) -> PlainUser:
        """Somebody of generation 1, not registered yet."""
        return PlainUser(self, self.place())
