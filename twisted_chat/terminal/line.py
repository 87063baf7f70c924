"""A terminal of lines: standard input and output, or whoever connects to a socket."""

from collections.abc import Iterable, Iterator
from typing import Any
from typing import Protocol as Interface

from twisted.internet.interfaces import (
    IHalfCloseableProtocol,
    IPushProducer,
)
from twisted.internet.protocol import Protocol, connectionDone
from twisted.python.failure import Failure
from zope.interface import implementer

from twisted_chat.errors import WireError
from twisted_chat.lines import Lines
from twisted_chat.terminal.window import CUT, ROWS, Layout, came_with_end, has_cut

BYTE_ORDER_MARK = "\ufeff"
"""What some editors begin a file with; it is no part of its first line."""


class Person(Interface):
    """Who is told what happens at a terminal."""

    def attached(self, terminal: "LineTerminal") -> None:
        """Somebody sits down at a terminal."""

    def typed(self, terminal: "LineTerminal", lines: Iterable[str]) -> None:
        """Lines were typed there, and came in one go. There are no more of them once it is
        closed."""

    def ended(self, terminal: "LineTerminal") -> None:
        """Nothing more will be typed there."""

    def detached(self, terminal: "LineTerminal") -> None:
        """Nothing more is seen there."""

    def flowing(self, terminal: "LineTerminal") -> None:
        """What was shown there has been taken, after there had been too much of it."""


@implementer(IHalfCloseableProtocol, IPushProducer)
class LineTerminal(Protocol):
    """Lines in, lines out, written as `layout` has them. `clogged` is true while what was
    shown is not taken, `unread` when not everything that was typed could be read."""

    transport: Any

    def __init__(self, person: Person, layout: Layout = ROWS) -> None:
        self._person = person
        self._layout = layout
        self._lines = Lines()
        self._open = True
        self._gone = False
        self._begun = False
        self.clogged = False
        self.unread = False

    def connectionMade(self) -> None:
        self.transport.registerProducer(self, True)
        self._person.attached(self)

    def dataReceived(self, data: bytes) -> None:
        if not self._open:
            return
        if has_cut(data, self.transport):
            self.show(self._layout.mistake(CUT))
            return
        lines: list[str] = []
        try:
            lines.extend(self._lines.feed(data))
        except WireError as problem:
            self._tell(lines)
            if self._open:
                self.unread = True
                why = f"{problem} cannot be sent; nothing after it was read"
                self.show(self._layout.mistake(why))
                self._end()
        else:
            self._tell(lines)

    def not_read(self, data: bytes) -> None:
        """These lines were entered in the moment in which we were ended."""
        if self._open and (why := came_with_end(data)):
            self.show(self._layout.mistake(why))

    def readConnectionLost(self) -> None:
        if self._open and (last := self._lines.rest()) is not None:
            self._tell([last])
        self._end()

    def writeConnectionLost(self) -> None:
        self.connectionLost(connectionDone)

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        self.readConnectionLost()
        if not self._gone:
            self._gone = True
            self._person.detached(self)

    def show(self, line: str) -> None:
        """Show one line, whatever is in it."""
        self.transport.write(self._layout.laid_out(line, self.transport))

    def listen(self, wanted: bool) -> None:
        """Read what is typed, or let it wait."""
        if self._open:
            if wanted:
                self.transport.resumeProducing()
            else:
                self.transport.pauseProducing()

    def close(self) -> None:
        """Show what is still to be shown, and close."""
        self._open = False
        self.transport.unregisterProducer()
        self.transport.loseConnection()

    # As the producer of what is shown.

    def pauseProducing(self) -> None:
        self.clogged = True

    def resumeProducing(self) -> None:
        self.clogged = False
        self._person.flowing(self)

    def stopProducing(self) -> None:
        """The transport is gone; connectionLost says so too."""

    def _tell(self, lines: list[str]) -> None:
        if lines:
            if not self._begun:
                self._begun = True
                lines[0] = lines[0].removeprefix(BYTE_ORDER_MARK)
            self._person.typed(self, self._while_open(lines))

    def _while_open(self, lines: list[str]) -> Iterator[str]:
        for line in lines:
            if not self._open:
                return
            yield line

    def _end(self) -> None:
        if self._open:
            self._open = False
            self._person.ended(self)
