"""What coming in takes the server's processor, in memory: a handshake of the library alone, a
resumed one, and all that makes a user of somebody. One after the other, with no kernel between.

The other end, which takes as long, is not counted.
"""

import gc
import os
import time
from collections.abc import Callable, Iterable
from itertools import count
from typing import Any

from qh3.quic.connection import QuicConnection
from qh3.quic.events import HandshakeCompleted
from twisted.internet.task import Clock

from benchmarks.processes import table
from twisted_chat.addresses import Address
from twisted_chat.identity.keys import Identity
from twisted_chat.links import CloseLink, Dial, Link, SendFrames
from twisted_chat.net.quic_library import configuration
from twisted_chat.net.quic_port import QuicPort
from twisted_chat.server.bounds import LINK_WINDOW, Bounds
from twisted_chat.server.gen2.introductions import TAGS, PairSecrets
from twisted_chat.server.protocol import RoomServer
from twisted_chat.wire.common import Welcome
from twisted_chat.wire.gen2.answers import parse_answer
from twisted_chat.wire.gen2.growth import PATHS, REST, Can
from twisted_chat.wire.gen2.requests import RegisterKey
from twisted_chat.wire.gen2.rest import AskRest, AtRest

USERS, FIRST = 1_000, 20
"""Of each kind, one of each in turn, without those that come first."""
TENTH = 10
"""The fastest tenth is shown besides the median: the machine has other things to do."""
HERE: Address = ("10.9.9.9", 8090)
THERE: Address = ("10.9.9.8", 5000)
TURNS = 12


class Stopwatch:
    """Adds up what is done under it, in seconds."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __enter__(self) -> None:
        self._begun = time.perf_counter()

    def __exit__(self, *problem: object) -> None:
        self.seconds += time.perf_counter() - self._begun


class Handshakes:
    """Handshakes of the library alone, with the settings of a link and no Retry; `tickets`: each
    tells a ticket, or is resumed by the first that was told."""

    def __init__(self) -> None:
        own, other = Identity.generate(), Identity.generate()
        self._accepts = configuration(own, dialled=False, keylog=None)
        self._dials = configuration(other, dialled=True, keylog=None)
        self._tickets: dict[bytes, Any] = {}
        self._told: list[Any] = []

    def whole(self) -> float:
        return self._shake(self._dials)

    def told(self) -> float:
        """One that tells a ticket."""
        self._tickets.clear()
        self._told.clear()
        return self._shake(self._dials, tells=True)

    def resumed(self) -> float:
        common = configuration(Identity.generate(), dialled=True, keylog=None)
        if not self._told:
            self.told()
        common.session_ticket = self._told[0]
        return self._shake(common, resumes=True)

    def _shake(self, common: Any, *, tells: bool = False, resumes: bool = False) -> float:
        watch, now, resumed = Stopwatch(), 1.0, False
        dials = QuicConnection(
            configuration=common, session_ticket_handler=self._told.append if tells else None
        )
        dials.connect(HERE, now=now)
        with watch:
            accepts = QuicConnection(
                configuration=self._accepts,
                original_destination_connection_id=dials.original_destination_connection_id,
                session_ticket_fetcher=self._tickets.get if resumes else None,
                session_ticket_handler=self._keep if tells else None,
            )
        for _ in range(TURNS):
            out = [data for data, _ in dials.datagrams_to_send(now)]
            with watch:
                for one in out:
                    accepts.receive_datagram(one, THERE, now)
                while (event := accepts.next_event()) is not None:
                    if isinstance(event, HandshakeCompleted):
                        resumed = event.session_resumed
                back = [data for data, _ in accepts.datagrams_to_send(now)]
            for one in back:
                dials.receive_datagram(one, HERE, now)
            while dials.next_event() is not None:
                pass
            now += 0.001
            if not out and not back:
                break
        assert resumed == resumes
        return watch.seconds

    def _keep(self, ticket: Any) -> None:
        self._tickets[ticket.ticket] = ticket


class _Wire:
    """Where a port writes to."""

    def __init__(self) -> None:
        self._out: list[bytes] = []

    def write(self, datagram: bytes, address: Address) -> None:
        self._out.append(datagram)

    def take(self) -> list[bytes]:
        out, self._out = self._out, []
        return out

    def reached_at(self, address: Address) -> None: ...

    def usual_at(self, six: bool) -> None: ...


class User:
    """One who comes, registers, and rests."""

    def __init__(self, number: int, server: Identity) -> None:
        self._number = number
        self.rests = False
        self.wire, self.clock = _Wire(), Clock()
        self.clock.advance(1000.0)
        self.port = QuicPort(
            Identity.generate(),
            self,  # type: ignore[arg-type]
            self.clock,
            time_of_day=time.time,
            accepts=False,
        )
        self.port.makeConnection(self.wire)  # type: ignore[arg-type]
        self.port.dial(Dial(HERE, server.fingerprint))
        self.clock.advance(0.001)

    def opened(self, link: Link) -> None:
        hello = Can((PATHS, REST)), RegisterKey(f"user{self._number}", f"{self._number:020x}")
        self.port.send(SendFrames(link, [one.encode() for one in hello]))

    def received(self, link: Link, messages: Iterable[bytes]) -> None:
        for answer in map(parse_answer, messages):
            if isinstance(answer, Welcome):
                self.port.send(SendFrames(link, [AskRest().encode()]))
            elif isinstance(answer, AtRest):
                self.port.close(CloseLink(link, "it rests"))
                self.rests = True

    def taken(self, link: Link) -> None: ...


class Arrivals:
    """A server, to which users come."""

    def __init__(self) -> None:
        self._own, self._wire, self._clock = Identity.generate(), _Wire(), Clock()
        self._clock.advance(1000.0)
        secrets = PairSecrets(self._own.secret(TAGS), os.urandom)
        clock: Any = self._clock
        server = RoomServer(Bounds(), clock, secrets=secrets)
        self._port = server.carrier = QuicPort(
            self._own, server, clock, time_of_day=time.time, text=server, window=LINK_WINDOW
        )
        self._port.makeConnection(self._wire)  # type: ignore[arg-type]
        self._numbers = count()

    def come(self) -> float:
        watch, number = Stopwatch(), next(self._numbers)
        user = User(number, self._own)
        source = (f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}", 5000)
        for _ in range(TURNS):
            out = user.wire.take()
            with watch:
                if out:
                    self._port.datagramsReceived([(one, source) for one in out])
                self._clock.advance(0.0001)
            if back := self._wire.take():
                user.port.datagramsReceived([(one, HERE) for one in back])
            user.clock.advance(0.0001)
        assert user.rests
        return watch.seconds


def main() -> dict[str, float]:
    """Every kind, in turn. Returns the figure that has a bar."""
    handshakes = Handshakes()
    kinds: dict[str, Callable[[], float]] = {
        "a handshake of the library": handshakes.whole,
        "one that tells a ticket": handshakes.told,
        "one that is resumed": handshakes.resumed,
        "coming in, until one rests": Arrivals().come,
    }
    taken: dict[str, list[float]] = {name: [] for name in kinds}
    gc.collect()
    gc.freeze()
    for number in range(FIRST + USERS):
        for name, kind in kinds.items():
            seconds = kind()
            if number >= FIRST:
                taken[name].append(seconds)
    rows, whole = list[list[str]](), sorted(taken["a handshake of the library"])
    for name, each in taken.items():
        each.sort()
        fast, middle = each[len(each) // TENTH] * 1000, each[len(each) // 2] * 1000
        to = fast / whole[len(whole) // TENTH] / 1000
        rows.append([name, f"{fast:.2f}", f"{middle:.2f}", f"{to:.2f}"])
    header = ["what", "ms, the fastest tenth within", "ms, median", "to the first"]
    table("What coming in takes the server, in memory", header, rows)
    return {"ms of the server's processor for one who comes in, in memory": fast}


if __name__ == "__main__":
    main()
