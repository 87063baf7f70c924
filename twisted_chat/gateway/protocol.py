"""Having our own router lead a port to us, over a UDP port of its own."""

import os
from collections.abc import Callable
from typing import Any

from twisted.internet.interfaces import IReactorTime
from twisted.internet.protocol import DatagramProtocol

from twisted_chat.addresses import Address
from twisted_chat.alarm import Alarm
from twisted_chat.errors import WireError
from twisted_chat.gateway.mapping import PortMapping
from twisted_chat.gateway.messages import PORT


class GatewayPort(DatagramProtocol):
    """Asks the gateway at `host`, which sees us at `own`, to lead this `port` of ours to us. What
    comes of it is told to `changed`: where others reach us now, or None; and to `in_vain` whenever
    nothing comes of it."""

    transport: Any
    noisy = False

    def __init__(
        self,
        host: str,
        own: str,
        port: int,
        clock: IReactorTime,
        changed: Callable[[Address | None], object],
        in_vain: Callable[[], object],
        draw: Callable[[int], bytes] = os.urandom,
    ) -> None:
        self._gateway = host, PORT
        self._clock = clock
        self._changed = changed
        self._in_vain = in_vain
        self._was_in_vain = False
        self._mapping = PortMapping(own, port, draw, clock.seconds())
        self._outside: Address | None = None
        self._alarm = Alarm(clock, self._tick)

    def startProtocol(self) -> None:
        self._tick()

    def datagramReceived(self, datagram: bytes, addr: Address) -> None:
        if addr == self._gateway:
            try:
                self._mapping.received(datagram, self._clock.seconds())
            except WireError:
                return
            self._tick()

    def end(self) -> None:
        """Give it back."""
        self._alarm.stop()
        for datagram in self._mapping.end():
            self.transport.write(datagram, self._gateway)

    def _tick(self) -> None:
        for datagram in self._mapping.due(self._clock.seconds()):
            self.transport.write(datagram, self._gateway)
        self._alarm.set(self._mapping.wake)
        if self._mapping.outside != self._outside:
            self._outside = self._mapping.outside
            self._changed(self._outside)
        was, self._was_in_vain = self._was_in_vain, self._mapping.in_vain
        if self._was_in_vain and not was:
            self._in_vain()
