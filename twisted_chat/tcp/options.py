"""What every way to start a TCP chat is told: where it listens and whom it calls."""

import importlib.util
import ipaddress
import re
import socket
from collections.abc import Callable
from typing import Any, ClassVar

from twisted.internet.endpoints import (
    clientFromString,
    serverFromString,
)
from twisted.internet.interfaces import IStreamServerEndpoint
from twisted.python import usage
from twisted.python.filepath import UnlistableError

from twisted_chat import startup
from twisted_chat.addresses import port_number
from twisted_chat.errors import UsageMistake
from twisted_chat.launch.clock import installed_reactor
from twisted_chat.startup import CannotStart
from twisted_chat.tcp.called import CalledHost
from twisted_chat.tcp.listening import EveryAddress
from twisted_chat.tcp.unreached import openssl_words
from twisted_chat.terminal.place_wording import listening_example
from twisted_chat.trace.options import TRACE_OPTIONS, recorder_from
from twisted_chat.trace.taps import CallingTap, ListeningTap

_ADDRESS = re.compile(r"(?:\[([^\]]+)\]|([^:\[\]]+)):([^:]*)")
_PLAIN = re.compile(r"tcp:(?:host=)?((?:[^:\\=]|\\.)+):(?:port=)?([0-9]{1,5})")
_ENDPOINT_KINDS = frozenset({"tcp", "tcp6", "ssl", "tls", "unix", "host"})
_TLS = re.compile(r"(?:^|[:=])(?:ssl|tls)(?=\\*:)")
_PROTECTED = {"tls": {"tls", "ssl"}, "ssl": {"tls", "ssl"}}
"""For each kind of call that has any, the kinds of place with the same protection; by
default the same kind only."""


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
        called = self["connect"]
        listen, where = self._waiting(reactor, _kind(called) if called else "tcp")
        self.rendezvous: dict[str, Any] = {"listen": listen, "where": where}
        self.whom: str = called or ""
        self.is_called: Callable[[str], bool] = lambda host: False
        if called:
            call = client_endpoint(reactor, called)
            self.rendezvous |= {"call": call, "whom": called, "over": _kind(called)}
            if isinstance(call, CalledHost):
                self.is_called = call.is_at

    def _waiting(self, reactor: Any, kind: str) -> tuple[IStreamServerEndpoint | None, str]:
        """Where one who calls over `kind` waits for calls, as nobody is to come
        with less protection than was asked for: nowhere without such a place."""
        protected = _PROTECTED.get(kind, {kind})
        listen = self["listen"]
        if not listen and kind != "tcp":
            return None, ""
        if not listen:
            return EveryAddress(reactor, self["port"], self._family()), f"TCP port {self['port']}"
        if kind != "tcp" and _kind(listen) not in protected:
            raise usage.UsageError(
                f"those who call {listen!r} would not have the protection of {self['connect']!r}:"
                f" give --listen {listening_example(kind)}, or no --listen"
            )
        return server_endpoint(reactor, listen), listen

    def _family(self) -> socket.AddressFamily | None:
        """That of the address which is called; a name may have both."""
        found = _ADDRESS.fullmatch(self["connect"] or "")
        host = (found[1] or found[2]).partition("%")[0] if found else ""
        try:
            version = ipaddress.ip_address(host).version
        except ValueError:
            return None
        return socket.AF_INET6 if version == 6 else socket.AF_INET


def _kind(description: str) -> str:
    """What an endpoint string begins with; `tcp` for HOST:PORT too."""
    found = _ADDRESS.fullmatch(description)
    if found and found[2] not in _ENDPOINT_KINDS:
        return "tcp"
    return description.partition(":")[0]


def server_endpoint(reactor: Any, description: str) -> IStreamServerEndpoint:
    """A place to listen. Raises UsageError."""
    _need_tls(description)
    try:
        endpoint: IStreamServerEndpoint = serverFromString(reactor, description)
    except Exception as problem:  # Whatever its plugin does with a file that is not there.
        right = listening_example(_kind(description), "tcp:8090, tcp6:8090, unix:chat.sock")
        raise _not_an_endpoint(description, problem, "place to listen at", right) from None
    return endpoint


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
        return CalledHost(reactor, host, port)
    if plain := _PLAIN.fullmatch(description):
        return CalledHost(reactor, re.sub(r"\\(.)", r"\1", plain[1]), int(plain[2]))
    _need_tls(description)
    try:
        return clientFromString(reactor, description)
    except Exception as problem:
        right = "HOST:8090, tls:HOST:8090, unix:chat.sock"
        raise _not_an_endpoint(description, problem, "place to call", right) from None


def _need_tls(description: str) -> None:
    """Raises CannotStart where what TLS needs is not installed."""
    if _TLS.search(description):
        for module, package in (
            ("OpenSSL", "pyOpenSSL"),
            ("service_identity", "service-identity"),
        ):
            if importlib.util.find_spec(module) is None:
                raise CannotStart(
                    f"{description}: TLS needs {package}: pip install '.[tls]' in the clone"
                )


def _not_an_endpoint(
    description: str, problem: Exception, place: str, right: str
) -> usage.UsageError:
    reason = _why_no_endpoint(description, problem)
    return usage.UsageError(f"{description!r} is not a {place} ({reason}): try {right}")


def _why_no_endpoint(description: str, problem: Exception) -> str:
    """What is wrong with an endpoint string, from whatever reading it raised."""
    kind = description.partition(":")[0]
    if isinstance(problem, OSError) and problem.strerror:
        file = problem.filename
        return f"{file}: {problem.strerror}" if isinstance(file, str) else problem.strerror
    if openssl_words(problem):
        if "trustRoots" in description:
            return "its directory has a file *.pem that is not a certificate, such as a key"
        return "its privateKey or certKey is not a file of that in PEM form"
    if isinstance(problem, UnlistableError):
        return "its directory cannot be read"
    if isinstance(problem, TypeError):
        return f"{kind}: takes other parts, or more of them"
    if str(problem).startswith("invalid literal"):
        return "there is a word where a number has to be"
    if str(problem).startswith("Unknown endpoint type"):
        return f"there is no {kind!r}"
    return f"{kind}: cannot be read like this"


def recorded(options: ChatOptions, reactor: Any) -> dict[str, Any]:
    """Who is meant; with `--trace`, what is said there is recorded."""
    recorder = recorder_from(options, reactor)
    if recorder is None:
        return options.rendezvous
    taps = {"listen": ListeningTap, "call": CallingTap}
    return {
        role: taps[role](value, recorder) if role in taps and value is not None else value
        for role, value in options.rendezvous.items()
    }
