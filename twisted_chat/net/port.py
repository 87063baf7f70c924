"""A UDP port that nothing on the network can close, and that no flood can hold up.

Twisted's own port counts bytes, so empty datagrams never end a read; it closes
itself for good at a receive error it does not list; and it raises whatever the
kernel says of one datagram at whoever happened to send it. This one reads a
bounded number of datagrams a turn, and counts what goes wrong.
"""

import errno
import socket

from twisted.internet import udp
from twisted.internet.interfaces import IReactorFDSet
from twisted.internet.protocol import AbstractDatagramProtocol
from twisted.logger import Logger

from twisted_chat.addresses import Address
from twisted_chat.tally import Tally

BATCH = 64
"""Datagrams read in one reactor turn."""
SOCKET_BUFFER = 4 * 1024 * 1024
"""Bytes of kernel buffer asked for in each direction; the system may grant less."""

_MAPPED = "::ffff:"
_IDLE = (BlockingIOError, InterruptedError)

LOST = (OSError, OverflowError, TypeError, ValueError)
"""What sending can raise: the kernel will not have it, or it is no datagram, or no address."""


class BoundedPort(udp.Port):
    """`udp.Port`, bounded. On `::` it serves IPv4 too, whose addresses look
    to the protocol as they do on an IPv4 port (RFC 4291, 2.5.5.2)."""

    log = Logger()

    def __init__(
        self,
        port: int,
        protocol: AbstractDatagramProtocol,
        reactor: IReactorFDSet,
        *,
        interface: str = "",
        longest: int,
        batch: int = BATCH,
    ) -> None:
        # One byte more than is allowed, to tell what was cut off from what fits.
        super().__init__(port, protocol, interface, longest + 1, reactor)
        self._batch = batch
        self._tally = Tally()
        self._seconds = reactor.seconds  # type: ignore[attr-defined]

    def createInternetSocket(self) -> socket.socket:
        made: socket.socket = super().createInternetSocket()
        if self.addressFamily == socket.AF_INET6:
            made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        for buffer in (socket.SO_RCVBUF, socket.SO_SNDBUF):
            made.setsockopt(socket.SOL_SOCKET, buffer, SOCKET_BUFFER)
        return made

    def doRead(self) -> None:
        """Hand at most a batch of datagrams to the protocol."""
        for _ in range(self._batch):
            try:
                datagram, source = self.socket.recvfrom(self.maxPacketSize)
            except _IDLE:
                return
            except OSError as problem:
                self._not_received(problem)
                continue
            self._hand_over(datagram, _plain(source) if len(source) == 4 else source)

    def write(self, datagram: bytes, addr: Address | None = None) -> None:
        """Send one datagram, or count it as lost."""
        if addr is not None and self.addressFamily == socket.AF_INET6 and ":" not in addr[0]:
            addr = (_MAPPED + addr[0], addr[1])
        try:
            if addr is None:
                self.socket.send(datagram)
            else:
                self.socket.sendto(datagram, addr)
        except LOST as problem:
            self._lost("sending", problem)

    def _hand_over(self, datagram: bytes, source: Address) -> None:
        try:
            self.protocol.datagramReceived(datagram, source)
        except Exception:
            self._not_understood()

    def _not_understood(self, count: int = 1) -> None:
        """The protocol has raised something: what strangers send may bring it about again."""
        if many := self._tally.count("understanding", self._seconds(), count):
            self.log.failure("{many} datagrams were not understood", many=many)

    def _not_received(self, problem: OSError) -> None:
        if problem.errno == errno.ECONNREFUSED and self._connectedAddr:
            self.protocol.connectionRefused()
        else:
            self._lost("receiving", problem)

    def _lost(self, doing: str, problem: Exception, count: int = 1) -> None:
        if many := self._tally.count(doing, self._seconds(), count):
            self.log.warn(
                "{doing} failed for {many} datagrams, the last time with: {problem}",
                doing=doing,
                many=many,
                problem=problem,
            )


def _plain(source: tuple[str, int, int, int]) -> Address:
    host, port, _, scope = source
    if host.startswith(_MAPPED) and "." in host:
        return host.removeprefix(_MAPPED), port
    # An answer to a link-local address needs its zone (RFC 4007, 11).
    return (f"{host}%{scope}" if scope else host), port
