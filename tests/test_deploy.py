"""What the units and the configuration in deploy/ say holds."""

import json
import re
import shlex
import shutil
import subprocess
from configparser import ConfigParser
from pathlib import Path
from tempfile import NamedTemporaryFile
from unittest import SkipTest

from twisted.trial.unittest import SynchronousTestCase

from twisted_chat.launch.ctl import ControlOptions
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

    def test_socket(self) -> None:
        """The socket that systemd holds is that of the configuration, and of both families."""
        parser = ConfigParser(interpolation=None)
        parser.optionxform = str  # type: ignore[assignment,method-assign]
        parser.read(DEPLOY / "udpchat.socket")
        unit = parser["Socket"]
        self.assertEqual((unit["ListenDatagram"], unit["BindIPv6Only"]), ("[::]:8090", "both"))

    def test_container(self) -> None:
        """The container runs the server with options that there are, asks it how it is where it
        listens for that, as nobody special, and keeps what has to outlive it."""
        lines = (DEPLOY / "Containerfile").read_text()
        said = dict(re.findall(r"(?m)^(ENTRYPOINT|USER|VOLUME|EXPOSE) (.+)$", lines))
        words = json.loads(said["ENTRYPOINT"])
        options = RoomServerOptions()
        options.parseOptions(words[words.index("udpchat") + 1 :])
        (check,) = re.findall(r"CMD (\[.+\])", lines)
        asks = ControlOptions()
        asks.parseOptions(json.loads(check)[2:])
        self.assertEqual(asks.socket, options.control())
        self.assertEqual((said["USER"], said["EXPOSE"]), ("twisted-chat", "8090/udp"))
        self.assertIn(f"XDG_DATA_HOME={Path(said['VOLUME']).parent}", lines)

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
