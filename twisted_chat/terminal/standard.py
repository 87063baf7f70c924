"""Standard input and output as a transport, which says why what was shown was not taken.

Twisted's StandardIO does not tell a full disk from a pipe that nobody reads, and
does not end one that is closed after its output is lost.
"""

import errno
import os
import signal
import stat
from typing import Any

from twisted.internet.abstract import FileDescriptor
from twisted.internet.error import ConnectionDone, ConnectionLost
from twisted.internet.interfaces import IConsumer, IPushProducer, ITransport
from twisted.internet.main import CONNECTION_DONE, CONNECTION_LOST
from twisted.python.failure import Failure
from zope.interface import implementer

from twisted_chat.terminal.entered import Entered, is_ours
from twisted_chat.terminal.raw import RawMode
from twisted_chat.terminal.window import IWindow, is_cut, terminal_height, terminal_width

READ = 64 * 1024
"""Bytes that are read at once."""


@implementer(ITransport, IConsumer, IPushProducer, IWindow)
class StandardTerminal:
    """Opens a terminal for a half-closeable protocol, which is handed keys if it is `raw`, and
    otherwise lines. `problem` is why its output was lost, None while it is not."""

    disconnecting = False

    def __init__(self, protocol: Any, reactor: Any, *, reading: int = 0, writing: int = 1) -> None:
        self.problem: OSError | None = None
        self._protocol = protocol
        self._reading, self._writing = reading, writing
        self._gone = False
        self._interrupted = False
        self._last_lines: list[bytes] = []
        self._writer = _Writer(reactor, self, writing)
        self._reader = _Reader(reactor, self, reading)
        self._raw = bool(getattr(protocol, "raw", False))
        own = getattr(protocol, "taking", b""), getattr(protocol, "leaving", b"")
        self._modes = RawMode(reading, writing, *own) if self._raw else Entered(reading)
        self._modes.keep()
        self._reader.startReading()
        protocol.makeConnection(self)

    def width(self) -> int | None:
        return terminal_width(self._writing)

    def height(self) -> int:
        """Its rows now, or a usual number of them."""
        return terminal_height(self._writing)

    def cuts(self, data: bytes) -> bool:
        return is_cut(data, self._reading)

    @property
    def has_keys(self) -> bool:
        """Whether keys are handed out: not while somebody else has the terminal."""
        return self._modes.taken

    # --- What becomes of a terminal at signals, and at the end

    def interrupted(self) -> None:
        """Ctrl-C: what was entered and is not read yet came before it or after it, which nobody
        can tell, and may be meant for a shell. It is not said, and what comes later is not
        read. For a signal handler, that is, between any two steps of ours."""
        if not self._interrupted and (lines := self._modes.take()) is not None:
            self._interrupted, self._last_lines = True, lines

    def tell_unread(self) -> None:
        """Tell what was not read at Ctrl-C."""
        lines, self._last_lines = self._last_lines, []
        if self._interrupted:
            self._reader.stopReading()
        if lines:
            self._protocol.not_read(b"".join(lines))

    def continued(self) -> None:
        """We were stopped, and whoever had the terminal meanwhile may have changed it."""
        self._modes.keep()

    def put_back(self) -> None:
        """Leave the terminal as it was found."""
        self._modes.put_back()

    def give_back(self) -> None:
        """The same, when what was written before is there."""
        self._writer.doWrite()
        self.put_back()

    def notice(self, line: str) -> bool:
        """Show a line of the program's, if there is something that it would tear."""
        if self.has_keys:
            self._protocol.notice(line)
        return self.has_keys

    def redraw(self) -> None:
        """Show what is shown again: what is on the terminal may be somebody else's."""
        if self._raw:
            self._protocol.continued()

    def resized(self) -> None:
        """It has another size."""
        if self.has_keys:
            self._protocol.resized()

    # --- What keys mean that a terminal makes signals of where it hands out lines

    def interrupt(self) -> None:
        """Ctrl-C: for all programs that were started together."""
        self._send(signal.SIGINT)

    def suspend(self) -> None:
        """Ctrl-Z."""
        self._protocol.suspended()
        self._writer.doWrite()
        self._send(signal.SIGTSTP)

    def _send(self, number: signal.Signals) -> None:
        os.kill(0 if is_ours(self._reading) else os.getpid(), number)

    # --- As a transport

    def write(self, data: bytes) -> None:
        self._writer.write(data)

    def writeSequence(self, data: Any) -> None:
        self._writer.writeSequence(data)

    def loseConnection(self) -> None:
        """Write what waits, and be gone."""
        self.disconnecting = True
        self._reader.stopReading()
        self._writer.stopReading()
        if self._writer.connected:
            self._writer.loseConnection()
        else:
            self._end(Failure(ConnectionDone()))

    def getPeer(self) -> Any:
        return self._writer.getPeer()

    def getHost(self) -> Any:
        return self._writer.getHost()

    # --- As a consumer of what is shown, and a producer of what is typed

    def registerProducer(self, producer: Any, streaming: bool) -> None:
        self._writer.registerProducer(producer, streaming)

    def unregisterProducer(self) -> None:
        self._writer.unregisterProducer()

    def pauseProducing(self) -> None:
        self._reader.pauseProducing()

    def resumeProducing(self) -> None:
        if not self.disconnecting and not self._interrupted:
            self._reader.resumeProducing()

    def stopProducing(self) -> None:
        self.loseConnection()

    # --- What its two ends tell

    @property
    def reads(self) -> bool:
        """Whether what is typed is for us."""
        return not self._interrupted

    def arrived(self, data: bytes) -> None:
        self._protocol.dataReceived(data)

    def read_to_the_end(self) -> None:
        if not self._gone:
            self._protocol.readConnectionLost()

    def written(self, problem: OSError | None) -> None:
        """Nothing more can be written, or is to be."""
        self.problem = problem
        if self.disconnecting:
            self._end(Failure(ConnectionDone() if problem is None else ConnectionLost()))
        else:
            self._protocol.writeConnectionLost()

    def _end(self, reason: Failure) -> None:
        if not self._gone:
            self._gone = True
            self._protocol.connectionLost(reason)


class _End(FileDescriptor):
    """One of the two. Its descriptor stays open: it is not ours to close."""

    connected = 1

    def __init__(self, reactor: Any, terminal: StandardTerminal, descriptor: int) -> None:
        super().__init__(reactor)
        self._terminal = terminal
        self._descriptor = descriptor
        os.set_blocking(descriptor, False)

    def fileno(self) -> int:
        return self._descriptor


class _Reader(_End):
    def doRead(self) -> Any:
        if not self._terminal.reads:
            return None
        try:
            data = os.read(self._descriptor, READ)
        except (BlockingIOError, InterruptedError):
            return None
        except OSError:  # A terminal that has hung up.
            data = b""
        if not data:
            return CONNECTION_DONE
        return self._terminal.arrived(data)

    def connectionLost(self, reason: Failure) -> None:
        super().connectionLost(reason)
        self._terminal.read_to_the_end()


class _Writer(_End):
    def __init__(self, reactor: Any, terminal: StandardTerminal, descriptor: int) -> None:
        super().__init__(reactor, terminal, descriptor)
        self._problem: OSError | None = None
        if stat.S_ISFIFO(os.fstat(descriptor).st_mode):
            self.startReading()  # A pipe that nobody reads any more tells it so.

    def doRead(self) -> Any:
        return None

    def writeSomeData(self, data: bytes) -> Any:
        try:
            return os.write(self._descriptor, data)
        except (BlockingIOError, InterruptedError):
            return 0
        except OSError as problem:
            self._problem = problem
            return CONNECTION_LOST

    def connectionLost(self, reason: Failure) -> None:
        if self._problem is None and not reason.check(ConnectionDone):
            self.doWrite()  # A program that ends has last words, which may still wait.
        super().connectionLost(reason)
        done = self._terminal.disconnecting and reason.check(ConnectionDone)
        if self._problem is None and not done:
            self._problem = BrokenPipeError(errno.EPIPE, os.strerror(errno.EPIPE))
        self._terminal.written(self._problem)
