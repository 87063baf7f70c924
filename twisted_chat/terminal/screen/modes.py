"""What keys are for while they are not typed: finding a conversation, searching in one, selecting
a line of it, or reading which keys there are. Each stands in place of the input line."""

from collections.abc import Iterable
from dataclasses import dataclass

from twisted_chat.terminal.screen.talk_state import TalkState

LEAVING = frozenset({"esc", "ctrl g", "ctrl c"})
"""Keys that end any of them."""
ERASING = frozenset({"backspace", "ctrl h"})


@dataclass(slots=True)
class TalkFinding:
    """A conversation is looked for by some letters of its name, in their order."""

    letters: str = ""
    picked: int = 0

    @property
    def label(self) -> str:
        return f"go to: {self.letters}"

    def matches(self, states: Iterable[TalkState]) -> list[TalkState]:
        """Those that are meant, the likeliest first."""
        letters = self.letters.casefold()
        found = [
            (rank, -state.touched, number, state)
            for number, state in enumerate(states)
            if (rank := _rank(letters, state.title.casefold())) is not None
        ]
        return [one[-1] for one in sorted(found, key=lambda one: one[:-1])]


def _rank(letters: str, name: str) -> int | None:
    """How well letters fit a name: at its beginning, together, or one after the other."""
    if name.startswith(letters):
        return 0
    if letters in name:
        return 1
    rest = iter(name)
    return 2 if all(letter in rest for letter in letters) else None


@dataclass(slots=True)
class Searching:
    """A text is looked for in the conversation, from the end."""

    wanted: str = ""
    at: int | None = None
    """The position of the line that was found."""
    failed: bool = False
    reading: bool = False
    """Whether older lines were asked for, as nothing was found in those that are here."""
    before: int = 0
    """The position before which those come to stand."""

    @property
    def label(self) -> str:
        if self.reading:
            return f"search further back: {self.wanted}"
        return f"{'nothing with' if self.failed else 'search'}: {self.wanted}"

    def look(self, state: TalkState, start: int, step: int) -> None:
        """Go on from a line, this one included, to older lines (-1) or newer ones."""
        wanted = self.wanted.casefold()
        found = state.lines.find(wanted, start, step) if wanted else None
        self.failed = bool(wanted) and found is None
        if found is not None:
            self.at = found


@dataclass(slots=True)
class Selecting:
    """A line is selected, to be copied or quoted."""

    label: str = "Enter copies this line, q quotes it, Esc goes back"


@dataclass(slots=True)
class ReadingKeys:
    """It is read which keys there are."""

    label: str = "PageDown and PageUp show the rest, any other key goes back"
    first: int = 0
    """The row at the top."""


Mode = TalkFinding | Searching | Selecting | ReadingKeys
