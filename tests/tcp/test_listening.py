"""Listening on real sockets, of both families."""

import errno
import os
import socket

from twisted.internet.protocol import Factory, Protocol
from twisted.internet.testing import MemoryReactorClock
from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.startup import CannotStart
from twisted_chat.tcp.listening import EveryAddress


class Adopting(MemoryReactorClock):
    """Keeps the sockets that it is given, as a reactor does."""

    def __init__(self) -> None:
        super().__init__()
        self.kept: list[socket.socket] = []
        self.blocking = True

    def adoptStreamPort(
        self, fileno: int, addressFamily: socket.AddressFamily, factory: Factory
    ) -> Factory:
        self.blocking = os.get_blocking(fileno)
        self.kept.append(socket.fromfd(fileno, addressFamily, socket.SOCK_STREAM))
        return factory

    def close(self) -> None:
        """Let go of them."""
        for kept in self.kept:
            kept.close()

    @property
    def port(self) -> int:
        """That of the last socket; 0 before there is any."""
        return int(self.kept[-1].getsockname()[1]) if self.kept else 0


class Listening(SynchronousTestCase):
    """Sockets are real, and the reactor that takes them is not."""

    def setUp(self) -> None:
        self.reactor = Adopting()
        self.addCleanup(self.reactor.close)

    def listen(self, family: socket.AddressFamily | None) -> None:
        """Listen, on any port at first and on the same one later."""
        endpoint = EveryAddress(self.reactor, self.reactor.port, family)
        self.successResultOf(endpoint.listen(Factory.forProtocol(Protocol)))

    def answers(self, host: str) -> bool:
        """Whether a call to this address is taken."""
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as call:
            return call.connect_ex((host, self.reactor.port)) == 0

    def test_both(self) -> None:
        """With nothing to go by one socket takes calls of both families."""
        self.listen(None)
        self.assertTrue(self.answers("127.0.0.1") and self.answers("::1"))
        self.assertFalse(self.reactor.blocking)

    def test_one(self) -> None:
        """With a family it takes only that, and leaves the port of the other alone."""
        self.listen(socket.AF_INET6)
        self.assertEqual((self.answers("127.0.0.1"), self.answers("::1")), (False, True))
        self.listen(socket.AF_INET)
        self.assertTrue(self.answers("127.0.0.1"))

    def test_in_use(self) -> None:
        """A port that is in use in one family is in use, and that is seen before the start too."""
        self.listen(socket.AF_INET)
        both = EveryAddress(self.reactor, self.reactor.port)
        failure = self.failureResultOf(both.listen(Factory.forProtocol(Protocol)), OSError)
        self.assertEqual(failure.value.errno, errno.EADDRINUSE)
        with self.assertRaises(CannotStart) as caught:
            both.check()
        self.assertIn(f"TCP port {self.reactor.port} is in use", str(caught.exception))
        EveryAddress(self.reactor, self.reactor.port, socket.AF_INET6).check()

    def test_no_ipv6(self) -> None:
        """A machine without IPv6 waits on IPv4."""

        def without(family: socket.AddressFamily, port: int, both: bool) -> socket.socket:
            if family is socket.AF_INET6:
                raise OSError(errno.EAFNOSUPPORT, "Address family not supported by protocol")
            return socket.create_server(("127.0.0.1", port), family=family)

        endpoint = EveryAddress(self.reactor, 0, bind=without)
        self.successResultOf(endpoint.listen(Factory.forProtocol(Protocol)))
        self.assertTrue(self.answers("127.0.0.1"))
