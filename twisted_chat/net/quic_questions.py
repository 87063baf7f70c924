"""Asking the other end of a link for a sign of life, and what its answer, or silence, means."""

from typing import Generic, TypeVar

from twisted_chat.net.quic_asking import Asking
from twisted_chat.net.quic_library import Quic
from twisted_chat.net.quic_owner import Owner

Connection = TypeVar("Connection")


class Questions(Generic[Connection]):
    """Those of one link, asked when `asking` says so. The owner of the connection is told when
    there was no answer for so long that the link may be lost, at each question after that one
    is late, and when there was an answer after the link was doubted."""

    def __init__(
        self, asking: Asking, quic: Quic, owner: Owner[Connection], connection: Connection
    ) -> None:
        self._asking = asking
        self._quic = quic
        self._owner = owner
        self._connection: Connection | None = connection
        self._packet: int | None = None  # The one behind a question, while nothing is read.

    @property
    def deadline(self) -> float:
        """When `tick` is due."""
        return self._asking.deadline

    @property
    def has_lapsed(self) -> bool:
        """Whether the link is in doubt after silence."""
        return self._asking.has_lapsed

    def begin(self, now: float) -> None:
        """The link is open."""
        self._asking.begin(now)

    def shorten(self) -> None:
        """A NAT on the way forgets soon what is silent."""
        self._asking.shorten()

    def tick(self, now: float) -> bool:
        """Ask, if that is due. False if there was no answer in time."""
        if now >= self._asking.deadline:
            if self._asking.is_over(now):
                return False
            self._ask(now)
        return True

    def ask_now(self, now: float) -> None:
        """Ask, unless an answer is being waited for."""
        if not self._asking.waits:
            self._ask(now)

    def _ask(self, now: float) -> None:
        before = self._asking.doubted
        self._quic.send_ping(self._asking.question(now))
        if self._connection is None:
            return
        if self._asking.doubted and not before:
            self._owner.doubted(self._connection)
        elif self._asking.is_overdue(now):
            self._owner.overdue(self._connection)

    def said(self, now: float) -> None:
        """Something was said, which is worth a question now and then."""
        if self._asking.said(now):
            self._quic.send_ping(self._asking.question(now))

    def answered(self, question: int, now: float) -> None:
        """The other end has acknowledged this question."""
        doubted = self._asking.doubted
        self._asking.answered(question, now)
        self._trust_again(doubted)

    def _trust_again(self, doubted: bool) -> None:
        if doubted and not self._asking.doubted and self._connection is not None:
            self._owner.trusted(self._connection)

    def end(self) -> None:
        """The link is over: nobody is told anything more."""
        self._packet = None
        self._connection = None

    # --- While nothing is read

    def sent(self) -> None:
        """Datagrams were sent: note the packet behind the question, if nothing is read."""
        if not self._quic.reads and self._packet is None and self._asking.waits:
            self._packet = self._quic.last_sent

    def look_for_answer(self, now: float) -> None:
        """See whether that packet, and so the question, was acknowledged."""
        if self._packet is not None and not self._quic.awaits(self._packet):
            self._packet = None
            doubted = self._asking.doubted
            self._asking.acknowledged(now)
            self._trust_again(doubted)

    def forget_packet(self) -> None:
        """What comes is read: an answer shows by itself."""
        self._packet = None
