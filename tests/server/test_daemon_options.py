"""The options of a daemon, whose file is read again while it runs."""

import os

from tests.test_config import FileTestCase
from twisted_chat.server.bounds import Bounds
from twisted_chat.server.daemon_options import RoomServerOptions, read_again


class AgainTests(FileTestCase):
    """A file that is read again while the server runs."""

    def test_changed(self) -> None:
        """What can be changed is, what cannot stays and is said."""
        self.write("port = 9000\nmax-users = 5\n")
        options = self.options("--rate", "7")
        self.write('port = 9001\nmax-rooms = 3\nrate = 9\ninterface = "::1"\n')
        right, lines = read_again(options)
        self.assertTrue(right)
        self.assertEqual(
            sorted(lines),
            [
                "interface stays 0.0.0.0: ::1 needs a restart",
                "max-rooms was 10000 and is 3",
                "max-users was 5 and is 1000000",
                "port stays 9000: 9001 needs a restart",
            ],
        )
        self.assertEqual(options.bounds(), Bounds(rooms=3, rate=7))
        self.assertEqual(options["port"], 9000)

    def test_elsewhere(self) -> None:
        """It is the same file when the server has gone to another directory."""
        self.write("max-users = 5\n")
        before = os.getcwd()
        self.addCleanup(os.chdir, before)
        os.chdir(self.path.parent)
        options = RoomServerOptions()
        options.parseOptions(["--config", self.path.name])
        os.chdir("/")
        self.assertEqual(read_again(options), (True, ["nothing has changed"]))

    def test_unchanged(self) -> None:
        """That nothing has changed is said too."""
        self.write("port = 9000\n")
        self.assertEqual(read_again(self.options()), (True, ["nothing has changed"]))

    def test_mistake(self) -> None:
        """A mistake leaves everything as it was."""
        self.write("max-users = 5\n")
        options = self.options()
        self.write("max-users = 6\nmax-rooms = none\n")
        right, (line,) = read_again(options)
        self.assertFalse(right)
        self.assertTrue(line.startswith(f"all stays as it was: {self.path}, line 2: "), line)
        self.assertEqual(options.bounds(), Bounds(users=5))
