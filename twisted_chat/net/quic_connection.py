"""One QUIC connection, and the link that it carries.

Knows no socket, no clock and no other connection. Its owner hands it
datagrams and the time, sends what `transmit` gives, and calls `tick` when the
deadline has come. Anything here may raise whatever the library raises; then it
is to be told to `fail`.
"""

from collections.abc import Sequence

from qh3.quic import events
from qh3.quic.connection import QuicConnectionError

from twisted_chat.addresses import Address
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
from twisted_chat.net.quic_owner import Owner, Stage
from twisted_chat.net.quic_parting import Parting, reason_of
from twisted_chat.net.quic_paths import Paths
from twisted_chat.net.quic_proving import accepting_proof, dialling_proof, key_behind
from twisted_chat.net.quic_questions import Questions
from twisted_chat.wire.framing import Frames, frame

STREAM = 0
"""The one stream of a link: the first that the dialling side opens, both ways."""


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
        owner: Owner["LinkConnection"],
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
        self._elsewhere: Address | None = None
        self._parting = Parting()
        self._limit = now + bounds.HANDSHAKE_TIME
        self.questions = Questions(asking, quic, owner, self)
        self._paths = Paths(dialled_to or link.address, now)
        self._excess = Excess()
        self._sent = 0  # Datagrams.
        self._part_at = NEVER  # From another end that has moved too often.
        self._credit = None if link.dialled else Credit()  # While the address is not proven.

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
        return min(due, self.questions.deadline, self._part_at)

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
        self.questions.look_for_answer(now)
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
        self.questions.look_for_answer(now)
        if self.stage is Stage.PROVING and now >= self._limit:
            dialling = self.link.dialled and self._proof is None
            self._end("no answer in time" if dialling else "no proof in time")
        if self.stage is Stage.OPEN and now >= self._part_at:
            self._end("it has moved too often: another link is needed")
        if self.stage is Stage.OPEN and not self.questions.tick(now):
            self._end("no answer")
        timer = self._quic.get_timer()
        if timer is not None and timer <= now:
            self._quic.handle_timer(now)
            self._read(now)

    def ask(self, now: float) -> None:
        """Ask for a sign of life now, unless that is being waited for."""
        if self.stage is Stage.OPEN:
            self.questions.ask_now(now)

    def send(self, messages: Sequence[bytes]) -> None:
        """Put messages behind those that wait. Raises WireError where one is too long."""
        if self.stage is not Stage.OPEN:
            return
        self._outgoing += b"".join(map(frame, messages))
        if self._backlog + len(self._outgoing) > bounds.UNSENT:
            self._end("the other side does not read")

    def hold(self) -> None:
        """Read nothing, and grant the other end nothing more that it may send."""
        if self.stage is Stage.OPEN:
            self._quic.reads = False

    def read_on(self, now: float) -> None:
        """Read again, and first what has come meanwhile."""
        self.questions.forget_packet()
        self._quic.read_on()
        self._read(now)

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
        self.questions.end()

    def has_ended(self, problem: BaseException) -> bool:
        """Whether the library could only not do something because the other side has closed
        this, of which it tells a while later. The owner is told as of any end."""
        closed = self._quic._close_event
        if not isinstance(problem, QuicConnectionError) or closed is None:
            return False
        self.gone = True
        self._end(reason_of(closed))
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
            if self.stage is Stage.OPEN:
                self.questions.said(now)
        sent = self._datagrams(now)
        if self._parting.close(self._quic, STREAM, now):
            sent += self._datagrams(now)
        if self.stage is Stage.OVER and self._quic.get_timer() is None:
            self.gone = True
        if sent or said:
            self._backlog = self._quic.get_send_buffer_size(STREAM)
        self.questions.sent()
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
                self._end(reason_of(event))
            case events.HandshakeCompleted():
                self._on_handshake(event)
            case events.PingAcknowledged():
                self.questions.answered(event.uid, now)
                self.link.quality = self._quic.quality(self._sent)
            case _ if not isinstance(event, events.ProtocolNegotiated):
                raise WireError("something that no link has")

    def _on_handshake(self, event: events.HandshakeCompleted) -> None:
        self._credit = None
        if event.alpn_protocol not in bounds.ALPNS:
            self._parting.error = bounds.NO_APPLICATION_PROTOCOL
            raise WireError(f"it does not speak {bounds.ALPN}")
        if self.stage is not Stage.PROVING:
            return
        binding = self._quic.channel_binding if event.alpn_protocol == bounds.BOUND_ALPN else b""
        if not self.link.dialled:
            self._proof = accepting_proof(self._own, binding)
            return
        self.found = key_behind(self._quic)
        self._proof = proof = dialling_proof(self._own, self.found, self.expected, binding)
        for message in proof.first:
            self._outgoing += frame(message)

    def _on_data(self, event: events.StreamDataReceived, now: float) -> None:
        if event.stream_id != STREAM:
            raise WireError("a second stream")
        if (frames := self._frames) is None:
            return
        messages = frames.feed(event.data)
        while messages and self.stage is Stage.PROVING:
            self._prove(messages.pop(0), now)
        if messages and self.stage is Stage.OPEN:
            self._owner.received(self, messages)
        if frames.broken is not None:
            raise frames.broken
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
            self.questions.begin(now)
            self._owner.opened(self)

    def _end(self, why: str) -> None:
        if self.stage is not Stage.OVER:
            self._finish(why)
            self._owner.over(self, why)

    def _finish(self, why: str) -> None:
        self.stage = Stage.OVER
        self._frames = self._proof = None
        self.questions.end()
        self._quic.reads = True
        if not self.gone:
            self._parting.begin(why)
