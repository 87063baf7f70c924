"""Assembly of TCP chat: `twistd tcpchat`, and `tcpchat` at a terminal."""

import re
import socket
from typing import Any, ClassVar

from twisted.application.internet import StreamServerEndpointService
from twisted.application.service import MultiService, Service
from twisted.internet.endpoints import (
    HostnameEndpoint,
    clientFromString,
    serverFromString,
)
from twisted.internet.error import CannotListenError
from twisted.internet.interfaces import IStreamServerEndpoint
from twisted.internet.protocol import Factory
from twisted.python import usage

from twisted_chat import startup
from twisted_chat.addresses import DEFAULT_PORT, port_number
from twisted_chat.errors import UsageMistake
from twisted_chat.tcp.conversation import Conversation
from twisted_chat.tcp.protocol import TcpChat
from twisted_chat.tcp.rendezvous import Rendezvous
from twisted_chat.terminal.line import LineTerminal
from twisted_chat.terminal.socket import MODE, prepare_directory, socket_path
from twisted_chat.trace.options import TRACE_OPTIONS, recorder_from
from twisted_chat.trace.taps import CallingTap, ListeningTap

_ADDRESS = re.compile(r"(?:\[([^\]]+)\]|([^:\[\]]+)):([^:]*)")
_UNIX = re.compile(r"unix:(?:address=)?((?:[^:\\]|\\.)+)")
_ENDPOINT_KINDS = frozenset({"tcp", "tcp6", "ssl", "tls", "unix", "host"})


class ChatOptions(startup.Options):
    """Where a TCP chat listens and whom it calls; for the daemon and the person's program."""

    optParameters: ClassVar[list[list[Any]]] = [
        [
            "listen",
            "l",
            None,
            "Endpoint to listen on instead, such as tcp6:8090 or unix:chat.sock",
        ],
        [
            "connect",
            "c",
            None,
            "HOST:PORT or endpoint to call first, such as tls:example.org:8090",
        ],
        *TRACE_OPTIONS,
    ]

    def postOptions(self) -> None:
        """Find out who is meant. Raises UsageError, or CannotStart."""
        from twisted.internet import reactor

        listen = self["listen"] or f"tcp:{self['port']}"
        self.rendezvous: dict[str, Any] = {
            "listen": server_endpoint(reactor, listen),
            "where": self["listen"] or f"TCP port {self['port']}",
        }
        if self["connect"]:
            self.rendezvous["call"] = client_endpoint(reactor, self["connect"])
            self.rendezvous["whom"] = self["connect"]


class Options(ChatOptions):
    """Options of `twistd tcpchat`."""

    synopsis = "[options]"
    longdesc = (
        "Chat between two people over one connection, one caller at a time. As a daemon it is"
        " talked through with `tcpchat attach`; with twistd -n, right there."
    )
    optParameters: ClassVar[list[list[Any]]] = [
        [
            "port",
            "p",
            DEFAULT_PORT,
            "TCP port to listen on; 0: any",
            startup.listening_port,
        ],
        [
            "terminal",
            "t",
            None,
            "Endpoint where a person is served; stdio: with twistd -n, otherwise a UNIX socket",
        ],
    ]

    def parseArgs(self, *words: str) -> None:
        if words:
            raise startup.unexpected(words, "--port")

    def postOptions(self) -> None:
        from twisted.internet import reactor

        super().postOptions()
        if self["terminal"]:
            server_endpoint(reactor, self["terminal"])
        if self.in_background:
            self._check_places()

    @property
    def terminal(self) -> str:
        """The endpoint where a person is served. Raises CannotStart."""
        if self["terminal"]:
            return str(self["terminal"])
        if self.parent and self.parent.get("nodaemon"):
            return "stdio:"
        return f"unix:{socket_path('tcpchat', self['port'])}:mode={MODE:o}"

    def _check_places(self) -> None:
        if not self["listen"]:
            startup.check_port(self["port"], socket.SOCK_STREAM)
        for description in (self["listen"] or "", self.terminal):
            if found := _UNIX.match(description):
                startup.check_socket(re.sub(r"\\(.)", r"\1", found[1]))


def server_endpoint(reactor: Any, description: str) -> IStreamServerEndpoint:
    """A place to listen. Raises UsageError."""
    try:
        return serverFromString(reactor, description)
    except Exception as problem:  # Whatever its plugin does with a file that is not there.
        raise _not_an_endpoint(
            description, problem, "tcp:8090, tcp6:8090, unix:chat.sock"
        ) from None


def client_endpoint(reactor: Any, description: str) -> Any:
    """Whom to call: `HOST:PORT`, `[IPV6]:PORT`, or an endpoint string. Raises UsageError."""
    found = _ADDRESS.fullmatch(description)
    if found and found[2] not in _ENDPOINT_KINDS:
        host = found[1] or found[2]
        try:
            port = port_number(found[3])
        except UsageMistake as mistake:
            raise usage.UsageError(str(mistake)) from None
        startup.resolve(host, socket.SOCK_STREAM)
        return HostnameEndpoint(reactor, host, port)
    try:
        return clientFromString(reactor, description)
    except Exception as problem:
        raise _not_an_endpoint(description, problem, "HOST:8090, tls:HOST:8090") from None


def _not_an_endpoint(description: str, problem: Exception, right: str) -> usage.UsageError:
    reason = " ".join(str(problem).split()) or type(problem).__name__
    return usage.UsageError(f"{description!r} is no place to reach ({reason}): try {right}")


def makeService(options: Options) -> Service:
    """Build the daemon: the chat and its terminal."""
    from twisted.internet import reactor

    return daemon_service(options, options.terminal, reactor)


def daemon_service(options: ChatOptions, terminal: str, reactor: Any) -> Service:
    """A chat that stays for the next caller, with its terminal at this endpoint."""
    detachable = terminal != "stdio:"
    conversation = Conversation(
        once=False,
        hold=not detachable or bool(options["connect"]),
        interactive=False,
        detachable=detachable,
    )
    chat = TcpChat(conversation, reactor)
    chat.finished.addCallback(lambda _: reactor.stop())
    rendezvous = Rendezvous(chat, **_recorded(options, reactor), stay=True)
    seat = TerminalService(terminal, chat, reactor)
    service = MultiService()
    # Standard output has to be there for the first notices; a socket can wait for a free port.
    for part in (rendezvous, seat) if detachable else (seat, rendezvous):
        part.setServiceParent(service)
    return service


class TerminalService(StreamServerEndpointService):
    """Serves a person. Starting raises CannotStart where that cannot be."""

    def __init__(self, description: str, chat: TcpChat, reactor: Any) -> None:
        self._description = description
        super().__init__(
            server_endpoint(reactor, description),
            Factory.forProtocol(lambda: LineTerminal(chat)),
        )
        self._raiseSynchronously = True

    def privilegedStartService(self) -> None:
        if self._description.startswith("unix:"):
            own = socket_path("tcpchat", 0)
            if self._description.startswith(f"unix:{own.parent}/"):
                prepare_directory(own)
        try:
            super().privilegedStartService()
        except (CannotListenError, OSError) as error:
            raise startup.cannot_listen(self._description, error) from None


def person_service(
    options: ChatOptions, reactor: Any, *, interactive: bool
) -> tuple[Rendezvous, TcpChat]:
    """A chat for one conversation; its terminal is still to be opened."""
    chat = TcpChat(Conversation(once=True, hold=True, interactive=interactive), reactor)
    return Rendezvous(chat, **_recorded(options, reactor)), chat


def _recorded(options: ChatOptions, reactor: Any) -> dict[str, Any]:
    """Who is meant; with `--trace`, what is said there is recorded."""
    recorder = recorder_from(options, reactor)
    if recorder is None:
        return options.rendezvous
    taps = {"listen": ListeningTap, "call": CallingTap}
    return {
        role: taps[role](value, recorder) if role in taps else value
        for role, value in options.rendezvous.items()
    }
