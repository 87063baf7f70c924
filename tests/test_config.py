"""Configuration files."""

from pathlib import Path
from tempfile import TemporaryDirectory

from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.config import LARGEST, ConfigFile, apply
from twisted_chat.server.bounds import Bounds
from twisted_chat.server.daemon_options import RoomServerOptions
from twisted_chat.startup import CannotStart


class FileTestCase(SynchronousTestCase):
    """Has a file."""

    def setUp(self) -> None:
        temporary = TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.path = Path(temporary.name) / "server.toml"

    def write(self, text: str | bytes) -> None:
        """Let the file say this."""
        self.path.write_bytes(text.encode() if isinstance(text, str) else text)

    def options(self, *words: str) -> RoomServerOptions:
        """The options of a server that is started with the file."""
        options = RoomServerOptions()
        options.parseOptions(["--config", str(self.path), *words])
        return options


class ReadTests(FileTestCase):
    """What a file says, and the mistakes in it."""

    def problem(self, text: str | bytes) -> str:
        """What is told of this file, but for its name."""
        self.write(text)
        with self.assertRaises(CannotStart) as caught:
            self.options()
        said = str(caught.exception)
        self.assertTrue(said.startswith(str(self.path)), said)
        self.assertNotIn("\n", said)
        return said.removeprefix(str(self.path))

    def test_values(self) -> None:
        """Numbers, texts and flags; the command line wins, wherever it stands."""
        self.write('port = 9000\ninterface = "::1"\nmax-users = 5\nrate = 1.5\nno-relay = true\n')
        options = self.options("--max-users", "7")
        self.assertEqual((options["port"], options["interface"]), (9000, "::1"))
        self.assertEqual(options.bounds(), Bounds(users=7, rate=1.5, relay=False))
        after = RoomServerOptions()
        after.parseOptions(["--max-users", "7", "--config", str(self.path)])
        self.assertEqual(after.bounds().users, 7)

    def test_mistakes(self) -> None:
        """Each is one line, with the line that it is in."""
        for text, said in (
            ("port = 9000\nprot = 1\n", ", line 2: there is no setting prot: is port meant?"),
            ("\n\nxyzzy = 1\n", ", line 3: there is no setting xyzzy"),
            ("port = 99999\n", ", line 1: port: port 99999 is out of range"),
            ("# one\nmax-users = 0\n", ", line 2: max-users: '0' cannot be used"),
            ("no-relay = 1\n", ", line 1: no-relay is true or false"),
            ("port = [1]\n", ", line 1: port is to be one number or text"),
            ("port = true\n", ", line 1: port is to be one number or text"),
            ("[port]\nx = 1\n", ", line 1: port is to be one number or text"),
            ("port = \n", ", line 1: this is not TOML: "),
            ("port = 1\nport = 2\n", ", line 2: this is not TOML: "),
            ("port = 1\n'a", ", line 2: this is not TOML: "),
            (b"# \xff\n", ", line 1: this is not in UTF-8"),
            ('config = "x"\n', ", line 1: there is no setting config"),
            ("#" * (LARGEST + 1), " is not a configuration: it has over 1,000,000 bytes"),
        ):
            self.assertIn(said, self.problem(text), text)

    def test_missing(self) -> None:
        """A file that cannot be read is one line."""
        with self.assertRaises(CannotStart) as caught:
            self.options()
        self.assertEqual(
            str(caught.exception), f"cannot read {self.path}: No such file or directory"
        )

    def test_line_of(self) -> None:
        """The line of a key in a table, and of a table; none for one that is not written so."""
        self.write('a = 1\n[servers.home]\n"host" = "x"\nport = 2\n[other]\nport = 3\n')
        file = ConfigFile(self.path)
        for keys, line in (
            (("a",), ", line 1: "),
            (("servers", "home", "host"), ", line 3: "),
            (("servers", "home", "port"), ", line 4: "),
            (("other", "port"), ", line 6: "),
            (("servers", "home"), ", line 2: "),
            (("servers", "work"), ": "),
        ):
            self.assertEqual(str(file.mistake("no", *keys)), f"{self.path}{line}no")

    def test_left_out(self) -> None:
        """Options that are for the command line only are no settings."""
        self.write("port = 1\n")
        with self.assertRaises(CannotStart):
            apply(RoomServerOptions(), ConfigFile(self.path), {"port"})
