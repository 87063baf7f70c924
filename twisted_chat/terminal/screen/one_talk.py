"""The screen of a chat between two: one conversation, with the entries of a terminal of lines."""

from typing import Any

from twisted_chat.terminal.edited import KeyPerson
from twisted_chat.terminal.editing.completion import NoCompleter
from twisted_chat.terminal.editing.editor import Editor
from twisted_chat.terminal.editing.history import History
from twisted_chat.terminal.editing.outcomes import LineEntered
from twisted_chat.terminal.entry import Entry, Mark
from twisted_chat.terminal.screen.model import ScreenModel
from twisted_chat.terminal.screen.talk_state import HOME
from twisted_chat.terminal.screen.terminal import ScreenManner, ScreenTerminal
from twisted_chat.terminal.screen.wishes import EarlierWanted, TextEntered, TurnedTo

PROGRAM = "tcpchat"


class OneTalkScreen(ScreenTerminal):
    """It takes what an EditedTerminal takes, and tells the same."""

    echoes = False
    """What stands in the conversation was said."""
    clogged = False
    """What is shown has room, also while it is not drawn: the oldest lines go."""

    def __init__(
        self, person: KeyPerson, *, history: History, manner: ScreenManner, reactor: Any
    ) -> None:
        def make_editor() -> Editor:
            return Editor(NoCompleter(), history, joined=False)

        self._one = ScreenModel(PROGRAM, PROGRAM, make_editor, alone=True)
        self._when = manner.time_of_day
        super().__init__(_Told(person), self._one, manner, reactor)

    @property
    def prompt(self) -> str:
        """What stands before what is typed."""
        return self._one.asks_for

    @prompt.setter
    def prompt(self, prompt: str) -> None:
        self._one.asks_for = prompt
        self._one.server = prompt.strip("[] ")
        self.changed()

    def show(self, entry: Entry, at: float | None = None) -> None:
        """Show an entry, which happened now, or at a time of day in seconds since 1970."""
        when = self._when() if at is None else at
        if entry.mark is Mark.HEARD:
            self._one.heard(HOME, entry.who, entry.text, when, private=True)
        elif entry.mark is Mark.OWN:
            self._one.said(self._one.shown, entry.text, when)
        else:
            self._one.told(self._one.shown, entry.text, when)
            self.leave_behind(entry.text)
        self.call_attention()
        self.changed()


class _Told:
    """Hands on what the screen tells."""

    def __init__(self, person: Any) -> None:
        self._person = person

    def attached(self, terminal: ScreenTerminal) -> None:
        self._person.attached(terminal)

    def entered(self, terminal: ScreenTerminal, wish: TextEntered) -> None:
        self._person.entered(terminal, LineEntered(wish.text, wish.pasted))

    def turned_to(self, terminal: ScreenTerminal, wish: TurnedTo) -> None:
        """Nothing: there is one conversation."""

    def reads_back(self, terminal: ScreenTerminal, wish: EarlierWanted) -> None:
        """Nothing: nothing is kept."""

    def wants_rooms(self, terminal: ScreenTerminal) -> None:
        """Nothing: there are none."""

    def ended(self, terminal: ScreenTerminal) -> None:
        self._person.ended(terminal)

    def detached(self, terminal: ScreenTerminal) -> None:
        self._person.detached(terminal)
