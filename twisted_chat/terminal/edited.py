"""A terminal with an input line of its own, at the bottom: keys in, entries out."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, ClassVar
from typing import Protocol as Interface

from msgspec import Struct
from twisted.internet.interfaces import IHalfCloseableProtocol, IPushProducer, IReactorTime
from twisted.internet.protocol import Protocol, connectionDone
from twisted.python.failure import Failure
from zope.interface import implementer

from twisted_chat.alarm import Alarm
from twisted_chat.terminal.ansi import Colours, drawn
from twisted_chat.terminal.editing.editor import Editor
from twisted_chat.terminal.editing.keys import Key, KeyInput, Pasted
from twisted_chat.terminal.editing.outcomes import (
    EndOfInput,
    Interrupt,
    LineEntered,
    NotEntered,
    Offered,
    Outcome,
    Redraw,
    Remembered,
    RoomsWanted,
    Rung,
    Suspend,
)
from twisted_chat.terminal.entry import Entry, Mark
from twisted_chat.terminal.key_feed import KeyFeed
from twisted_chat.terminal.painter import Painter
from twisted_chat.terminal.rows import fresh_row
from twisted_chat.terminal.styled import laid_out
from twisted_chat.terminal.window import USUAL

BELL = "\a"
BACKGROUND = 0.5
"""Seconds between two looks at whether we are in the foreground."""
ENTER = (Key("enter"), Key("ctrl j"))
WAITS = "too much of what you have entered waits already: this stays here until Enter takes it"
CLEAR = "\x1b[H\x1b[2J"
"""Ctrl-L: the input line comes to the top of an empty terminal; the scrollback stays."""


class KeyPerson(Interface):
    """Who is told what happens at a terminal with an input line."""

    def attached(self, terminal: "EditedTerminal") -> None:
        """Somebody sits down at a terminal."""

    def entered(self, terminal: "EditedTerminal", line: LineEntered) -> None:
        """Something was entered there."""

    def wants_rooms(self, terminal: "EditedTerminal") -> None:
        """It takes the rooms that the server lists to complete what is typed."""

    def ended(self, terminal: "EditedTerminal") -> None:
        """Nothing more will be entered there."""

    def detached(self, terminal: "EditedTerminal") -> None:
        """Nothing more is seen there."""

    def flowing(self, terminal: "EditedTerminal") -> None:
        """What was shown there has been taken, after there had been too much of it."""


class Manner(Struct, frozen=True):
    """How a terminal looks: its colours, and what tells the time of day, in seconds since
    1970. `keep` is told what was entered and is to be kept."""

    colours: Colours
    time_of_day: Callable[[], float]
    keep: Callable[[str], object]


@implementer(IHalfCloseableProtocol, IPushProducer)
class EditedTerminal(Protocol):
    """Entries out, with the input line below. `clogged` is true while what was shown is not
    taken; `unread` is there for a LineTerminal, as everything that is typed can be read."""

    transport: Any
    raw: ClassVar[bool] = True
    """Whether the terminal is to hand out keys."""
    echoes: ClassVar[bool] = True
    """Whether what is entered is shown though it is not said."""
    unread = False

    def __init__(
        self, person: KeyPerson, editor: Editor, manner: Manner, clock: IReactorTime
    ) -> None:
        self._person = person
        self._editor = editor
        self._manner = manner
        self._keys = KeyFeed(clock, self._take, self._paint)
        self._painter = Painter(styled=manner.colours is not Colours.NONE)
        self._painting = Alarm(clock, self._paint)
        self._returning = Alarm(clock, self.continued)
        self._open = True
        self._gone = False
        self._date = ""
        self._prompt = ""
        self._held = False
        self.clogged = False

    # --- The person's side

    def connectionMade(self) -> None:
        self.transport.registerProducer(self, True)
        self._person.attached(self)
        self._paint()

    def dataReceived(self, data: bytes) -> None:
        self._keys.feed(data)

    def _take(self, key: KeyInput) -> None:
        self._outcomes(self._one(key))

    def _one(self, key: KeyInput) -> list[Outcome]:
        if self._held and key in ENTER and not self._editor.asks:
            return [NotEntered(WAITS)]
        if isinstance(key, Key):
            return self._editor.press(key.name)
        if isinstance(key, Pasted):
            return self._editor.paste(key.text)
        return self._editor.type(key.text)

    def _outcomes(self, outcomes: Iterable[Outcome]) -> None:
        for outcome in outcomes:
            match outcome:
                case LineEntered():
                    self._person.entered(self, outcome)
                case Remembered(entry):
                    self._manner.keep(entry)
                case EndOfInput():
                    self._end()
                case Interrupt():
                    self._leave()
                    self.transport.interrupt()
                case Suspend():
                    self.transport.suspend()
                case Redraw():
                    self._painter.forget()
                    self._write(CLEAR)
                case Offered(words):
                    self.notice("  ".join(words))
                case RoomsWanted():
                    self._person.wants_rooms(self)
                case NotEntered(why):
                    self.notice(why)
                case Rung():
                    self._write(BELL)

    def not_read(self, data: bytes) -> None:
        """Nothing: what is typed and not entered is there to be seen."""

    def readConnectionLost(self) -> None:
        self._end()

    def writeConnectionLost(self) -> None:
        self.connectionLost(connectionDone)

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        self._end()
        if not self._gone:
            self._gone = True
            self._person.detached(self)

    def _end(self) -> None:
        if self._open:
            self._leave()
            self._person.ended(self)

    def _leave(self) -> None:
        """Nothing more is typed: the terminal is as it was found, below what stands there."""
        self._open = False
        self._keys.stop()
        self._painting.stop()
        self._returning.stop()
        width = self._width
        self._write(self._painter.leave() if self._editor.text else self._painter.erase(width))
        self.transport.put_back()

    # --- What a signal does

    def suspended(self) -> None:
        """The shell has the terminal for a while."""
        self._write(self._painter.erase(self._width))

    def continued(self) -> None:
        """The terminal may be ours again, and something else may be on it. Nobody tells one that
        goes on in the background when it comes to the foreground."""
        self._painter.forget()
        if self._open:
            self.transport.continued()
            if self.transport.has_keys:
                self._write("\r")
                self._paint()
            else:
                self._returning.set_in(BACKGROUND)

    def resized(self) -> None:
        """The terminal has another size."""
        self._paint()

    # --- The program's side

    @property
    def prompt(self) -> str:
        """What stands before what is typed."""
        return self._prompt

    @prompt.setter
    def prompt(self, prompt: str) -> None:
        if prompt != self._prompt:
            self._prompt = prompt
            self._painting.set_in(0)

    def show(self, entry: Entry, at: float | None = None) -> None:
        """Show an entry, which happened now, or at a time of day in seconds since 1970."""
        when = datetime.fromtimestamp(self._manner.time_of_day() if at is None else at)
        date = f"{when:%A, %-d %B %Y}"
        if date != self._date:
            if self._date or at is not None:
                self._show(Entry(Mark.NOTICE, date), "")
            self._date = date
        self._show(entry, f"{when:%H:%M}")

    def notice(self, line: str) -> None:
        """Show something that the program tells."""
        self.show(Entry(Mark.NOTICE, line))

    def _show(self, entry: Entry, when: str) -> None:
        width = self._width
        rows = [drawn(row, self._manner.colours) for row in laid_out(entry, when, width)]
        begin = "" if self._live else fresh_row(width)
        self._write(begin + self._painter.above(rows, width))
        if self._live:
            self._painting.set_in(0)

    def learned(self) -> None:
        """Rooms that were wanted are known, as far as can be."""
        self._outcomes(self._editor.learned())
        self._painting.set_in(0)

    def listen(self, wanted: bool) -> None:
        """Let more be entered, or not for a while. Keys are read in any case: the person may
        have enough of waiting."""
        self._held = not wanted

    def close(self) -> None:
        """Show what is still to be shown, and close."""
        if self._open:
            self._leave()
        self.transport.unregisterProducer()
        self.transport.loseConnection()

    @property
    def _width(self) -> int:
        """Its columns; one that is gone has as many as is usual."""
        return self.transport.width() or USUAL

    @property
    def _live(self) -> bool:
        """Whether there is an input line."""
        return self._open and bool(self.transport.has_keys)

    def _paint(self) -> None:
        self._painting.stop()
        if not self._live or self.clogged:
            return
        width, height = self._width, self.transport.height()
        view = self._editor.view(self._prompt, width, height)
        self._write(self._painter.paint(view, width))

    def _write(self, text: str) -> None:
        if text and not self._gone:
            self.transport.write(text.encode("utf-8", "replace"))

    # --- As the producer of what is shown

    def pauseProducing(self) -> None:
        self.clogged = True

    def resumeProducing(self) -> None:
        self.clogged = False
        self._person.flowing(self)
        self._paint()

    def stopProducing(self) -> None:
        """The transport is gone; connectionLost says so too."""
