"""Peers with keys, each with a person, on links in memory with one room server."""

import functools
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.support.fake_server import FakeServer
from tests.support.kept import MemoryKeeper
from tests.support.links import LinkNetwork, Node
from tests.support.sessions import keyed_session
from twisted_chat.addresses import Address
from twisted_chat.errors import WireError
from twisted_chat.identity.fingerprints import fingerprint
from twisted_chat.identity.room_messages import Signer
from twisted_chat.links import Link, SendFrames
from twisted_chat.moments import NEVER
from twisted_chat.peer.effects import Effect
from twisted_chat.peer.gen2.known_keys import Memory
from twisted_chat.peer.whereabouts import Whereabouts
from twisted_chat.terminal.typed_lines import as_typed
from twisted_chat.wire.gen1 import parse_answer

SERVER = ("192.0.2.1", 8090)
SINCE_1970 = 1_000_000_000.0
"""Seconds at which the network begins."""


@functools.cache
def _private(name: str) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(hashlib.sha256(name.encode()).digest())


@functools.cache
def key_of(name: str) -> str:
    """A fingerprint."""
    public = _private(name).public_key()
    return fingerprint(public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))


def signer_of(name: str) -> Signer:
    """The one with that key, who can sign."""
    private = _private(name)
    return Signer(private.public_key().public_bytes_raw().hex(), private.sign)


def spoken(fingerprint: str) -> str:
    """A fingerprint as people read it to each other."""
    return f"~{fingerprint[:8]}~"


@dataclass
class Known:
    """A key that is remembered."""

    fingerprint: str
    compared: bool = False
    compared_at: float = 0.0
    last_seen: float = 0.0


class Remembered:
    """A memory that ends with the test."""

    def __init__(self) -> None:
        self.names: dict[str, Known] = {}
        self.servers: dict[Address, Known] = {}
        self.unwanted: dict[str, str] = {}

    def name(self, name: str) -> Known | None:
        return self.names.get(name)

    def known_names(self, names: Sequence[str]) -> dict[str, Known]:
        return {name: known for name in names if (known := self.name(name)) is not None}

    def every_name(self) -> list[str]:
        return list(self.names)

    def remember(self, name: str, fingerprint: str) -> None:
        self.names.setdefault(name, Known(fingerprint))

    def trust(self, name: str, fingerprint: str) -> None:
        self.names[name] = Known(fingerprint)

    def verify(self, name: str, fingerprint: str) -> None:
        self.names[name] = Known(fingerprint, True)

    def doubt(self, name: str) -> None:
        if name in self.names:
            self.names[name].compared = False

    def ignored(self) -> list[tuple[str, str]]:
        return [(name, fingerprint) for fingerprint, name in self.unwanted.items()]

    def ignore(self, name: str, fingerprint: str) -> None:
        self.unwanted[fingerprint] = name

    def unignore(self, fingerprint: str) -> None:
        self.unwanted.pop(fingerprint, None)

    def server(self, address: Address) -> Known | None:
        return self.servers.get(address)

    def remember_server(self, address: Address, fingerprint: str) -> None:
        self.servers.setdefault(address, Known(fingerprint))

    def trust_server(self, address: Address, fingerprint: str) -> None:
        self.servers[address] = Known(fingerprint)


class Chatter:
    """A peer and the person at its terminal. `key` is a name for its key."""

    def __init__(
        self,
        world: "KeyedWorld",
        name: str | None,
        key: str,
        address: Address,
        memory: Memory,
        *,
        patient: bool,
        server_key: str,
        server: Whereabouts | None = None,
        keeper: MemoryKeeper | None = None,
    ) -> None:
        self.world = world
        keeper = MemoryKeeper() if keeper is None else keeper
        self.name = name
        world.epoch += 1000
        self.session = keyed_session(
            Whereabouts(SERVER) if server is None else server,
            key_of(key),
            name,
            memory,
            epoch=world.epoch,
            patient=patient,
            server_key=server_key,
            archive=keeper.archive(SINCE_1970),
            signer=signer_of(key),
            since_1970=SINCE_1970,
        )
        self.memory = memory
        self.node = world.network.add(Node(key_of(key), address, self.session, keeper=keeper))
        self.node.datagram = self._datagram
        world.network.carry_out(self.node, self.session.start(world.network.now))

    def _datagram(self, payload: bytes, source: Address) -> None:
        try:
            message = parse_answer(payload)
        except WireError:
            return
        world = self.world.network
        world.carry_out(self.node, self.session.heard(message, source, world.now))

    @property
    def lines(self) -> list[str]:
        """All that was shown."""
        return self.node.shown

    def type(self, *lines: str, wait: float = 0.5) -> list[str]:
        """Type lines. Returns what is shown from then on."""
        before = len(self.lines)
        for line in lines:
            self.enter(line)
        self.world.wait(wait)
        return self.lines[before:]

    def enter(self, line: str) -> None:
        """Type a line, while time stands still."""
        network = self.world.network
        network.carry_out(self.node, self.session.typed([as_typed(line)], network.now))

    def end(self, wait: float = 0.5) -> None:
        """Type nothing more."""
        network = self.world.network
        network.carry_out(self.node, self.session.ended(network.now))
        network.wait(wait)

    def told(self, part: str) -> list[str]:
        """The lines shown so far that hold this."""
        return [line for line in self.lines if part in line]

    def words_to(self, other: "Chatter") -> list[bytes]:
        """What went to another on links, acknowledgements left out."""
        return [
            message
            for fingerprint, message in self.node.said
            if fingerprint == other.node.fingerprint and message.startswith((b"msg ", b"said "))
        ]


class KeyedWorld:
    """A network with one server, and peers."""

    def __init__(self, seed: int = 1) -> None:
        self.network = LinkNetwork(seed)
        self.epoch = 0
        self._places = 0
        self.start_server()

    def start_server(self, key: str = "server") -> None:
        """Start a server, which knows nobody."""
        self.fake_server = FakeServer()
        self.server = self.network.add(Node(key_of(key), SERVER, self.fake_server))
        self.server.datagram = self._knocked

    def _knocked(self, payload: bytes, source: Address) -> None:
        """The server is asked something by a stranger, in generation 1."""
        for node in self.network.nodes:
            if node.address == source and node.datagram is not None:
                answer = partial(node.datagram, b"hi", SERVER)
                self.network.at(self.network.now + self.network.delay, answer)

    def kill_server(self) -> None:
        """End the server without a word to anybody."""
        self.network.kill(self.server)

    def wait(self, seconds: float) -> None:
        self.network.wait(seconds)

    def chatter(
        self,
        name: str | None,
        *,
        key: str = "",
        memory: Memory | None = None,
        patient: bool = True,
        server_key: str = "",
        server: Whereabouts | None = None,
        keeper: MemoryKeeper | None = None,
        wait: float = 0.5,
    ) -> Chatter:
        """Somebody who has just started a peer."""
        self._places += 1
        address = (f"192.0.2.{100 + self._places}", 5000 + self._places)
        one = Chatter(
            self,
            name,
            key or name or "nobody",
            address,
            Remembered() if memory is None else memory,
            patient=patient,
            server_key=server_key,
            server=server,
            keeper=keeper,
        )
        self.wait(wait)
        return one

    def room(self, *names: str, room: str = "lab") -> list[Chatter]:
        """People who have met in a room."""
        people = [self.chatter(name) for name in names]
        people[0].type(f"$roomcreate {room}")
        for one in people:
            one.type(f"$roomjoin {room}")
        return people

    def intrude(self, key: str, into: Chatter, *messages: bytes, wait: float = 0.5) -> "Intruder":
        """Somebody with a key, and no manners, links to a peer."""
        self._places += 1
        intruder = Intruder()
        node = self.network.add(
            Node(key_of(key), (f"192.0.2.{100 + self._places}", 5000), intruder)
        )
        link = self.network.join(node, into.node)
        self.network.carry_out(node, [SendFrames(link, [message]) for message in messages])
        self.wait(wait)
        return intruder


class Intruder:
    """Who is at the end of a link without being a peer: remembers how it ends."""

    wake = NEVER

    def __init__(self) -> None:
        self.whys: list[str] = []
        self.received_messages: list[bytes] = []

    def opened(self, link: Link, now: float) -> list[Effect]:
        return []

    def received(self, link: Link, messages: Iterable[bytes], now: float) -> list[Effect]:
        self.received_messages += messages
        return []

    def lost(self, link: Link, why: str, now: float) -> list[Effect]:
        self.whys.append(why)
        return []

    def dial_failed(
        self, address: Address, fingerprint: str, why: str, found: str, now: float
    ) -> list[Effect]:
        return []

    def tick(self, now: float) -> list[Effect]:
        return []

    def resolved(self, addresses: list[Address]) -> None:
        """Never: this looks nobody up."""
