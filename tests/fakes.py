"""A datagram network in memory, and the original room server as its protocol is described."""

import random
from collections.abc import Callable
from typing import Any

from twisted.internet.address import IPv4Address
from twisted.internet.protocol import DatagramProtocol
from twisted.internet.task import Clock

from twisted_chat.addresses import Address


class FakeNetwork:
    """Carries datagrams between protocols, in the time of a Clock.

    `loss` and `duplication` are probabilities, `delay` the longest time in
    seconds that a datagram takes, so that they overtake each other.
    """

    def __init__(self, clock: Clock, seed: int = 1) -> None:
        self.clock = clock
        self.loss = self.duplication = 0.0
        self.delay = 0.0
        self.carried: list[tuple[Address, bytes, Address]] = []
        self._chance = random.Random(seed)
        self._protocols: dict[Address, DatagramProtocol] = {}

    def attach(self, protocol: DatagramProtocol, address: Address) -> None:
        """Let a protocol listen at an address, instead of who did so far."""
        self._protocols[address] = protocol
        protocol.makeConnection(FakePort(self, address))  # type: ignore[arg-type]

    def detach(self, address: Address) -> None:
        """Let nobody listen there any more."""
        self._protocols.pop(address)

    def carry(self, source: Address, datagram: bytes, to: Address) -> None:
        """Deliver once, twice or never."""
        self.carried.append((source, datagram, to))
        for probability in (1.0, self.duplication):
            if self._chance.random() < probability and self._chance.random() >= self.loss:
                wait = self._chance.uniform(0, self.delay)
                self.clock.callLater(wait, self._deliver, source, datagram, to)

    def _deliver(self, source: Address, datagram: bytes, to: Address) -> None:
        if protocol := self._protocols.get(to):
            protocol.datagramReceived(datagram, source)


class FakePort:
    """The transport of one protocol on the network."""

    def __init__(self, network: FakeNetwork, address: Address) -> None:
        self._network = network
        self._address = address

    def getHost(self) -> IPv4Address:
        return IPv4Address("UDP", *self._address)

    def write(self, datagram: bytes, addr: Address) -> None:
        self._network.carry(self._address, datagram, addr)


class FakeTerminal:
    """Remembers what is shown; what is typed goes to the peer."""

    def __init__(self) -> None:
        self.clogged = False
        self.lines: list[str] = []
        self.closed: Callable[[Any], None] = lambda terminal: None

    def show(self, line: str) -> None:
        self.lines.append(line)

    def listen(self, wanted: bool) -> None:
        """Whatever is wanted, a test types when it likes."""

    def close(self) -> None:
        self.closed(self)


class OriginalServer(DatagramProtocol):
    """The server of the program that this one continues, its flaws included."""

    def __init__(self) -> None:
        self._users: dict[str, Address] = {}
        self._rooms: dict[str, list[Address]] = {}
        self._dead = False

    def datagramReceived(self, datagram: bytes, addr: Address) -> None:
        if self._dead:
            return
        try:
            verb, *arguments = datagram.decode().split(" ")
            self._answer(verb, arguments, addr)
        except (UnicodeDecodeError, KeyError, IndexError):
            self._dead = True

    def _answer(self, verb: str, arguments: list[str], addr: Address) -> None:
        if verb == "hi":
            taken = arguments[0] in self._users
            self._users.setdefault(arguments[0], addr)
            self._send("hi" if taken else f"hi {arguments[0]}", addr)
        elif verb == "by":
            del self._users[{at: name for name, at in self._users.items()}[addr]]
            self._send("by", addr)
        elif verb == "ar":
            found = self._users.get(arguments[0])
            self._send(f"ar {found[0]} {found[1]}" if found else "ar", addr)
        elif verb in ("ul", "rl"):
            for entry in (self._users if verb == "ul" else self._rooms) or [""]:
                self._send(f"{verb} {entry}".rstrip(), addr)
        elif verb == "rc":
            exists = arguments[0] in self._rooms
            self._rooms.setdefault(arguments[0], [])
            self._send("rc" if exists else f"rc {arguments[0]}", addr)
        elif verb == "rj":
            self._join(arguments[0], addr)

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
        transport: Any = self.transport
        transport.write(text.encode(), to)
