"""How a peer that is gone without a word is told from one that is only quiet."""

import socket

from twisted.internet.protocol import Protocol
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from tests.support.tcp import FakeConnection, Handle
from twisted_chat.tcp.liveness import LOOK, UNACKNOWLEDGED, Liveness


class LivenessTests(SynchronousTestCase):
    """One connection, watched."""

    def setUp(self) -> None:
        self.clock = Clock()
        self.deaths = 0

    def died(self) -> None:
        self.deaths += 1

    def watch(self, handle: object) -> Liveness:
        return Liveness(FakeConnection(Protocol(), handle), self.clock, self.died)

    def real(self) -> socket.socket:
        """A connection within this machine."""
        with socket.create_server(("127.0.0.1", 0)) as server:
            ours = socket.create_connection(server.getsockname())
            theirs, _ = server.accept()
        self.addCleanup(ours.close)
        self.addCleanup(theirs.close)
        return ours

    def test_silence(self) -> None:
        """The kernel gives up a silent peer in two minutes, and does not end a chat otherwise."""
        ours = self.real()
        self.watch(ours)
        self.assertTrue(ours.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE))
        idle, every, tries, unacknowledged = (
            ours.getsockopt(socket.IPPROTO_TCP, getattr(socket, name))
            for name in ("TCP_KEEPIDLE", "TCP_KEEPINTVL", "TCP_KEEPCNT", "TCP_USER_TIMEOUT")
        )
        self.assertLess(idle + every * tries, 120)
        self.assertEqual(unacknowledged, 0)

    def test_spoken_to(self) -> None:
        """A peer that acknowledges nothing is dead in two minutes, and that is told once."""
        handle = Handle(unacknowledged=1, silence=UNACKNOWLEDGED - 1)
        self.watch(handle)
        self.clock.advance(LOOK)
        self.assertEqual(self.deaths, 0)
        handle.silence = UNACKNOWLEDGED + LOOK
        self.clock.advance(LOOK)
        self.assertEqual(self.deaths, 1)
        self.assertLess(UNACKNOWLEDGED + LOOK, 120)
        self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_does_not_read(self) -> None:
        """A peer that has taken what fits into its window, and does not read, is alive."""
        self.watch(Handle(silence=10 * UNACKNOWLEDGED, probes=1))
        self.clock.pump([LOOK] * 100)
        self.assertEqual(self.deaths, 0)

    def test_no_way(self) -> None:
        """Where nothing can be sent at all, for want of a link, the probes are counted."""
        self.watch(Handle(silence=UNACKNOWLEDGED, probes=2))
        self.clock.advance(LOOK)
        self.assertEqual(self.deaths, 1)

    def test_real(self) -> None:
        """What Linux tells of a real connection that is full reads as being alive."""
        ours = self.real()
        self.watch(ours)
        ours.setblocking(False)
        with self.assertRaises(BlockingIOError):
            while True:
                ours.send(bytes(65_536))
        self.clock.pump([LOOK] * 10)
        self.assertEqual(self.deaths, 0)

    def test_stop(self) -> None:
        """Once stopped it looks no more."""
        self.watch(Handle()).stop()
        self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_over_tls(self) -> None:
        """It is the connection under TLS that is watched."""
        ours = self.real()

        class Tls:
            transport = FakeConnection(Protocol(), ours)

        Liveness(Tls(), self.clock, self.died)
        self.assertTrue(ours.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE))

    def test_unix_socket(self) -> None:
        """A UNIX socket, which has no such options, is left as it is."""
        ours, theirs = socket.socketpair()
        self.addCleanup(ours.close)
        self.addCleanup(theirs.close)
        self.watch(ours)
        self.assertEqual(self.clock.getDelayedCalls(), [])
