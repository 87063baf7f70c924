"""One QUIC connection, and the link that it carries.

Knows no socket, no clock and no other connection. Whoever owns it hands it
datagrams and the time, sends what `transmit` gives, and calls `tick` when the
deadline has come. Anything here may raise whatever the library raises; then it
is to be told to `fail`.
"""

import os
from collections.abc import Sequence
from enum import Enum

from qh3.quic import events
from qh3.quic.connection import QuicConnection

from twisted_chat.addresses import Address
from twisted_chat.display import safe
from twisted_chat.errors import WireError
from twisted_chat.frames import Frames, frame
from twisted_chat.identity.fingerprints import fingerprint, matches, spoken
from twisted_chat.identity.keys import Identity, certified_key
from twisted_chat.identity.proof import NONCE_BYTES, Accepting, Dialling
from twisted_chat.links import Link
from twisted_chat.moments import NEVER
from twisted_chat.net import quic_bounds as bounds
from twisted_chat.net.quic_events import Owner
from twisted_chat.net.quic_library import narrow, wide

STREAM = 0
"""The one stream of a link: the first that the dialling side opens, both ways."""


class Stage(Enum):
    """Of a link: its keys are being proven, both may speak, or it has ended."""

    PROVING = "proving"
    OPEN = "open"
    OVER = "over"


class Connection:
    """`link` is what others know it by; `expected` what the key at the other
    end of a dialled one must begin with. `gone` says that there is nothing
    left to send or to wait for. `deadline` is when `tick` is due."""

    def __init__(
        self,
        quic: QuicConnection,
        own: Identity,
        owner: Owner,
        link: Link,
        now: float,
        expected: str = "",
    ) -> None:
        self.link = link
        self.expected = expected
        self.stage = Stage.PROVING
        self.gone = False
        self.ids = {quic.host_cid}
        self._quic = quic
        self._own = own
        self._owner = owner
        self._frames: Frames | None = Frames()
        self._proof: Accepting | Dialling | None = None
        self._outgoing = bytearray()
        self._backlog = 0
        self._elsewhere: Address | None = None
        self._closing: str | None = None  # Why, while what was said before waits to go out.
        self._part_by = 0.0
        self._limit = now + bounds.HANDSHAKE_TIME
        self._quiet_since = now
        self._asked = NEVER  # When, of what was sent first since we heard anything.
        if not link.dialled:
            self._proof = Accepting(own, os.urandom(NONCE_BYTES))

    @property
    def unsent(self) -> int:
        """Bytes that wait to be sent for the first time."""
        return self._backlog + len(self._outgoing)

    @property
    def deadline(self) -> float:
        timer: float | None = self._quic.get_timer()
        due = NEVER if timer is None else timer
        if self._closing is not None:
            return min(due, self._part_by)
        if self.stage is Stage.PROVING:
            return min(due, self._limit)
        if self.link.dialled and self.stage is Stage.OPEN:
            asking, answered = (
                self._quiet_since + bounds.KEEPALIVE,
                self._asked + bounds.ANSWER_TIME,
            )
            return min(due, asking, answered)
        return due

    def receive(self, datagrams: Sequence[bytes], source: Address, now: float) -> None:
        """Take datagrams that came from one address, one after the other."""
        self._quiet_since, self._asked = now, NEVER
        if len(datagrams) == 1:
            self._quic.receive_datagram(datagrams[0], wide(source), now)
        else:
            self._quic.receive_many_datagrams(list(datagrams), wide(source), now)
        self._read()
        if self._elsewhere == source and self.stage is Stage.OPEN:
            # It has answered from where we have written to.
            self.link.address, self._elsewhere = source, None
            self._owner.moved(self)

    def tick(self, now: float) -> None:
        """Do what is due."""
        if self.stage is Stage.PROVING and now >= self._limit:
            self._end("no answer in time" if self._proof is None else "no proof in time")
        if self.stage is Stage.OPEN and self.link.dialled:
            if now >= self._asked + bounds.ANSWER_TIME:
                self._end("no answer")
            elif now >= self._quiet_since + bounds.KEEPALIVE:
                self._quiet_since = now
                self._asked = min(self._asked, now)
                self._quic.send_ping(0)
        timer = self._quic.get_timer()
        if timer is not None and timer <= now:
            self._quic.handle_timer(now)
            self._read()

    def send(self, message: bytes) -> None:
        """Put a message behind those that wait. Raises WireError where it is too long."""
        if self.stage is not Stage.OPEN:
            return
        self._outgoing += frame(message)
        if self.unsent > bounds.UNSENT:
            self._end("the other side does not read")

    def close(self, why: str, *, at_once: bool = False) -> None:
        """End it; the owner is told nothing more of it. What was sent right
        before goes out once, and is not repeated where it gets lost."""
        if not at_once:
            self._part_by = NEVER
        self._finish(why)

    def fail(self, why: str) -> None:
        """The library has failed: tell the owner, and touch it no more."""
        self.gone = True
        self._end(why)

    def transmit(self, now: float) -> list[tuple[bytes, Address]]:
        """The datagrams to send now."""
        if said := bool(self._outgoing):
            self._quic.send_stream_data(STREAM, bytes(self._outgoing))
            self._outgoing.clear()
            self._asked = min(self._asked, now)
        sent = [(data, narrow(to)) for data, to in self._quic.datagrams_to_send(now)]
        if self._closing is not None and self._has_parted(now):
            # Only now, as whatever waits to be sent is forgotten with this.
            self._quic.close(reason_phrase=self._closing)
            self._closing = None
            sent += [(data, narrow(to)) for data, to in self._quic.datagrams_to_send(now)]
        if self.stage is Stage.OVER and self._quic.get_timer() is None:
            self.gone = True
        if sent or said:
            self._backlog = self._quic.get_send_buffer_size(STREAM)
        if sent:
            self._elsewhere = sent[-1][1] if sent[-1][1] != self.link.address else None
        return sent

    def _has_parted(self, now: float) -> bool:
        """Whether what was said before the end is out, or has had its time."""
        self._part_by = min(self._part_by, now + bounds.PARTING)
        return not self._quic.get_send_buffer_size(STREAM) or now >= self._part_by

    def _read(self) -> None:
        while (event := self._quic.next_event()) is not None:
            try:
                self._on(event)
            except WireError as error:
                self._end(str(error))

    def _on(self, event: events.QuicEvent) -> None:
        match event:
            case events.StreamDataReceived():
                self._on_data(event)
            case events.ConnectionIdIssued():
                self._owner.id_issued(self, event.connection_id)
            case events.ConnectionIdRetired():
                self._owner.id_retired(self, event.connection_id)
            case events.ConnectionTerminated():
                self.gone = True
                self._end(_reason(event))
            case events.HandshakeCompleted():
                self._on_handshake(event)
            case events.ProtocolNegotiated() | events.PingAcknowledged():
                pass
            case _:
                raise WireError("something that no link has")

    def _on_handshake(self, event: events.HandshakeCompleted) -> None:
        if event.alpn_protocol != bounds.ALPN:
            raise WireError(f"it does not speak {bounds.ALPN}")
        if not self.link.dialled or self.stage is not Stage.PROVING:
            return
        certificate = self._quic.get_peercert()
        if certificate is None:
            raise WireError("it shows no certificate")
        found = fingerprint(certified_key(certificate.public_bytes()))
        if not matches(found, self.expected):
            raise WireError(f"another key is there than was expected: {spoken(found)}")
        self._proof = Dialling(self._own, found)
        self._outgoing += frame(self._proof.first)

    def _on_data(self, event: events.StreamDataReceived) -> None:
        if event.stream_id != STREAM:
            raise WireError("a second stream")
        if self._frames is None:
            return
        for message in self._frames.feed(event.data):
            if self.stage is Stage.OPEN:
                self._owner.received(self, message)
            elif self.stage is Stage.PROVING:
                self._prove(message)
            if self._frames is None:
                return
        if event.end_stream:
            self._end("the other side has ended it")

    def _prove(self, message: bytes) -> None:
        proof = self._proof
        if proof is None:
            raise WireError("it speaks before it may")
        if answer := proof.receive(message):
            self._outgoing += frame(answer)
        if proof.opened:
            self.link.fingerprint = proof.fingerprint
            self._proof = None
            self.stage = Stage.OPEN
            self._owner.opened(self)

    def _end(self, why: str) -> None:
        if self.stage is not Stage.OVER:
            self._finish(why)
            self._owner.over(self, why)

    def _finish(self, why: str) -> None:
        self.stage = Stage.OVER
        self._frames = self._proof = None
        if not self.gone:
            self._closing = why[: bounds.REASON]


def _reason(event: events.ConnectionTerminated) -> str:
    return safe(event.reason_phrase[: bounds.REASON]) or "the other side has ended it"
