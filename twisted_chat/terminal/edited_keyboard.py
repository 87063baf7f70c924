"""A person at a daemon's terminal, with an input line of their own."""

from collections.abc import Callable
from typing import Any

from twisted.internet.interfaces import IPushProducer
from zope.interface import implementer

from twisted_chat.tcp.typed import read, said_aloud
from twisted_chat.terminal.edited import EditedTerminal
from twisted_chat.terminal.editing.outcomes import LineEntered
from twisted_chat.terminal.entry import Entry, Mark
from twisted_chat.terminal.socket import Attachment
from twisted_chat.terminal.tcp_wording import ALONE, told_prompt

_MARKS = {f"{mark.value} ": mark for mark in (Mark.HEARD, Mark.NOTICE)}


class EditedKeyboard:
    """The person of an EditedTerminal, or of a screen, that shows each line of a daemon as an
    entry; `make` makes it."""

    in_rows = True

    def __init__(self, attachment: Attachment, make: Callable[["EditedKeyboard"], Any]) -> None:
        self._attachment = attachment
        self.terminal = make(self)

    # --- What the daemon does

    def tie(self, daemon: Any) -> None:
        daemon.registerProducer(_Typing(self.terminal), True)

    def untie(self) -> None:
        self.terminal.close()

    def pass_on(self, data: bytes) -> None:
        """Nothing: all is shown in rows."""

    def show(self, line: str) -> None:
        self.terminal.prompt = told_prompt(line, self.terminal.prompt)
        mark = _MARKS.get(line[:2])
        text = line if mark is None else line[2:]
        self.terminal.show(Entry(mark or Mark.HEARD, text))
        if self.terminal.clogged:
            self._attachment.transport.pauseProducing()

    # --- What the terminal tells

    def attached(self, terminal: EditedTerminal) -> None:
        terminal.prompt = ALONE

    def entered(self, terminal: EditedTerminal, line: LineEntered) -> None:
        if line.text.strip():
            meant = line.text if line.pasted else read(line.text, person=True)
            if terminal.echoes or isinstance(meant, str):
                terminal.show(Entry(Mark.OWN, line.text))
            text = said_aloud(line.text) if line.pasted else line.text
            self._attachment.transport.write(f"{text}\n".encode("utf-8", "replace"))

    def ended(self, terminal: EditedTerminal) -> None:
        self._attachment.end_input()

    def detached(self, terminal: EditedTerminal) -> None:
        self._attachment.transport.loseConnection()
        self._attachment.over.callback(self._attachment.left)

    def flowing(self, terminal: EditedTerminal) -> None:
        self._attachment.transport.resumeProducing()


@implementer(IPushProducer)
class _Typing:
    """What is entered, as the producer of what goes to the daemon."""

    def __init__(self, terminal: EditedTerminal) -> None:
        self._terminal = terminal

    def pauseProducing(self) -> None:
        self._terminal.listen(False)

    def resumeProducing(self) -> None:
        self._terminal.listen(True)

    def stopProducing(self) -> None:
        """The daemon is gone; connectionLost says so too."""
