"""The README names what there is, with the defaults that it has."""

import re
from pathlib import Path
from typing import Any

from twisted.trial.unittest import SynchronousTestCase

import twisted_chat
from twisted_chat.launch.history import HistoryOptions
from twisted_chat.launch.link import LinkOptions
from twisted_chat.launch.tcpchat import TcpChatOptions
from twisted_chat.launch.udp_options import UdpChatOptions
from twisted_chat.peer.commands import Command
from twisted_chat.server.daemon_options import RoomServerOptions
from twisted_chat.tcp.service import TcpDaemonOptions
from twisted_chat.terminal.typed_lines import usage
from twisted_chat.trace.wanted import AnalysisOptions

README = (Path(__file__).parent.parent / "README.md").read_text()
PACKAGE = Path(twisted_chat.__file__).parent
EVERYWHERE = {"help", "version"}


class Readme(SynchronousTestCase):
    """Options and commands."""

    def test_options(self) -> None:
        """Every option is in the README, and the README has no other."""
        there: set[str] = set()
        for options in (
            UdpChatOptions,
            HistoryOptions,
            LinkOptions,
            TcpChatOptions,
            RoomServerOptions,
            TcpDaemonOptions,
            AnalysisOptions,
        ):
            there |= {name.rstrip("=") for name in options().longOpt}
        ours = re.sub(r"`pipx [^`]*`", "", README)  # Those of another program.
        named = set(re.findall(r"--([a-z][a-z-]*)", ours))
        self.assertEqual(named, there - EVERYWHERE)

    def test_extras(self) -> None:
        """What is to be installed besides is had from the clone, as there is no release: what
        names an extra says so."""
        named = re.compile(r"pip install '([^']+)'")
        texts = [path.read_text() for path in PACKAGE.rglob("*.py")]
        places = {place for text in texts for place in named.findall(text)}
        self.assertIn(".[tls]", places)
        self.assertEqual([place for place in places if not place.startswith(".[")], [])

    def test_defaults(self) -> None:
        """The defaults of the room server are those in its table."""
        options: dict[str, Any] = RoomServerOptions()
        rows = re.findall(r"^\| (`--[^|]*) \| ([^|]*) \| [^|]* \|$", README, re.MULTILINE)
        self.assertGreater(len(rows), 5)
        for names, defaults in rows:
            found = re.findall(r"--([a-z-]+)", names)
            for name, default in zip(found, defaults.split(", "), strict=True):
                value = options[name]
                shown = f"{value:g}" if isinstance(value, float) else str(value)
                self.assertEqual(shown, default, name)

    def test_commands(self) -> None:
        """Every command is in the README as it is typed."""
        for command in Command:
            self.assertIn(f"`{usage(command)}`", README)
