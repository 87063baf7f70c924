"""Routers of each kind on the fake network: what they let out, and whom they let in.

In the words of RFC 4787; `tests/paths` has the same kinds as real ones.
"""

from itertools import count

from twisted.internet.protocol import DatagramProtocol
from twisted.internet.task import Clock

from tests.paths.kinds import Kind
from tests.support.network import HOPS, LATENCY, Datagram, FakeNetwork, FakePort
from twisted_chat.addresses import Address
from twisted_chat.moments import NEVER

INSIDE = "192.168.1.2"
"""Where a host is whose router is asked for no other place: the same in every home."""
_FIRST_PORT = 40_000
_LOOKS_AT_ADDRESS = {Kind.ADDRESS}
_LOOKS_AT_PORT = {Kind.HOME, Kind.SYMMETRIC, Kind.SERVER_ONLY, Kind.ANSWERING, Kind.SIX}


class Router:
    """A router between hosts and what is outside: the network, or a router of a carrier.

    `host` is its own outside address; where it is a firewall (Kind.SIX) that is the address
    of the one host behind it. `lifetime` are the seconds of silence after which it forgets
    who wrote to whom; then a host gets another outside port. With `hairpin` it leads those
    inside to each other by its outside address. `only` is the one host outside to which
    Kind.SERVER_ONLY lets datagrams go.
    """

    def __init__(
        self,
        outer: "FakeNetwork | Router",
        host: str,
        kind: Kind,
        *,
        lifetime: float = NEVER,
        hairpin: bool = False,
        only: str = "",
    ) -> None:
        self.host = host
        self.kind = kind
        self.clock: Clock = outer.clock
        self._outer = outer
        self._lifetime = lifetime
        self._hairpin = hairpin
        self._only = only
        self._ports: dict[Address, FakePort] = {}
        self._routers: dict[str, Router] = {}
        self._mapped: dict[tuple[Address, Address | None], int] = {}
        self._inside: dict[int, Address] = {}
        self._written: dict[tuple[int, Address], float] = {}
        """To whom something went from an outside port, and when last something came or went."""
        self._led: dict[int, Address] = {}
        """Outside ports that were asked for, by which everybody gets in."""
        self._own: set[tuple[int, Address]] = set()
        """What an answering router takes for connections of its own."""
        self._numbers = count(_FIRST_PORT)
        outer.attach(host, self)

    def attach(self, host: str, router: "Router") -> None:
        """Have a router inside, as that of a carrier has."""
        self._routers[host] = router

    def listen(self, protocol: DatagramProtocol, port: int, host: str = INSIDE) -> FakePort:
        """Let a protocol listen at a host inside."""
        address = (self.host if self.kind is Kind.SIX else host, port)
        assert address not in self._ports, f"{address} is in use"
        made = self._ports[address] = FakePort(self, protocol, address)
        protocol.makeConnection(made)  # type: ignore[arg-type]
        return made

    def remove(self, port: FakePort) -> None:
        """Let a port be reached no longer."""
        self._ports = {at: one for at, one in self._ports.items() if one is not port}

    def move(self, port: FakePort, outside: Address) -> None:
        """Let a host have another address inside."""
        self.remove(port)
        self._ports[outside] = port

    def lead(self, inside: Address) -> Address:
        """Lead one inside, as one has asked for it, to everybody. Returns where that is."""
        port = next(self._numbers)
        self._led[port] = self._inside[port] = inside
        return self.host, port

    def forget(self) -> None:
        """What a router does that is started anew."""
        self._mapped.clear()
        self._inside.clear()
        self._written.clear()
        self._own.clear()

    def carry(self, source: Address, payload: bytes, to: Address, hops: int = HOPS) -> None:
        """Take a datagram from inside, which may go through so many routers, and not the last."""
        if to in self._ports or to[0] in self._routers:
            self._hand_in(Datagram(self.clock.seconds(), source, payload, to))
            return
        if hops <= 1 or (self.kind is Kind.SERVER_ONLY and to[0] != self._only):
            return
        outside = self.outside_of(source, to)
        self._written[outside, to] = self.clock.seconds()
        if to[0] != self.host or self.kind is Kind.SIX:
            self._outer.carry((self.host, outside), payload, to, hops - 1)
        elif self._hairpin and (inside := self._inside.get(to[1])) is not None:
            turned = Datagram(self.clock.seconds(), (self.host, outside), payload, inside)
            self._hand_in(turned)

    def outside_of(self, source: Address, to: Address) -> int:
        """The outside port of one inside, for what goes there."""
        self._expire()
        for led, inside in self._led.items():
            if inside == source:
                return led
        if self.kind is Kind.SIX:
            self._inside[source[1]] = source
            return source[1]
        for key in ((source, to), (source, None)):
            port = self._mapped.get(key)
            if port is not None and (port, to) not in self._own:
                return port
        own = (source, to) if self.kind is Kind.SYMMETRIC or key in self._mapped else key
        port = self._mapped[own] = next(self._numbers)
        self._inside[port] = source
        return port

    def take(self, datagram: Datagram) -> None:
        """Take a datagram from outside, and hand it in where it may go in."""
        self._expire()
        source, port = datagram.source, datagram.to[1]
        inside = self._inside.get(port)
        if inside is not None and self._lets_in(port, source):
            if (port, source) in self._written:
                self._written[port, source] = self.clock.seconds()
            self._hand_in(datagram._replace(to=inside))
        elif self.kind is Kind.ANSWERING:
            self._own.add((port, source))

    def _lets_in(self, port: int, source: Address) -> bool:
        if port in self._led:
            return True
        if (port, source) in self._own:
            return False
        if self.kind in _LOOKS_AT_PORT:
            return (port, source) in self._written
        if self.kind in _LOOKS_AT_ADDRESS:
            return any(one == port and to[0] == source[0] for one, to in self._written)
        return True

    def _hand_in(self, datagram: Datagram) -> None:
        """Later, as whoever sends is not to hear an answer before it has done so."""
        self.clock.callLater(LATENCY, self._arrive, datagram)

    def _arrive(self, datagram: Datagram) -> None:
        if (router := self._routers.get(datagram.to[0])) is not None:
            router.take(datagram)
        elif (port := self._ports.get(datagram.to)) is not None:
            port.protocol.datagramReceived(datagram.payload, datagram.source)

    def _expire(self) -> None:
        """Forget who has been silent for too long."""
        now = self.clock.seconds()
        old = [key for key, at in self._written.items() if now - at > self._lifetime]
        for key in old:
            del self._written[key]
        if not old:
            return
        used = {port for port, _ in self._written}
        self._mapped = {key: port for key, port in self._mapped.items() if port in used}
        self._inside = {port: to for port, to in self._inside.items() if port in used}
