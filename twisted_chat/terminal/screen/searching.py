"""What keys do while a text is looked for in the conversation."""

from twisted_chat.terminal.screen.model import ScreenModel
from twisted_chat.terminal.screen.modes import ERASING, Searching
from twisted_chat.terminal.screen.view import TalkView
from twisted_chat.terminal.screen.wishes import BellWanted, EarlierWanted, Wish

NEWER = ("down", "ctrl n", "ctrl s")
"""Keys that go on towards newer lines."""


class SearchKeys:
    """Changes a search, and shows what it finds."""

    def __init__(self, model: ScreenModel, view: TalkView) -> None:
        self._model = model
        self._view = view

    def press(self, mode: Searching, key: str) -> list[Wish]:
        """One key, which does not end it."""
        state = self._model.shown
        last = state.lines.end - 1
        at = last if mode.at is None else mode.at
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
            return self._view.page(-1 if key == "page up" else 1)
        else:
            return [BellWanted()]
        state.chosen = None if mode.failed else mode.at
        if mode.failed:
            return [BellWanted()] if key in NEWER else self._read_on(mode)
        return self._view.reveal(at if mode.at is None else mode.at)

    def _read_on(self, mode: Searching) -> list[Wish]:
        """Look further back, where there may be more than is here."""
        state = self._model.shown
        if mode.reading or not state.earlier:
            return [] if mode.reading else [BellWanted()]
        state.earlier, mode.reading, mode.before = False, True, state.lines.first
        return [EarlierWanted(state.key)]

    def earlier_came(self, mode: Searching) -> list[Wish]:
        """Older lines of the conversation have come, or there are none: go on in them."""
        state = self._model.shown
        if not mode.reading:
            return []
        mode.reading = False
        if not mode.failed:
            return []
        mode.look(state, mode.before - 1, -1)
        if mode.failed or mode.at is None:
            return self._read_on(mode)
        state.chosen = mode.at
        return self._view.reveal(mode.at)
