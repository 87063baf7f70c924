"""Links as docs/wire.md describes them, on aioquic. Nothing of ours is used here."""

import asyncio
import datetime
import hashlib
import os
import ssl
import time
from dataclasses import dataclass
from typing import Any, Protocol

from aioquic._buffer import Buffer
from aioquic.quic import events
from aioquic.quic.configuration import QuicConfiguration
from aioquic.quic.connection import QuicConnection
from aioquic.quic.packet import QuicPacketType, encode_quic_retry, pull_quic_header
from aioquic.quic.retry import QuicRetryTokenHandler
from aioquic.tls import Epoch, hkdf_expand_label
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.hashes import Hash

BOUND_ALPN, ALPN = "udpchat/2.1", "udpchat/2"
SPKI = bytes.fromhex("302a300506032b6570032100")
"""What comes before the 32 bytes of an Ed25519 key in DER (RFC 8410, 4)."""
LABEL = "{}, key of the dialling side"
EXPORTED = ((b"EXPORTER-Channel-Binding", 32), (b"exporter", 32))
LONGEST_FRAME = 65_536
QUESTION = 5.0
"""Seconds between two signs of life that are asked for."""

Address = tuple[str, int]


def statement(language: str, dialler: str, acceptor: str, over: bytes) -> bytes:
    """What the dialler signs."""
    begin = b" " * 64 + LABEL.format(language).encode() + b"\0"
    return begin + bytes.fromhex(dialler) + bytes.fromhex(acceptor) + over


class Channel(QuicConnection):
    """A connection that knows the binding of its channel (RFC 9266)."""

    binding = b""

    def _update_traffic_key(
        self, direction: Any, epoch: Any, cipher_suite: Any, secret: bytes
    ) -> None:
        if epoch is Epoch.ONE_RTT and not self.binding:
            schedule: Any = self.tls.key_schedule
            empty = Hash(schedule.algorithm).finalize()
            found = schedule.derive_secret(b"exp master")
            for label, length in EXPORTED:
                length = schedule.algorithm.digest_size if label != b"exporter" else length
                found = hkdf_expand_label(schedule.algorithm, found, label, empty, length)
            self.binding = found
        super()._update_traffic_key(direction, epoch, cipher_suite, secret)


class Key:
    """A private key, from its 32 bytes."""

    def __init__(self, seed: bytes, *languages: str) -> None:
        self.seed = seed
        self.languages = list(languages)
        self.private = Ed25519PrivateKey.from_private_bytes(seed)
        self.spki = SPKI + self.private.public_key().public_bytes_raw()
        self.fingerprint = hashlib.sha256(self.spki).hexdigest()
        name, now = x509.Name([]), datetime.datetime.now()
        self.certificate = x509.CertificateBuilder(
            name,
            name,
            self.private.public_key(),
            1,
            now - datetime.timedelta(2),
            now + datetime.timedelta(3650),
        ).sign(self.private, None)

    def configuration(self, *, dials: bool) -> QuicConfiguration:
        """How QUIC is spoken with this key."""
        return QuicConfiguration(
            alpn_protocols=self.languages,
            is_client=dials,
            idle_timeout=40,
            supported_versions=[1],
            verify_mode=ssl.CERT_NONE,
            certificate=self.certificate,
            private_key=self.private,
        )


class Owner(Protocol):
    """The one who is told what happens on links, and of datagrams that are of none."""

    def opened(self, link: "Link") -> None: ...
    def received(self, link: "Link", message: bytes) -> None: ...
    def closed(self, link: "Link", why: str) -> None: ...
    def datagram(self, data: bytes, source: Address) -> None: ...


@dataclass(eq=False)
class Link:
    """A QUIC connection, its stream 0 cut into frames, and the proof of the dialler's key."""

    port: "Port"
    quic: Channel
    address: Address
    expected: str
    """The fingerprint that the other end must have; empty for any, and for one that dials."""
    dialled: bool
    fingerprint: str = ""
    state: str = ""
    ended: bool = False
    buffer: bytes = b""
    language: str = ""
    over: bytes = b""
    claimed: bytes = b""

    def __post_init__(self) -> None:
        self.state = "nonce" if self.dialled else "key"
        self._timer: asyncio.TimerHandle | None = None
        self._asked = 0
        self._ask()

    # --- QUIC

    def pump(self, data: bytes = b"", source: Address | None = None) -> None:
        """Take a datagram, or what has become due; then send what there is to be sent."""
        now = time.monotonic()
        if data:
            self.quic.receive_datagram(data, source or self.address, now)
        elif (self.quic.get_timer() or now + 1) <= now:
            self.quic.handle_timer(now)
        while not self.ended and (event := self.quic.next_event()) is not None:
            self._event(event)
        if self._timer is not None:
            self._timer.cancel()
        for datagram, to in self.quic.datagrams_to_send(now):
            self.port.transport.sendto(datagram, to)
        due = self.quic.get_timer()
        if due is not None and not self.ended:
            delay = max(0.0, due - time.monotonic())
            self._timer = asyncio.get_running_loop().call_later(delay, self.pump)

    def _event(self, event: events.QuicEvent) -> None:
        if isinstance(event, events.ConnectionIdIssued):
            self.port.links[event.connection_id] = self
        elif isinstance(event, events.ConnectionTerminated):
            self._over(f"{event.error_code:#x} {event.reason_phrase}")
        elif isinstance(event, events.HandshakeCompleted):
            self.language = event.alpn_protocol or ""
            if not self.dialled:
                return
            certificate: Any = self.quic.tls._peer_certificate
            public = certificate.public_key().public_bytes_raw()
            self.fingerprint = hashlib.sha256(SPKI + public).hexdigest()
            if self.expected and self.fingerprint != self.expected:
                self.end("this is not the key that was expected")
            else:
                self.send(b"key " + self.port.key.spki)
                if self.language == BOUND_ALPN:
                    self._sign(self.quic.binding)
        elif isinstance(event, events.StreamDataReceived):
            self._data(event)

    def _data(self, event: events.StreamDataReceived) -> None:
        self.buffer += event.data
        while len(self.buffer) >= 4 and not self.ended:
            size = int.from_bytes(self.buffer[:4], "big")
            if not 0 < size <= LONGEST_FRAME:
                self.end("a frame of another length")
            if len(self.buffer) < 4 + size:
                break
            message, self.buffer = self.buffer[4 : 4 + size], self.buffer[4 + size :]
            if self.state == "open":
                self.port.owner.received(self, message)
            else:
                self._prove(message)
        if event.stream_id != 0 or event.end_stream:
            self.end("a second stream, or the end of the first")

    def _ask(self) -> None:
        """Ask for a sign of life now and then."""
        if not self.ended:
            if self.state == "open":
                self._asked += 1
                self.quic.send_ping(self._asked)
                self.pump()
            asyncio.get_running_loop().call_later(QUESTION, self._ask)

    # --- The frames that open it

    def _sign(self, over: bytes) -> None:
        own = self.port.key
        said = statement(self.language, own.fingerprint, self.fingerprint, over)
        self.state = "opening"
        self.send(b"proof " + own.private.sign(said))

    def _prove(self, message: bytes) -> None:
        own, (verb, _, rest) = self.port.key, message.partition(b" ")
        match self.state, verb, len(rest):
            case "nonce", b"nonce", 32:
                self._sign(rest)
            case "key", b"key", 44 if rest.startswith(SPKI):
                self.state, self.claimed = "proof", rest
                if self.language == BOUND_ALPN:
                    self.over = self.quic.binding
                else:
                    self.over = os.urandom(32)
                    self.send(b"nonce " + self.over)
            case "proof", b"proof", 64:
                self.fingerprint = hashlib.sha256(self.claimed).hexdigest()
                public = Ed25519PublicKey.from_public_bytes(self.claimed[len(SPKI) :])
                said = statement(self.language, self.fingerprint, own.fingerprint, self.over)
                try:
                    public.verify(rest, said)
                except InvalidSignature:
                    self.end("this proves nothing")
                else:
                    self.send(b"open")
                    self._open()
            case "opening", b"open", 0:
                self._open()
            case _:
                self.end("not in the language")

    def _open(self) -> None:
        self.state = "open"
        self.port.owner.opened(self)

    # --- What its owner does with it

    def send(self, message: bytes) -> None:
        """Send a message as a frame."""
        if not self.ended:
            self.quic.send_stream_data(0, len(message).to_bytes(4, "big") + message)
            asyncio.get_running_loop().call_soon(self.pump)

    def end(self, why: str) -> None:
        """End it, and say why."""
        if not self.ended:
            self.quic.close(error_code=0, reason_phrase=why)
            for datagram, to in self.quic.datagrams_to_send(time.monotonic()):
                self.port.transport.sendto(datagram, to)
            self._over(why)

    def _over(self, why: str) -> None:
        if not self.ended:
            self.ended = True
            self.port.owner.closed(self, why)


class Port(asyncio.DatagramProtocol):
    """One UDP port, over which links are dialled and accepted, and datagrams come."""

    transport: asyncio.DatagramTransport

    def __init__(self, key: Key, owner: Owner) -> None:
        self.key = key
        self.owner = owner
        self.links: dict[bytes, Link] = {}
        self._retry = QuicRetryTokenHandler()

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def dial(self, address: Address, expected: str) -> Link:
        """Begin a link to whoever has this fingerprint."""
        quic = Channel(configuration=self.key.configuration(dials=True))
        link = Link(self, quic, address, expected, dialled=True)
        self.links[quic.host_cid] = link
        quic.connect(address, time.monotonic())
        link.pump()
        return link

    def datagram_received(self, data: bytes, addr: Any) -> None:
        first, source = data[:1], addr[:2]
        long = first >= b"\x80"
        cid = data[6 : 6 + data[5]] if long and len(data) > 5 else data[1:9]
        if (link := self.links.get(cid)) is not None:
            link.pump(data, source)
        elif first >= b"\xc0" and data[1:5] == b"\0\0\0\1":
            self._initial(data, source)
        elif not long and not _is_short_header(data):
            self.owner.datagram(data, source)

    def _initial(self, data: bytes, source: Address) -> None:
        """An attempt without a token is answered by a Retry, one with a good token is a link."""
        header = self._header(data)
        if header is None:
            return
        target = header.destination_cid
        if not header.token:
            cid = os.urandom(8)
            token = self._retry.create_token(
                address=source,
                original_destination_connection_id=target,
                retry_source_connection_id=cid,
                now=time.time(),
            )
            self.transport.sendto(
                encode_quic_retry(1, cid, header.source_cid, target, token), source
            )
            return
        try:
            original = self._retry.validate_token(
                address=source, destination_cid=target, token=header.token, now=time.time()
            )
        except ValueError:
            return
        quic = Channel(
            configuration=self.key.configuration(dials=False),
            original_destination_connection_id=original,
            retry_source_connection_id=target,
        )
        link = Link(self, quic, source, "", dialled=False)
        self.links[target] = self.links[quic.host_cid] = link
        link.pump(data, source)

    def _header(self, data: bytes) -> Any:
        try:
            header = pull_quic_header(Buffer(data=data), host_cid_length=8)
        except ValueError:
            return None
        good = header.packet_type == QuicPacketType.INITIAL and len(data) >= 1200
        return header if good else None


def _is_short_header(data: bytes) -> bool:
    """Whether a datagram that is of no link is QUIC's all the same."""
    if not b"\x40" <= data[:1] < b"\x80" or len(data) <= 21:
        return False
    try:
        data.decode()
    except UnicodeDecodeError:
        return True
    return False
