"""Asking the other end of a link for a sign of life, and what its answer, or silence, means."""

from collections.abc import Callable

from twisted_chat.net.quic_asking import Asking
from twisted_chat.net.quic_library import Quic


class Questions:
    """Those of one link, asked when `asking` says so. `doubted` is called when there was no answer
    for so long that the link may be lost, `overdue` at each question after that one is late, and
    `trusted` when there was one after the link was doubted."""

    def __init__(
        self,
        asking: Asking,
        quic: Quic,
        *,
        doubted: Callable[[], None],
        overdue: Callable[[], None],
        trusted: Callable[[], None],
    ) -> None:
        self._asking = asking
        self._quic = quic
        self._doubted = doubted
        self._overdue = overdue
        self._trusted = trusted
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
        if self._asking.doubted and not before:
            self._doubted()
        elif self._asking.is_overdue(now):
            self._overdue()

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
        if doubted and not self._asking.doubted:
            self._trusted()

    def end(self) -> None:
        """The link is over: nobody is told anything more."""
        self._packet = None
        self._doubted = self._overdue = self._trusted = _nothing

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


def _nothing() -> None:
    """Tell nobody."""
