"""Looking for something that was entered before, letter by letter: Ctrl-R."""

from twisted_chat.terminal.editing.history import History


class HistorySearch:
    """What is looked for, and what was found, which stays where no more is found."""

    def __init__(self, history: History, before: str, cursor: int) -> None:
        self._history = history
        self.before = before, cursor
        """What was there when it began, and where the cursor was."""
        self.wanted = ""
        self.at: int | None = None
        self.failed = False

    @property
    def found(self) -> tuple[str, int]:
        """The entry that was found, and where in it; what was there before, while none was."""
        if self.at is None:
            return self.before
        entry = self._history[self.at]
        return entry, max(0, entry.find(self.wanted))

    @property
    def words(self) -> str:
        """What stands before it."""
        return f"({'nothing with' if self.failed else 'search'}) {self.wanted}: "

    def type(self, text: str) -> bool:
        """More of it was typed. False where there is no such entry."""
        self.wanted += text
        start = None if self.at is None else self.at + 1
        return self._go(self._history.find(self.wanted, start))

    def erase(self) -> bool:
        """The last of it was erased. False where nothing was there, or is found now."""
        if not self.wanted:
            return False
        self.wanted = self.wanted[:-1]
        self.at, self.failed = None, False
        return not self.wanted or self._go(self._history.find(self.wanted))

    def older(self) -> bool:
        """Another one is wanted, from before. False where there is none."""
        return self._go(self._history.find(self.wanted, self.at)) if self.wanted else False

    def newer(self) -> bool:
        """Another one is wanted, from after. False where there is none."""
        return self.at is not None and self._go(self._history.find_newer(self.wanted, self.at))

    def _go(self, at: int | None) -> bool:
        self.failed = at is None
        if at is not None:
            self.at = at
        return at is not None
