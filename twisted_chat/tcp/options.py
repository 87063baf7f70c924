"""What every way to start a TCP chat is told: where it listens and whom it calls."""

import re
import socket
from typing import Any, ClassVar

from twisted.internet.endpoints import (
    HostnameEndpoint,
    clientFromString,
    serverFromString,
)
from twisted.internet.interfaces import IStreamServerEndpoint
from twisted.python import usage

from twisted_chat import startup
from twisted_chat.addresses import port_number
from twisted_chat.errors import UsageMistake
from twisted_chat.launch.clock import installed_reactor
from twisted_chat.trace.options import TRACE_OPTIONS, recorder_from
from twisted_chat.trace.taps import CallingTap, ListeningTap

_ADDRESS = re.compile(r"(?:\[([^\]]+)\]|([^:\[\]]+)):([^:]*)")
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
        reactor = installed_reactor()
        listen = self["listen"] or f"tcp:{self['port']}"
        self.rendezvous: dict[str, Any] = {
            "listen": server_endpoint(reactor, listen),
            "where": self["listen"] or f"TCP port {self['port']}",
        }
        if self["connect"]:
            self.rendezvous["call"] = client_endpoint(reactor, self["connect"])
            self.rendezvous["whom"] = self["connect"]


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


def recorded(options: ChatOptions, reactor: Any) -> dict[str, Any]:
    """Who is meant; with `--trace`, what is said there is recorded."""
    recorder = recorder_from(options, reactor)
    if recorder is None:
        return options.rendezvous
    taps = {"listen": ListeningTap, "call": CallingTap}
    return {
        role: taps[role](value, recorder) if role in taps else value
        for role, value in options.rendezvous.items()
    }
