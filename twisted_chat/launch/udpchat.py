"""The console script `udpchat`: a room server, or a peer of one."""

import gc
import os
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, ClassVar, NoReturn

from twisted.internet.defer import Deferred
from twisted.logger import LogLevel
from twisted.python import usage

from twisted_chat import names
from twisted_chat.addresses import Address, host_and_port
from twisted_chat.errors import NameRefused, UsageMistake
from twisted_chat.identity.claim import claim, claim_file
from twisted_chat.identity.key_file import data_directory
from twisted_chat.identity.known_file import FILE as KNOWN
from twisted_chat.identity.known_file import KnownFile
from twisted_chat.invitation import is_invitation, read_invitation
from twisted_chat.launch import program, streams
from twisted_chat.launch.clock import installed_reactor
from twisted_chat.launch.config import (
    Config,
    ServerEntry,
    entry_for,
    load_config,
)
from twisted_chat.launch.faces import FaceKind, face_here, on_screen, with_input_line
from twisted_chat.launch.identity import show_identity
from twisted_chat.launch.link import server_key
from twisted_chat.launch.log import log_lines, write_rows
from twisted_chat.launch.naming import introduced
from twisted_chat.launch.seat import Seat
from twisted_chat.peer.commands import Command, Order
from twisted_chat.server.options import ServerOptions
from twisted_chat.startup import listening_port
from twisted_chat.store.retention import Retention
from twisted_chat.trace.options import recorder_from

CTL, LINK, DOCTOR = "ctl", "link", "doctor"
"""The first word of what is asked of a running server, of what lets others in, and of what looks
at one's network."""
KEPT = ("history", "search", "export", "import")
"""The first word of what is asked of what was said before."""
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


def main(argv: Sequence[str] | None = None) -> NoReturn:
    """The console script `udpchat`: a room server, or a peer of one."""
    words = sys.argv[1:] if argv is None else argv
    if words[:1] == [CTL]:
        from twisted_chat.launch import ctl

        ctl.main(words[1:])
    if words[:1] and words[0] in KEPT:
        from twisted_chat.launch import history

        history.main(words)
    if words[:1] == [LINK]:
        from twisted_chat.launch import link

        link.main(words[1:])
    if words[:1] == [DOCTOR]:
        from twisted_chat.launch import doctor

        doctor.main(words[1:])
    options = program.parse(UdpChatOptions(), "udpchat", argv)
    if options["identity"]:
        show_identity(options)
    reactor = installed_reactor()
    if options["host"] is None:
        _serve(options, reactor)
    _chat(options, reactor)


def _serve(options: UdpChatOptions, reactor: Any) -> NoReturn:
    from twisted_chat.server.service import server_service  # A peer starts sooner without.

    server = server_service(options, reactor)
    server.privilegedStartService()
    port = server.port.getHost().port if server.port else 0
    interface = options["interface"]
    host = {"0.0.0.0": "127.0.0.1", "::": "127.0.0.1"}.get(interface, interface)
    status = 0

    def lost(problem: OSError) -> None:
        nonlocal status
        status = streams.status_of(problem)

    log = program.log_stream(reactor, sys.stdout, lost)
    write_rows(
        log,
        f"> room server on UDP port {port};"
        f" join it from a second terminal: {program.called('udpchat')} {host} {port}",
    )
    log_lines(log, LogLevel.info)
    program.run(server, Deferred(), Seat(reactor))  # A signal is the end that there is.
    # A server outlives its terminal: that one has hung up is no failure of its own.
    raise SystemExit(0 if status == streams.HUNG_UP else status)


def _chat(options: UdpChatOptions, reactor: Any) -> NoReturn:
    # A server starts sooner without these.
    from twisted_chat.launch.store import IN_MEMORY, open_store
    from twisted_chat.net.resolve import look_up_now
    from twisted_chat.peer.service import Keys, PeerService
    from twisted_chat.peer.whereabouts import Whereabouts
    from twisted_chat.store.file import StoreFile
    from twisted_chat.terminal.face import for_people, for_programs, for_scripts

    seat = Seat(reactor)
    program.log_to_person(reactor, LogLevel.warn, seat)
    place = (options["host"], options["port"])
    server = Whereabouts(place, look_up_now(place))
    name, keys = options["name"], None
    if not options["plain"]:
        directory, key = data_directory(), options["key"]
        if key:
            identity = claim_file(Path(key))
        elif name is None and os.isatty(0) and not options["json"]:
            name, identity = introduced(directory)
        else:
            identity = claim(directory, name)
        known, pinned = KnownFile(directory / KNOWN), options["server-key"] or ""
        maps = not options["no-port-mapping"]
        keys = Keys(identity, known, pinned, relays=not options["direct-only"], maps=maps)
    if options["no-store"]:
        store = StoreFile(None, IN_MEMORY)
    else:
        own = "" if keys is None else keys.identity.fingerprint
        store = open_store(own, name, options["retention"])
    patient, face = os.isatty(0), face_here(line=_in_lines(options))
    terminal: Callable[..., Any] = for_scripts if face is FaceKind.SCRIPT else for_people
    if options["json"]:
        terminal = partial(for_programs, time_of_day=time.time)
    elif face is FaceKind.LINE:
        from twisted_chat.terminal.edited_face import edited

        own = "" if keys is None else keys.identity.fingerprint
        terminal = partial(with_input_line(edited, "udpchat", reactor), key=own)
    elif face is FaceKind.SCREEN:
        terminal = _screen(options, place, keys, reactor)
    peer = PeerService(
        server,
        name,
        reactor,
        seat.open,
        keys=keys,
        patient=patient,
        recorder=recorder_from(options, reactor),
        terminal=terminal,
        port=options["own-port"],
        store=store,
    )
    # The first comes last, so that what is typed goes there.
    peer.peer.first = [Order(Command.ROOMJOIN, room) for room in reversed(options["rooms"])]
    gc.freeze()  # What a program is made of lives as long: garbage is looked for in what comes.
    raise SystemExit(program.run(peer, peer.peer.finished, seat))


def _in_lines(options: UdpChatOptions) -> bool:
    """Whether the person would rather chat in lines than on the screen."""
    return options["line"] or options.terminal.face == "line"


def _screen(
    options: UdpChatOptions, place: Address, keys: Any, reactor: Any
) -> Callable[..., Any]:
    from twisted_chat.terminal.screen.udp_face import udp_screen

    return partial(
        on_screen(udp_screen, "udpchat", reactor, options.terminal),
        server=host_and_port(*place),
        key="" if keys is None else keys.identity.fingerprint,
        rooms=options["rooms"],
    )
