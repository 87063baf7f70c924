"""A terminal as a full screen: keys in, pictures out."""

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from typing import Any, ClassVar
from typing import Protocol as Interface

from msgspec import Struct
from twisted.internet.interfaces import IHalfCloseableProtocol, IPushProducer
from twisted.internet.protocol import Protocol, connectionDone
from twisted.python.failure import Failure
from zope.interface import implementer

from twisted_chat.alarm import Alarm
from twisted_chat.terminal.edited import BACKGROUND
from twisted_chat.terminal.editing.keys import Key, KeyInput, Pasted
from twisted_chat.terminal.editing.outcomes import RoomsWanted
from twisted_chat.terminal.key_feed import KeyFeed
from twisted_chat.terminal.screen.attention import Noticed
from twisted_chat.terminal.screen.clipboard import to_clipboard
from twisted_chat.terminal.screen.display import LEAVING, TAKING, TransportScreen
from twisted_chat.terminal.screen.drawing import Drawing
from twisted_chat.terminal.screen.keyboard import ScreenKeys
from twisted_chat.terminal.screen.model import ScreenModel
from twisted_chat.terminal.screen.notifier import Notifier
from twisted_chat.terminal.screen.styles import Styles
from twisted_chat.terminal.screen.themes import Theme
from twisted_chat.terminal.screen.wishes import (
    BellWanted,
    Copied,
    DrawAnew,
    EarlierWanted,
    LeaveWanted,
    PauseWanted,
    TextEntered,
    ToRemember,
    TurnedTo,
    Wish,
)
from twisted_chat.terminal.window import laid_out

BELL = b"\a"
FRAME = 1 / 30
"""Seconds between two pictures, however much happens; what is typed is shown at once."""
MAX_LAST_WORDS = 20
"""Notices that are left on the terminal when the screen is gone: the last ones of those that came
since something was entered, as whoever enters something has seen what stood there."""


class ScreenPerson(Interface):
    """Who is told what happens at the screen."""

    def attached(self, terminal: "ScreenTerminal") -> None:
        """Somebody sits down at it."""

    def entered(self, terminal: "ScreenTerminal", wish: TextEntered) -> None:
        """A text was entered in a conversation."""

    def turned_to(self, terminal: "ScreenTerminal", wish: TurnedTo) -> None:
        """Another conversation is looked at."""

    def reads_back(self, terminal: "ScreenTerminal", wish: EarlierWanted) -> None:
        """Older lines of a conversation are wanted."""

    def wants_rooms(self, terminal: "ScreenTerminal") -> None:
        """It takes the rooms that the server lists to complete what is typed."""

    def ended(self, terminal: "ScreenTerminal") -> None:
        """Nothing more will be entered."""

    def detached(self, terminal: "ScreenTerminal") -> None:
        """Nothing more is seen."""


class ScreenManner(Struct, frozen=True):
    """How the screen looks and behaves. `keep` is told what was entered and is to be kept;
    `notify` is a command that is run for what is for the person, if there is one; with `bell`
    that is also heard."""

    theme: Theme
    time_of_day: Callable[[], float]
    keep: Callable[[str], object]
    notify: Sequence[str] = ()
    bell: bool = True


@implementer(IHalfCloseableProtocol, IPushProducer)
class ScreenTerminal(Protocol):
    """The screen of a model. While what was drawn is not taken, nothing more is drawn: what
    has happened meanwhile is on the next picture."""

    transport: Any
    raw: ClassVar[bool] = True
    """Whether the terminal is to hand out keys."""
    taking, leaving = TAKING, LEAVING
    """What is written when the terminal is taken, and given back."""
    unread = False

    def __init__(
        self, person: ScreenPerson, model: ScreenModel, manner: ScreenManner, reactor: Any
    ) -> None:
        self._person = person
        self._model = model
        self._manner = manner
        self._reactor = reactor
        self._keys = KeyFeed(reactor, self._take, self._draw_at_once)
        self._keyboard = ScreenKeys(model, manner.time_of_day)
        self._drawing = Alarm(reactor, self._draw)
        self._returning = Alarm(reactor, self.continued)
        self._drawn_at = 0.0
        self._title = ""
        self._open = True
        self._gone = False
        self._clogged = False
        self._last_words: deque[str] = deque(maxlen=MAX_LAST_WORDS)
        self._display: TransportScreen | None = None
        self._picture = Drawing(model, self._keyboard)
        self._notify: Callable[[Noticed], object] | None = None
        if manner.notify:
            self._notify = Notifier(manner.notify, reactor, self.notice)

    # --- The person's side

    def connectionMade(self) -> None:
        self.transport.registerProducer(self, True)
        self._display = TransportScreen(self.transport)
        self._styles = Styles(self._manner.theme, self._display.colors)
        self._display.start()
        self._person.attached(self)
        self.changed()

    def dataReceived(self, data: bytes) -> None:
        self._keys.feed(data)

    def _take(self, key: KeyInput) -> None:
        if isinstance(key, Key):
            self._carry_out(self._keyboard.press(key.name))
        elif isinstance(key, Pasted):
            self._carry_out(self._keyboard.paste(key.text))
        else:
            self._carry_out(self._keyboard.type(key.text))

    def _draw_at_once(self) -> None:
        self._drawing.set_in(0)

    def _carry_out(self, wishes: Iterable[Wish]) -> None:
        for wish in wishes:
            match wish:
                case TextEntered():
                    self._last_words.clear()
                    self._person.entered(self, wish)
                case TurnedTo():
                    self._person.turned_to(self, wish)
                case EarlierWanted():
                    self._person.reads_back(self, wish)
                case RoomsWanted():
                    self._person.wants_rooms(self)
                case ToRemember(entry):
                    self._manner.keep(entry)
                case Copied(text):
                    self._write(to_clipboard(text))
                case BellWanted():
                    self._write(BELL)
                case DrawAnew():
                    if self._display is not None:
                        self._display.clear()
                case PauseWanted():
                    self.transport.suspend()
                case LeaveWanted(hurried):
                    self._end()
                    if hurried:
                        self.transport.interrupt()

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
            self._stop()
            self._person.detached(self)

    def _end(self) -> None:
        if self._open:
            self._open = False
            self._keys.stop()
            self._last_words.clear()
            self._person.ended(self)

    # --- What a signal does

    def suspended(self) -> None:
        """The shell has the terminal for a while."""

    def continued(self) -> None:
        """The terminal may be ours again, and something else may be on it. Nobody tells one that
        goes on in the background when it comes to the foreground."""
        if self._open:
            self.transport.continued()
            if self.transport.has_keys:
                self.resized()
            else:
                self._returning.set_in(BACKGROUND)

    def resized(self) -> None:
        """The terminal has another size."""
        if not self._gone and self._display is not None:
            self._display.resized()
            self._drawing.set_in(0)

    # --- The program's side

    def changed(self) -> None:
        """Something is to be shown that was not."""
        if not self._gone:
            soon = self._drawn_at + FRAME - self._reactor.seconds()
            self._drawing.set_in(max(0.0, soon))

    def notice(self, line: str) -> None:
        """Tell something besides what is said."""
        self._model.told(self._model.shown, line, self._manner.time_of_day())
        self.changed()

    def call_attention(self) -> None:
        """Tell the person what is for them, wherever they look."""
        noticed, self._model.to_notice = self._model.to_notice, []
        if noticed and self._manner.bell:
            self._write(BELL)
        if self._notify is not None:
            for one in noticed:
                self._notify(one)

    def listen(self, wanted: bool) -> None:
        """Let more be entered, or not for a while. Keys are read in any case."""
        self._keyboard.held = not wanted

    def earlier_came(self, key: str) -> None:
        """What was said before has come, of the conversation of this key."""
        self._carry_out(self._keyboard.earlier_came(key))

    def learned(self) -> None:
        """Rooms that were wanted are known, as far as can be."""
        self._carry_out(self._keyboard.learned())

    def leave_behind(self, words: str) -> None:
        """Have this on the terminal when the screen is gone, if nothing is entered any more."""
        self._last_words.append(words)

    def close(self) -> None:
        """Take the screen away, leave the last words there, and close."""
        self._open = False
        self._keys.stop()
        self._stop()
        for words in self._last_words:
            self.transport.write(laid_out(f"> {words}", self.transport))
        self.transport.unregisterProducer()
        self.transport.loseConnection()

    def _stop(self) -> None:
        self._drawing.stop()
        self._returning.stop()
        if self._display is not None:
            display, self._display = self._display, None
            display.stop()
            self.transport.give_back()

    def _draw(self) -> None:
        if self._clogged or self._display is None or not self.transport.has_keys:
            return
        self._drawn_at = self._reactor.seconds()
        if self._title != self._model.title:
            self._title = self._model.title
            self._display.set_title(self._title)
        self._display.show(self._picture, self._styles)

    def _write(self, data: bytes) -> None:
        if not self._gone and self._display is not None:
            self.transport.write(data)

    # --- As the producer of what is shown

    def pauseProducing(self) -> None:
        self._clogged = True

    def resumeProducing(self) -> None:
        self._clogged = False
        self._drawing.set_in(0)

    def stopProducing(self) -> None:
        """The transport is gone; connectionLost says so too."""
