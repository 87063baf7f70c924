"""Two who look for ways to each other over the fake network, and the server between them."""

from itertools import count
from typing import Any

from twisted.internet.protocol import DatagramProtocol
from twisted.internet.task import Clock

from tests.support.network import FakeNetwork
from twisted_chat.addresses import Address, is_relayed
from twisted_chat.alarm import Alarm
from twisted_chat.peer.events.paths import Way
from twisted_chat.peer.gen2.paths.path_finder import PathFinder
from twisted_chat.peer.gen2.paths.probe_limits import ProbePlaces
from twisted_chat.peer.whereabouts import Whereabouts
from twisted_chat.wire.gen2.contact import ContactInfo
from twisted_chat.wire.gen2.datagrams import SECRET_BYTES
from twisted_chat.wire.gen2.pairing import (
    AskCarrying,
    AskPairing,
    Carrying,
    NotCarrying,
    NotPaired,
    Pairing,
    Seen,
)

SERVER: Address = ("198.18.0.2", 8090)
AGAIN = 5.0
"""Seconds between two introductions of a pair."""
_HELLO, _WELCOME = b"Q", b"R"
"""What stands for the handshake of a link."""


class Meeting(DatagramProtocol):
    """A server that introduces, and `carries` or not. Those who look for ways say to it who
    they are, in datagrams; what it says to them takes no time, but for who is `late`."""

    noisy = False

    def __init__(self, network: FakeNetwork, *, carries: bool = True) -> None:
        self.network = network
        self.clock: Clock = network.clock
        self.carries = carries
        self.seekers: dict[str, Seeker] = {}
        self.late: dict[str, float] = {}
        self._numbers = count(1)
        self._last = -AGAIN
        network.listen(self, SERVER)

    def datagramReceived(self, datagram: bytes, addr: Address) -> None:
        seeker = self.seekers[datagram.decode()]
        if seeker.seen != addr:
            seeker.seen = addr
            seeker.told(Seen(addr))
            self.introduce()

    def introduce(self) -> None:
        """Tell both of each other, as soon as it is known where they are."""
        both = list(self.seekers.values())
        if len(both) < 2 or not all(one.seen for one in both):
            return
        self._last = self.clock.seconds()
        secret = bytes((next(self._numbers) % 256,)) * SECRET_BYTES
        for one, other in (both, both[::-1]):
            assert one.seen is not None
            assert other.seen is not None
            contact = ContactInfo("other", other.fingerprint, *other.seen)
            own = other.own if one.seen[0] == other.seen[0] else ()
            one.told(Pairing(contact, b"pairpair", secret, self.carries, own))

    def asked(self, asker: "Seeker", request: AskPairing | AskCarrying) -> None:
        """Answer a question."""
        now = self.clock.seconds()
        if isinstance(request, AskCarrying):
            answer = Carrying if self.carries else NotCarrying
            asker.told(answer(request.fingerprint))
        elif now - self._last < AGAIN:
            asker.told(NotPaired(request.fingerprint, 5))
        else:
            self.introduce()


class Seeker(DatagramProtocol):
    """One who looks for ways. `linked` is at which addresses there was a link, in turn."""

    transport: Any
    noisy = False

    def __init__(
        self, server: Meeting, fingerprint: str, *, relays: bool = True, own: tuple[Address, ...]
    ) -> None:
        self.clock = server.clock
        self.server = server
        self.fingerprint = fingerprint
        self.own = own
        self.seen: Address | None = None
        self.linked: list[Address] = []
        self.dialled: list[tuple[float, Address]] = []
        self.validated: list[tuple[float, Address]] = []
        self.probed: list[tuple[float, Address]] = []
        self.as_before: list[str] = []
        self._alarm = Alarm(self.clock, self._tick)
        self._numbers = count(1)
        places = ProbePlaces(Whereabouts(SERVER, [SERVER]), own[0] if own else None)
        self.finder = PathFinder(fingerprint, places, self, self._draw, relays=relays)
        self.other = ""

    def _draw(self, size: int) -> bytes:
        return next(self._numbers).to_bytes(size, "big")

    def come(self, other: str) -> None:
        """Say to the server that we are here, and want a link to the other."""
        self.server.seekers[self.fingerprint] = self
        self.other = other
        self.say_hello()
        self.finder.want(other, self.clock.seconds())
        self._arrange()

    def say_hello(self) -> None:
        self.transport.write(self.fingerprint.encode(), SERVER)

    @property
    def way(self) -> Way:
        """How there is a link now."""
        path = self.finder.get(self.other)
        return Way.NONE if path is None else path.way

    def told(self, message: Seen | Pairing | NotPaired | Carrying | NotCarrying) -> None:
        """The server says something."""
        self.clock.callLater(self.server.late.get(self.fingerprint, 0.0), self._told, message)

    def lose(self) -> None:
        """The link has ended."""
        self.finder.lost(self.other, self.clock.seconds())
        self._arrange()

    def doubt(self) -> None:
        """The link may be lost."""
        self.finder.doubted(self.other, self.clock.seconds())
        self._arrange()

    def datagramReceived(self, datagram: bytes, addr: Address) -> None:
        now = self.clock.seconds()
        if datagram == _HELLO:
            self.transport.write(_WELCOME, addr)
            self._link(addr)
        elif datagram == _WELCOME:
            if self.way is not Way.DIRECT or self.linked[-1] != addr:
                self._link(addr)
        else:
            self.finder.received(datagram, addr, now)
        self._arrange()

    # --- What it has done for it

    def probe(self, datagram: bytes, address: Address, *, opens: bool = False) -> None:
        if datagram[0] == 1:
            self.probed.append((self.clock.seconds(), address))
        (self.transport.write_near if opens else self.transport.write)(datagram, address)

    def ask(self, request: AskPairing | AskCarrying) -> bool:
        self.server.asked(self, request)
        return True

    def reach(self, fingerprint: str, address: Address, now: float) -> None:
        self.dialled.append((now, address))
        if is_relayed(address):
            for one in self.server.seekers.values():
                one._link(address)
        else:
            self.transport.write(_HELLO, address)
            self.clock.callLater(2, self._see, address)

    def validate(self, address: Address) -> None:
        self.validated.append((self.clock.seconds(), address))

    def reach_as_before(self, fingerprint: str, now: float) -> None:
        self.as_before.append(fingerprint)

    # ---

    def _told(self, message: Seen | Pairing | NotPaired | Carrying | NotCarrying) -> None:
        self.finder.told(message, self.clock.seconds())
        self._arrange()

    def _link(self, address: Address) -> None:
        self.linked.append(address)
        relayed = is_relayed(address)
        self.finder.linked(self.other, address, self.clock.seconds(), relayed=relayed)
        self._arrange()

    def _see(self, address: Address) -> None:
        """Whether a link has come of a dial."""
        if not self.linked or self.linked[-1] != address:
            self.finder.dial_failed(self.other, address, self.clock.seconds())
            self._arrange()

    def _tick(self) -> None:
        self.finder.tick(self.clock.seconds())
        self._arrange()

    def _arrange(self) -> None:
        self._alarm.set(self.finder.wake)
