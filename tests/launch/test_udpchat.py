"""The words and options of `udpchat`, and of a HOST and a PORT."""

from contextlib import redirect_stdout
from io import StringIO

from twisted.python import usage
from twisted.trial.unittest import SynchronousTestCase

from tests.identity import temporary
from twisted_chat.launch.program import host_and_port
from twisted_chat.launch.tcpchat import TcpChatOptions
from twisted_chat.launch.udp_options import UdpChatOptions
from twisted_chat.launch.udpchat import main
from twisted_chat.server.daemon_options import RoomServerOptions
from twisted_chat.startup import CannotStart
from twisted_chat.tcp.service import TcpDaemonOptions


class Words(SynchronousTestCase):
    """A HOST, a PORT, or both."""

    def test_understood(self) -> None:
        """Every way to write them."""
        for words, expected in (
            ("", (None, 8090)),
            ("0", (None, 0)),
            ("9000", (None, 9000)),
            ("host", ("host", 8090)),
            ("host 9000", ("host", 9000)),
            ("host:9000", ("host", 9000)),
            ("192.0.2.1:9000", ("192.0.2.1", 9000)),
            ("::1", ("::1", 8090)),
            ("::1 9000", ("::1", 9000)),
            ("[::1]", ("::1", 8090)),
            ("[::1] 9000", ("::1", 9000)),
            ("[::1]:9000", ("::1", 9000)),
            ("[fe80::1%lan0]:9000", ("fe80::1%lan0", 9000)),
            ("2001:db8::8090", ("2001:db8::8090", 8090)),
        ):
            self.assertEqual(host_and_port(words.split(), smallest=0), expected)

    def test_refused(self) -> None:
        """What is none of them is a UsageError that says what would be right."""
        for words, part in (
            ("host 9000 9001", "at most"),
            ("host:9000 9001", "at most"),
            ("host:9000 9000", "at most"),
            ("[::1]:9000 1", "at most"),
            ("host:http", "'http' is not a port"),
            ("host:", "'' is not a port"),
            ("host 0", "out of range"),
            ("host:70000", "out of range"),
            ("70000", "out of range"),
            ("-1", "not a port"),
            (":9900", "':9900' is none of HOST, HOST:PORT"),
            (": 9900", "':' is none of HOST, HOST:PORT"),
            ("[]:9900", "'[]:9900' is none of HOST, HOST:PORT"),
            ("[host:9900", "'[host:9900' is none of HOST, HOST:PORT"),
            ("host:9900:1", "'host:9900:1' is none of HOST, HOST:PORT"),
            ("::1::2", "'::1::2' is none of HOST, HOST:PORT"),
        ):
            with self.assertRaises(usage.UsageError) as caught:
                host_and_port(words.split(), smallest=0)
            self.assertIn(part, str(caught.exception))
            self.assertNotIn("\n", str(caught.exception))


class Roles(SynchronousTestCase):
    """An option of one role is a mistake in another."""

    def test_refused(self) -> None:
        """It is refused by its name, however it is spelled, with what to do."""
        for line, option, part in (
            ("127.0.0.1 --rate 3", "--rate", "leave out the HOST"),
            ("127.0.0.1 -i ::1", "--interface", "leave out the HOST"),
            ("127.0.0.1 --gen 2", "--generation", "leave out the HOST"),
            ("127.0.0.1 --batch=4", "--batch", "leave out the HOST"),
            ("--name bob", "--name", "give the server's HOST"),
            ("9000 -n bob", "--name", "give the server's HOST"),
            ("--json", "--json", "give the server's HOST"),
            ("--plain", "--plain", "give the server's HOST"),
            ("9000 --port 9001", "--port", "give the server's HOST"),
            (f"--server-key {'a' * 64}", "--server-key", "give the server's HOST"),
            ("identity --rate 3", "--rate", "takes --key or --name"),
            ("identity --trace x", "--trace", "takes --key or --name"),
            ("identity --key x --name bob", "--key", "not both"),
            ("identity bob", "--name", "identity takes no 'bob'"),
            ("127.0.0.1 --plain --key x", "--key", "no keys"),
        ):
            with self.assertRaises(usage.UsageError) as caught:
                UdpChatOptions().parseOptions(line.split())
            self.assertIn(option, str(caught.exception), line)
            self.assertIn(part, str(caught.exception), line)

    def test_own_port(self) -> None:
        """A peer's own port is another than the server's, and either has its default."""
        for line, server, own in (
            ("127.0.0.1 --port 8091", 8090, 8091),
            ("127.0.0.1:9000 --port 8091", 9000, 8091),
            ("--port 8091 127.0.0.1 9000", 9000, 8091),
            ("127.0.0.1", 8090, 0),
        ):
            options = UdpChatOptions()
            options.parseOptions(line.split())
            self.assertEqual((options["port"], options["own-port"]), (server, own), line)
        with self.assertRaises(usage.UsageError) as caught:
            UdpChatOptions().parseOptions(["127.0.0.1", "--port", "70000"])
        self.assertIn("port 70000 is out of range", str(caught.exception))

    def test_two_places(self) -> None:
        """A PORT to wait on beside a place to listen at is one too many; that of a HOST is not."""
        with self.assertRaises(usage.UsageError) as caught:
            TcpChatOptions().parseOptions(["9000", "--listen", "tcp:9001"])
        self.assertEqual(str(caught.exception), "either PORT or --listen, not both")
        TcpChatOptions().parseOptions(["127.0.0.1", "9000", "--listen", "tcp:9001"])

    def test_taken(self) -> None:
        """Those that are for it are taken; one that has its default is given all the same."""
        for line in (
            "--rate 3 --key x --trace y",
            "127.0.0.1 --key x --name bob --trace y --trace-size 3",
            "127.0.0.1 --plain --name bob",
            "127.0.0.1 --json --name bob",
            "127.0.0.1 --port 8091 --plain",
            "identity --name bob",
            "identity --key x",
        ):
            UdpChatOptions().parseOptions(line.split())
        with self.assertRaises(usage.UsageError):
            UdpChatOptions().parseOptions(["127.0.0.1", "--rate", "50"])


class Written(SynchronousTestCase):
    """What is taken from config.toml, and from a link, and what wins."""

    def setUp(self) -> None:
        place = temporary(self)
        place.mkdir()
        self.config = place / "config.toml"
        self.config.write_text(
            f"""name = "alice"
key = "/keys/alice.pem"
default = "home"
[servers.home]
host = "chat.example.org"
key = "{"a" * 64}"
rooms = ["lab", "den"]
[servers.work]
host = "192.0.2.1"
port = 9000
name = "smith"
"""
        )

    def read(self, line: str) -> tuple[object, ...]:
        """Where somebody is going, as whom, and what they expect."""
        options = UdpChatOptions()
        options.parseOptions([*line.split(), "--config", str(self.config)])
        fields = ("host", "port", "name", "key", "server-key", "rooms")
        return tuple(options[field] for field in fields)

    def test_servers(self) -> None:
        """A short name, the default, or a server that is there by its place."""
        key, home = "/keys/alice.pem", "a" * 64
        rooms, place = ("lab", "den"), ("chat.example.org", 8090)
        for line, expected in (
            ("", ("chat.example.org", 8090, "alice", key, home, rooms)),
            ("home", ("chat.example.org", 8090, "alice", key, home, rooms)),
            ("work", ("192.0.2.1", 9000, "smith", key, None, ())),
            ("CHAT.example.org", ("CHAT.example.org", 8090, "alice", key, home, ())),
            ("chat.example.org 9", ("chat.example.org", 9, "alice", key, None, ())),
            ("elsewhere", ("elsewhere", 8090, "alice", key, None, ())),
            ("home --name bob", ("chat.example.org", 8090, "bob", key, home, rooms)),
            ("home --key /x", (*place, "alice", "/x", home, rooms)),
            (f"home --server-key {'b' * 64}", (*place, "alice", key, "b" * 64, rooms)),
            ("home --plain", ("chat.example.org", 8090, "alice", None, None, rooms)),
        ):
            self.assertEqual(self.read(line), expected, line)

    def test_port(self) -> None:
        """A server that is started with its port has nothing to do with it, mistakes included."""
        self.config.write_text("nonsense")
        with self.assertRaises(usage.UsageError) as caught:
            self.read("9000")
        self.assertIn("--config is for a peer", str(caught.exception))
        for line in ("", "home"):
            with self.assertRaises(usage.UsageError) as caught:
                self.read(line)
            self.assertIn("config.toml, line 1: ", str(caught.exception))
        UdpChatOptions().parseOptions(["9000"])

    def test_link(self) -> None:
        """A link says where, with which key, and to which room."""
        link = f"udpchat://h:9/lab?key={'c' * 64}"
        expected = ("h", 9, "alice", "/keys/alice.pem", "c" * 64, ("lab",))
        self.assertEqual(self.read(link), expected)
        self.assertEqual(self.read("udpchat://h")[-2:], (None, ()))
        for line, part in ((f"{link} 9", "leave out 9"), ("udpchat:x", "that is no link")):
            with self.assertRaises(usage.UsageError) as caught:
                self.read(line)
            self.assertIn(part, str(caught.exception))


class Identity(SynchronousTestCase):
    """What `identity` shows."""

    def test_key_that_is_not_there(self) -> None:
        """A key is made where there is a folder, and that is said; no folders are made."""
        home = temporary(self)
        home.mkdir(0o700)
        for line in ("made now", "the key:"):
            with redirect_stdout(StringIO()) as shown, self.assertRaises(SystemExit):
                main(["identity", "--key", str(home / "x.pem")])
            self.assertIn(line, shown.getvalue())
        with self.assertRaises(CannotStart) as caught:
            main(["identity", "--key", str(home / "nowhere" / "x.pem")])
        self.assertIn("there is no folder", str(caught.exception))
        self.assertFalse((home / "nowhere").exists())


class Help(SynchronousTestCase):
    """What --help shows."""

    def shown(self, options: usage.Options, word: str) -> str:
        with redirect_stdout(StringIO()) as shown, self.assertRaises(SystemExit) as ended:
            options.parseOptions([word])
        self.assertEqual(ended.exception.code, 0)
        return shown.getvalue()

    def test_help(self) -> None:
        """It begins with how the program is called, and shows no default that there is not."""
        for make in (UdpChatOptions, TcpChatOptions, RoomServerOptions, TcpDaemonOptions):
            shown = self.shown(make(), "--help")
            self.assertRegex(shown, r"\AUsage: \S+ \[")
            self.assertNotIn("[default: ]", shown)
            self.assertEqual(shown, self.shown(make(), "-h"))
