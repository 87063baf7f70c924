"""A UDP port that reads and sends many datagrams with one system call (Linux).

Reading is one `recvmmsg` for up to 64 datagrams, and what is written meanwhile
goes out with one `sendmmsg` when all of them are handed over. What is written
at other times goes out in the same reactor turn, when the reactor asks the
port to write.

The two calls are made in C, in `_mmsg`. Measured were the processor time of
the server for one `ar` and its answer, with the same loop in Python around
each (medians of five alternating runs, one source and 10,000):

    no Python at all, a C loop          5.4 us    5.2 us
    an extension in C                   7.6 us    6.3 us
    cffi                                9.5 us    7.6 us
    ctypes                              9.3 us    8.5 us
    one recvfrom and one sendto each   12.6 us    9.5 us

With ctypes and cffi it is not the calls that cost, but taking each datagram,
its length and its address out of the arrays in Python, and putting them in.
Where the extension is not there (another system, an installation without a
compiler) `datagram_port` makes a port that does without.
"""

import errno
import socket
from typing import Any
from typing import Protocol as Interface

from twisted_chat.addresses import Address, Datagrams
from twisted_chat.net.port import LOST, BoundedPort

try:
    from twisted_chat.net import _mmsg
except ImportError:
    _mmsg = None  # type: ignore[assignment]

AT_ONCE = 64
"""Datagrams that one call reads or sends at most."""
FULL = 1024
"""Written datagrams that do not wait for the end of the turn."""
OUTBOX = 4096
"""Datagrams that may wait while the kernel has no room; more are lost."""

Outgoing = list[tuple[bytes, Address | None] | tuple[bytes, Address | None, str]]
"""Payloads, each with where it goes to and, where that matters, from which address of ours."""
ReachedAt = list[tuple[Address, str | None]]

_NO_ROOM = BlockingIOError(errno.EAGAIN, f"{OUTBOX} of them wait already")
_LATER = (BlockingIOError, InterruptedError)


class Calls(Interface):
    """The two system calls, as `_mmsg` documents them."""

    def receive(
        self,
        fd: int,
        count: int,
        size: int,
        reached: ReachedAt | None,
        every: bool,
        usual: bytes | None,
        /,
    ) -> Datagrams: ...

    def send(
        self, fd: int, family: int, datagrams: Outgoing, start: int, usual: bytes | None, /
    ) -> int: ...


class BatchedPort(BoundedPort):
    """`BoundedPort` in batches."""

    def __init__(self, *arguments: Any, calls: Calls, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._calls = calls
        self._outbox: Outgoing = []
        self._usual: bytes | None = None
        self._reading = False
        self._blocked = False  # The kernel had no room, and will say when it has.

    def _prepare(self, made: socket.socket) -> None:
        super()._prepare(made)
        self._usual = self._reached.usual if self._asks else None

    def network_changed(self) -> None:
        super().network_changed()
        self._usual = self._reached.usual if self._asks else None

    def doRead(self) -> None:
        """Hand at most a batch of datagrams to the protocol, then send what it wrote."""
        self._reading = True
        try:
            self._read(self.fileno(), self._batch)
        finally:
            self._reading = False
        if self._outbox and not self._blocked:
            self._send()

    def write(self, datagram: bytes, addr: Address | None = None) -> None:
        """Send one datagram in this turn, or count it as lost."""
        outbox = self._outbox
        reached = self._reached
        if self._asks and reached.wanted and addr and (local := reached.write(addr)):
            outbox.append((datagram, addr, local))
        else:
            outbox.append((datagram, addr))
        if self._blocked:
            if len(outbox) > OUTBOX:
                outbox.pop()
                self._lost("sending", _NO_ROOM)
        elif len(outbox) >= FULL or not self.connected:  # Last words have no later turn.
            self._send()
        elif len(outbox) == 1 and not self._reading:
            self.startWriting()

    def doWrite(self) -> None:
        """Send what was written since the port was last read, or waited for room."""
        self._blocked = False
        self._send()
        if not self._blocked:
            self.stopWriting()

    def connectionLost(self, reason: Any = None) -> None:
        self._send()
        self._blocked = False
        super().connectionLost(reason)

    def _read(self, fd: int, left: int) -> None:
        while left > 0 and self.connected:
            asked = min(left, AT_ONCE)
            reached: ReachedAt | None = [] if self._asks else None
            try:
                datagrams = self._calls.receive(
                    fd, asked, self.maxPacketSize, reached, self._reached.wanted, self._usual
                )
            except _LATER:
                return
            except OSError as problem:
                self._not_received(problem)
                left -= 1
                continue
            if reached:
                self._reached.heard(reached)
            self._understand(datagrams)
            if len(datagrams) < asked:
                return
            left -= asked

    def _send(self) -> None:
        """Send what waits, as much as the kernel has room for."""
        outbox, self._outbox = self._outbox, []
        at, fd, family = 0, self.fileno(), self.addressFamily
        while at < len(outbox):
            try:
                at += self._calls.send(fd, family, outbox, at, self._usual)
            except _LATER:
                self._outbox = outbox[at:]
                self._blocked = True
                self.startWriting()
                return
            except LOST as problem:
                datagram, address, *local = outbox[at]
                if self._asks and address is not None and local != [""]:
                    # We may not have that address of ours any more: let the kernel choose.
                    self._reached.forget(address)
                    outbox[at] = (datagram, address, "")
                else:
                    self._lost("sending", problem)
                    at += 1


def datagram_port(*arguments: Any, calls: Calls | None = _mmsg, **options: Any) -> BoundedPort:
    """The best port that this system has, made with the arguments of BoundedPort."""
    if calls is None:
        return BoundedPort(*arguments, **options)
    return BatchedPort(*arguments, calls=calls, **options)
