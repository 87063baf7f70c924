"""A terminal that shows what a real one would: pyte behind the transport of a program."""

from typing import Any

import pyte
from zope.interface import implementer

from twisted_chat.terminal.window import IWindow


@implementer(IWindow)
class EmulatedTerminal:
    """Takes what is written, and tells what is seen. Signals and modes are written down."""

    def __init__(self, width: int = 80, height: int = 24) -> None:
        self.screen = pyte.HistoryScreen(width, height, history=100_000, ratio=0.5)
        self._stream = pyte.ByteStream(self.screen)
        self.written = b""
        self.told: list[str] = []
        self.has_keys = True
        self.background = False
        self.producer: Any = None
        self.reading = True

    # --- For the program

    def width(self) -> int:
        return int(self.screen.columns)

    def height(self) -> int:
        return int(self.screen.lines)

    def cuts(self, data: bytes) -> bool:
        return False

    def write(self, data: bytes) -> None:
        self.written += data
        # The terminal's own setting (ONLCR) makes two of a line feed.
        self._stream.feed(data.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"))

    def registerProducer(self, producer: Any, streaming: bool) -> None:
        self.producer = producer

    def unregisterProducer(self) -> None:
        self.producer = None

    def pauseProducing(self) -> None:
        self.reading = False

    def resumeProducing(self) -> None:
        self.reading = True

    def interrupt(self) -> None:
        self.told.append("interrupt")

    def suspend(self) -> None:
        self.told.append("suspend")

    def continued(self) -> None:
        self.has_keys = not self.background

    def put_back(self) -> None:
        self.told.append("put back")
        self.has_keys = False

    def give_back(self) -> None:
        self.put_back()

    def loseConnection(self) -> None:
        self.told.append("closed")

    # --- For the test

    def resize(self, width: int, height: int) -> None:
        """Have another size, as one that cuts what is too long."""
        self.screen.resize(height, width)

    @property
    def rows(self) -> list[str]:
        """What is seen, to the last row on which something is or the cursor stands."""
        rows = [row.rstrip() for row in self.screen.display]
        while len(rows) > self.screen.cursor.y + 1 and not rows[-1]:
            rows.pop()
        return rows

    @property
    def scrollback(self) -> list[str]:
        """What has gone up."""
        return [
            "".join(row[n].data for n in range(self.screen.columns)).rstrip()
            for row in self.screen.history.top
        ]

    @property
    def cursor(self) -> tuple[int, int]:
        """Its row and column, from 0."""
        return self.screen.cursor.y, self.screen.cursor.x
