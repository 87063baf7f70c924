"""What is built from the options of the room server."""

import gc
import socket

from twisted.internet.testing import MemoryReactorClock
from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.server.daemon_options import RoomServerOptions
from twisted_chat.server.options import ServerOptions
from twisted_chat.server.service import server_service
from twisted_chat.startup import CannotStart


def parsed(*words: str) -> RoomServerOptions:
    """The options of this command line."""
    options = RoomServerOptions()
    options.parseOptions(list(words))
    return options


class ServiceTests(SynchronousTestCase):
    """What is built."""

    def options(self, *words: str) -> ServerOptions:
        """Options for a server on a port of loopback that the system chooses."""
        return parsed("--port", "0", "--interface", "127.0.0.1", *words)

    def test_serves(self) -> None:
        """A server that was started answers a registration, by its bounds, until it is stopped."""
        reactor = MemoryReactorClock()
        service = server_service(self.options("--max-name", "5"), reactor)
        service.privilegedStartService()
        service.startService()
        assert service.port is not None
        port = service.port
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as caller:
            caller.settimeout(5)
            caller.connect(("127.0.0.1", port.getHost().port))
            for asked, answered in ((b"hi longer", b"hi"), (b"hi short", b"hi short")):
                caller.send(asked)
                port.doRead()
                self.assertEqual(caller.recv(99), answered)
        service.stopService()
        reactor.advance(1)
        self.assertNotIn(port, reactor.getReaders())
        self.assertIsNone(service.port)

    def test_garbage(self) -> None:
        """While it runs nobody waits for a look at all objects; afterwards all is as before."""
        before = gc.get_threshold()
        self.addCleanup(gc.unfreeze)
        service = server_service(self.options(), MemoryReactorClock())
        service.startService()
        self.addCleanup(gc.set_threshold, *before)
        self.assertGreater(gc.get_threshold()[2], 1_000_000)
        self.assertGreater(gc.get_freeze_count(), 10_000)
        service.stopService()
        self.assertEqual((gc.get_threshold(), gc.get_freeze_count()), (before, 0))

    def test_stopped_before_it_started(self) -> None:
        """Stopping what does not listen is no mistake."""
        service = server_service(self.options(), MemoryReactorClock())
        self.successResultOf(service.stopService())

    def test_port_in_use(self) -> None:
        """A port in use is one line that names it, and what to do."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
            other.bind(("127.0.0.1", 0))
            taken = other.getsockname()[1]
            service = server_service(
                parsed("--port", str(taken), "--interface", "127.0.0.1"), MemoryReactorClock()
            )
            with self.assertRaises(CannotStart) as caught:
                service.privilegedStartService()
        self.assertEqual(
            str(caught.exception),
            f"UDP port {taken} is in use: choose another, or end what uses it",
        )
