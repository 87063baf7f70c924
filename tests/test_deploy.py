"""What the units and the configuration in deploy/ say holds."""

import re
import shlex
import shutil
import subprocess
from configparser import ConfigParser
from pathlib import Path
from tempfile import NamedTemporaryFile
from unittest import SkipTest

from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.server.daemon_options import RoomServerOptions
from twisted_chat.tcp.service import TcpDaemonOptions

ROOT = Path(__file__).parents[1]
DEPLOY = ROOT / "deploy"
EXPOSED = 2.0
"""More than this systemd-analyze must not find of what a unit could see and do."""


class Units(SynchronousTestCase):
    """The units of systemd."""

    def words(self, unit: str) -> list[str]:
        """The command line of a unit, from the name of the service on."""
        parser = ConfigParser(strict=False, interpolation=None)
        parser.optionxform = str  # type: ignore[assignment,method-assign]
        parser.read(DEPLOY / f"{unit}.service")
        words = shlex.split(parser["Service"]["ExecStart"])
        self.assertEqual(parser["Service"]["Type"], "notify")
        return words[words.index(unit) + 1 :]

    def test_room_server(self) -> None:
        """The unit of the room server names a file that is like the one here, which is right."""
        words = self.words("udpchat")
        self.assertEqual(words[0], "--config")
        self.assertEqual(Path(words[1]).name, "server.toml")
        options = RoomServerOptions()
        options.parseOptions([words[0], str(DEPLOY / "server.toml"), *words[2:]])
        self.assertEqual((options["port"], options["interface"]), (8090, "::"))

    def test_settings(self) -> None:
        """What stands behind a # in the configuration would be right too."""
        text = re.sub(r"(?m)^# (?=[a-z-]+ = )", "", (DEPLOY / "server.toml").read_text())
        with NamedTemporaryFile("w", suffix=".toml") as file:
            file.write(text)
            file.flush()
            options = RoomServerOptions()
            options.parseOptions(["--config", file.name])
        self.assertEqual((options["metrics"], options["no-relay"]), (9090, 1))

    def test_tcp(self) -> None:
        """The unit of TCP chat gives options that there are."""
        TcpDaemonOptions().parseOptions(self.words("tcpchat"))

    def test_exposure(self) -> None:
        """Neither unit can see or do more than it has to."""
        if shutil.which("systemd-analyze") is None:
            raise SkipTest("there is no systemd-analyze")
        for unit in ("udpchat", "tcpchat"):
            said = subprocess.run(
                ["systemd-analyze", "security", "--offline=true", DEPLOY / f"{unit}.service"],
                capture_output=True,
                text=True,
                check=False,
            ).stdout
            found = re.search(r"Overall exposure level for \S+: ([0-9.]+)", said)
            if found is None:
                raise SkipTest("this systemd-analyze cannot look at a file")
            self.assertLess(float(found[1]), EXPOSED)
