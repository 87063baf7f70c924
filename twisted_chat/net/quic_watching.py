"""What becomes of our own network, and of NATs on the way, as it shows on the links of a port."""

from collections.abc import Callable, Collection
from typing import TYPE_CHECKING

from twisted.internet.interfaces import IReactorTime

from twisted_chat.addresses import Address
from twisted_chat.net.quic_lapses import Lapses

if TYPE_CHECKING:
    from twisted_chat.net.quic_connection import LinkConnection


class Watching:
    """Has links asked for a sign of life when others are without one. `ask` asks over these,
    or over all where it is given None; `tell` tells the listener."""

    def __init__(
        self,
        clock: IReactorTime,
        ask: "Callable[[Collection[LinkConnection] | None], object]",
        tell: Callable[..., object],
    ) -> None:
        self._clock = clock
        self._ask = ask
        self._tell = tell
        self._lapses = Lapses()
        self._watching: dict[LinkConnection, None] = {}

    def opened(self, connection: "LinkConnection") -> None:
        """There is a link."""
        if connection.watches:
            self._watching[connection] = None
        self.trusted(connection)

    def forget(self, connection: "LinkConnection") -> None:
        """It is gone."""
        self._watching.pop(connection, None)

    def moved(self, connection: "LinkConnection", former: Address) -> None:
        """The other end is elsewhere."""
        if former[0] == connection.link.address[0]:  # As a NAT does that has forgotten it.
            self._lapses.know(connection.link.fingerprint)
            connection.questions.shorten()
        self._tell("moved", connection.link)

    def overdue(self, connection: "LinkConnection") -> None:
        """Whether it is our own network shows on a link that watches."""
        if not connection.watches:
            self._ask(list(self._watching))

    def doubted(self, connection: "LinkConnection") -> None:
        """Whether it is our own network shows on a link that watches, and then on all."""
        connection.link.doubted = True
        if connection.questions.has_lapsed:
            self._lapses.suspect(connection.link.fingerprint, self._clock.seconds())
        if connection.watches:
            self._ask(None)
        else:
            self.overdue(connection)
        self._tell("doubted", connection.link)

    def trusted(self, connection: "LinkConnection") -> None:
        """There is an answer again, or another link."""
        connection.link.doubted = False
        fingerprint = connection.link.fingerprint
        self._lapses.there_again(fingerprint, self._clock.seconds())
        if fingerprint in self._lapses:
            connection.questions.shorten()
