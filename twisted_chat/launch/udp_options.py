"""The options of the console script `udpchat`, whichever of its parts they are for."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

from twisted.python import usage

from twisted_chat import names
from twisted_chat.errors import NameRefused, UsageMistake
from twisted_chat.invitation import is_invitation, read_invitation
from twisted_chat.launch import program
from twisted_chat.launch.config import (
    Config,
    ServerEntry,
    entry_for,
    load_config,
)
from twisted_chat.launch.link import server_key
from twisted_chat.server.options import ServerOptions
from twisted_chat.startup import listening_port
from twisted_chat.store.retention import Retention

_IDENTITYS = frozenset({"key", "name"})
_EVERYBODYS = frozenset({"key", "trace", "trace-size"})
_PEERS = frozenset(
    {
        "config",
        "name",
        "port",
        "server-key",
        "plain",
        "json",
        "line",
        "direct-only",
        "no-port-mapping",
        "no-store",
    }
)


class UdpChatOptions(ServerOptions):
    """Options of `udpchat`."""

    synopsis = (
        "[PORT | HOST [PORT] | HOST:PORT | LINK | SERVER"
        " | identity | link HOST | doctor HOST | ctl ORDER"
        " | history | search | export | import] [options]"
    )
    longdesc = (
        "With a PORT or nothing: run the room server there (8090). With a HOST, a LINK or the"
        " short name of a SERVER in your config.toml: chat as a peer of the room server there, and"
        " with nothing of the default one, if there is one. With link: show a line with which"
        " others get in. With history, search, export or import: see what was said before, and"
        " history --help tells more. With identity: show the fingerprint of your key, or of the"
        " one that --key or --name has. With doctor: say what your network does to you, and what"
        " would help. With ctl: look at a running server of yours and change it,"
        " ctl --help tells more. All options but --name, --server-key, --key, --config,"
        " --plain, --direct-only, --no-port-mapping, --no-store, --port, --json and --trace are"
        " the server's."
    )
    optParameters: ClassVar[list[list[Any]]] = [
        ["name", "n", None, "The name to be known by; asked for otherwise"],
        ["server-key", None, None, "The fingerprint that the server must have", server_key],
        ["config", None, None, "A file in place of your config.toml", Path],
        ["port", None, 0, "Your own UDP port, which a router may lead to", listening_port],
    ]

    optFlags: ClassVar[list[list[Any]]] = [
        ["plain", None, "Speak generation 1, unencrypted, so that the traffic can be read"],
        [
            "direct-only",
            None,
            "Take nothing that a server carries: where there is no way, no link",
        ],
        ["no-port-mapping", None, "Do not ask your router to lead a port to you"],
        ["no-store", None, "Keep nothing of what is said on disk: it ends with the program"],
        ["json", None, "Tell each event in a line of JSON, and take orders so: docs/events.md"],
        ["line", None, "Chat in lines, with an input line below them"],
    ]

    def parseArgs(self, *words: str) -> None:
        self["own-port"] = self["port"]
        self["identity"] = words[:1] == ("identity",)
        if self["identity"]:
            if words[1:]:
                raise usage.UsageError(
                    f"identity takes no {words[1]!r}: give --name NAME or --key FILE, or nothing"
                )
            self._only(_IDENTITYS, "is not for identity, which takes --key or --name")
            if self["key"] and self["name"]:
                raise usage.UsageError("either --key or --name, not both")
        else:
            try:
                self._find_place(words)
            except UsageMistake as mistake:
                raise usage.UsageError(str(mistake)) from None
            if self["host"] is None:
                others = "is for a peer: give the server's HOST before the PORT"
                self._only(self._known() - _PEERS, others)
            else:
                self._only(_EVERYBODYS | _PEERS, "is for a server: leave out the HOST")
        if self["json"] and self["line"]:
            raise usage.UsageError("either --json or --line, not both")
        if self["plain"] and self.given & {"server-key", "key"}:
            raise usage.UsageError(
                "with --plain there are no keys: leave out --server-key and --key"
            )
        if self["name"] is not None:
            try:
                self["name"] = names.canonical(self["name"])
            except NameRefused as refused:
                raise usage.UsageError(f"--name {self['name']}: {refused}") from None

    def _find_place(self, words: Sequence[str]) -> None:
        """Where to go, or to listen, and what is known of the server there. Raises UsageMistake
        and UsageError."""
        self["rooms"], self["retention"] = (), Retention()
        if words and is_invitation(words[0]):
            if words[1:]:
                raise UsageMistake(f"a link says all: leave out {' '.join(words[1:])}")
            link = read_invitation(words[0])
            self["host"], self["port"] = link.host, link.port
            self._use(load_config(self["config"]), None, link.key, (link.room,))
            return
        is_port = len(words) == 1 and words[0].lstrip("-").isdigit()
        config = Config() if is_port else load_config(self["config"])
        short = words[0] if len(words) == 1 else "" if words else config.default
        entry = config.servers.get(short)
        if entry is not None:
            self["host"], self["port"] = entry.host, entry.port
            self._use(config, entry, entry.key, entry.rooms)
            return
        self["host"], self["port"] = program.host_and_port(words, smallest=0)
        self.terminal = config.terminal
        if self["host"] is not None:
            entry = entry_for(config, self["host"], self["port"])
            self._use(config, entry, entry.key if entry else "", ())

    def _use(
        self, config: Config, entry: ServerEntry | None, key: str, rooms: tuple[str, ...]
    ) -> None:
        """Take what was written down, where the command line says nothing else."""
        self["rooms"] = tuple(filter(None, rooms))
        self.terminal = config.terminal
        self["retention"] = Retention(config.days, config.megabytes)
        name = (entry.name if entry is not None else "") or config.name
        self["name"] = self["name"] or name or None
        if not self["plain"]:
            self["key"] = self["key"] or (os.path.expanduser(config.key) or None)
            self["server-key"] = self["server-key"] or key or None

    def _only(self, allowed: frozenset[str], why: str) -> None:
        """Refuse the options that were given besides these. Raises UsageError."""
        if others := sorted(self.given - allowed - {"help", "version"}):
            raise usage.UsageError(f"--{others[0]} {why}")

    def _known(self) -> frozenset[str]:
        return frozenset(name.rstrip("=") for name in self.longOpt)
