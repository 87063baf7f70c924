"""The room server on a UDP port."""

from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any, Protocol

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorTime
from twisted.internet.protocol import DatagramProtocol
from twisted.logger import Logger

from twisted_chat.addresses import Address, Datagrams, host_and_port
from twisted_chat.alarm import Alarm
from twisted_chat.directory.directory import (
    Change,
    Departed,
    Registered,
    RoomCreated,
    RoomGone,
    ServedBy,
)
from twisted_chat.identity.fingerprints import spoken
from twisted_chat.links import Carrier, Link, LinkEffect
from twisted_chat.server.bounds import Bounds
from twisted_chat.server.cluster.cluster import Cluster
from twisted_chat.server.core import Core
from twisted_chat.server.gen2.introductions import PairSecrets
from twisted_chat.server.journal.records import KeptRecords, Record
from twisted_chat.tally import EVERY, LogLines, Tally

_LINES: dict[type[Change], tuple[str, str, str]] = {
    Registered: ("registered", "users who registered", "user {name} registered from {at}"),
    Departed: ("departed", "users who left or expired", "user {name} at {at} {how}"),
    ServedBy: ("taken_over", "users of other servers", "user {name} is of this server now"),
    RoomCreated: ("room_created", "rooms created", "room {name} created"),
    RoomGone: ("room_gone", "rooms gone", "room {name} gone"),
}
"""What is counted and written of which changes: the word, the kind of line, of which there are
so many a second, and the line."""


class Journal(Protocol):
    """What keeps names and rooms: a file, or the log of a cluster."""

    @property
    def is_failing(self) -> bool:
        """Whether nothing can be written now."""

    @property
    def has_news(self) -> bool:
        """Whether something is to be written that is not in the ledger."""

    def write(self, records: list[tuple[int, Record]]) -> None:
        """Write these, each with the number of its claim, or with 0."""

    def stop(self) -> "Deferred[None]":
        """Fires when all is written, or cannot be."""


class RoomServer(DatagramProtocol):
    """Hands to the core what arrives in datagrams and what happens on links,
    does what comes back, keeps their time. `carrier` is who carries the links."""

    transport: Any
    carrier: Carrier
    noisy = False
    log = Logger()

    def __init__(
        self,
        bounds: Bounds,
        clock: IReactorTime,
        *,
        generation: int = 1,
        secrets: PairSecrets | None = None,
    ) -> None:
        self._clock = clock
        self._core = Core(
            bounds,
            self._announce,
            self._dropped,
            generation=generation,
            reached_at=lambda address: self.transport.reached_at(address),
            usual_at=lambda six: self.transport.usual_at(six),
            secrets=secrets,
        )
        self._journal: Journal | None = None
        self._write_beside: Callable[[bytes, Address], object] = lambda datagram, address: None
        self._tally = Tally()
        self._changes: Counter[str] = Counter()
        self._lines = LogLines()
        self._alarm = Alarm(clock, self._tick)
        self._reporting = Alarm(clock, self._report)

    def keep(self, journal: "Journal", kept: KeptRecords) -> None:
        """Write names and rooms into this journal, which has kept these. Nobody is here yet."""
        self._journal = journal
        self._core.keep(kept, self._clock.seconds())

    def join(self, me: str, address: Address) -> Cluster:
        """Share names, users and rooms with other servers, as this one, which others reach
        there. Nobody is here yet. `share` is with which journal."""
        return self._core.join(me, address, self._damaged, self._clock.seconds())

    def share(self, journal: "Journal") -> None:
        """What is shared goes through this journal."""
        self._journal = journal

    def told(self, fingerprint: str, message: bytes) -> None:
        """Another server has this for a user of ours."""
        self._core.told(fingerprint, message, self._clock.seconds())

    def settled(self, claims: list[tuple[int, bool]]) -> None:
        """The journal has or has not written what was claimed."""
        if self._journal is None:
            return  # The port is closed: nobody can be told.
        now = self._clock.seconds()
        self._core.settled(claims, now)
        self._send(self._core.gen1.flush(now), now)

    def operate(self, order: dict[str, Any]) -> dict[str, Any]:
        """Carry out an operator's order. Returns the reply."""
        now = self._clock.seconds()
        reply = self._core.operations.do(order, now)
        if order.get("do") == "status":
            reply |= self.figures()
        self._send(self._core.gen1.flush(now), now)
        return reply

    def renew(self, bounds: Bounds) -> None:
        """Let these be the bounds from now on."""
        now = self._clock.seconds()
        self._core.renew(bounds, now)
        self._send(self._core.gen1.flush(now), now)

    def figures(self) -> dict[str, Any]:
        """How many there are of what, and have been so far."""
        return {
            **self._core.operations.figures(),
            "journal_failing": self._journal is not None and self._journal.is_failing,
            **({} if self._core.cluster is None else self._core.cluster.figures()),
            "changes": dict(self._changes),
            "dropped": self._tally.totals(),
        }

    def datagramReceived(self, datagram: bytes, addr: Address) -> None:
        self.datagramsReceived([(datagram, addr)])

    def datagramsReceived(self, datagrams: Datagrams) -> None:
        """Take what arrived in one go; the answers go out in one go too."""
        now = self._clock.seconds()
        for datagram, source in datagrams:
            try:
                self._core.gen1.receive(datagram, source, now)
            except Exception:
                if many := self._tally.count("not understood", now):
                    self.log.failure(
                        "{many} datagrams were not understood, the last from {source}",
                        many=many,
                        source=source,
                    )
        self._send(self._core.gen1.flush(now), now)

    def relayed(self, datagram: bytes, source: Address) -> None:
        """A datagram is to be carried on."""
        sent = self._core.relay.carry(datagram, source, self._clock.seconds())
        if sent is not None:
            self.transport.write(*sent)

    def echo(self, datagram: bytes, source: Address) -> None:
        """A datagram is to be sent back from this port."""
        if (answer := self.sent_back(datagram, source)) is not None:
            self.transport.write(answer, source)

    def beat(self, datagram: bytes, source: Address) -> None:
        """A user shows that it is there."""
        now = self._clock.seconds()
        if (answer := self._core.beats.heard(datagram, source, now)) is not None:
            self.transport.write(answer, source)
            self._send([], now)

    def sign(self, datagram: bytes, source: Address) -> None:
        """A user whose link rests shows that it is there."""
        now = self._clock.seconds()
        if (answer := self._core.resting.heard(datagram, source, now)) is not None:
            self.transport.write(answer, source)
        if self._core.resting.has_news:
            self._send(self._core.gen1.flush(now), now)

    def sent_back(self, datagram: bytes, source: Address) -> bytes | None:
        """What is to be sent back for this datagram, from the port that it has come to."""
        return self._core.checkups.echo(datagram, source, self._clock.seconds())

    def listen_beside(self, port: int, write: Callable[[bytes, Address], object]) -> None:
        """There is a second port, by which users find out what their routers do."""
        self._core.checkups.second_port, self._write_beside = port, write

    # What happens on links

    def opened(self, link: Link) -> None:
        now = self._clock.seconds()
        self._after(self._core.gen2.opened(link, now), now)

    def received(self, link: Link, messages: Iterable[bytes]) -> None:
        now = self._clock.seconds()
        for message in messages:
            self._after(self._core.gen2.received(link, message, now), now)

    def taken(self, link: Link) -> None:
        now = self._clock.seconds()
        self._after(self._core.gen2.taken(link, now), now)

    def moved(self, link: Link) -> None:
        now = self._clock.seconds()
        self._after(self._core.gen2.moved(link, now), now)

    def doubted(self, link: Link) -> None:
        """Nothing: who has dialled looks for another way."""

    def lost(self, link: Link, why: str) -> None:
        now = self._clock.seconds()
        self._after(self._core.gen2.lost(link, why, now), now)

    def dial_failed(self, address: Address, fingerprint: str, why: str, found: str) -> None:
        """Never: a server dials nobody."""

    def stopProtocol(self) -> None:
        self._journal = None
        self._alarm.stop()
        if self._reporting.stop():
            self._report()
        self.log.info("datagrams dropped so far: {totals}", totals=self._tally.totals() or "none")

    def _tick(self) -> None:
        now = self._clock.seconds()
        self._send(self._core.tick(now), now)

    def _after(self, effects: list[LinkEffect], now: float) -> None:
        self._perform(effects)
        self._send(self._core.gen1.flush(now), now)

    def _perform(self, effects: list[LinkEffect]) -> None:
        for effect in effects:
            self.carrier.perform(effect)

    def _send(self, datagrams: Datagrams, now: float) -> None:
        core, write = self._core, self.transport.write
        for datagram, address in datagrams:
            write(datagram, address)
        self._perform(core.gen2.effects(now))
        for datagram, address in core.gen2.calls(now):
            write(datagram, address)
        for datagram, address in core.checkups.take_unasked():
            self._write_beside(datagram, address)
        if self._journal is not None:
            records = core.ledger.take()
            if records or self._journal.has_news:
                self._journal.write(records)
        self._alarm.set(core.wake)

    def _announce(self, change: Change, name: str) -> None:
        told = _LINES.get(type(change))
        if told is None:
            return
        word, kind, line = told
        self._changes[word] += 1
        if self._lines.may(kind, self._clock.seconds()):
            self.log.info(line, name=name, **_details(change))
        else:
            self._reporting.set_in(EVERY)

    def _report(self) -> None:
        for kind, many in self._lines.left_out().items():
            self.log.info("left out {many} lines: {kind}", many=many, kind=kind)

    def _damaged(self, what: str) -> None:
        self.log.error("what another server has written is no entry: {what}", what=what)

    def _dropped(self, category: str, source: Address, now: float) -> None:
        if many := self._tally.count(category, now):
            self.log.info(
                "datagrams dropped: {many}, {category}, the last from {at}",
                many=many,
                category=category,
                at=host_and_port(*source),
            )


def _details(change: Change) -> dict[str, str]:
    """What a line says of a change, besides the name."""
    match change:
        case Registered(address):
            return {"at": host_and_port(*address)}
        case Departed(who, expired):
            at = f"the key {spoken(who)}" if isinstance(who, str) else host_and_port(*who)
            return {"at": at, "how": "expired" if expired else "left"}
        case _:
            return {}
