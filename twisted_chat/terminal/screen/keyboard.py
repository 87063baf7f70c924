"""What the keys of the screen do. Those that it has no use for are the input line's."""

from collections.abc import Callable
from typing import ClassVar

from twisted_chat.display import safe
from twisted_chat.terminal.editing import outcomes
from twisted_chat.terminal.screen.model import ScreenModel
from twisted_chat.terminal.screen.modes import (
    ERASING,
    LEAVING,
    Mode,
    ReadingKeys,
    Searching,
    Selecting,
    TalkFinding,
)
from twisted_chat.terminal.screen.searching import SearchKeys
from twisted_chat.terminal.screen.shown_line import LineKind
from twisted_chat.terminal.screen.talk_state import TalkState
from twisted_chat.terminal.screen.view import TalkView
from twisted_chat.terminal.screen.wishes import (
    BellWanted,
    Copied,
    DrawAnew,
    LeaveWanted,
    PauseWanted,
    TextEntered,
    ToRemember,
    TurnedTo,
    Wish,
)

MOST_PASTED = 100
"""Characters that can be pasted into what is looked for."""
ENTERING = ("enter", "ctrl j")
WAITS = "too much that you have entered waits: this stays here until Enter takes it"


class ScreenKeys:
    """Keys in, wishes out. `view` is where the person reads."""

    def __init__(self, model: ScreenModel, time_of_day: Callable[[], float]) -> None:
        self._model = model
        self._time_of_day = time_of_day
        self.mode: Mode | None = None
        self.flash = ""
        """What is told until the next key."""
        self.held = False
        """Whether nothing more can be entered for a while."""
        self.view = TalkView(model)
        self._search = SearchKeys(model, self.view)

    # --- What comes

    def press(self, key: str) -> list[Wish]:
        """One key."""
        self._model.attended()
        self.flash = ""
        mode = self.mode
        if mode is not None:
            return self._in_mode(mode, key)
        if key.startswith("meta ") and key[5:].isdecimal() and len(key) == 6:
            return self._turn(self._model.states.numbered(int(key[5:])))
        if (act := self._OWN.get(key)) is not None:
            return act(self)
        editor = self._model.shown.editor
        if self.held and key in ENTERING and not editor.asks:
            self.flash = WAITS
            return [BellWanted()]
        return self._edited(editor.press(key))

    def type(self, text: str) -> list[Wish]:
        """A text was typed, none of which is a control character."""
        if self.mode is not None:
            return [one for letter in text for one in self.press(letter)]
        self._model.attended()
        self.flash = ""
        return self._edited(self._model.shown.editor.type(text))

    def paste(self, text: str) -> list[Wish]:
        """A text was pasted."""
        self._model.attended()
        if isinstance(self.mode, TalkFinding | Searching):
            letters = filter(str.isprintable, text[:MOST_PASTED])
            return [one for letter in letters for one in self.press(letter)]
        self._leave()
        return self._edited(self._model.shown.editor.paste(text))

    def _edited(self, done: list[outcomes.Outcome]) -> list[Wish]:
        wishes: list[Wish] = []
        shown = self._model.shown
        for one in done:
            match one:
                case outcomes.LineEntered(text, pasted):
                    shown.top, shown.sought = None, True
                    wishes.append(TextEntered(text, shown.key, pasted))
                case outcomes.Unbound("ctrl k"):
                    self.mode = TalkFinding()
                case outcomes.Unbound() | outcomes.Rung():
                    wishes.append(BellWanted())
                case outcomes.Offered(words):
                    self._model.told(shown, "  ".join(words), self._time_of_day())
                case outcomes.RoomsWanted():
                    wishes.append(one)
                case outcomes.NotEntered(why):
                    self._model.told(shown, why, self._time_of_day())
                case outcomes.Remembered(entry):
                    wishes.append(ToRemember(entry))
                case outcomes.EndOfInput():
                    wishes.append(LeaveWanted())
                case outcomes.Interrupt():
                    wishes.append(LeaveWanted(hurried=True))
                case outcomes.Suspend():
                    wishes.append(PauseWanted())
                case outcomes.Redraw():
                    wishes.append(DrawAnew())
        return wishes

    def learned(self) -> list[Wish]:
        """Rooms that were wanted are known, as far as can be."""
        return self._edited(self._model.shown.editor.learned())

    # --- Looking at conversations

    def _turn(self, state: TalkState | None) -> list[Wish]:
        if state is None:
            return [BellWanted()]
        self._model.turn(state)
        return [TurnedTo(state.key)]

    def _forget(self) -> list[Wish]:
        state = self._model.shown
        if not state.over:
            return [BellWanted()]
        self._model.states.close(state)
        return [TurnedTo(self._model.shown.key)]

    # --- Modes

    def _begin_search(self) -> list[Wish]:
        self.mode = Searching()
        return []

    def _read_keys(self) -> list[Wish]:
        self.mode = ReadingKeys()
        return []

    def _begin_selection(self) -> list[Wish]:
        state = self._model.shown
        if state.lines.end == state.lines.first:
            return [BellWanted()]
        self.mode = Selecting()
        state.chosen = state.lines.end - 1
        return self.view.reveal(state.chosen)

    def _leave(self) -> None:
        self.mode = None
        self._model.shown.chosen = None

    def _in_mode(self, mode: Mode, key: str) -> list[Wish]:
        if key == "ctrl l":
            return [DrawAnew()]
        if isinstance(mode, ReadingKeys):
            return self._read_on(mode, key)
        if key in LEAVING:
            self._leave()
            return []
        if isinstance(mode, TalkFinding):
            return self._find(mode, key)
        if isinstance(mode, Searching):
            return self._searched(mode, key)
        return self._select(key)

    def _read_on(self, mode: ReadingKeys, key: str) -> list[Wish]:
        """Scroll the list of keys; what is typed goes on where it would have gone without it."""
        if (rows := {"up": -1, "down": 1, "page up": -1, "page down": 1}.get(key)) is not None:
            mode.first += rows * (max(1, self.view.height - 1) if " " in key else 1)
            return []
        self._leave()
        return self.press(key) if len(key) == 1 else []

    def _find(self, mode: TalkFinding, key: str) -> list[Wish]:
        found = mode.matches(self._model.states)
        if key == "enter":
            self._leave()
            return self._turn(found[min(mode.picked, len(found) - 1)] if found else None)
        if key in ("up", "down", "tab", "ctrl k", "ctrl p", "ctrl n"):
            step = -1 if key in ("up", "ctrl p") else 1
            mode.picked = (mode.picked + step) % max(1, len(found))
        elif key in ERASING:
            mode.letters, mode.picked = mode.letters[:-1], 0
        elif len(key) == 1:
            mode.letters, mode.picked = mode.letters + key, 0
        else:
            return [BellWanted()]
        return []

    def _searched(self, mode: Searching, key: str) -> list[Wish]:
        if key != "enter":
            return self._search.press(mode, key)
        if mode.at is None:
            self._leave()
        else:
            self.mode = Selecting()
        return []

    def earlier_came(self, key: str) -> list[Wish]:
        """Older lines of a conversation have come, or there are none: search on in them."""
        mode = self.mode
        if not isinstance(mode, Searching) or self._model.shown.key != key:
            return []
        return self._search.earlier_came(mode)

    def _select(self, key: str) -> list[Wish]:
        state = self._model.shown
        lines, at = state.lines, state.chosen
        if at is None or not lines.first <= at < lines.end:
            self._leave()
            return []
        steps = {"up": -1, "ctrl up": -1, "down": 1, "ctrl down": 1}
        steps |= {"page up": -self.view.height // 2, "page down": self.view.height // 2}
        if key in steps:
            state.chosen = min(max(lines.first, at + steps[key]), lines.end - 1)
            return self.view.reveal(state.chosen)
        line = lines.at(at)
        if key == "enter":
            self._leave()
            self.flash = "copied, if this terminal lets programs do that"
            return [Copied(line.text)]
        self._leave()
        if key == "q":
            whose = f"{line.who}: " if line.kind is not LineKind.NOTICE else ""
            first = safe(line.text.split("\n")[0])
            return self._edited(state.editor.type(f"> {whose}{first} "))
        return self.press(key)

    _OWN: ClassVar[dict[str, Callable[["ScreenKeys"], list[Wish]]]] = {
        "meta up": lambda self: self._turn(self._model.states.beside(-1)),
        "meta down": lambda self: self._turn(self._model.states.beside(1)),
        "meta a": lambda self: self._turn(self._model.states.next_unread()),
        "meta k": _forget,
        "page up": lambda self: self.view.page(-1),
        "page down": lambda self: self.view.page(1),
        "shift up": lambda self: self.view.scroll(-1),
        "shift down": lambda self: self.view.scroll(1),
        "ctrl end": lambda self: self.view.to_end(),
        "meta u": lambda self: self.view.to_unread(),
        "ctrl f": _begin_search,
        "ctrl up": _begin_selection,
        "f1": _read_keys,
    }
