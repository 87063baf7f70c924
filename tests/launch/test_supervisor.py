"""What a service manager is told."""

import os
import socket
from pathlib import Path
from tempfile import TemporaryDirectory

from twisted.internet.testing import MemoryReactorClock
from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.launch.supervisor import Supervised


class SupervisedTests(SynchronousTestCase):
    """A service manager that listens."""

    def setUp(self) -> None:
        temporary = TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.path = str(Path(temporary.name) / "notify")
        self.manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.addCleanup(self.manager.close)
        self.manager.setblocking(False)
        self.reactor = MemoryReactorClock()

    def listen(self, address: str) -> None:
        """Listen there."""
        self.manager.bind(address)

    def told(self) -> list[str]:
        """What has been told since this was last asked."""
        said = []
        while True:
            try:
                said.append(self.manager.recv(99).decode())
            except BlockingIOError:
                return said

    def start(self, **environment: str) -> Supervised:
        """A daemon that was started so."""
        service = Supervised({"NOTIFY_SOCKET": self.path, **environment}, self.reactor)
        service.startService()
        return service

    def test_ready(self) -> None:
        """It is ready when its reactor runs, and says when it ends."""
        self.listen(self.path)
        service = self.start()
        self.assertEqual(self.told(), [])
        self.run_reactor()
        self.reactor.advance(1000)
        self.assertEqual(self.told(), ["READY=1"])
        service.stopService()
        self.assertEqual(self.told(), ["STOPPING=1"])

    def test_alive(self) -> None:
        """Twice in each period that it is given it says that it lives, until it ends."""
        self.listen(self.path)
        service = self.start(WATCHDOG_USEC="30000000", WATCHDOG_PID=str(os.getpid()))
        self.run_reactor()
        self.assertEqual(self.told(), ["READY=1", "WATCHDOG=1"])
        for _ in range(3):
            self.reactor.advance(15)
            self.assertEqual(self.told(), ["WATCHDOG=1"])
        service.stopService()
        self.reactor.advance(100)
        self.assertEqual(self.told(), ["STOPPING=1"])

    def test_not_ours(self) -> None:
        """A watch that is kept over another process, or a period that is none, is no matter."""
        self.listen(self.path)
        for number in ("1", "x"):
            self.start(WATCHDOG_USEC=number if number == "x" else "9", WATCHDOG_PID=number)
        self.run_reactor()
        self.reactor.advance(100)
        self.assertEqual(self.told(), ["READY=1", "READY=1"])

    def test_abstract(self) -> None:
        """A socket that is in no folder is one too."""
        name = f"twisted-chat-test-{os.getpid()}"
        self.listen(f"\0{name}")
        self.path = f"@{name}"
        self.start()
        self.run_reactor()
        self.assertEqual(self.told(), ["READY=1"])

    def test_nobody_listens(self) -> None:
        """That nobody listens is no mistake."""
        self.start()
        self.run_reactor()

    def run_reactor(self) -> None:
        """Let what waits for the reactor be called."""
        for function, arguments, keywords in self.reactor.whenRunningHooks:
            function(*arguments, **keywords)
