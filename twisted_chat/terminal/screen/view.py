"""Where in the conversation that is shown the person reads, and moving there."""

from twisted_chat.terminal.screen.model import ScreenModel
from twisted_chat.terminal.screen.reading import is_near_oldest, scroll, show
from twisted_chat.terminal.screen.talk_rows import TalkRows
from twisted_chat.terminal.screen.wishes import EarlierWanted, Wish

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

    def reveal(self, position: int) -> list[Wish]:
        """Have the line of this position in sight."""
        show(self._model.shown, self.rows.of, self.height, position)
        return []
