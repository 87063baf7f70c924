"""The options of `twistd udpchat`, from the command line and from a file."""

import os
import socket
import sys
from pathlib import Path
from typing import Any, ClassVar

from twisted.python import usage

from twisted_chat import startup
from twisted_chat.addresses import DEFAULT_PORT
from twisted_chat.config import ConfigFile, apply
from twisted_chat.launch import daemon
from twisted_chat.launch.clock import installed_reactor
from twisted_chat.launch.seat import Seat
from twisted_chat.server.options import BOUND_OPTIONS, ServerOptions
from twisted_chat.startup import CannotStart

RIGHT = "{} is right"
"""What is said of a file in which there is no mistake."""
LIVE = {"no-relay", *(option[0] for option in BOUND_OPTIONS)} - {
    "batch",
    "max-datagram",
    "max-name",
}
"""The options that can be changed while the server runs."""
_NOT_IN_FILE = frozenset({"config", "check-config"})


class RoomServerOptions(ServerOptions):
    """Options of `twistd udpchat`."""

    synopsis = "[options]"
    longdesc = "The room server: it introduces users to each other, who then chat directly."
    optParameters: ClassVar[list[list[Any]]] = [
        [
            "port",
            "p",
            DEFAULT_PORT,
            "UDP port to listen on; 0: any",
            startup.listening_port,
        ],
        ["config", "c", None, "File in TOML with what is not given here", os.path.abspath],
    ]
    optFlags: ClassVar[list[list[Any]]] = [
        ["log-json", None, "Log events as JSON, one in a line, for programs that collect them"],
        ["check-config", None, "Say whether the file of --config is right, and end"],
    ]

    def parseArgs(self, *words: str) -> None:
        if words:
            raise startup.unexpected(words, "--port")

    def postOptions(self) -> None:
        self.read_file()
        if self["check-config"]:
            self._say_right()
        if self.parent is not None:
            daemon.prepare(self.parent, Seat(installed_reactor()), as_json=bool(self["log-json"]))
        if self.in_background:
            startup.check_port(self["port"], socket.SOCK_DGRAM, self["interface"])

    def read_file(self) -> None:
        """Take what the file of `--config` says. Raises CannotStart for a mistake in it."""
        if self["config"] is not None:
            apply(self, ConfigFile(Path(self["config"])), _NOT_IN_FILE)

    def again(self) -> "RoomServerOptions":
        """The same command line, with what the file says now. Raises CannotStart."""
        options = RoomServerOptions()
        # A daemon is in another directory than the one in which it was called.
        options.parseOptions([*self.words, "--config", self["config"]])
        return options

    def _say_right(self) -> None:
        if self["config"] is None:
            raise usage.UsageError("--check-config checks the file of --config: give one")
        sys.stdout.write(RIGHT.format(self["config"]) + "\n")
        raise SystemExit(0)


def read_again(options: RoomServerOptions) -> tuple[bool, list[str]]:
    """Take what the file of `--config` says now into the options of a running server, as far
    as that can be. Returns whether there was no mistake in it, and lines that say what has
    changed and what needs a restart; at a mistake all options stay as they were."""
    try:
        after = options.again()
    except (CannotStart, usage.UsageError) as mistake:
        return False, [f"all stays as it was: {mistake}"]
    lines = []
    for name, value in after.items():
        before = options[name]
        if value == before:
            continue
        if name in LIVE:
            options[name] = value
            lines.append(f"{name} was {_said(before)} and is {_said(value)}")
        else:
            lines.append(f"{name} stays {_said(before)}: {_said(value)} needs a restart")
    return True, lines or ["nothing has changed"]


def _said(value: Any) -> str:
    return "unset" if value is None else f"{value}"
