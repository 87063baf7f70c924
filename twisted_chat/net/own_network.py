"""The addresses of this machine, and when they, or the ways to others, become other ones."""

import errno
import socket
from collections.abc import Callable
from ipaddress import ip_address
from typing import Any

from twisted.internet.interfaces import IReadDescriptor
from twisted.logger import Logger
from zope.interface import implementer

from twisted_chat.alarm import Alarm
from twisted_chat.net.netlink import (
    ASK_FOR_ADDRESSES,
    GROUPS,
    End,
    OwnAddress,
    Picture,
    Told,
    parse,
)
from twisted_chat.net.reached import usual_hosts

SETTLING = 0.2
"""Seconds from the first sign of a change to when it is told: it comes in several steps."""
POLL = 5.0
"""Seconds between two looks, where the system does not tell."""
_LARGEST = 65_536
"""Bytes of what the kernel says at once."""
_AT_ONCE = 64
"""Datagrams of the kernel that are read in one turn."""
_ANSWER_TIME = 1.0
"""Seconds that the kernel has to answer; it takes less than a thousandth."""
_ROUTE = 0
"""NETLINK_ROUTE."""


def own_hosts() -> list[str]:
    """The addresses of this machine of both families at which others may reach it, those
    first from which the kernel reaches most: none of its loopback, or of a link alone."""
    usual = [host for host in usual_hosts(socket.AF_INET6) if host]
    hosts = dict.fromkeys([*usual, *_all_hosts()])
    return [host for host in hosts if not _is_of_here(host)]


def _is_of_here(host: str) -> bool:
    address = ip_address(host.partition("%")[0])
    return address.is_loopback or address.is_link_local


def _all_hosts() -> list[str]:
    found: list[str] = []
    try:
        with _open(0) as kernel:
            kernel.settimeout(_ANSWER_TIME)
            kernel.send(ASK_FOR_ADDRESSES)
            for _ in range(_AT_ONCE):
                for told in parse(kernel.recv(_LARGEST)):
                    if isinstance(told, End):
                        return found
                    if isinstance(told, OwnAddress) and told.usable:
                        found.append(told.host)
    except OSError:
        pass
    return found


def _open(groups: int) -> socket.socket:
    """A socket to the kernel. Raises OSError where the system has none."""
    family = getattr(socket, "AF_NETLINK", None)
    if family is None:
        raise OSError(errno.EAFNOSUPPORT, "there is no netlink")
    made = socket.socket(family, socket.SOCK_RAW | socket.SOCK_CLOEXEC, _ROUTE)
    try:
        made.bind((0, groups))
    except OSError:
        made.close()
        raise
    return made


@implementer(IReadDescriptor)
class OwnNetwork:
    """Calls `changed` when this machine's addresses, links or default routes have changed,
    once for what comes together. Where the system does not tell, it looks now and then."""

    log = Logger()

    def __init__(
        self,
        reactor: Any,
        changed: Callable[[], object],
        connect: Callable[[int], socket.socket] = _open,
        hosts: Callable[[], list[str]] = own_hosts,
    ) -> None:
        self._reactor = reactor
        self._changed = changed
        self._connect = connect
        self._hosts = hosts
        self._kernel: socket.socket | None = None
        self._picture = Picture()
        self._known: list[str] = []
        self._asked = False  # Of what is there: it is no news.
        self._settling = Alarm(reactor, changed)
        self._polling = Alarm(reactor, self._look)

    def start(self) -> None:
        """Watch from now on."""
        try:
            self._kernel = self._connect(GROUPS)
            self._kernel.setblocking(False)
            self._kernel.send(ASK_FOR_ADDRESSES)
            self._asked = True
        except OSError:
            self._poll()
        else:
            self._reactor.addReader(self)

    def stop(self) -> None:
        """Watch no more."""
        self._settling.stop()
        self._polling.stop()
        if self._kernel is not None:
            self._reactor.removeReader(self)
        self._close()

    def _close(self) -> None:
        kernel, self._kernel = self._kernel, None
        if kernel is not None:
            kernel.close()

    # --- What the kernel tells

    def fileno(self) -> int:
        return -1 if self._kernel is None else self._kernel.fileno()

    def logPrefix(self) -> str:
        return "own network"

    def doRead(self) -> None:
        """Take what the kernel says, some of it at a time."""
        assert self._kernel is not None
        for _ in range(_AT_ONCE):
            try:
                said = self._kernel.recv(_LARGEST)
            except (BlockingIOError, InterruptedError):
                return
            except OSError as problem:
                if problem.errno != errno.ENOBUFS:
                    self._reactor.removeReader(self)
                    self._poll()
                    return
                self._settling.set_in(SETTLING)  # More has changed than the kernel keeps.
                continue
            news = [self._learn(told) for told in parse(said)]
            if any(news):
                self._settling.set_in(SETTLING)

    def connectionLost(self, reason: Any) -> None:
        """The reactor will not read any more: it ends."""
        self._close()

    def _learn(self, told: Told) -> bool:
        """Take one thing that is told. Whether it is news."""
        if isinstance(told, End):
            self._asked = False
        return self._picture.learn(told) and not self._asked

    # --- Looking

    def _poll(self) -> None:
        """The kernel does not tell."""
        self._close()
        self._known = self._hosts()
        self._polling.set_in(POLL)

    def _look(self) -> None:
        known, self._known = self._known, self._hosts()
        if self._known != known:
            self._changed()
        self._polling.set_in(POLL)
