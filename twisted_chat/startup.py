"""What starting has in common for both chats: reading options, and failing in one line."""

import errno
import getopt
import ipaddress
import math
import os
import socket
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

from twisted.internet.error import CannotListenError
from twisted.python import reflect, usage

from twisted_chat import __version__
from twisted_chat.addresses import port_number
from twisted_chat.display import one_line
from twisted_chat.errors import UsageMistake
from twisted_chat.terminal.place_wording import not_listening
from twisted_chat.terminal.window import as_rows, terminal_width


class CannotStart(SystemExit, Exception):
    """Something outside prevents the start. Ends the process with status 1
    and the message as its last line; twistd still cleans up after itself,
    because it is an Exception too. Nothing in the message is obeyed by a terminal."""

    def __init__(self, why: str) -> None:
        super().__init__(one_line(why))


def complain(text: str) -> None:
    """Say why there is no start, on standard errors: in rows where that is a terminal."""
    with suppress(OSError):
        sys.stderr.write("\n".join(as_rows(text, terminal_width(2))) + "\n")


def cannot_listen(where: str, error: CannotListenError | OSError) -> CannotStart:
    """Say why nothing can be listened on there."""
    return CannotStart(not_listening(where, listening_problem(error)))


def listening_problem(error: CannotListenError | OSError) -> str:
    """Why nothing can be listened on somewhere: what the system says; empty where something
    else has the place. A UNIX socket's lock file can raise a bare OSError; one that is held
    says so without an errno."""
    cause = error if isinstance(error, OSError) else error.socketError
    if getattr(cause, "errno", None) == errno.EADDRINUSE or cause == "Cannot acquire lock":
        return ""
    return str(getattr(cause, "strerror", None) or cause) or type(cause).__name__


def source_host(to: str) -> str:
    """The host address from which datagrams to another leave, as far as the
    routes tell; empty where there is no way. Nothing is sent."""
    try:
        with socket.socket(
            socket.AF_INET6 if ":" in to else socket.AF_INET, socket.SOCK_DGRAM
        ) as trial:
            trial.connect((to, 9))
            return str(trial.getsockname()[0])
    except OSError:
        return ""


def check_port(port: int, kind: socket.SocketKind, interface: str = "0.0.0.0") -> None:
    """See whether this port can be listened on. Raises CannotStart."""
    name = "TCP" if kind is socket.SOCK_STREAM else "UDP"
    try:
        with socket.socket(socket.AF_INET6 if ":" in interface else socket.AF_INET, kind) as trial:
            if kind is socket.SOCK_STREAM:
                trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            trial.bind((interface, port))
    except OSError as error:
        raise cannot_listen(f"{name} port {port}", error) from None


def check_socket(path: str) -> None:
    """See whether a living process has this UNIX socket. Raises CannotStart.
    What a dead one has left behind is left to twisted.python.lockfile, whose
    locks are links to the number of a process."""
    try:
        os.kill(int(os.readlink(f"{path}.lock")), 0)
    except PermissionError:
        pass  # It lives, as somebody else's.
    except (OSError, ValueError, OverflowError):
        return
    raise cannot_listen(f"unix:{path}", OSError(errno.EADDRINUSE, ""))


def resolve(host: str, kind: socket.SocketKind) -> str:
    """The IP address of a host; IPv4 where it has both, as we listen on IPv4
    unless told otherwise. Raises CannotStart."""
    try:
        found = socket.getaddrinfo(host, None, type=kind)
    except (OSError, UnicodeError):
        raise CannotStart(
            f"there is no host {host}: check the spelling, or give its IP address"
        ) from None
    *_, address = min(found, key=lambda entry: entry[0] != socket.AF_INET)
    return str(address[0])


def listening_port(text: str) -> int:
    """A port to listen on; 0 lets the system choose one. Raises UsageError."""
    try:
        return port_number(text, smallest=0)
    except UsageMistake as mistake:
        raise usage.UsageError(str(mistake)) from None


def interface(text: str) -> str:
    """An address of this machine to listen on. Raises UsageError."""
    try:
        ipaddress.ip_address(text)
    except ValueError:
        raise usage.UsageError(
            f"{text!r} is not an IP address: give one of this machine's,"
            " 0.0.0.0 for all of IPv4, or :: for all of IPv6 and IPv4"
        ) from None
    return text


def unexpected(words: Sequence[str], option: str) -> usage.UsageError:
    """A word where only options belong."""
    return usage.UsageError(f"{words[0]!r} is not an option; a port is given with {option}")


def number(kind: Callable[[str], float], smallest: float) -> Callable[[str], float]:
    """Reads a number of this kind, int or float, not below `smallest`. Raises UsageError."""
    word = "a whole number" if kind is int else "a number"

    def read(text: str) -> float:
        try:
            value = kind(text)
        except ValueError:
            value = math.nan
        if not smallest <= value < math.inf:
            raise usage.UsageError(f"{text!r} cannot be used: give {word}, {smallest} or more")
        return value

    return read


class Options(usage.Options):
    """Options whose mistakes cost one line, and whose words may stand anywhere.
    `given` are those that are there, by their long names."""

    given: frozenset[str] = frozenset()
    words: tuple[str, ...] = ()
    """The command line that was read."""

    def parseOptions(self, options: Sequence[str] | None = None) -> None:
        """Read the command line. Under twistd a mistake ends the process
        with status 2, where twistd itself would print pages and exit with 0."""
        words = list(sys.argv[1:] if options is None else options)
        self.words = tuple(words)
        try:
            super().parseOptions(self._options_first(words))
        except usage.UsageError as mistake:
            if self.parent is None:
                raise
            name = f"twistd {self._word}" if self._word else "twistd"
            complain(f"{mistake} ({name} --help tells more)")
            raise SystemExit(2) from None

    @property
    def _word(self) -> str:
        """By what twistd knows us."""
        return str(self.parent.subCommand or "") if self.parent is not None else ""

    @property
    def in_background(self) -> bool:
        """Whether twistd goes into the background, where it cannot tell anybody what is wrong."""
        return self.parent is not None and not self.parent.get("nodaemon")

    def opt_help(self) -> None:
        """Display this help and exit."""
        super().opt_help()

    opt_h = opt_help

    def getSynopsis(self) -> str:
        """How the program is called, or twistd for it."""
        said = super().getSynopsis()
        return said if self.parent else f"Usage: {os.path.basename(sys.argv[0])} {said}"

    def opt_version(self) -> None:
        """Print the version of twisted-chat and exit."""
        sys.stdout.write(f"twisted-chat {__version__}\n")
        raise SystemExit(0)

    def _options_first(self, words: list[str]) -> list[str]:
        try:
            found, rest = getopt.gnu_getopt(words, self.shortOpt, self.longOpt)
        except getopt.GetoptError as problem:
            raise usage.UsageError(str(problem)) from None
        self.given = frozenset(self._long(name.lstrip("-")) for name, _ in found)
        readers = self.readers()
        for given, value in found:
            if (name := self._long(given.lstrip("-"))) in readers:
                _check(readers[name], name, value)
        return [word for name, value in found for word in self._spelled(name, value)] + [
            "--",
            *rest,
        ]

    def readers(self) -> dict[str, Callable[[str], Any]]:
        """What reads the value of each option that takes one, by its long name."""
        return {
            name: reader[0] if reader and reader[0] else str
            for name, _, _, _, *reader in self._declared("optParameters")
        }

    def flags(self) -> set[str]:
        """The options that take none."""
        return {flag[0] for flag in self._declared("optFlags")}

    def _declared(self, what: str) -> list[list[Any]]:
        found: list[list[Any]] = []
        reflect.accumulateClassList(type(self), what, found)
        return found

    def _long(self, name: str) -> str:
        return str(self.synonyms.get(name, name))

    def _spelled(self, name: str, value: str) -> list[str]:
        valued = f"{name[2:]}=" in self.longOpt or f"{name[1:]}:" in self.shortOpt
        return [name, value] if valued else [name]


def _check(read: Callable[[str], Any], name: str, value: str) -> None:
    """Read a value as Twisted will, who does not say of which option it is."""
    try:
        read(value)
    except usage.UsageError as mistake:
        raise usage.UsageError(f"--{name}: {mistake}") from None
