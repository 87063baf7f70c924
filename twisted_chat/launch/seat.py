"""Where the person is: at standard input and output."""

import atexit
from typing import Any

from twisted.internet.defer import Deferred, succeed
from twisted.internet.interfaces import (
    IAddress,
    IListeningPort,
    IProtocol,
    IProtocolFactory,
    IStreamServerEndpoint,
)
from twisted.internet.stdio import PipeAddress
from zope.interface import implementer

from twisted_chat.terminal.standard import StandardTerminal


class Seat:
    """The person's place, once it is opened."""

    def __init__(self, reactor: Any) -> None:
        self._reactor = reactor
        self._terminal: StandardTerminal | None = None
        self._protocol: Any = None

    def open(self, protocol: IProtocol) -> StandardTerminal:
        """Let the person read and write there."""
        self._protocol = protocol
        self._terminal = StandardTerminal(protocol, self._reactor)
        return self._terminal

    @property
    def problem(self) -> OSError | None:
        """Why what was shown there was lost."""
        return None if self._terminal is None else self._terminal.problem

    @property
    def unread(self) -> bool:
        """Whether not everything that was typed there could be read."""
        return self._protocol is not None and bool(self._protocol.unread)

    def notice(self, line: str) -> bool:
        """Tell the person something besides what is said there. False where that can be
        written beside it."""
        return self._terminal is not None and self._terminal.notice(line)

    def interrupted(self) -> None:
        """Take what was entered, at Ctrl-C."""
        if self._terminal is not None:
            self._terminal.interrupted()

    def tell_unread(self) -> None:
        """Tell what was not read at Ctrl-C."""
        if self._terminal is not None:
            self._terminal.tell_unread()

    def continued(self) -> None:
        """Go on after Ctrl-Z."""
        if self._terminal is not None:
            self._terminal.continued()

    def put_back(self) -> None:
        """Leave the terminal as it was found."""
        if self._terminal is not None:
            self._terminal.put_back()

    def redraw(self) -> None:
        """Show again what is shown there."""
        if self._terminal is not None:
            self._terminal.redraw()

    def resized(self) -> None:
        """The terminal has another size."""
        if self._terminal is not None:
            self._terminal.resized()


@implementer(IStreamServerEndpoint, IListeningPort)
class SeatEndpoint:
    """`stdio:`, with rows as wide as the terminal, and lines that it has cut noticed, which
    Twisted's does not have."""

    def __init__(self, seat: Seat) -> None:
        self._seat = seat

    def listen(self, protocolFactory: IProtocolFactory) -> "Deferred[IListeningPort]":
        protocol = protocolFactory.buildProtocol(PipeAddress())
        assert protocol is not None
        atexit.register(self._seat.put_back)  # What is started next may not start.
        self._seat.open(protocol)
        return succeed(self)

    def startListening(self) -> None:
        """Nothing: it is open."""

    def stopListening(self) -> None:
        self._seat.put_back()

    def getHost(self) -> IAddress:
        address: IAddress = PipeAddress()
        return address
