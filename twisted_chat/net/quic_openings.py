"""New connections of a port: dialled ones, and accepted ones while there is room for them."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TextIO

from twisted_chat.addresses import Address, site, unmapped
from twisted_chat.identity.keys import Identity
from twisted_chat.links import Dial, Link
from twisted_chat.net.quic_asking import Asking
from twisted_chat.net.quic_bounds import KEEPALIVE, KEEPALIVE_WATCH, MAX_STREAM_DATA, PATIENCE
from twisted_chat.net.quic_owner import Owner
from twisted_chat.net.quic_stateless import Resets
from twisted_chat.net.quic_waiting import WaitingRoom
from twisted_chat.rate import Rate

if TYPE_CHECKING:
    from twisted_chat.net.quic_connection import LinkConnection


class Openings:
    """Makes them for their `owner`. `new_links` is the rate of accepted ones for a site,
    `ask_back`, `window` and `keylog` are as of a port; `make_way` is given one whose keys were
    not proven in time for another one to wait for it."""

    def __init__(
        self,
        own: Identity,
        owner: "Owner[LinkConnection]",
        make_way: "Callable[[LinkConnection], object]",
        *,
        new_links: Rate,
        resets: Resets,
        keylog: TextIO | None,
        ask_back: float | None = None,
        window: int = MAX_STREAM_DATA,
    ) -> None:
        self._own = own
        self._owner = owner
        self._make_way = make_way
        self._new_links = new_links
        self._resets = resets
        self._keylog = keylog
        self._ask_back = ask_back
        self._window = window
        self._common: dict[bool, Any] = {}
        self._waiting: WaitingRoom[LinkConnection] = WaitingRoom()

    def dial(self, dial: Dial, now: float) -> "LinkConnection":
        """A connection that is on its way. Raises OSError, OverflowError or ValueError where
        there can be none."""
        # Imported when it is needed, as it takes time: see quic_library.
        from twisted_chat.net.quic_connection import LinkConnection
        from twisted_chat.net.quic_library import dialling

        there = unmapped(dial.address[0]), dial.address[1]
        quic = dialling(self.configuration(dialled=True), there, now)
        link = Link("", dial.address, True)
        asking = Asking(KEEPALIVE_WATCH, grows=False) if dial.watch else Asking()
        return LinkConnection(
            quic, self._own, self._owner, link, now, asking, dial.fingerprint, there, dial.watch
        )

    def accept(
        self, source: Address, original: bytes, retried: bytes | None, now: float
    ) -> "LinkConnection | None":
        """A connection from a validated address, which was sent a Retry or needed none; None where
        its site has too many."""
        from twisted_chat.net.quic_connection import LinkConnection
        from twisted_chat.net.quic_library import accepting

        of = site(source[0])
        if not self._waiting.has_room(of) or not self._new_links.spend(source[0], now):
            return None
        quic = accepting(self.configuration(dialled=False), original, retried, self._resets)
        pause = KEEPALIVE if self._ask_back is None else self._ask_back
        asking = Asking(pause, grows=self._ask_back is None, patience=PATIENCE)
        link = Link("", source, False)
        connection = LinkConnection(quic, self._own, self._owner, link, now, asking)
        if retried is not None:
            connection.ids.add(retried)
        if (oldest := self._waiting.add(connection, of)) is not None:
            self._make_way(oldest)
        return connection

    def opened(self, connection: "LinkConnection") -> None:
        """Both keys are proven: it takes the room of no other."""
        self._waiting.prove(connection)

    def forget(self, connection: "LinkConnection") -> None:
        """It is gone."""
        self._waiting.discard(connection)

    def configuration(self, *, dialled: bool) -> Any:
        """What the library is to know for all of one kind."""
        from twisted_chat.net.quic_library import configuration

        if dialled not in self._common:
            self._common[dialled] = configuration(
                self._own, dialled=dialled, keylog=self._keylog, window=self._window
            )
        return self._common[dialled]
