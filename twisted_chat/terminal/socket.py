"""The terminal of a daemon: where its socket is, and how a person gets to it."""

import os
import stat
import warnings
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any
from typing import Protocol as Interface

from platformdirs import user_runtime_path
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IHalfCloseableProtocol, IProtocol
from twisted.internet.protocol import Protocol, connectionDone
from twisted.python.failure import Failure
from zope.interface import implementer

from twisted_chat.errors import WireError
from twisted_chat.lines import MAX_LINE, Lines
from twisted_chat.startup import CannotStart
from twisted_chat.terminal.window import CUT, came_with_end, has_cut, is_terminal, laid_out

MODE = 0o600
"""Who may open the socket: its owner."""
LONGEST = 16 * MAX_LINE
"""Bytes of the longest line that a daemon shows: what cannot be shown takes several for each."""


def socket_path(program: str, port: int) -> Path:
    """Where the terminal of this daemon is: in the person's runtime directory.
    Raises CannotStart where somebody else has taken its place in /tmp."""
    with warnings.catch_warnings():
        # Where there is no XDG_RUNTIME_DIR it warns of the directory in /tmp that it takes.
        warnings.simplefilter("ignore")
        try:
            return user_runtime_path("twisted-chat") / f"{program}-{port}.sock"
        except PermissionError as problem:
            raise CannotStart(str(problem)) from None


def prepare_directory(path: Path) -> None:
    """Make the directory for a socket, for its owner alone. Raises CannotStart
    where somebody else has made it."""
    directory = path.parent
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        state = directory.lstat()
    except OSError as problem:
        raise CannotStart(
            f"cannot make {directory}: {problem.strerror}; give another place with --terminal"
        ) from None
    if not stat.S_ISDIR(state.st_mode) or state.st_uid != os.getuid():
        raise CannotStart(f"{directory} is not yours; give another place with --terminal")
    directory.chmod(0o700)


class Keyboard(Interface):
    """What a person types at, and sees, tied to a daemon's terminal."""

    terminal: Any
    """The protocol of standard input and output."""

    def tie(self, daemon: Any) -> None:
        """Neither side is to have more from the other than it takes."""

    def untie(self) -> None:
        """Nothing more comes: show what is still to be shown, and close."""

    @property
    def in_rows(self) -> bool:
        """Whether lines are shown one by one; elsewhere they go through as they are."""

    def pass_on(self, data: bytes) -> None:
        """Let this through."""

    def show(self, line: str) -> None:
        """Show one line of the daemon's."""


@implementer(IHalfCloseableProtocol)
class _LineKeyboard(Protocol):
    """Lines in and out."""

    transport: Any

    def __init__(self, attachment: "Attachment") -> None:
        self._attachment = attachment
        self._lines = Lines()
        self.terminal = self
        self.unread = False

    def tie(self, daemon: Any) -> None:
        daemon.registerProducer(self.transport, True)
        self.transport.registerProducer(daemon, True)

    def untie(self) -> None:
        self.transport.unregisterProducer()
        self.transport.loseConnection()

    @property
    def in_rows(self) -> bool:
        return is_terminal(self.transport)

    def pass_on(self, data: bytes) -> None:
        self.transport.write(data)

    def show(self, line: str) -> None:
        self.transport.write(laid_out(line, self.transport))

    def dataReceived(self, data: bytes) -> None:
        if has_cut(data, self.transport):
            self.show(f"> {CUT}")
            return
        try:
            deque(self._lines.feed(data), maxlen=0)
        except WireError:
            self.unread = True  # The daemon says so, and closes.
        self._attachment.transport.write(data)

    def not_read(self, data: bytes) -> None:
        """These lines were entered in the moment in which we were ended."""
        if why := came_with_end(data):
            self.show(f"> {why}")

    def readConnectionLost(self) -> None:
        self._attachment.end_input()

    def writeConnectionLost(self) -> None:
        self._attachment.screen_lost()

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        self._attachment.transport.loseConnection()
        self._attachment.over.callback(self._attachment.left)


@implementer(IHalfCloseableProtocol)
class Attachment(Protocol):
    """A person at a daemon's terminal. `over` fires when they part, with whether the person
    has `left`, and not the daemon. `unsent` is whether the daemon has said `not_sent`."""

    transport: Any

    def __init__(
        self,
        open_terminal: Callable[[IProtocol], Any],
        not_sent: str,
        keyboard: Callable[["Attachment"], Keyboard] = _LineKeyboard,
    ) -> None:
        self._open_terminal = open_terminal
        self._not_sent = not_sent
        self._keyboard = keyboard(self)
        self._lines = Lines(LONGEST)
        self._attached = False
        self._vacated: Deferred[None] | None = None
        self.left = False
        self.unsent = False
        self.over: Deferred[bool] = Deferred()

    def connectionMade(self) -> None:
        self._attached = True
        self._open_terminal(self._keyboard.terminal)
        self._keyboard.tie(self.transport)

    def dataReceived(self, data: bytes) -> None:
        if not self._keyboard.in_rows:
            self._keyboard.pass_on(data)
        try:
            for line in self._lines.feed(data):
                self.unsent = self.unsent or line == self._not_sent
                self._show(line)
        except WireError:
            self.transport.loseConnection()  # It is no daemon of ours.

    def readConnectionLost(self) -> None:
        self.transport.loseConnection()

    def writeConnectionLost(self) -> None:
        """Nothing: what is still shown there is read to its end."""

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        self._attached = False
        if (last := self._lines.rest()) is not None:
            self._show(last)
        self._keyboard.untie()
        if self._vacated is not None:
            self._vacated.callback(None)

    def end_input(self) -> None:
        """The person types nothing more; what the daemon still shows is shown."""
        self.left = True
        if self._attached:
            self.transport.loseWriteConnection()

    def leave(self) -> "Deferred[None]":
        """End the input. Fires when the daemon has read it, and has shown what it says to it."""
        self.end_input()
        left: Deferred[None] = Deferred()
        if self._attached:
            self._vacated = left
        else:
            left.callback(None)
        return left

    def screen_lost(self) -> None:
        """Nobody sees anything more."""
        self.left = True
        self.transport.loseConnection()

    def _show(self, line: str) -> None:
        if self._keyboard.in_rows:
            self._keyboard.show(line)
