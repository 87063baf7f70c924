"""Options and assembly of TCP chat."""

import os
import shutil
import signal
import socket
import stat
import tempfile
from pathlib import Path
from typing import Any, ClassVar

from twisted.application.service import MultiService
from twisted.internet.endpoints import (
    TCP4ClientEndpoint,
    TCP4ServerEndpoint,
    TCP6ServerEndpoint,
    UNIXClientEndpoint,
    UNIXServerEndpoint,
)
from twisted.internet.interfaces import IProtocolFactory
from twisted.internet.testing import MemoryReactorClock
from twisted.python import usage
from twisted.trial.unittest import SynchronousTestCase, TestCase

from tests.support.certificates import self_signed
from tests.test_startup import dead_process
from twisted_chat.launch.seat import SeatEndpoint
from twisted_chat.launch.signals import ENDING
from twisted_chat.startup import CannotStart
from twisted_chat.tcp.called import CalledHost
from twisted_chat.tcp.events import Calling, NowhereToWait
from twisted_chat.tcp.listening import EveryAddress
from twisted_chat.tcp.person import person_service
from twisted_chat.tcp.protocol import TcpChat
from twisted_chat.tcp.service import (
    TcpDaemonOptions,
    TerminalService,
    daemon_service,
    makeService,
)
from twisted_chat.terminal import tcp_wording
from twisted_chat.terminal.socket import socket_path

TLS_EXAMPLE = "ssl:8090:privateKey=key.pem:certKey=cert.pem"


def parsed(*words: str) -> TcpDaemonOptions:
    options = TcpDaemonOptions()
    options.parseOptions(list(words))
    return options


class OptionsTests(SynchronousTestCase):
    """What `twistd tcpchat` takes."""

    def test_nothing(self) -> None:
        """Alone it is a complete command: it listens on TCP port 8090 and calls nobody."""
        options = parsed()
        self.assertEqual(options["port"], 8090)
        self.assertEqual(set(options.rendezvous), {"listen", "where"})
        self.assertEqual(options.rendezvous["where"], "TCP port 8090")
        self.assertIsInstance(options.rendezvous["listen"], EveryAddress)
        self.assertIsNone(options.rendezvous["listen"].family)

    def test_port(self) -> None:
        """The port is what it listens on; 0 is any."""
        self.assertEqual(parsed("--port", "9000").rendezvous["where"], "TCP port 9000")
        self.assertEqual(parsed("-p0")["port"], 0)

    def test_connect(self) -> None:
        """HOST:PORT, an IPv6 address in brackets, and endpoint strings can be called."""
        for text, kind in (
            ("127.0.0.1:8090", CalledHost),
            ("[::1]:8090", CalledHost),
            ("[fe80::1%lo]:8090", CalledHost),
            ("tcp:127.0.0.1:8090", CalledHost),
            ("tcp:host=127.0.0.1:port=8090", CalledHost),
            ("tcp:127.0.0.1:8090:timeout=5", TCP4ClientEndpoint),
            ("unix:/run/chat.sock", UNIXClientEndpoint),
        ):
            options = parsed("--connect", text)
            self.assertIsInstance(options.rendezvous["call"], kind, text)
            self.assertEqual(options.rendezvous["whom"], text)

    def test_listen(self) -> None:
        """Endpoint strings can be listened on."""
        for text, kind in (
            ("tcp:8090:interface=127.0.0.1", TCP4ServerEndpoint),
            ("tcp6:8090", TCP6ServerEndpoint),
            ("unix:chat.sock", UNIXServerEndpoint),
        ):
            options = parsed("--listen", text)
            self.assertIsInstance(options.rendezvous["listen"], kind, text)
            self.assertEqual(options.rendezvous["where"], text)

    def test_family(self) -> None:
        """It waits on the family of the address that is called, and on both for a name."""
        for text, family in (
            ("127.0.0.1:8090", socket.AF_INET),
            ("[::1]:8090", socket.AF_INET6),
            ("[fe80::1%lo]:8090", socket.AF_INET6),
            ("localhost:8090", None),
        ):
            listen = parsed("--connect", text).rendezvous["listen"]
            self.assertIsInstance(listen, EveryAddress)
            self.assertIs(listen.family, family, text)

    def test_same_protection(self) -> None:
        """One who calls with protection waits for calls with the same one, or for none."""
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        pem = f"{temporary.name}/own.pem"
        Path(pem).write_bytes(self_signed("127.0.0.1"))
        ssl = f"ssl:0:privateKey={pem}:certKey={pem}"
        for call in ("tls:127.0.0.1:8090", "ssl:127.0.0.1:8090", "unix:/run/chat.sock"):
            place = parsed("--connect", call).rendezvous
            self.assertIsNone(place["listen"], call)
            self.assertEqual(place["where"], "")
            over = call.partition(":")[0]
            self.assertEqual(place["over"], over)
            example = {"unix": "unix:chat.sock"}.get(over, TLS_EXAMPLE)
            self.assertEqual(
                tcp_wording.words(Calling(call, place["over"], place["where"])),
                f"calling {call}; not listening meanwhile: to be called over {over} too,"
                f" give --listen {example}",
            )
            for listen in ("tcp:0", "tcp6:0", "systemd:domain=INET:index=0"):
                with self.assertRaises(usage.UsageError) as caught:
                    parsed("--connect", call, "--listen", listen)
                self.assertIn("would not have the protection of", str(caught.exception))
        for call, listen in (
            ("tls:127.0.0.1:8090", ssl),
            ("ssl:127.0.0.1:8090", ssl),
            ("unix:/run/chat.sock", "unix:/run/other.sock"),
            ("127.0.0.1:8090", "tcp:0"),
            ("127.0.0.1:8090", "tcp6:0"),
            ("127.0.0.1:8090", "unix:/run/chat.sock"),
            ("127.0.0.1:8090", ssl),
        ):
            place = parsed("--connect", call, "--listen", listen).rendezvous
            self.assertIsNotNone(place["listen"], call)
            self.assertEqual(place["where"], listen)

    def test_mistakes(self) -> None:
        """Each mistake is a UsageError of one line, which says what would be right."""
        for words, right in (
            (("--port", "70000"), "0 to 65535"),
            (("--port", "-1"), "0 to 65535"),
            (("--port", "chat"), "0 to 65535"),
            (("8090",), "--port"),
            (("--connect", "127.0.0.1:0"), "1 to 65535"),
            (("--connect", "127.0.0.1:99999"), "1 to 65535"),
            (("--connect", "127.0.0.1:"), "1 to 65535"),
            (("--connect", "[::1]:x"), "1 to 65535"),
            (("--connect", "127.0.0.1"), "try HOST:8090"),
            (("--connect", "::1:8090"), "try HOST:8090"),
            (("--connect", "tcp:127.0.0.1"), "try HOST:8090"),
            (("--connect", "tcp:127.0.0.1:x"), "try HOST:8090"),
            (("--connect", "pigeon:loft:8090"), "try HOST:8090"),
            (("--listen", "8090x"), "try tcp:8090"),
            (("--listen", "pigeon:8090"), "try tcp:8090"),
            (("--listen", "tcp:chat"), "try tcp:8090"),
            (("--listen", "ssl:8090:privateKey=/no/such.pem"), "try ssl:8090"),
            (("--terminal", "pigeon:loft"), "try tcp:8090"),
            (("--nosuch",), "nosuch"),
            (("--connect",), "connect"),
        ):
            with self.assertRaises(usage.UsageError) as caught:
                parsed(*words)
            self.assertIn(right, str(caught.exception), words)
            self.assertNotIn("\n", str(caught.exception), words)

    def test_unknown_host(self) -> None:
        """A host that does not exist prevents the start, before anything is begun."""
        with self.assertRaises(CannotStart) as caught:
            parsed("--connect", "nosuchhost.invalid:8090")
        self.assertIn("there is no host nosuchhost.invalid", str(caught.exception))

    def test_help(self) -> None:
        """Each option is in the help with what it is for, its default too."""
        text = str(parsed())
        for part in ("--port=", "8090", "--listen=", "--connect=", "--terminal=", "stdio:"):
            self.assertIn(part, text)


class Twistd(usage.Options):
    """Stands for twistd's own options, of which ours are a subcommand."""

    optFlags: ClassVar[list[list[Any]]] = [["nodaemon", "n", "Stay in the foreground"]]
    subCommands: ClassVar[Any] = [["tcpchat", None, TcpDaemonOptions, "Chat"]]


class AssemblyTests(TestCase):
    """What is built from the options."""

    def setUp(self) -> None:
        self.home = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.home)
        self.patch(os, "environ", {**os.environ, "XDG_RUNTIME_DIR": self.home})
        for one in (*ENDING, signal.SIGCONT):
            self.addCleanup(signal.signal, one, signal.getsignal(one))

    def build(self, *words: str) -> TerminalService:
        """The terminal of the service that twistd would run."""
        options = Twistd()
        options.parseOptions(list(words))
        service = makeService(options.subOptions)
        assert isinstance(service, MultiService)
        (terminal,) = (part for part in service if isinstance(part, TerminalService))
        return terminal

    def test_terminal_in_the_foreground(self) -> None:
        """With twistd -n the terminal is standard input and output."""
        terminal = self.build("-n", "tcpchat")
        self.assertIsInstance(terminal.endpoint, SeatEndpoint)

    def test_terminal_as_asked(self) -> None:
        """--terminal is where the person is served, in the foreground too."""
        for words in (("-n", "tcpchat"), ("tcpchat", "--port", "0")):
            terminal = self.build(*words, "--terminal", "tcp:0:interface=127.0.0.1")
            self.assertIsInstance(terminal.endpoint, TCP4ServerEndpoint)

    def test_terminal_is_there_first(self) -> None:
        """Standard output starts before what has something to show there."""
        options = Twistd()
        options.parseOptions(["-n", "tcpchat"])
        service = makeService(options.subOptions)
        assert isinstance(service, MultiService)
        self.assertIsInstance(next(iter(service)), TerminalService)

    async def test_terminal_of_a_daemon(self) -> None:
        """A daemon's terminal is a UNIX socket of its own, for its owner alone."""
        terminal = self.build("tcpchat", "--port", "0")
        terminal.privilegedStartService()
        terminal.startService()
        path = socket_path("tcpchat", 0)
        try:
            self.assertTrue(stat.S_ISSOCK(path.stat().st_mode))
            self.assertEqual(stat.S_IMODE(path.stat().st_mode), 0o600)
            self.assertEqual(stat.S_IMODE(path.parent.stat().st_mode), 0o700)
        finally:
            await terminal.stopService()
        self.assertFalse(path.exists())

    async def test_terminal_in_use(self) -> None:
        """A second daemon at the same port cannot start, and says why."""
        first = self.build("tcpchat", "--port", "0")
        second = self.build("tcpchat", "--port", "0")
        first.privilegedStartService()
        first.startService()
        try:
            with self.assertRaises(CannotStart) as caught:
                second.privilegedStartService()
            self.assertIn("is in use", str(caught.exception))
        finally:
            await first.stopService()

    def test_socket_in_use_in_the_background(self) -> None:
        """A socket that somebody has is noticed before twistd goes into the background."""
        own = socket_path("tcpchat", 0)
        own.parent.mkdir()
        for words, path in (
            (("--port", "0"), own),
            (("--port", "0", "--terminal", f"unix:{self.home}/a.sock:mode=600"), "a.sock"),
            (("--listen", f"unix:{self.home}/b.sock"), "b.sock"),
            (("--listen", rf"unix:address={self.home}/c\:d.sock"), "c:d.sock"),
        ):
            lock = Path(self.home, f"{path}.lock")
            lock.symlink_to(str(os.getpid()))
            with self.assertRaises(CannotStart) as caught:
                self.build("tcpchat", *words)
            self.assertIn(f"{path} is in use", str(caught.exception))
            self.build("-n", "tcpchat", *words)
            lock.unlink()
            self.build("tcpchat", *words)

    async def test_terminal_of_a_dead_daemon(self) -> None:
        """The socket that a dead daemon has left behind is taken over."""
        own = socket_path("tcpchat", 0)
        own.parent.mkdir()
        with socket.socket(socket.AF_UNIX) as left:
            left.bind(str(own))
        Path(f"{own}.lock").symlink_to(str(dead_process()))
        terminal = self.build("tcpchat", "--port", "0")
        terminal.privilegedStartService()
        terminal.startService()
        await terminal.stopService()
        self.assertFalse(own.exists())

    def test_terminal_elsewhere(self) -> None:
        """A directory that is not ours to make is not made: it costs one line."""
        terminal = self.build("tcpchat", "--terminal", f"unix:{self.home}/none/chat.sock")
        with self.assertRaises(CannotStart) as caught:
            terminal.privilegedStartService()
        self.assertIn("cannot listen on", str(caught.exception))
        self.assertFalse(Path(self.home, "none").exists())

    def test_runtime_directory_taken(self) -> None:
        """Where the directory of the socket is a link to elsewhere, the daemon does not start."""
        socket_path("tcpchat", 8090).parent.symlink_to("/tmp")
        terminal = self.build("tcpchat")
        with self.assertRaises(CannotStart) as caught:
            terminal.privilegedStartService()
        self.assertIn("is not yours", str(caught.exception))


class ServiceTests(SynchronousTestCase):
    """The parts together, on a reactor in memory."""

    def setUp(self) -> None:
        self.reactor = MemoryReactorClock()

    def start(self, options: TcpDaemonOptions) -> None:
        """Start a daemon whose endpoints, the terminal's too, are in this reactor."""
        options.rendezvous["listen"] = TCP4ServerEndpoint(self.reactor, options["port"])
        self.service = daemon_service(options, "tcp:9999", self.reactor)
        self.service.privilegedStartService()
        self.service.startService()

    def factory(self, port: int) -> IProtocolFactory:
        return next(entry[1] for entry in self.reactor.tcpServers if entry[0] == port)

    def test_daemon(self) -> None:
        """A daemon listens for callers and for its person, each at their own port."""
        self.start(parsed("--port", "8090"))
        self.assertIsInstance(self.factory(8090), TcpChat)
        self.assertIsNot(self.factory(9999), self.factory(8090))
        self.assertEqual(len(self.reactor.tcpServers), 2)

    def test_daemon_that_nobody_can_call(self) -> None:
        """A daemon that calls over TLS without a certificate of its own listens nowhere."""
        options = parsed("--connect", "tls:127.0.0.1:8090")
        options.rendezvous["call"] = TCP4ClientEndpoint(self.reactor, "127.0.0.1", 8090)
        service = daemon_service(options, "tcp:9999", self.reactor)
        service.privilegedStartService()
        service.startService()
        self.assertEqual([entry[0] for entry in self.reactor.tcpServers], [9999])
        self.assertEqual(self.reactor.adoptedPorts, [])
        self.assertEqual(len(self.reactor.tcpClients), 1)

    def test_person(self) -> None:
        """A person's program is for one conversation: its end finishes it."""
        options = parsed()
        options.rendezvous["listen"] = TCP4ServerEndpoint(self.reactor, 8090)
        rendezvous, chat = person_service(options, self.reactor, interactive=True)
        rendezvous.startService()
        self.assertIs(self.factory(8090), chat)
        chat.failed(NowhereToWait("TCP port 8090", "", False))
        self.assertEqual(self.successResultOf(chat.finished), 1)
