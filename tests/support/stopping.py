"""A program that is stopped for a while, as by SIGSTOP: it reads nothing and does nothing, and
then all that has come and that is due, a little in each turn."""

from typing import Any

from twisted.internet.protocol import DatagramProtocol
from twisted.internet.task import Clock

from tests.support.network import FakePort
from twisted_chat.addresses import Address

READ_IN_A_TURN = 4
"""Datagrams that are read before what is due is done."""


class StoppableClock(Clock):
    """The time of another Clock, in which nothing is called while `stopped`."""

    def __init__(self, world: Clock) -> None:
        super().__init__()
        self._world = world
        self.stopped = False

    def seconds(self) -> float:
        return self._world.seconds()

    def callLater(self, delay: float, *what: Any, **with_it: Any) -> Any:
        self._world.callLater(delay, self.look)
        return super().callLater(delay, *what, **with_it)

    def look(self) -> None:
        """Call what is due."""
        if not self.stopped:
            self.advance(0)


class StoppedProtocol(DatagramProtocol):
    """In the place of the protocol of a port while its program is stopped."""

    noisy = False

    def __init__(self, port: FakePort, clock: StoppableClock) -> None:
        self._port, self._clock = port, clock
        self._protocol = port.protocol
        self._came: list[tuple[bytes, Address]] = []
        port.protocol, clock.stopped = self, True

    def datagramReceived(self, datagram: bytes, addr: Address) -> None:
        self._came.append((datagram, addr))

    def go_on(self) -> None:
        """Read what came, and do what is due."""
        self._port.protocol, self._clock.stopped = self._protocol, False
        for begin in range(0, len(self._came), READ_IN_A_TURN):
            for datagram, source in self._came[begin : begin + READ_IN_A_TURN]:
                self._protocol.datagramReceived(datagram, source)
            self._clock.look()
        self._clock.look()
