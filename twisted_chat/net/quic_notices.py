"""What a port tells its listener of its links, and what it counts and logs of strangers."""

from collections.abc import Sequence
from operator import length_hint
from typing import TYPE_CHECKING, Any

from twisted.internet.interfaces import IReactorTime
from twisted.logger import Logger

from twisted_chat.addresses import Address, host_and_port
from twisted_chat.links import Listener
from twisted_chat.tally import Tally

if TYPE_CHECKING:
    from twisted_chat.net.quic_connection import LinkConnection


class LinkNotices:
    """One listener, that may raise: it is told on, and the log is told that now and then."""

    log = Logger()

    def __init__(self, listener: Listener, clock: IReactorTime) -> None:
        self._listener = listener
        self._clock = clock
        self.tally = Tally()

    def tell(self, what: str, *given: Any) -> None:
        """Call this method of the listener."""
        try:
            getattr(self._listener, what)(*given)
        except Exception:
            self.not_understood(what)

    def received(self, connection: "LinkConnection", messages: Sequence[bytes]) -> None:
        """Messages came. Those behind one that is not understood are told anew."""
        rest, left = iter(messages), len(messages)
        while left:
            try:
                self._listener.received(connection.link, rest)
                return
            except Exception:
                self.not_understood("received")
            left = min(left - 1, length_hint(rest))

    def not_understood(self, what: str) -> None:
        """The one who was told `what` has raised something, and may again."""
        if many := self.tally.count(f"{what} was not understood", self._clock.seconds()):
            self.log.failure("{what} was not understood, {many} times", what=what, many=many)

    def count(self, category: str, source: Address, why: str = "", *, many: int = 1) -> None:
        """Count what went wrong, and say so now and then."""
        if many := self.tally.count(category, self._clock.seconds(), many):
            self.log.info(
                "{category}: {many} times, the last from {at} {why}",
                category=category,
                many=many,
                at=host_and_port(*source),
                why=why,
            )
