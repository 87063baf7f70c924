"""The console scripts `udpchat` and `tcpchat`: argv in, service out, exit status back."""

import os
import signal
import socket
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, ClassVar, NoReturn, TextIO

from twisted.application.service import Service
from twisted.internet.defer import Deferred
from twisted.internet.endpoints import connectProtocol
from twisted.internet.error import ReactorNotRunning
from twisted.internet.interfaces import IStreamClientEndpoint
from twisted.internet.stdio import StandardIO
from twisted.logger import (
    FileLogObserver,
    FilteringLogObserver,
    LogEvent,
    LogLevel,
    LogLevelFilterPredicate,
    eventAsText,
    globalLogBeginner,
)
from twisted.python import usage

from twisted_chat import names, startup
from twisted_chat.addresses import DEFAULT_PORT, host_and_port, port_number
from twisted_chat.errors import NameRefused, UsageMistake
from twisted_chat.identity.claim import claim, claim_file
from twisted_chat.identity.fingerprints import read_fingerprint, spoken
from twisted_chat.identity.key_file import PERSON, data_directory, load_or_make
from twisted_chat.identity.known_file import FILE as KNOWN
from twisted_chat.identity.known_file import KnownFile
from twisted_chat.peer.service import Keys, PeerService
from twisted_chat.server.service import RoomService, ServerOptions, server_service
from twisted_chat.tcp.service import ChatOptions, client_endpoint, person_service
from twisted_chat.terminal.line import LineTerminal
from twisted_chat.terminal.socket import Attachment, socket_path
from twisted_chat.trace.options import recorder_from


def _server_key(text: str) -> str:
    """Reads a fingerprint as it is spoken or in full. Raises UsageError."""
    try:
        return read_fingerprint(text)
    except UsageMistake as mistake:
        raise usage.UsageError(str(mistake)) from None


class UdpChatOptions(ServerOptions):
    """Options of `udpchat`."""

    synopsis = "[PORT | HOST [PORT] | identity] [options]"
    longdesc = (
        "With a PORT or nothing: run the room server there (8090). With a HOST: chat as a peer"
        " of the room server there. With identity: show the fingerprint of your key."
        " All options but --name, --server-key, --key, --plain and --trace are the server's."
    )
    optParameters: ClassVar[list[list[Any]]] = [
        ["name", "n", None, "The name to be known by; asked for otherwise"],
        ["server-key", None, "", "The fingerprint that the server must have", _server_key],
    ]

    optFlags: ClassVar[list[list[Any]]] = [
        ["plain", None, "Speak generation 1, unencrypted, so that the traffic can be read"]
    ]

    def parseArgs(self, *words: str) -> None:
        self["identity"] = words == ("identity",)
        if self["identity"]:
            return
        self["host"], self["port"] = _host_and_port(words, smallest=0)
        if self["host"] is None and self["name"] is not None:
            raise usage.UsageError("--name is for a peer: give the server's HOST before the PORT")
        if self["host"] is None and (self["server-key"] or self["plain"]):
            raise usage.UsageError(
                "--server-key and --plain are for a peer: give the server's HOST before the PORT"
            )
        if self["plain"] and (self["server-key"] or self["key"]):
            raise usage.UsageError(
                "with --plain there are no keys: leave out --server-key and --key"
            )
        if self["name"] is not None:
            try:
                self["name"] = names.canonical(self["name"])
            except NameRefused as refused:
                raise usage.UsageError(f"--name {self['name']}: {refused}") from None


def _host_and_port(words: Sequence[str], *, smallest: int) -> tuple[str | None, int]:
    """Read `[PORT | HOST [PORT]]`; `smallest` is that of a port to listen on."""
    if len(words) > 2:
        raise usage.UsageError(f"one HOST and one PORT at most, not {len(words)} words")
    try:
        if len(words) == 2:
            return words[0], port_number(words[1])
        if words and not words[0].lstrip("-").isdigit():
            return words[0], DEFAULT_PORT
        return None, port_number(words[0], smallest=smallest) if words else DEFAULT_PORT
    except UsageMistake as mistake:
        raise usage.UsageError(str(mistake)) from None


class TcpChatOptions(ChatOptions):
    """Options of `tcpchat`."""

    synopsis = "[PORT | HOST [PORT] | attach [PORT | SOCKET]] [options]"
    longdesc = (
        "With a PORT or nothing: wait there for a call (8090). With a HOST: call, and wait on"
        " PORT if nobody answers. With attach: talk through a daemon, twistd tcpchat."
    )

    def parseArgs(self, *words: str) -> None:
        self["attach"], self["port"] = None, DEFAULT_PORT
        if words[:1] == ("attach",):
            if len(words) > 2:
                raise usage.UsageError("attach takes one PORT or SOCKET at most")
            if self["trace"]:
                raise usage.UsageError("attach has nothing to record: give --trace to the daemon")
            self["attach"] = _terminal_endpoint(words[1] if len(words) == 2 else str(DEFAULT_PORT))
            return
        host, self["port"] = _host_and_port(words, smallest=0)
        if host is not None:
            if self["connect"]:
                raise usage.UsageError("either HOST or --connect, not both")
            self["connect"] = host_and_port(host, self["port"])

    def postOptions(self) -> None:
        from twisted.internet import reactor

        super().postOptions()
        if self["attach"]:
            self.terminal = client_endpoint(reactor, self["attach"])


def _terminal_endpoint(word: str) -> str:
    if word.lstrip("-").isdigit():
        try:
            return f"unix:{socket_path('tcpchat', port_number(word))}"
        except UsageMistake as mistake:
            raise usage.UsageError(str(mistake)) from None
    return word if ":" in word else f"unix:{word}"


def udpchat(argv: Sequence[str] | None = None) -> NoReturn:
    """The console script `udpchat`: a room server, or a peer of one."""
    options = _parse(UdpChatOptions(), "udpchat", argv)
    _repair_standard_streams()
    if options["identity"]:
        _show_identity()
    from twisted.internet import reactor as installed

    reactor: Any = installed
    if options["host"] is None:
        server = server_service(options, reactor)
        server.privilegedStartService()
        _say_how_to_join(server, options["interface"])
        _log_to(sys.stdout, LogLevel.info)
        _run(server, Deferred())
    _log_to(sys.stderr, LogLevel.warn)
    address = (startup.resolve(options["host"], socket.SOCK_DGRAM), options["port"])
    peer = PeerService(
        address,
        options["name"],
        reactor,
        StandardIO,
        keys=None if options["plain"] else _keys(options),
        patient=os.isatty(0),
        recorder=recorder_from(options, reactor),
    )
    reactor.addSystemEventTrigger("before", "shutdown", peer.peer.interrupt)
    _run(peer, peer.peer.finished)


def tcpchat(argv: Sequence[str] | None = None) -> NoReturn:
    """The console script `tcpchat`: one chat, or the terminal of a daemon."""
    options = _parse(TcpChatOptions(), "tcpchat", argv)
    _repair_standard_streams()
    from twisted.internet import reactor

    _log_to(sys.stderr, LogLevel.critical)
    if options["attach"]:
        _attach(options.terminal, options["attach"])
    service, chat = person_service(options, reactor, interactive=os.isatty(0))
    StandardIO(LineTerminal(chat))
    _run(service, chat.finished)


def _keys(options: UdpChatOptions) -> Keys:
    """What a peer needs to speak generation 2. Raises CannotStart."""
    directory, key = data_directory(), options["key"]
    identity = claim_file(Path(key)) if key else claim(directory, options["name"])
    return Keys(identity, KnownFile(directory / KNOWN), options["server-key"])


def _show_identity() -> NoReturn:
    path = data_directory() / PERSON
    identity = load_or_make(path)
    sys.stdout.write(
        f"{spoken(identity.fingerprint)}\n"
        "> your fingerprint; let others compare it with what they are shown for your name\n"
        f"> in full: {identity.fingerprint}\n"
        f"> the key: {path}\n"
    )
    raise SystemExit(0)


def _attach(terminal: IStreamClientEndpoint, where: str) -> NoReturn:
    attachment = Attachment(StandardIO)
    missing = f"no tcpchat daemon at {where}: start one with twistd tcpchat"
    connecting = connectProtocol(terminal, attachment)
    connecting.addCallback(lambda _: attachment.over)
    connecting.addCallbacks(
        lambda _: 0,
        lambda failure: sys.stderr.write(f"{missing} ({failure.getErrorMessage()})\n") and 1,
    )
    _run(Service(), connecting)


def _parse(options: Any, program: str, argv: Sequence[str] | None) -> Any:
    try:
        options.parseOptions(sys.argv[1:] if argv is None else argv)
    except usage.UsageError as mistake:
        _give_up(program, mistake)
    return options


def _give_up(program: str, mistake: usage.UsageError) -> NoReturn:
    sys.stderr.write(f"{program}: {mistake} ({program} --help tells more)\n")
    raise SystemExit(2)


def _say_how_to_join(server: RoomService, interface: str) -> None:
    port = server.port.getHost().port if server.port else 0
    host = {"0.0.0.0": "127.0.0.1", "::": "127.0.0.1"}.get(interface, interface)
    sys.stdout.write(
        f"> room server on UDP port {port};"
        f" join it from a second terminal: udpchat {host} {port}\n"
    )
    sys.stdout.flush()


def _repair_standard_streams() -> None:
    """Give closed standard streams to /dev/null: Twisted cannot work
    with a closed one, and the next file to be opened would take its place."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # The lowest free number: this one.


def _log_to(stream: TextIO, level: Any) -> None:
    def line(event: LogEvent) -> str:
        return eventAsText(event, includeSystem=False) + "\n"

    levels = LogLevelFilterPredicate(defaultLogLevel=level)
    levels.setLogLevelForNamespace("twisted_chat.trace", LogLevel.warn)
    observer = FilteringLogObserver(FileLogObserver(stream, line), [levels])
    globalLogBeginner.beginLoggingTo([observer], redirectStandardIO=False)


def _run(service: Service, finished: "Deferred[int]") -> NoReturn:
    """Run until it is finished or interrupted, and exit with its status."""
    from twisted.internet import reactor as installed

    reactor: Any = installed
    status = 0

    def finish(outcome: int) -> None:
        nonlocal status
        status = outcome
        with suppress(ReactorNotRunning):  # A signal has stopped it already.
            if reactor.running:
                reactor.stop()
            else:
                reactor.callWhenRunning(reactor.stop)

    blocking = [(number, os.get_blocking(number)) for number in range(3)]
    service.privilegedStartService()
    service.startService()
    finished.addCallback(finish)
    reactor.addSystemEventTrigger("before", "shutdown", service.stopService)
    signal.signal(signal.SIGHUP, lambda *_: reactor.callFromThread(reactor.stop))
    reactor.run()
    for number, was_blocking in blocking:
        os.set_blocking(number, was_blocking)
    raise SystemExit(status)
