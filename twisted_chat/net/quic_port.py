"""A UDP port on which QUIC links and the text of generation 1 live side by side.

A datagram is QUIC's when the connection id that it is addressed to is one of
ours, or when it is a long header of our version (RFC 8999, 5.1): its first byte
is 0xC0 or above, where no text of generation 1 begins. Below 0x20 begins neither a
packet of QUIC nor a text, but what is sent besides. Everything else is handed
on as it came. A short header may begin like a text, and has its connection id in
the bytes from the second to the ninth (RFC 9000, 17.3.1).
"""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Literal, TextIO

from twisted.internet.interfaces import IReactorTime
from twisted.internet.protocol import DatagramProtocol
from twisted.logger import Logger

from twisted_chat.addresses import Address, Datagrams, is_relayed, relay_address, relay_tag
from twisted_chat.identity.keys import Identity
from twisted_chat.links import (
    Abandon,
    AskAll,
    CloseLink,
    Dial,
    HoldLink,
    Link,
    LinkEffect,
    Listener,
    ReadLink,
    RelayOver,
    SendFrames,
    Validate,
)
from twisted_chat.net import quic_bounds as bounds
from twisted_chat.net.quic_links import PortLinks
from twisted_chat.net.quic_newcomers import Newcomers
from twisted_chat.net.quic_stateless import RESETS, SHORTEST_RESET, Resets
from twisted_chat.rate import Rate
from twisted_chat.wire.gen2.datagrams import RELAY, RELAY_HEADER, carried, relayed, tag_of

if TYPE_CHECKING:
    from twisted_chat.net.quic_connection import LinkConnection


_LONG = b"\xc0"
_OTHERS = b"\x20"
"""Below this begins no text, nor, as its second bit is not set, a packet of QUIC."""
_VERSION = slice(1, 5)
_SHORT_ID = slice(1, 1 + bounds.ID_BYTES)


class QuicPort(DatagramProtocol):
    """Carries any number of links, dialled and accepted, over one port.

    `text` is the protocol of generation 1, if it is spoken here; it is given
    whatever is not QUIC's, but what begins with a byte of which `others` says to whom
    that goes; with `relays` it takes what a server carries. Ports of several servers that
    have one key accept each other's tokens, where they agree on the `time_of_day`, in
    seconds since 1970.
    `ask_back` are the seconds without an answer after which the accepting side asks, where
    that is always the same. `window` are the bytes that the other end of a link may send
    before they are read. `keylog` is a file for the secrets of all connections, as Wireshark
    reads it. The port must be able to receive datagrams of bounds.LARGEST_DATAGRAM bytes.
    """

    transport: Any
    noisy = False
    log = Logger()

    def __init__(
        self,
        own: Identity,
        listener: Listener,
        clock: IReactorTime,
        *,
        time_of_day: Callable[[], float],
        text: DatagramProtocol | None = None,
        accepts: bool = True,
        keylog: TextIO | None = None,
        links: int = bounds.LINKS,
        new_links: Rate | None = None,
        ask_back: float | None = None,
        others: Mapping[int, Callable[[bytes, Address], object]] | None = None,
        relays: bool = False,
        window: int = bounds.MAX_STREAM_DATA,
    ) -> None:
        self._clock = clock
        self._text = text
        self._texts = getattr(text, "datagramsReceived", self._one_by_one)
        self._others = {**({} if others is None else others)}
        if relays:
            self._others[RELAY] = self._take_relayed
        resets = Resets(own.secret(RESETS))
        if new_links is None:
            new_links = Rate(bounds.NEW_LINKS, bounds.NEW_LINKS_AT_ONCE, bounds.SITES)
        self._links = PortLinks(
            own,
            listener,
            clock,
            self._write,
            most=links,
            new_links=new_links,
            resets=resets,
            keylog=keylog,
            ask_back=ask_back,
            window=window,
        )
        self._newcomers = Newcomers(
            own, self._links, resets, self._write, time_of_day, accepts=accepts
        )
        self._by_id = self._links.by_id
        self._relayed_by: Address | None = None
        self._last_words: Any = None

    def perform(self, effect: LinkEffect) -> None:
        """Do what a decision wants to be done with links."""
        match effect:
            case SendFrames():
                self._links.send(effect)
            case CloseLink():
                self.close(effect)
            case HoldLink():
                self._links.stop_reading(effect)
            case ReadLink():
                self._links.read(effect)
            case Dial():
                self.dial(effect)
            case Abandon():
                self._links.abandon(effect)
            case RelayOver():
                self._relayed_by = effect.server
            case Validate():
                self._newcomers.validate(effect.address, self._clock.seconds())
            case AskAll():
                self._links.ask_all()

    def dial(self, dial: Dial) -> None:
        """Begin a link; the listener is told `opened` or `dial_failed`, later."""
        self._links.dial(dial)

    def send(self, effect: SendFrames) -> None:
        """Send frames; nothing where the link has ended. Raises WireError
        where a message is empty or too long, and sends none of them then."""
        self._links.send(effect)

    def close(self, effect: CloseLink) -> None:
        """End a link. The listener is told nothing more of it."""
        self._links.close(effect)

    def unsent(self, link: Link) -> int:
        """Bytes that wait; a link with more than bounds.UNSENT is lost."""
        return self._links.unsent(link)

    def close_all(self, why: str) -> None:
        """End all links, before the port closes."""
        self._links.close_all(why)

    def totals(self) -> dict[str, int]:
        """What went wrong, and how often."""
        return self._links.tally.totals()

    def __len__(self) -> int:
        """Connections there are, in whatever stage."""
        return self._links.size

    def __bool__(self) -> Literal[True]:
        return True

    def startProtocol(self) -> None:
        self._port = self.transport  # Which takes our last words, when `transport` is gone.
        self._last_words = self.transport
        if self._text is not None:
            self._text.makeConnection(self.transport)

    def stopProtocol(self) -> None:
        self.transport = self._last_words  # It is taken away before, but still sends.
        self._links.close_all("the program ends")
        if self._text is not None:
            self._text.doStop()

    def datagramReceived(self, datagram: bytes, addr: Address) -> None:
        if (
            datagram[:1] >= _OTHERS
            and datagram[:1] < _LONG
            and len(datagram) <= SHORTEST_RESET
            and datagram[_SHORT_ID] not in self._by_id
        ):
            if self._text is not None:
                self._text.datagramReceived(datagram, addr)
        else:
            self.datagramsReceived([(datagram, addr)])

    def datagramsReceived(self, datagrams: Datagrams) -> None:
        """Take what arrived in one go; what there is to say goes out in one go too."""
        self._links.hold()
        now = self._clock.seconds()
        by_id, receive = self._by_id, self._links.receive
        texts: Datagrams = []
        run: list[bytes] = []
        connection: LinkConnection | None = None
        at: Address | None = None
        for one in datagrams:
            datagram, source = one
            if datagram[:1] < _LONG:
                if b"" < datagram[:1] < _OTHERS and self._is_other(*one):
                    continue
                to = by_id.get(datagram[_SHORT_ID])
                if to is None:
                    if len(datagram) <= SHORTEST_RESET or not self._newcomers.are_quic(*one, now):
                        texts.append(one)
                    continue
            elif datagram[_VERSION] == bounds.VERSION:
                to = self._of_long_header(datagram, source, now)
                if to is None:
                    continue
            else:
                if not self._newcomers.are_quic(datagram, source, now):
                    texts.append(one)
                continue
            if connection is not None and (to is not connection or source != at):
                receive(connection, run, at, now)  # type: ignore[arg-type]
                run = []
            connection, at = to, source
            run.append(datagram)
        if connection is not None:
            receive(connection, run, at, now)  # type: ignore[arg-type]
        if texts and self._text is not None:
            self._texts(texts)
        self._links.flush()

    def _is_other(self, datagram: bytes, source: Address) -> bool:
        """Whether this is neither QUIC's nor a text; then it is handed to whom it is for."""
        receive = self._others.get(datagram[0])
        if receive is None:
            return False
        try:
            receive(datagram, source)
        except Exception:
            self._links.not_understood("a datagram that is neither")
        return True

    def _take_relayed(self, datagram: bytes, source: Address) -> None:
        """Take what a server has carried: from the one that does, of which the other end
        of a pair is to be at an address that stands for it."""
        if source != self._relayed_by or len(datagram) <= RELAY_HEADER:
            self._links.count("carried by nobody who is to", source)
            return
        inner, at, now = carried(datagram), relay_address(tag_of(datagram)), self._clock.seconds()
        connection: LinkConnection | None = None
        if inner[:1] < _LONG:
            connection = self._by_id.get(inner[_SHORT_ID])
        elif inner[_VERSION] == bounds.VERSION:
            connection = self._of_long_header(inner, at, now)
        if connection is not None:
            self._links.receive(connection, [inner], at, now)
        elif inner[:1] < _LONG:
            self._newcomers.are_quic(inner, at, now)

    def _of_long_header(
        self, datagram: bytes, source: Address, now: float
    ) -> "LinkConnection | None":
        """The connection that it belongs to, or one that it opens."""
        connection = self._by_id.get(datagram[6 : 6 + datagram[5]] if len(datagram) > 5 else b"")
        if connection is not None:
            return connection
        return self._newcomers.opens(datagram, source, now)

    def _one_by_one(self, texts: Datagrams) -> None:
        assert self._text is not None
        for datagram, source in texts:
            try:
                self._text.datagramReceived(datagram, source)
            except Exception:
                self._links.not_understood("a datagram")

    def _write(self, datagram: bytes, address: Address) -> None:
        if not is_relayed(address):
            self._port.write(datagram, address)
        elif self._relayed_by is not None and (tag := relay_tag(address)) is not None:
            self._port.write(relayed(tag, datagram), self._relayed_by)
