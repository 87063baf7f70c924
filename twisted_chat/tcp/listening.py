"""Listening for calls over IPv4 and IPv6."""

import errno
import os
import socket
from collections.abc import Callable
from typing import Any

from twisted.internet.defer import Deferred, execute
from twisted.internet.interfaces import IListeningPort, IProtocolFactory, IStreamServerEndpoint
from zope.interface import implementer

from twisted_chat.startup import cannot_listen

BACKLOG = 50
"""Calls that the kernel takes before we have seen them."""
Bind = Callable[[socket.AddressFamily, int, bool], socket.socket]
"""Makes a listening socket of a family, at a port, for both families or not. Raises OSError."""
_NO_IPV6 = frozenset({errno.EAFNOSUPPORT, errno.EADDRNOTAVAIL, errno.EPROTONOSUPPORT})


@implementer(IStreamServerEndpoint)
class EveryAddress:
    """A TCP port on all addresses of this machine: of one family, or, where no
    family is given, of both on one socket (RFC 3493, 5.3) if it has IPv6."""

    def __init__(
        self,
        reactor: Any,
        port: int,
        family: socket.AddressFamily | None = None,
        *,
        bind: "Bind | None" = None,
    ) -> None:
        self._reactor = reactor
        self._port = port
        self.family = family
        self._bind = _bound if bind is None else bind

    def listen(self, protocolFactory: IProtocolFactory) -> "Deferred[IListeningPort]":
        return execute(self._listen, protocolFactory)

    def check(self) -> None:
        """See whether this port can be listened on. Raises CannotStart."""
        try:
            self._socket().close()
        except OSError as error:
            raise cannot_listen(f"TCP port {self._port}", error) from None

    def _listen(self, factory: IProtocolFactory) -> Any:
        with self._socket() as listener:
            listener.setblocking(False)
            return self._reactor.adoptStreamPort(listener.fileno(), listener.family, factory)

    def _socket(self) -> socket.socket:
        if self.family is not None:
            return self._bind(self.family, self._port, False)
        try:
            return self._bind(socket.AF_INET6, self._port, socket.has_dualstack_ipv6())
        except OSError as problem:
            if problem.errno not in _NO_IPV6:
                raise
        return self._bind(socket.AF_INET, self._port, False)


def _bound(family: socket.AddressFamily, port: int, both: bool) -> socket.socket:
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        if os.name == "posix":
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family is socket.AF_INET6:
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, not both)
        listener.bind(("", port))
        listener.listen(BACKLOG)
    except BaseException:
        listener.close()
        raise
    return listener
