"""Where in the conversation that is shown the person reads, and moving there."""

from twisted_chat.terminal.screen.model import ScreenModel
from twisted_chat.terminal.screen.reading import (
    begin_at,
    is_above,
    is_near_oldest,
    scroll,
    show,
)
from twisted_chat.terminal.screen.talk_rows import TalkRows
from twisted_chat.terminal.screen.wishes import BellWanted, EarlierWanted, Wish

OVERLAP = 2
"""Rows that stay in sight when a page is turned."""


class TalkView:
    """`rows` and `height` are those of the place in which the conversation was shown last."""

    def __init__(self, model: ScreenModel) -> None:
        self._model = model
        self.rows = TalkRows(80)
        self.height = 20

    def scroll(self, rows: int) -> list[Wish]:
        """So many rows further down, or up."""
        state = self._model.shown
        state.sought = True
        scroll(state, self.rows.of, self.height, rows)
        if rows < 0 and state.earlier and is_near_oldest(state, self.rows.of, self.height):
            state.earlier = False  # Until they have come.
            return [EarlierWanted(state.key)]
        return []

    def page(self, pages: int) -> list[Wish]:
        """So many pages further down, or up."""
        return self.scroll(pages * max(1, self.height - OVERLAP))

    def to_end(self) -> list[Wish]:
        """To what is newest."""
        self._model.shown.top = None
        return []

    def settle(self) -> None:
        """Have at the top what is to stand there now that its rows are known."""
        state = self._model.shown
        begins, state.begins = state.begins, None
        if begins is not None:
            begin_at(state, self.rows.of, self.height, begins)

    def to_unread(self) -> list[Wish]:
        """To the line where begins what was unread when the conversation was turned to."""
        state = self._model.shown
        if state.seen is None or not state.lines.first <= state.seen < state.lines.end:
            return [BellWanted()]
        state.sought = True
        begin_at(state, self.rows.of, self.height, state.seen)
        return []

    @property
    def unread_above(self) -> bool:
        """Whether that line is further up than what is shown, and the person may not know."""
        state = self._model.shown
        if state.seen is None or state.sought:
            return False
        return is_above(state, self.rows.of, self.height, state.seen)

    def reveal(self, position: int) -> list[Wish]:
        """Have the line of this position in sight."""
        show(self._model.shown, self.rows.of, self.height, position)
        return []
