"""All links of one port: what they send is sent together, and one timer serves them all."""

from collections.abc import Callable, Collection, Sequence
from typing import TYPE_CHECKING, Any, TextIO

from twisted.internet.interfaces import IReactorTime

from twisted_chat.addresses import Address, unmapped
from twisted_chat.alarm import Alarm
from twisted_chat.deadlines import Deadlines
from twisted_chat.identity.keys import Identity
from twisted_chat.links import (
    Abandon,
    CloseLink,
    Dial,
    HoldLink,
    Link,
    Listener,
    ReadLink,
    SendFrames,
)
from twisted_chat.moments import NEVER
from twisted_chat.net.quic_bounds import MAX_STREAM_DATA, SLEPT
from twisted_chat.net.quic_notices import LinkNotices
from twisted_chat.net.quic_openings import Openings
from twisted_chat.net.quic_stateless import Resets
from twisted_chat.net.quic_watching import Watching
from twisted_chat.rate import Rate

if TYPE_CHECKING:
    from twisted_chat.net.quic_connection import LinkConnection

_INTERRUPTIONS = (KeyboardInterrupt, SystemExit, GeneratorExit)


class PortLinks:
    """The connections of a port, by their ids in `by_id`.

    `write` sends one datagram. What connections have to send goes out when
    `flush` is called; between `hold` and `flush` none of it does, and
    otherwise it does in the same turn of the reactor.
    """

    def __init__(
        self,
        own: Identity,
        listener: Listener,
        clock: IReactorTime,
        write: Callable[[bytes, Address], object],
        *,
        most: int,
        new_links: Rate,
        resets: Resets,
        keylog: TextIO | None,
        ask_back: float | None = None,
        window: int = MAX_STREAM_DATA,
    ) -> None:
        self.by_id: dict[bytes, LinkConnection] = {}
        notices = LinkNotices(listener, clock)
        self._tell, self.received, self.count = notices.tell, notices.received, notices.count
        self.not_understood, self.tally = notices.not_understood, notices.tally
        self._openings = Openings(
            own,
            self,
            self._make_way,
            new_links=new_links,
            resets=resets,
            keylog=keylog,
            ask_back=ask_back,
            window=window,
        )
        self._watching = Watching(clock, self._ask, self._tell)
        self.moved, self.overdue = self._watching.moved, self._watching.overdue
        self.doubted, self.trusted = self._watching.doubted, self._watching.trusted
        self._clock = clock
        self._write = write
        self._most = most
        self._all: dict[LinkConnection, None] = {}
        self._by_link: dict[Link, LinkConnection] = {}
        self._dialled: dict[Address, dict[LinkConnection, None]] = {}
        self._dirty: dict[LinkConnection, None] = {}
        self._unsent: dict[LinkConnection, None] = {}
        self._deadlines: Deadlines[LinkConnection] = Deadlines()
        self._alarm = Alarm(clock, self._tick)
        self._flushing = Alarm(clock, self.flush)
        self._held = False
        self._to_read: dict[LinkConnection, None] = {}
        self._reading = Alarm(clock, self._read_on)

    @property
    def size(self) -> int:
        return len(self._all)

    def dial(self, dial: Dial) -> None:
        try:
            if self.size >= self._most:
                raise ValueError(f"there are {self._most:,} links already")
            connection = self._openings.dial(dial, self._clock.seconds())
        except (OSError, OverflowError, ValueError) as problem:
            failed = (dial.address, dial.fingerprint, str(problem), "")
            self._clock.callLater(0, self._tell, "dial_failed", *failed)
            return
        if connection.dialled_to is not None:
            self._dialled.setdefault(connection.dialled_to, {})[connection] = None
        self._add(connection)

    def abandon(self, dial: Abandon) -> None:
        """Give up an attempt at a link, and say so to the other end."""
        there = unmapped(dial.address[0]), dial.address[1]
        for connection in self._dialled.get(there, ()):
            if connection.expected == dial.fingerprint and connection.is_proving:
                connection.close("there is no need of this link", at_once=True)
                self._touch(connection)

    def send(self, effect: SendFrames) -> None:
        if (connection := self._by_link.get(effect.link)) is not None:
            connection.send(effect.messages)
            self._unsent[connection] = None
            if connection not in self._dirty:
                self._touch(connection)

    def close(self, effect: CloseLink) -> None:
        if (connection := self._by_link.pop(effect.link, None)) is not None:
            connection.close(effect.why)
            self._touch(connection)

    def stop_reading(self, effect: HoldLink) -> None:
        if (connection := self._by_link.get(effect.link)) is not None:
            self._to_read.pop(connection, None)
            connection.hold()

    def read(self, effect: ReadLink) -> None:
        """Read on in a turn of its own: what is read may cause what is to come after other
        effects."""
        if (connection := self._by_link.get(effect.link)) is not None:
            self._to_read[connection] = None
            self._reading.set_in(0)

    def _read_on(self) -> None:
        self.hold()
        now = self._clock.seconds()
        while self._to_read:
            connection, _ = self._to_read.popitem()
            self._dirty[connection] = None
            self._guarded(connection, connection.read_on, now)
        self.flush()

    def unsent(self, link: Link) -> int:
        connection = self._by_link.get(link)
        return 0 if connection is None else connection.unsent

    def close_all(self, why: str) -> None:
        """End all links, and attempts at some, for good."""
        self._by_link.clear()
        for connection in self._all:
            connection.close(why, at_once=True)
            self._dirty[connection] = None
        self.flush()
        for alarm in (self._alarm, self._flushing, self._reading):
            alarm.stop()

    def accept(
        self, source: Address, original: bytes, retried: bytes | None
    ) -> "LinkConnection | None":
        """Take a connection from a validated address, if there is room for it."""
        connection = None
        if self.size < self._most:
            connection = self._openings.accept(source, original, retried, self._clock.seconds())
        if connection is None:
            self.count("a connection attempt too many", source)
        else:
            self._add(connection)
        return connection

    def _make_way(self, oldest: "LinkConnection") -> None:
        self.count("an unfinished attempt gone for another", oldest.link.address)
        oldest.abandon()
        self._forget(oldest)

    def dialled(self, address: Address) -> Collection["LinkConnection"]:
        """The connections, in whatever stage, that were dialled to there."""
        return self._dialled.get(address, ())

    def receive(
        self, connection: "LinkConnection", datagrams: Sequence[bytes], source: Address, now: float
    ) -> None:
        """Take datagrams from one address. Of a link that was dialled they are dropped
        when they come from elsewhere (RFC 9000, 9): the library would follow them."""
        if connection.dialled_to is not None and connection.dialled_to != source:
            self.count("from where nobody was dialled", source, many=len(datagrams))
            return
        self._dirty[connection] = None
        self._guarded(connection, connection.receive, datagrams, source, now)

    def hold(self) -> None:
        self._held = True

    def flush(self) -> None:
        self._held = False
        now = self._clock.seconds()
        while self._dirty:
            connection, _ = self._dirty.popitem()
            self._guarded(connection, self._transmit, connection, now)
            if connection.gone:
                self._forget(connection)
            elif connection in self._unsent and not connection.unsent:
                del self._unsent[connection]
                self._tell("taken", connection.link)
        self._alarm.set(self._deadlines.next)

    def id_issued(self, connection: "LinkConnection", identifier: bytes) -> None:
        connection.ids.add(identifier)
        self.by_id[identifier] = connection

    def id_retired(self, connection: "LinkConnection", identifier: bytes) -> None:
        connection.ids.discard(identifier)
        self.by_id.pop(identifier, None)

    def opened(self, connection: "LinkConnection") -> None:
        self._openings.opened(connection)
        self._by_link[connection.link] = connection
        self._watching.opened(connection)
        self._tell("opened", connection.link)

    def ask_all(self) -> None:
        """Ask for a sign of life over all links: our own network may be another."""
        self._ask(None)

    def _ask(self, connections: "Collection[LinkConnection] | None") -> None:
        now = self._clock.seconds()
        for connection in list(self._by_link.values()) if connections is None else connections:
            self._guarded(connection, connection.ask, now)
            self._touch(connection)

    def over(self, connection: "LinkConnection", why: str) -> None:
        self._touch(connection)
        link = connection.link
        if self._by_link.pop(link, None) is not None:
            self._tell("lost", link, why)
        elif link.dialled:
            failed = (link.address, connection.expected, why, connection.found)
            self._tell("dial_failed", *failed)
        else:
            self.count("an accepted connection came to nothing", link.address, why)

    def _add(self, connection: "LinkConnection") -> None:
        self._all[connection] = None
        self.by_id.update(dict.fromkeys(connection.ids, connection))
        self._touch(connection)

    def _forget(self, connection: "LinkConnection") -> None:
        self._openings.forget(connection)
        self._all.pop(connection, None)
        to = connection.dialled_to
        if to is not None and (there := self._dialled.get(to)) is not None:
            there.pop(connection, None)
            if not there:
                del self._dialled[to]
        self._watching.forget(connection)
        self._dirty.pop(connection, None)
        self._unsent.pop(connection, None)
        self._to_read.pop(connection, None)
        self._deadlines.discard(connection)
        for identifier in connection.ids:
            self.by_id.pop(identifier, None)

    def _touch(self, connection: "LinkConnection") -> None:
        """It may have something to send: in this turn, after all that is said in it."""
        self._dirty[connection] = None
        if not self._held and self._flushing.due == NEVER:
            self._flushing.set_in(0)

    def _transmit(self, connection: "LinkConnection", now: float) -> None:
        for datagram, address in connection.transmit(now):
            self._write(datagram, address)
        self._deadlines.set(connection, connection.deadline)

    def _tick(self) -> None:
        self.hold()
        now = self._clock.seconds()
        slept = now - self._deadlines.next >= SLEPT
        for connection in list(self._deadlines.due(now)):
            self._dirty[connection] = None
            self._guarded(connection, connection.tick, now)
        if slept:
            self.ask_all()
        self.flush()

    def _guarded(self, connection: "LinkConnection", do: Callable[..., None], *given: Any) -> None:
        if connection.gone:
            return
        try:
            do(*given)
        except _INTERRUPTIONS:
            raise
        except BaseException as problem:  # A panic of the library is no Exception.
            if connection.has_ended(problem):
                return
            self.count("QUIC failed", connection.link.address, repr(problem))
            connection.fail(f"QUIC failed: {problem}")
