"""Assembly of the daemon of TCP chat: `twistd tcpchat`."""

import os
import re
from typing import Any, ClassVar

from twisted.application.internet import StreamServerEndpointService
from twisted.application.service import MultiService, Service
from twisted.internet.error import CannotListenError
from twisted.internet.interfaces import IStreamServerEndpoint
from twisted.internet.protocol import Factory

from twisted_chat import startup
from twisted_chat.addresses import DEFAULT_PORT
from twisted_chat.launch import daemon
from twisted_chat.launch.clock import installed_reactor
from twisted_chat.launch.seat import Seat, SeatEndpoint
from twisted_chat.launch.supervisor import supervised
from twisted_chat.tcp.conversation import Conversation
from twisted_chat.tcp.listening import EveryAddress
from twisted_chat.tcp.options import ChatOptions, recorded, server_endpoint
from twisted_chat.tcp.protocol import TcpChat
from twisted_chat.tcp.rendezvous import Rendezvous
from twisted_chat.terminal.socket import MODE, prepare_directory, socket_path
from twisted_chat.terminal.tcp_face import for_people

STANDARD = "stdio:"
"""The endpoint that is standard input and output."""
_UNIX = re.compile(r"unix:(?:address=)?((?:[^:\\]|\\.)+)")


class TcpDaemonOptions(ChatOptions):
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
        super().postOptions()
        self.seat = Seat(installed_reactor())
        if self.parent is not None:
            daemon.prepare(self.parent, self.seat)
        if self["terminal"]:
            server_endpoint(installed_reactor(), self["terminal"])
        if self.in_background:
            self._check_places()

    @property
    def terminal(self) -> str:
        """The endpoint where a person is served. Raises CannotStart."""
        if self["terminal"]:
            return str(self["terminal"])
        if self.parent and self.parent.get("nodaemon"):
            return STANDARD
        return f"unix:{socket_path('tcpchat', self['port'])}:mode={MODE:o}"

    def _check_places(self) -> None:
        if isinstance(place := self.rendezvous["listen"], EveryAddress):
            place.check()
        for description in (self["listen"] or "", self.terminal):
            if found := _UNIX.match(description):
                startup.check_socket(re.sub(r"\\(.)", r"\1", found[1]))


Options = TcpDaemonOptions
"""By this name twistd looks for them."""


def makeService(options: TcpDaemonOptions) -> Service:
    """Build the daemon: the chat and its terminal."""
    service = daemon_service(options, options.terminal, installed_reactor())
    if (told := supervised(installed_reactor())) is not None:
        told.setServiceParent(service)
    return service


def daemon_service(options: TcpDaemonOptions, terminal: str, reactor: Any) -> MultiService:
    """A chat with its terminal at this endpoint. It stays for the next caller, if
    one can come."""
    detachable = terminal != STANDARD
    stay = options.rendezvous["listen"] is not None
    conversation = Conversation(
        once=not stay,
        hold=not detachable or bool(options["connect"]),
        whom=options.whom,
        interactive=not detachable and os.isatty(0),
        detachable=detachable,
    )
    chat = TcpChat(conversation, reactor, options.is_called)
    chat.finished.addCallback(lambda _: reactor.stop())
    rendezvous = Rendezvous(chat, **recorded(options, reactor), stay=stay)
    place = server_endpoint(reactor, terminal) if detachable else SeatEndpoint(options.seat)
    seat = TerminalService(terminal, place, chat)
    service = MultiService()
    # Standard output has to be there for the first notices; a socket can wait for a free port.
    for part in (rendezvous, seat) if detachable else (seat, rendezvous):
        part.setServiceParent(service)
    return service


class TerminalService(StreamServerEndpointService):
    """Serves a person. Starting raises CannotStart where that cannot be."""

    def __init__(self, description: str, place: IStreamServerEndpoint, chat: TcpChat) -> None:
        self._description = description
        super().__init__(place, Factory.forProtocol(lambda: for_people(chat)))
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
