"""One QUIC connection, and the link that it carries.

Knows no socket, no clock and no other connection. Its owner hands it
datagrams and the time, sends what `transmit` gives, and calls `tick` when the
deadline has come. Anything here may raise whatever the library raises; then it
is to be told to `fail`.
"""

from collections.abc import Sequence
from enum import Enum
from typing import Protocol

from qh3.quic import events
from qh3.quic.connection import QuicConnectionError

from twisted_chat.addresses import Address
from twisted_chat.display import safe
from twisted_chat.errors import WireError
from twisted_chat.identity.keys import Identity
from twisted_chat.identity.proof import AcceptingProof, DiallingProof
from twisted_chat.links import Link
from twisted_chat.moments import NEVER
from twisted_chat.net import quic_bounds as bounds
from twisted_chat.net.quic_asking import Asking
from twisted_chat.net.quic_credit import Credit
from twisted_chat.net.quic_excess import Excess
from twisted_chat.net.quic_library import Quic
from twisted_chat.net.quic_parting import Parting
from twisted_chat.net.quic_paths import Paths
from twisted_chat.net.quic_proving import accepting_proof, dialling_proof, key_behind
from twisted_chat.wire.framing import Frames, frame

STREAM = 0
"""The one stream of a link: the first that the dialling side opens, both ways."""


class Stage(Enum):
    """Of a link: its keys are being proven, both may speak, or it has ended."""

    PROVING = "proving"
    OPEN = "open"
    OVER = "over"


class Owner(Protocol):
    """The one who is told what happens on a connection."""

    def id_issued(self, connection: "LinkConnection", identifier: bytes) -> None: ...
    def id_retired(self, connection: "LinkConnection", identifier: bytes) -> None: ...
    def opened(self, connection: "LinkConnection") -> None: ...
    def received(self, connection: "LinkConnection", message: bytes) -> None: ...
    def moved(self, connection: "LinkConnection", former: Address) -> None: ...
    def overdue(self, connection: "LinkConnection") -> None: ...
    def doubted(self, connection: "LinkConnection") -> None: ...
    def trusted(self, connection: "LinkConnection") -> None:
        """There was an answer, after it was doubted."""

    def over(self, connection: "LinkConnection", why: str) -> None:
        """Once, unless we closed it. What it still has to send is to be sent."""


class LinkConnection:
    """`link` is what others know it by; `expected` what the key at the other
    end of a dialled one must begin with, `found` the one that is there, and
    `dialled_to` where that is, in the form in which datagrams come from there. `gone`
    says that there is nothing left to send or to wait for. `deadline` is when `tick` is due.
    `asking` says when it asks for a sign of life, `watches` whether it is to show what becomes
    of our own network."""

    def __init__(
        self,
        quic: Quic,
        own: Identity,
        owner: Owner,
        link: Link,
        now: float,
        asking: Asking,
        expected: str = "",
        dialled_to: Address | None = None,
        watches: bool = False,
    ) -> None:
        self.link = link
        self.expected = expected
        self.found = ""
        self.dialled_to = dialled_to
        self.watches = watches
        self.stage = Stage.PROVING
        self.gone = False
        self.ids = {quic.host_cid}
        self._quic = quic
        self._own = own
        self._owner = owner
        self._frames: Frames | None = Frames()
        self._proof: AcceptingProof | DiallingProof | None = None
        self._outgoing = bytearray()
        self._backlog = 0
        self._question: int | None = None  # The packet behind one, while nothing is read.
        self._elsewhere: Address | None = None
        self._parting = Parting()
        self._limit = now + bounds.HANDSHAKE_TIME
        self._asking = asking
        self._paths = Paths(dialled_to or link.address, now)
        self._excess = Excess()
        self._sent = 0  # Datagrams.
        self._part_at = NEVER  # From another end that has moved too often.
        self._credit: Credit | None = None  # While the address is not proven.
        if not link.dialled:
            self._proof = accepting_proof(own)
            self._credit = Credit()

    @property
    def is_proving(self) -> bool:
        """Whether there is no link yet, and may still be one."""
        return self.stage is Stage.PROVING

    @property
    def unsent(self) -> int:
        """Bytes that wait to be sent for the first time."""
        return self._backlog + len(self._outgoing)

    @property
    def deadline(self) -> float:
        timer: float | None = self._quic.get_timer()
        due = NEVER if timer is None else timer
        if self.stage is Stage.OVER:
            return min(due, self._parting.deadline)
        if self.stage is Stage.PROVING:
            return min(due, self._limit)
        return min(due, self._asking.deadline, self._part_at)

    def receive(self, datagrams: Sequence[bytes], source: Address, now: float) -> None:
        """Take datagrams that came from one address, one after the other."""
        if self._credit is not None:
            self._credit.came(datagrams)
        self._excess.came(len(datagrams), elsewhere=source != self._paths.current)
        name = self._paths.name(source, now)
        if len(datagrams) == 1 and self._quic.reads:
            self._quic.receive_datagram(datagrams[0], name, now)
        else:
            self._quic.receive_many_datagrams(list(datagrams), name, now)
        self._read(now)
        if self._question is not None:
            self._look_for_answer(self._question, now)
        if self._quic.unread > bounds.UNREAD:
            self._end("it goes on though nothing is read")
        if self._elsewhere == source and self.stage is Stage.OPEN:
            # It has answered from where we have written to.
            self._paths.move(source, now)
            former, self.link.address, self._elsewhere = self.link.address, source, None
            if self._paths.moves >= bounds.MOVES:
                self._part_at = min(self._part_at, now + bounds.MOVED_OUT)
            self._owner.moved(self, former)

    def tick(self, now: float) -> None:
        """Do what is due."""
        if self._question is not None:
            self._look_for_answer(self._question, now)
        if self.stage is Stage.PROVING and now >= self._limit:
            self._end("no answer in time" if self._proof is None else "no proof in time")
        if self.stage is Stage.OPEN and now >= self._part_at:
            self._end("it has moved too often: another link is needed")
        if self.stage is Stage.OPEN and now >= self._asking.deadline:
            if self._asking.is_over(now):
                self.link.silent = True
                self._end("no answer")
            else:
                self._ask(now)
        timer = self._quic.get_timer()
        if timer is not None and timer <= now:
            self._quic.handle_timer(now)
            self._read(now)

    def ask(self, now: float) -> None:
        """Ask for a sign of life now, unless that is being waited for."""
        if self.stage is Stage.OPEN and not self._asking.waits:
            self._ask(now)

    def _ask(self, now: float) -> None:
        before = self._asking.doubted
        self._quic.send_ping(self._asking.question(now))
        if self._asking.doubted and not before:
            self._owner.doubted(self)
        elif self._asking.is_overdue(now):
            self._owner.overdue(self)

    @property
    def has_lapsed(self) -> bool:
        """Whether it is in doubt after silence."""
        return self._asking.has_lapsed

    def shorten(self) -> None:
        """A NAT on the way forgets soon what is silent."""
        self._asking.shorten()

    def send(self, message: bytes) -> None:
        """Put a message behind those that wait. Raises WireError where it is too long."""
        if self.stage is not Stage.OPEN:
            return
        self._outgoing += frame(message)
        if self._backlog + len(self._outgoing) > bounds.UNSENT:
            self._end("the other side does not read")

    def hold(self) -> None:
        """Read nothing, and grant the other end nothing more that it may send."""
        if self.stage is Stage.OPEN:
            self._quic.reads = False

    def read_on(self, now: float) -> None:
        """Read again, and first what has come meanwhile."""
        self._question = None
        self._quic.read_on()
        self._read(now)

    def _look_for_answer(self, question: int, now: float) -> None:
        """While nothing is read, what was sent with a question shows whether it is answered."""
        if not self._quic.awaits(question):
            self._question = None
            doubted = self._asking.doubted
            self._asking.acknowledged(now)
            self._trust_again(doubted)

    def _trust_again(self, doubted: bool) -> None:
        if doubted and not self._asking.doubted:
            self._owner.trusted(self)

    def close(self, why: str, *, at_once: bool = False) -> None:
        """End it; the owner is told nothing more of it. What was sent right
        before goes out once, and is not repeated where it gets lost."""
        if not at_once:
            self._parting.let_arrive()
        self._finish(why)

    def abandon(self) -> None:
        """Be gone without a word, to anybody."""
        self.gone, self.stage = True, Stage.OVER
        self._frames = self._proof = None

    def has_ended(self, problem: BaseException) -> bool:
        """Whether the library could only not do something because the other side has closed
        this, of which it tells a while later. The owner is told as of any end."""
        closed = self._quic._close_event
        if not isinstance(problem, QuicConnectionError) or closed is None:
            return False
        self.gone = True
        self._end(_reason(closed))
        return True

    def fail(self, why: str) -> None:
        """The library has failed: tell the owner, and touch it no more."""
        self.gone = True
        self._end(why)

    def transmit(self, now: float) -> list[tuple[bytes, Address]]:
        """The datagrams to send now."""
        if said := bool(self._outgoing):
            self._quic.send_stream_data(STREAM, bytes(self._outgoing))
            self._outgoing.clear()
            if self.stage is Stage.OPEN and self._asking.said(now):
                self._quic.send_ping(self._asking.question(now))
        sent = self._datagrams(now)
        if self._parting.close(self._quic, STREAM, now):
            sent += self._datagrams(now)
        if self.stage is Stage.OVER and self._quic.get_timer() is None:
            self.gone = True
        if sent or said:
            self._backlog = self._quic.get_send_buffer_size(STREAM)
        if not self._quic.reads and self._question is None and self._asking.waits:
            self._question = self._quic.last_sent
        if sent and self.dialled_to is None:
            self._elsewhere = sent[-1][1] if sent[-1][1] != self.link.address else None
        return sent

    def _datagrams(self, now: float) -> list[tuple[bytes, Address]]:
        """What the library sends; while the address is not proven, so much of it as may be."""
        there = self._paths.address
        written = [(data, there(name)) for data, name in self._quic.datagrams_to_send(now)]
        self._sent += len(written)
        sent = self._excess.pass_on(written, self._paths.current) if written else written
        if self._excess.why is not None:
            self._end(self._excess.why)
        return sent if self._credit is None else self._credit.affordable(sent)

    def _read(self, now: float) -> None:
        while (event := self._quic.next_event()) is not None:
            try:
                self._on(event, now)
            except WireError as error:
                self._end(str(error))

    def _on(self, event: events.QuicEvent, now: float) -> None:
        match event:
            case events.StreamDataReceived():
                self._on_data(event, now)
            case events.ConnectionIdIssued():
                self._owner.id_issued(self, event.connection_id)
            case events.ConnectionIdRetired():
                self._owner.id_retired(self, event.connection_id)
            case events.ConnectionTerminated():
                self.gone = True
                self._end(_reason(event))
            case events.HandshakeCompleted():
                self._on_handshake(event)
            case events.PingAcknowledged():
                doubted = self._asking.doubted
                self._asking.answered(event.uid, now)
                self.link.quality = self._quic.quality(self._sent)
                self._trust_again(doubted)
            case events.ProtocolNegotiated():
                pass
            case _:
                raise WireError("something that no link has")

    def _on_handshake(self, event: events.HandshakeCompleted) -> None:
        self._credit = None
        if event.alpn_protocol != bounds.ALPN:
            self._parting.error = bounds.NO_APPLICATION_PROTOCOL
            raise WireError(f"it does not speak {bounds.ALPN}")
        if not self.link.dialled or self.stage is not Stage.PROVING:
            return
        self.found = key_behind(self._quic)
        self._proof = dialling_proof(self._own, self.found, self.expected)
        self._outgoing += frame(self._proof.first)

    def _on_data(self, event: events.StreamDataReceived, now: float) -> None:
        if event.stream_id != STREAM:
            raise WireError("a second stream")
        if self._frames is None:
            return
        for message in self._frames.feed(event.data):
            if self.stage is Stage.OPEN:
                self._owner.received(self, message)
            elif self.stage is Stage.PROVING:
                self._prove(message, now)
            if self._frames is None:
                return
        if event.end_stream:
            self._end("the other side has ended it")

    def _prove(self, message: bytes, now: float) -> None:
        proof = self._proof
        if proof is None:
            raise WireError("it speaks before it may")
        if answer := proof.receive(message):
            self._outgoing += frame(answer)
        if proof.opened:
            self.link.fingerprint = proof.fingerprint
            self._proof = None
            self.stage = Stage.OPEN
            self._asking.begin(now)
            self._owner.opened(self)

    def _end(self, why: str) -> None:
        if self.stage is not Stage.OVER:
            self._finish(why)
            self._owner.over(self, why)

    def _finish(self, why: str) -> None:
        self.stage = Stage.OVER
        self._frames = self._proof = self._question = None
        self._quic.reads = True
        if not self.gone:
            self._parting.begin(why)


def _reason(event: events.ConnectionTerminated) -> str:
    return safe(event.reason_phrase[: bounds.REASON]) or "the other side has ended it"
