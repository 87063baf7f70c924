"""A datagram network in memory, a terminal, and the original room server."""

import random
from collections import deque
from collections.abc import Callable
from heapq import heappop, heappush
from itertools import count
from typing import Any, NamedTuple, Protocol

from twisted.internet.address import IPv4Address, IPv6Address
from twisted.internet.interfaces import IDelayedCall
from twisted.internet.protocol import DatagramProtocol
from twisted.internet.task import Clock

from twisted_chat.addresses import Address
from twisted_chat.terminal.face import TerminalFace
from twisted_chat.terminal.wording.line import LineWording

HOPS, NEAR = 64, 2
"""Routers through which a datagram may go, and one of them; the network itself is one more."""
LATENCY = 0.001
"""Seconds that a datagram takes at least."""


class Datagram(NamedTuple):
    """One datagram as it was carried: `at` is in seconds of the network's clock."""

    at: float
    source: Address
    payload: bytes
    to: Address


class Gateway(Protocol):
    """What is before hosts, by whose address they are reached."""

    def take(self, datagram: Datagram) -> None:
        """Take a datagram that is for that address."""


class Wire(Protocol):
    """What a port is on: a network, or the inside of a router."""

    def carry(self, source: Address, payload: bytes, to: Address, hops: int = HOPS) -> None: ...
    def move(self, port: "FakePort", outside: Address) -> None: ...
    def remove(self, port: "FakePort") -> None: ...


class FakeNetwork:
    """Carries datagrams between ports, in the time of a Clock.

    `loss` and `duplication` are probabilities; `latency` is the shortest time in
    seconds that a datagram takes, and `delay` the longest beyond it, so that they overtake
    each other. `loses` picks out datagrams that are lost for certain. `sent` is what
    went out, `delivered` what arrived.
    """

    def __init__(self, clock: Clock, seed: int = 1) -> None:
        self.clock = clock
        self.loss = self.duplication = self.delay = 0.0
        self.latency = LATENCY
        self.loses: Callable[[Datagram], bool] = lambda datagram: False
        self.sent: list[Datagram] = []
        self.delivered: list[Datagram] = []
        self._chance = random.Random(seed)
        self._ports: dict[Address, FakePort] = {}
        self._gateways: dict[str, Gateway] = {}
        # In the order of arrival. A Clock sorts all its calls for each that is added,
        # so it has one of all these: the next.
        self._under_way: list[tuple[float, int, Datagram]] = []
        self._numbers = count()
        self._arrival: IDelayedCall | None = None

    def listen(self, protocol: DatagramProtocol, address: Address) -> "FakePort":
        """Let a protocol listen at an address where nobody listens yet."""
        assert address not in self._ports, f"{address} is in use"
        port = FakePort(self, protocol, address)
        self._ports[address] = port
        protocol.makeConnection(port)  # type: ignore[arg-type]
        return port

    def attach(self, host: str, gateway: Gateway) -> None:
        """Have whatever is for this host taken by what is before it."""
        self._gateways[host] = gateway

    def carry(self, source: Address, payload: bytes, to: Address, hops: int = HOPS) -> None:
        """Deliver once, twice or never; what may pass no router is lost here."""
        datagram = Datagram(self.clock.seconds(), source, payload, to)
        self.sent.append(datagram)
        if hops <= 1 or self.loses(datagram):
            return
        for probability in (1.0, self.duplication):
            if self._chance.random() < probability and self._chance.random() >= self.loss:
                at = self.clock.seconds() + self.latency + self._chance.uniform(0, self.delay)
                heappush(self._under_way, (at, next(self._numbers), datagram))
                self._await()

    def move(self, port: "FakePort", outside: Address) -> None:
        """Let a port be reached at another address, and no longer at its former one."""
        assert outside not in self._ports, f"{outside} is in use"
        self.remove(port)
        self._ports[outside] = port

    def remove(self, port: "FakePort") -> None:
        """Let a port be reached no longer."""
        self._ports = {at: one for at, one in self._ports.items() if one is not port}

    def _await(self) -> None:
        """Have the next datagram delivered when it is due."""
        due = self._under_way[0][0]
        if self._arrival is not None:
            if self._arrival.getTime() <= due:
                return
            self._arrival.cancel()
        self._arrival = self.clock.callLater(due - self.clock.seconds(), self._arrive, due)

    def _arrive(self, due: float) -> None:
        """Deliver what is `due`, a moment that the clock may miss by rounding."""
        self._arrival = None
        now = max(due, self.clock.seconds())
        while self._under_way and self._under_way[0][0] <= now:
            self._deliver(heappop(self._under_way)[-1])
        if self._under_way:
            self._await()

    def _deliver(self, datagram: Datagram) -> None:
        arrived = datagram._replace(at=self.clock.seconds())
        if gateway := self._gateways.get(datagram.to[0]):
            self.delivered.append(arrived)
            gateway.take(arrived)
        elif port := self._ports.get(datagram.to):
            self.delivered.append(arrived)
            port.protocol.datagramReceived(datagram.payload, datagram.source)


class FakePort:
    """The transport of one protocol on the network.

    `outside` is where others see it: its own address, unless a NAT is between.
    """

    def __init__(self, network: Wire, protocol: DatagramProtocol, address: Address) -> None:
        self.protocol = protocol
        self.outside = address
        self._network = network
        self._inside = address
        self._killed = False

    def getHost(self) -> IPv4Address | IPv6Address:
        kind = IPv6Address if ":" in self._inside[0] else IPv4Address
        return kind("UDP", *self._inside)

    def heard_at(self, address: Address) -> str | None:
        return None

    def usual_at(self, six: bool) -> Address | None:
        return None

    def reached_at(self, address: Address) -> str | None:
        return self._inside[0]

    def write(self, datagram: bytes, addr: Address) -> None:
        if not self._killed:
            self._network.carry(self.outside, datagram, addr)

    def write_near(self, datagram: bytes, addr: Address) -> None:
        if not self._killed:
            self._network.carry(self.outside, datagram, addr, NEAR)

    def stopListening(self) -> None:
        self._network.remove(self)
        self.protocol.doStop()

    def kill(self) -> None:
        """End the program behind it: nobody is told, and it sends nothing more."""
        self._network.remove(self)
        self._killed = True

    def rebind(self, outside: Address) -> None:
        """What a NAT does that has forgotten us: another outside address."""
        self._network.move(self, outside)
        self.outside = outside


class FakeTerminal:
    """A terminal at which a peer is. Remembers what is shown, and hands over
    what is typed when it is wanted."""

    def __init__(self, peer: Any) -> None:
        self.lines: list[str] = []
        self.clogged = False
        self.closed = False
        self._person: Any = TerminalFace(peer, LineWording())
        self.unread: deque[str] = deque()
        self._wanted = True
        self._ends = False
        self._handing_over = False

    # What the peer does

    def show(self, line: str) -> None:
        self.lines.append(line)

    def listen(self, wanted: bool) -> None:
        self._wanted = wanted
        self._hand_over()

    def close(self) -> None:
        self.closed = True
        self._person.detached(self)

    # What the person does

    def attach(self) -> None:
        """Sit down there."""
        self._person.attached(self)

    def type(self, *lines: str) -> None:
        self.unread.extend(lines)
        self._hand_over()

    def end(self) -> None:
        """Type nothing more."""
        self._ends = True
        self._hand_over()

    def hang_up(self) -> None:
        """Be gone, as a window that is closed."""
        self.closed = True
        self._person.detached(self)

    def take(self) -> None:
        """Take what was shown, after having been too slow."""
        self.clogged = False
        self._person.flowing(self)

    def _hand_over(self) -> None:
        if self._handing_over:
            return
        self._handing_over = True
        while self.unread and self._wanted and not self.closed:
            self._person.typed(self, [self.unread.popleft()])
        self._handing_over = False
        if self._ends and not self.unread and not self.closed:
            self._ends = False
            self._person.ended(self)


class OriginalServer(DatagramProtocol):
    """The server of the program that this one continues, its flaws included.

    A `hi` with a known name is refused, no matter who repeats it; `rk` is ignored;
    nobody leaves a roster and nothing expires; strangers are answered; a join
    costs N times N datagrams. It is `dead` after an empty datagram, one that
    is not UTF-8, one that lacks an argument, and a stranger's `by`.
    """

    transport: Any

    def __init__(self) -> None:
        self.dead = False
        self._users: dict[str, Address] = {}
        self._rooms: dict[str, list[Address]] = {}

    def datagramReceived(self, datagram: bytes, addr: Address) -> None:
        if self.dead:
            return
        try:
            verb, *arguments = datagram.decode().split()
            self._answer(verb, arguments, addr)
        except (UnicodeDecodeError, KeyError, IndexError, ValueError):
            self.dead = True

    def _answer(self, verb: str, arguments: list[str], addr: Address) -> None:
        match verb:
            case "hi":
                self._add(self._users, verb, arguments[0], addr, addr)
            case "rc":
                self._add(self._rooms, verb, arguments[0], [], addr)
            case "by":
                del self._users[{at: name for name, at in self._users.items()}[addr]]
                self._send(verb, addr)
            case "ar":
                found = self._users.get(arguments[0])
                self._send(f"ar {found[0]} {found[1]}" if found else verb, addr)
            case "ul":
                self._list(verb, self._users, addr)
            case "rl":
                self._list(verb, self._rooms, addr)
            case "rj":
                self._join(arguments[0], addr)

    def _add(self, book: dict[str, Any], verb: str, name: str, what: Any, addr: Address) -> None:
        answer = verb if name in book else f"{verb} {name}"
        book.setdefault(name, what)
        self._send(answer, addr)

    def _list(self, verb: str, book: dict[str, Any], addr: Address) -> None:
        for entry in book:
            self._send(f"{verb} {entry}", addr)
        if not book:
            self._send(verb, addr)

    def _join(self, name: str, addr: Address) -> None:
        if name not in self._rooms:
            self._send("rj", addr)
            return
        for members in self._rooms.values():
            if addr in members:
                members.remove(addr)
        self._rooms[name].append(addr)
        for member in self._rooms[name]:
            self._send("rj __clear_peers__", member)
            for other in self._rooms[name]:
                if other != member:
                    self._send(f"rj {other[0]} {other[1]}", member)

    def _send(self, text: str, to: Address) -> None:
        self.transport.write(text.encode(), to)
