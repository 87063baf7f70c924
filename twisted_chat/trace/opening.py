"""One's own QUIC, opened with its secrets: which connection a packet belongs to, its keys,
and what is in it."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from msgspec import Struct

from twisted_chat.addresses import Address
from twisted_chat.errors import WireError
from twisted_chat.trace.keylog import KeyLog, Secrets
from twisted_chat.trace.protection import Protection, Unprotected, initial, suites
from twisted_chat.trace.quic import PacketKind, QuicPacket
from twisted_chat.trace.quic_frames import QuicFrame, frames
from twisted_chat.trace.report import Inside, Layer, Opened, Purpose
from twisted_chat.trace.speech2 import Message, in_words
from twisted_chat.wire.framing import Frames

MAX_CONNECTIONS = 2_000
"""Connections that are followed; the oldest makes room."""
MAX_TRIED = 32
"""Connections whose secrets are tried on one of which the beginning is not known."""
MAX_FAILED = 64
"""Packets of a connection that may be tried in vain."""
MAX_AHEAD = 256 * 1024
"""Bytes of a stream that wait for those before them."""
ID_BYTES = 8
"""Bytes of our connection ids."""

_LEVELS = {
    PacketKind.HANDSHAKE: "HANDSHAKE_TRAFFIC_SECRET",
    PacketKind.ONE_RTT: "TRAFFIC_SECRET_0",
}
_RANDOM = slice(6, 38)
"""Where a ClientHello has its random (RFC 8446, 4.1.2)."""
_CLIENT_HELLO = b"\x01"


class Revealed(Struct, frozen=True):
    """What one packet was found to hold: its row, what it is for, and its messages, which
    the side has said that `dialled` or the other."""

    opened: Opened
    purpose: Purpose
    messages: tuple[Message, ...]
    words: tuple[str, ...]
    dialled: bool


@dataclass(slots=True)
class _Stream:
    """One direction of stream 0, put in order: from `next` on, or, where it began before
    the capture, from where it is first seen, which is nearly always where a message begins."""

    next: int | None = 0
    ahead: dict[int, bytes] = field(default_factory=dict)
    frames: Frames = field(default_factory=Frames)
    lost: bool = False

    def feed(self, offset: int, data: bytes) -> Iterator[bytes]:
        """The messages that are whole now."""
        if self.next is None:
            self.next = offset
        if self.lost or offset + len(data) <= self.next:
            return
        self.ahead[offset] = max(data, self.ahead.get(offset, b""), key=len)
        if sum(map(len, self.ahead.values())) > MAX_AHEAD:
            self.lost = True
            return
        for start in sorted(self.ahead):
            if start > self.next:
                return
            piece = self.ahead.pop(start)[self.next - start :]
            self.next += len(piece)
            try:
                yield from self.frames.feed(piece)
            except WireError:
                self.lost = True
                return


@dataclass(slots=True, eq=False)
class _Connection:
    """One connection; True stands for its client, False for its server."""

    version: int = 1
    initial: dict[bool, Protection] = field(default_factory=dict)
    random: bytes = b""
    secrets: Secrets | None = None
    keys: dict[tuple[PacketKind, bool], Protection] = field(default_factory=dict)
    phase: dict[bool, bool] = field(default_factory=dict)
    largest: dict[tuple[PacketKind, bool], int] = field(default_factory=dict)
    streams: dict[bool, _Stream] = field(default_factory=dict)
    ids: list[bytes] = field(default_factory=list)
    failed: int = 0


class Opening:
    """Opens what these secrets open; everything else stays as it is."""

    def __init__(self, keys: KeyLog) -> None:
        self._keys = keys
        self._connections: dict[_Connection, None] = {}
        self._by_id: dict[bytes, tuple[_Connection, bool]] = {}  # And whose id it is.
        self._by_pair: dict[tuple[Address, Address], tuple[_Connection, bool]] = {}
        self._lengths: set[int] = {ID_BYTES}

    def open(
        self, source: Address, destination: Address, datagram: bytes, packets: list[QuicPacket]
    ) -> list[Revealed | None]:
        """What is in each of the packets of a datagram; None where it stays closed."""
        if len(self._keys) == 0:
            return []
        return [self._packet(source, destination, datagram, packet) for packet in packets]

    def _packet(
        self, source: Address, destination: Address, datagram: bytes, packet: QuicPacket
    ) -> Revealed | None:
        place = self._place(source, destination, datagram, packet)
        if place is None:
            return None
        connection, client, number_at = place
        end = packet.start + packet.length
        unprotected = None
        for keys in self._candidates(connection, packet, client):
            largest = connection.largest.get((packet.kind, client), -1)
            unprotected = keys.open(datagram, packet.start, number_at, end, largest)
            if unprotected is not None:
                self._know(connection, packet, client, keys)
                break
        if unprotected is None:
            connection.failed += 1
            return None
        self._by_pair[source, destination] = connection, client
        self._by_pair[destination, source] = connection, not client
        space = packet.kind, client
        connection.largest[space] = max(connection.largest.get(space, -1), unprotected.number)
        return self._found(connection, packet, client, unprotected)

    # --- Whose it is

    def _place(
        self, source: Address, destination: Address, datagram: bytes, packet: QuicPacket
    ) -> tuple[_Connection, bool, int] | None:
        """The connection, whether its client has sent this, and where the packet number is."""
        if packet.kind is PacketKind.ONE_RTT:
            return self._place_of_short(source, destination, datagram, packet.start)
        known = self._by_id.get(packet.receiver)
        if packet.kind is PacketKind.RETRY:
            if known is not None:
                connection, _ = known
                self._name(connection, packet.sender, client=False)
                connection.largest.clear()
            return None
        if packet.kind not in (PacketKind.INITIAL, PacketKind.HANDSHAKE):
            return None
        if known is None:
            if packet.kind is not PacketKind.INITIAL:
                return None
            known = self._begun(packet.version), False
            self._name(known[0], packet.receiver, client=False)
        connection, to_client = known
        self._name(connection, packet.sender, client=not to_client)
        return connection, not to_client, packet.number_at

    def _place_of_short(
        self, source: Address, destination: Address, datagram: bytes, start: int
    ) -> tuple[_Connection, bool, int] | None:
        at = start + 1
        for length in sorted(self._lengths, reverse=True):
            if known := self._by_id.get(datagram[at : at + length]):
                return known[0], not known[1], at + length
        # One that began before the capture: its ids were never told, and are as long as ours.
        by_pair = self._by_pair.get((source, destination))
        if by_pair is None:
            by_pair = self._by_pair[source, destination] = self._begun(1), True
            self._by_pair[destination, source] = by_pair[0], False
        return *by_pair, at + ID_BYTES

    def _begun(self, version: int) -> _Connection:
        if len(self._connections) >= MAX_CONNECTIONS:
            self._forget(next(iter(self._connections)))
        connection = _Connection(version)
        self._connections[connection] = None
        return connection

    def _forget(self, gone: _Connection) -> None:
        del self._connections[gone]
        for identifier in gone.ids:
            self._by_id.pop(identifier, None)
        for pair in [pair for pair, (one, _) in self._by_pair.items() if one is gone]:
            del self._by_pair[pair]

    def _name(self, connection: _Connection, identifier: bytes, *, client: bool) -> None:
        if identifier and identifier not in self._by_id and len(connection.ids) < MAX_FAILED:
            self._by_id[identifier] = connection, client
            connection.ids.append(identifier)
            self._lengths.add(len(identifier))

    # --- Keys

    def _candidates(
        self, connection: _Connection, packet: QuicPacket, client: bool
    ) -> Iterator[Protection]:
        """The keys that may open a packet, the likeliest first."""
        if packet.kind is PacketKind.INITIAL:
            if client in connection.initial:
                yield connection.initial[client]
            if client:  # The first, and the first after a Retry.
                connection.initial = initial(packet.receiver, packet.version)
                yield connection.initial[client]
            return
        known = connection.keys.get((packet.kind, client))
        if known is not None:
            yield known
            if packet.kind is PacketKind.ONE_RTT:
                yield known.following()
            return
        if connection.failed > MAX_FAILED:
            return
        label = ("CLIENT_" if client else "SERVER_") + _LEVELS[packet.kind]
        secrets = connection.secrets or self._keys.of(connection.random)
        for some in [secrets] if secrets is not None else self._keys.latest(MAX_TRIED):
            if secret := some.get(label):
                for suite in suites(secret):
                    yield Protection(secret, suite, connection.version)

    def _know(
        self, connection: _Connection, packet: QuicPacket, client: bool, keys: Protection
    ) -> None:
        if packet.kind is PacketKind.INITIAL:
            return
        connection.keys[packet.kind, client] = keys
        if connection.secrets is None:
            connection.secrets = self._keys.of(connection.random)

    # --- What is in it

    def _found(
        self,
        connection: _Connection,
        packet: QuicPacket,
        client: bool,
        unprotected: Unprotected,
    ) -> Revealed:
        plain = unprotected.plain
        inside: list[Inside] = []
        words: list[str] = []
        messages: list[Message] = []
        purposes: list[Purpose] = []
        try:
            told = frames(plain)
        except WireError as problem:
            told = []
            inside.append(Inside(Layer.TRANSPORT.value, str(problem), 0, len(plain)))
        for frame in told:
            inside.append(Inside(Layer.TRANSPORT.value, frame.text, frame.start, frame.end))
            self._learn(connection, client, frame)
            if frame.name == "CONNECTION_CLOSE":
                purposes.append(Purpose.CLOSE)
            elif frame.name == "PING":
                purposes.append(Purpose.KEEPALIVE)
            if frame.stream == 0:
                stream = connection.streams.setdefault(
                    client, _Stream(0 if connection.initial else None)
                )
                for message in stream.feed(frame.offset, frame.data):
                    text, purpose, read = in_words(message, dialled=client)
                    inside.append(Inside(Layer.APPLICATION.value, text, frame.start, frame.end))
                    words.append(text)
                    purposes.insert(0, purpose)
                    if read is not None:
                        messages.append(read)
        name = f"{packet.kind.value} packet {unprotected.number}"
        usual = Purpose.DATA if packet.kind is PacketKind.ONE_RTT else Purpose.SET_UP
        names = dict.fromkeys(frame.name for frame in told if frame.name != "PADDING")
        return Revealed(
            Opened(name, plain, tuple(inside)),
            purposes[0] if purposes else usual,
            tuple(messages),
            tuple(words) or (", ".join(names),),
            client,
        )

    def _learn(self, connection: _Connection, client: bool, frame: QuicFrame) -> None:
        if frame.identifier:
            self._name(connection, frame.identifier, client=client)
        hello = frame.name == "CRYPTO" and client and not frame.offset
        if hello and frame.data[:1] == _CLIENT_HELLO and not connection.secrets:
            connection.random = frame.data[_RANDOM]
