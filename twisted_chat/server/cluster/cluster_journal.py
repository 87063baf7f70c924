"""What lets a room server share its address book with others while the reactor goes on."""

import time
from collections.abc import Callable
from typing import Any

from twisted.internet.defer import Deferred
from twisted.logger import Logger

from twisted_chat.server.cluster.absences import Absences
from twisted_chat.server.cluster.cluster import Cluster
from twisted_chat.server.cluster.events import (
    Acked,
    CasRefused,
    LogDamaged,
    LogEvent,
    LogLost,
    LogReached,
    PublishFailed,
    Tell,
)
from twisted_chat.server.cluster.location import LogLocation
from twisted_chat.server.cluster.nats_log import NatsLog
from twisted_chat.server.cluster.replica import Logged
from twisted_chat.server.journal.records import Record
from twisted_chat.server.journal.writer import Settled


class ClusterJournal:
    """A journal as `RoomServer` has one: what is claimed is told to `settled`, and so is,
    with no claims, that there is something to be sent. `told` is given what another server
    has for a user of this one. `clock` is the reactor."""

    log = Logger()

    def __init__(
        self,
        cluster: Cluster,
        location: LogLocation,
        me: str,
        clock: Any,
        settled: Settled,
        told: Callable[[str, bytes], None],
        wall: Callable[[], float] = time.time,
    ) -> None:
        self._cluster = cluster
        self._location = location
        self._clock = clock
        self._settled = settled
        self._told = told
        self._wall = wall
        self._nats = NatsLog(location, me, clock.callFromThread, self._heard)
        self._is_settling = False
        self._is_stopped = False
        self._said = False
        """Whether the log says that this server is cut off."""

    def start(self) -> None:
        """Read what stands in the log, and write into it from then on."""
        self._nats.start()

    @property
    def is_failing(self) -> bool:
        """Whether nothing can be written now."""
        return not self._cluster.is_up

    @property
    def has_news(self) -> bool:
        """Whether something is to be written that is not in the ledger."""
        return self._cluster.has_news

    def figures(self) -> dict[str, Any]:
        """How many servers there are, and how much is to be written."""
        return self._cluster.figures()

    def write(self, records: list[tuple[int, Record]]) -> None:
        """Write these, each with the number of its claim, or with 0, and what else there is."""
        if self._is_stopped:
            return
        now, wall = self._clock.seconds(), self._wall()
        self._cluster.write(records, now, wall)
        publishes, tells = self._cluster.take(now, wall), self._cluster.tells()
        if publishes or tells:
            self._nats.write(publishes, tells)
        if self._cluster.has_ended and not self._is_settling:
            self._is_settling = True
            self._clock.callLater(0, self._settle)

    def stop(self) -> "Deferred[None]":
        """Fires when the others know that this server is gone, or cannot be told."""
        self._is_stopped = True
        stopped: Deferred[None] = Deferred()
        self._nats.stop(lambda: stopped.callback(None))
        return stopped

    def _settle(self) -> None:
        self._is_settling = False
        self._settled(self._cluster.ended())

    def _heard(self, events: list[LogEvent]) -> None:
        if self._is_stopped:
            return
        cluster, now = self._cluster, self._clock.seconds()
        logged: list[Logged | Absences] = []
        for event in events:
            if type(event) is Logged or type(event) is Absences:
                logged.append(event)
                continue
            if logged:
                cluster.fed(logged, now, self._wall())
                logged = []
            match event:
                case Acked(key, number, sequence):
                    cluster.acked(key, number, sequence)
                case CasRefused(key, number, last):
                    cluster.refused(key, number, last)
                case PublishFailed(key, number):
                    cluster.failed(key, number)
                case Tell(_, fingerprint, message):
                    self._told(fingerprint, message)
                case LogReached():
                    self._reached(now)
                case LogLost(why):
                    self._lost(why, now)
                case LogDamaged(what):
                    self.log.error("in {log}: {what}", log=self._location, what=what)
        if logged:
            cluster.fed(logged, now, self._wall())
        self._settle()

    def _reached(self, now: float) -> None:
        if not self._cluster.is_up:
            self._cluster.linked(True, now)
            self._said = False
            self.log.info(
                "names and rooms are in {log}; other servers: {many}",
                log=self._location,
                many=len(self._cluster.servers),
            )

    def _lost(self, why: str, now: float) -> None:
        self._cluster.linked(False, now)
        if not self._said:
            self._said = True
            self.log.error(
                "cut off from {log}: {why}; no new names and rooms until it is reached,"
                " all else goes on",
                log=self._location,
                why=why,
            )
