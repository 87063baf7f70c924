"""A UDP port that nothing on the network can close, and that no flood can hold up.

Twisted's own port counts bytes, so empty datagrams never end a read; it closes
itself for good at a receive error it does not list; and it raises whatever the
kernel says of one datagram at whoever happened to send it. This one reads a
bounded number of datagrams a turn, and counts what goes wrong.
"""

import errno
import socket
import sys

from twisted.internet import udp
from twisted.internet.interfaces import IReactorFDSet
from twisted.internet.protocol import AbstractDatagramProtocol
from twisted.logger import Logger

from twisted_chat.addresses import Address, Datagrams
from twisted_chat.net import reached
from twisted_chat.net.reached import Reached, usual_hosts
from twisted_chat.startup import source_host
from twisted_chat.tally import Tally

BATCH = 64
"""Datagrams read in one reactor turn."""
SOCKET_BUFFER = 4 * 1024 * 1024
"""Bytes of kernel buffer asked for in each direction; the system may grant less."""

_FRAGMENTING = ((socket.IPPROTO_IP, 10), (socket.IPPROTO_IPV6, 23))
"""IP_MTU_DISCOVER and IPV6_MTU_DISCOVER of ip(7) and ipv6(7)."""
_LET_FRAGMENT, _KEEP_WHOLE = 0, 3
"""IP_PMTUDISC_DONT, and IP_PMTUDISC_PROBE, which asks nobody how large they may be."""
_ALL = frozenset({"", "0.0.0.0", "::"})
"""The interfaces that are all of this machine's."""
NEAR = 2
"""Hops of a datagram that gets through one router (RFC 791, 3.2)."""
_MAPPED = "::ffff:"
_IDLE = (BlockingIOError, InterruptedError)

LOST = (OSError, OverflowError, TypeError, ValueError)
"""What sending can raise: the kernel will not have it, or it is no datagram, or no address."""


class BoundedPort(udp.Port):
    """`udp.Port`, bounded. On `::` it serves IPv4 too, whose addresses look
    to the protocol as they do on an IPv4 port (RFC 4291, 2.5.5.2). Those who asked at
    one of several addresses of this machine are answered from there: `answers` says
    that all that is written is an answer. `adopted` is a socket that is bound already, to
    this interface and port.

    Works with every DatagramProtocol. One that has a method
    `datagramsReceived(datagrams)` is given all that was read in a turn, or with one call, as
    it is, a list of `(datagram, address)`.
    """

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
        answers: bool = False,
        adopted: socket.socket | None = None,
    ) -> None:
        # One byte more than is allowed, to tell what was cut off from what fits.
        super().__init__(port, protocol, interface, longest + 1, reactor)
        # As IReactorSocket.adoptDatagramPort gives it to a stock port.
        self._preexistingSocket = adopted  # type: ignore[assignment]
        self._batch = batch
        self._answers = answers
        self._reached = Reached(answers=answers)
        self._asks = False  # Whether the kernel says at which of our addresses.
        self._tally = Tally()
        self._seconds = reactor.seconds  # type: ignore[attr-defined]
        self._hand_over = getattr(protocol, "datagramsReceived", self._one_by_one)

    def createInternetSocket(self) -> socket.socket:
        made: socket.socket = super().createInternetSocket()
        if self.addressFamily == socket.AF_INET6:
            made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        self._prepare(made)
        return made

    def _bindSocket(self) -> None:
        if self._preexistingSocket is not None:
            self._preexistingSocket.setblocking(False)
            self._prepare(self._preexistingSocket)
        super()._bindSocket()

    def _prepare(self, made: socket.socket) -> None:
        """Set what a socket of ours has, wherever it comes from."""
        for buffer in (socket.SO_RCVBUF, socket.SO_SNDBUF):
            made.setsockopt(socket.SOL_SOCKET, buffer, SOCKET_BUFFER)
        let_fragment(made)
        self._asks = self.interface in _ALL and reached.ask_for_it(made)
        if self._asks and self._answers:
            self._reached = Reached(answers=True, usual=usual_hosts(self.addressFamily))

    def reached_at(self, address: Address) -> str | None:
        """The address of this machine at which those at another reach the port, where
        that can be said."""
        return self.heard_at(address) or source_host(address[0]) or None

    def usual_at(self, six: bool) -> Address | None:
        """Where most others reach the port over IPv6, or over IPv4, where it listens to that."""
        if self.interface not in _ALL or (six and self.addressFamily != socket.AF_INET6):
            return None
        host = usual_hosts(socket.AF_INET6)[six]
        return (host, self.getHost().port) if host else None

    def network_changed(self) -> None:
        """Where others were heard is forgotten: this machine's addresses may be other ones."""
        usual = usual_hosts(self.addressFamily) if self._asks and self._answers else ("", "")
        self._reached = Reached(answers=self._answers, usual=usual)

    def heard_at(self, address: Address) -> str | None:
        """The same, where it is another than the one that the kernel chooses."""
        return self._reached.at(address) if self.interface in _ALL else self.interface

    def doRead(self) -> None:
        """Hand at most a batch of datagrams to the protocol."""
        datagrams: Datagrams = []
        receive = self._receive_asking if self._asks else self._receive
        for _ in range(self._batch):
            try:
                datagrams.append(receive())
            except _IDLE:
                break
            except OSError as problem:
                self._not_received(problem)
        if datagrams:
            self._understand(datagrams)

    def write(self, datagram: bytes, addr: Address | None = None) -> None:
        """Send one datagram, or count it as lost."""
        if addr is not None and self._asks:
            local = self._reached.write(addr) or self._reached.usually(addr)
            if local is not None and self._write_from(local, datagram, addr):
                return
        try:
            if addr is None:
                self.socket.send(datagram)
            else:
                self.socket.sendto(datagram, self._wide(addr))
        except LOST as problem:
            self._lost("sending", problem)

    def write_near(self, datagram: bytes, addr: Address) -> None:
        """Send one datagram of IPv4 at once that gets through one router and no further, or none
        where that cannot be said."""
        try:
            before = self.socket.getsockopt(socket.IPPROTO_IP, socket.IP_TTL)
            self.socket.setsockopt(socket.IPPROTO_IP, socket.IP_TTL, NEAR)
        except OSError:
            return
        try:
            BoundedPort.write(self, datagram, addr)  # Which is not put off, as in batches.
        finally:
            self.socket.setsockopt(socket.IPPROTO_IP, socket.IP_TTL, before)

    def _receive(self) -> tuple[bytes, Address]:
        datagram, source = self.socket.recvfrom(self.maxPacketSize)
        return datagram, _plain(source)

    def _receive_asking(self) -> tuple[bytes, Address]:
        datagram, said, _, source = self.socket.recvmsg(self.maxPacketSize, reached.ROOM)
        address = _plain(source)
        local = reached.read(said)
        if local is not None:
            self._reached.heard([(address, local)])
        return datagram, address

    def _write_from(self, local: str, datagram: bytes, addr: Address) -> bool:
        """Send from this address of ours. False where we have it no longer."""
        said = reached.said(local, self.addressFamily)
        try:
            self.socket.sendmsg([datagram], [said], 0, self._wide(addr))
        except _IDLE as problem:
            self._lost("sending", problem)
        except LOST:
            self._reached.forget(addr)
            return False
        return True

    def _wide(self, address: Address) -> Address:
        if self.addressFamily == socket.AF_INET6 and ":" not in address[0]:
            return _MAPPED + address[0], address[1]
        return address

    def _understand(self, datagrams: Datagrams) -> None:
        try:
            self._hand_over(datagrams)
        except Exception:
            self._not_understood(len(datagrams))

    def _one_by_one(self, datagrams: Datagrams) -> None:
        for datagram, source in datagrams:
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


class WholePort(BoundedPort):
    """`BoundedPort` of which no datagram is cut on its way: what is too large for a path is
    lost, by which is found out how large is not. On other systems than Linux any may be cut."""

    def _prepare(self, made: socket.socket) -> None:
        super()._prepare(made)
        _fragment(made, _KEEP_WHOLE)


def let_fragment(made: socket.socket) -> None:
    """Have no datagram of IPv4 forbid routers to cut it (DF), as Linux does by itself.

    A link has no datagram that is larger than the smallest with which QUIC works (RFC 9000,
    14), so where a path is narrower than that, the other way is none at all.
    """
    _fragment(made, _LET_FRAGMENT)


def _fragment(made: socket.socket, how: int) -> None:
    if sys.platform == "linux":
        for level, option in _FRAGMENTING[: 1 + (made.family == socket.AF_INET6)]:
            made.setsockopt(level, option, how)


def _plain(source: "Address | tuple[str, int, int, int]") -> Address:
    """An address as the kernel writes it, in the form that protocols know."""
    if len(source) == 2:  # Of IPv4.
        return source
    host, port, _, scope = source
    if host.startswith(_MAPPED) and "." in host:
        return host.removeprefix(_MAPPED), port
    # An answer to a link-local address needs its zone (RFC 4007, 11).
    return (f"{host}%{scope}" if scope else host), port
