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
from twisted_chat.terminal.screen.reading import is_near_oldest, scroll, show
from twisted_chat.terminal.screen.shown_line import LineKind
from twisted_chat.terminal.screen.talk_rows import TalkRows
from twisted_chat.terminal.screen.talk_state import TalkState
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

MOST_PASTED = 100
"""Characters that can be pasted into what is looked for."""
NEWER = ("down", "ctrl n", "ctrl s")
"""Keys that go on with a search towards newer lines."""
ENTERING = ("enter", "ctrl j")
WAITS = "too much that you have entered waits: this stays here until Enter takes it"
OVERLAP = 2
"""Rows that stay in sight when a page is turned."""


class ScreenKeys:
    """Keys in, wishes out. `rows` and `height` are those of the place in which the conversation
    was shown last."""

    def __init__(self, model: ScreenModel, time_of_day: Callable[[], float]) -> None:
        self._model = model
        self._time_of_day = time_of_day
        self.mode: Mode | None = None
        self.flash = ""
        """What is told until the next key."""
        self.held = False
        """Whether nothing more can be entered for a while."""
        self.rows = TalkRows(80)
        self.height = 20

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
                    shown.top = None
                    wishes.append(TextEntered(text, shown.key, pasted))
                case outcomes.Unbound("ctrl k"):
                    self.mode = TalkFinding()
                case outcomes.Unbound() | outcomes.Rung():
                    wishes.append(BellWanted())
                case outcomes.Offered(words):
                    self._model.told(shown, "  ".join(words), self._time_of_day())
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

    def _scroll(self, rows: int) -> list[Wish]:
        state = self._model.shown
        scroll(state, self.rows.of, self.height, rows)
        if rows < 0 and state.earlier and is_near_oldest(state, self.rows.of, self.height):
            state.earlier = False  # Until they have come.
            return [EarlierWanted(state.key)]
        return []

    def _page(self, pages: int) -> list[Wish]:
        return self._scroll(pages * max(1, self.height - OVERLAP))

    def _to_end(self) -> list[Wish]:
        self._model.shown.top = None
        return []

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
        return self._reveal(state.chosen)

    def _leave(self) -> None:
        self.mode = None
        self._model.shown.chosen = None

    def _reveal(self, position: int) -> list[Wish]:
        show(self._model.shown, self.rows.of, self.height, position)
        return []

    def _in_mode(self, mode: Mode, key: str) -> list[Wish]:
        if key == "ctrl l":
            return [DrawAnew()]
        if key in LEAVING or isinstance(mode, ReadingKeys):
            self._leave()
            return []
        if isinstance(mode, TalkFinding):
            return self._find(mode, key)
        if isinstance(mode, Searching):
            return self._search(mode, key)
        return self._select(key)

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

    def _search(self, mode: Searching, key: str) -> list[Wish]:
        state = self._model.shown
        last = state.lines.end - 1
        at = last if mode.at is None else mode.at
        if key == "enter":
            if mode.at is None:
                self._leave()
                return []
            self.mode = Selecting()
            return []
        if key in ("ctrl f", "up", "ctrl p", "ctrl r"):
            mode.look(state, at - (mode.at is not None), -1)
        elif key in NEWER:
            mode.look(state, at + 1, 1)
        elif key in ERASING:
            mode.wanted = mode.wanted[:-1]
            mode.at = None
            mode.look(state, last, -1)
        elif len(key) == 1:
            mode.wanted += key
            if not mode.failed:
                mode.look(state, at, -1)
        elif key in ("page up", "page down"):
            return self._page(-1 if key == "page up" else 1)
        else:
            return [BellWanted()]
        state.chosen = None if mode.failed else mode.at
        if mode.failed:
            return [BellWanted()] if key in NEWER else self._read_on(mode)
        return self._reveal(at if mode.at is None else mode.at)

    def _read_on(self, mode: Searching) -> list[Wish]:
        """Look further back, where there may be more than is here."""
        state = self._model.shown
        if mode.reading or not state.earlier:
            return [] if mode.reading else [BellWanted()]
        state.earlier, mode.reading, mode.before = False, True, state.lines.first
        return [EarlierWanted(state.key)]

    def earlier_came(self, key: str) -> list[Wish]:
        """Older lines of a conversation have come, or there are none: search on in them."""
        mode, state = self.mode, self._model.shown
        if not isinstance(mode, Searching) or not mode.reading or state.key != key:
            return []
        mode.reading = False
        if not mode.failed:
            return []
        mode.look(state, mode.before - 1, -1)
        if mode.failed or mode.at is None:
            return self._read_on(mode)
        state.chosen = mode.at
        return self._reveal(mode.at)

    def _select(self, key: str) -> list[Wish]:
        state = self._model.shown
        lines, at = state.lines, state.chosen
        if at is None or not lines.first <= at < lines.end:
            self._leave()
            return []
        steps = {"up": -1, "ctrl up": -1, "down": 1, "ctrl down": 1}
        steps |= {"page up": -self.height // 2, "page down": self.height // 2}
        if key in steps:
            state.chosen = min(max(lines.first, at + steps[key]), lines.end - 1)
            return self._reveal(state.chosen)
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
        "page up": lambda self: self._page(-1),
        "page down": lambda self: self._page(1),
        "shift up": lambda self: self._scroll(-1),
        "shift down": lambda self: self._scroll(1),
        "ctrl end": _to_end,
        "ctrl f": _begin_search,
        "ctrl up": _begin_selection,
        "f1": _read_keys,
    }
