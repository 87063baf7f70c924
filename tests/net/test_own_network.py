"""When this machine's network is another one."""

import errno
import socket

from twisted.internet.testing import MemoryReactorClock
from twisted.trial.unittest import SkipTest, SynchronousTestCase

from tests.net.test_netlink import address, message
from twisted_chat.net.netlink import ASK_FOR_ADDRESSES
from twisted_chat.net.own_network import POLL, SETTLING, OwnNetwork, own_hosts

DONE = message(3, bytes(4))


class Watched(SynchronousTestCase):
    """A network of which a kernel tells, or does not."""

    def setUp(self) -> None:
        self.reactor = MemoryReactorClock()
        self.kernel, self.ours = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
        for end in (self.kernel, self.ours):
            self.addCleanup(end.close)
        self.changes = 0
        self.hosts = ["192.0.2.7"]

    def start(self, *, tells: bool = True) -> OwnNetwork:
        def connect(groups: int) -> socket.socket:
            if not tells:
                raise OSError(errno.EAFNOSUPPORT, "no")
            return self.ours

        def changed() -> None:
            self.changes += 1

        watch = OwnNetwork(self.reactor, changed, connect, lambda: self.hosts)
        watch.start()
        self.addCleanup(watch.stop)
        return watch

    def says(self, *said: bytes) -> None:
        """Let the kernel say this, and the reactor read it."""
        for one in said:
            self.kernel.send(one)
        for reader in self.reactor.getReaders():
            reader.doRead()

    def test_change(self) -> None:
        """What comes together is one change, a moment later; what is there before is none."""
        self.start()
        self.assertEqual(self.kernel.recv(999), ASK_FOR_ADDRESSES)
        self.says(address("192.0.2.7"), DONE)
        self.reactor.advance(9)
        self.assertEqual(self.changes, 0)
        self.says(address("192.0.2.8"), address("192.0.2.7", gone=True))
        self.reactor.advance(SETTLING / 2)
        self.says(address("2001:db8::7"))
        self.assertEqual(self.changes, 0)
        self.reactor.advance(SETTLING / 2)
        self.assertEqual(self.changes, 1)
        self.says(address("192.0.2.8"))
        self.reactor.advance(9)
        self.assertEqual(self.changes, 1)

    def test_stop(self) -> None:
        """When it has stopped nothing is told, and nothing is left."""
        watch = self.start()
        self.says(DONE, address("192.0.2.8"))
        watch.stop()
        self.reactor.advance(9)
        self.assertEqual((self.changes, self.reactor.getReaders()), (0, []))
        self.assertEqual(self.reactor.calls, [])

    def test_polling(self) -> None:
        """Where the system does not tell, it is looked now and then."""
        self.start(tells=False)
        for hosts, changes in ((["192.0.2.7"], 0), (["192.0.2.8"], 1), (["192.0.2.8"], 1)):
            self.hosts = hosts
            self.reactor.advance(POLL)
            self.assertEqual(self.changes, changes)

    def test_broken(self) -> None:
        """Where the kernel stops telling, it is looked from then on."""
        self.start()
        self.ours.close()
        for reader in self.reactor.getReaders():
            reader.doRead()
        self.assertEqual(self.reactor.getReaders(), [])
        self.hosts = []
        self.reactor.advance(POLL)
        self.assertEqual(self.changes, 1)


class Here(SynchronousTestCase):
    """The machine that the tests run on."""

    def test_own_hosts(self) -> None:
        """None of a link alone, nor the loopback; the one that is used comes first."""
        hosts = own_hosts()
        self.assertEqual(len(hosts), len(set(hosts)))
        self.assertFalse([host for host in hosts if host.startswith(("127.", "fe80:", "::1"))])
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as trial:
            try:
                trial.connect(("192.0.2.1", 9))
            except OSError:
                raise SkipTest("there is no way to anywhere") from None
            self.assertEqual(hosts[0], trial.getsockname()[0])
