"""An input line: keys in, what is entered out. It knows no terminal, and no chat.

Keys have the names that urwid gives them: one character is that character, any other key a word
such as `left`, `ctrl a`, `meta b`, `meta enter`. They mean what they mean to GNU readline, with
its usual (emacs) bindings.
"""

from collections.abc import Callable, Sequence
from typing import ClassVar

from twisted_chat.lines import MAX_LINE
from twisted_chat.terminal.editing.bindings import BINDINGS
from twisted_chat.terminal.editing.buffer import MAX_BUFFER, Buffer
from twisted_chat.terminal.editing.completion import Completer, Completion
from twisted_chat.terminal.editing.history import History
from twisted_chat.terminal.editing.input_view import InputLayout, InputView
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
    Unbound,
)
from twisted_chat.terminal.editing.pasting import PasteQuestion, pasted_text
from twisted_chat.terminal.editing.search import HistorySearch

MOST_OFFERED = 100
"""Words that are offered at once."""
COMMAND_MARKS = ("$", "/")
"""How a command begins."""


class Editor:
    """What is typed, and everything that helps with it. `longest` is how many bytes one message
    has at most. If not `joined`, each line is a message of its own."""

    def __init__(
        self,
        completer: Completer,
        history: History,
        *,
        longest: int = MAX_LINE,
        joined: bool = True,
    ) -> None:
        self.history = history
        self._buffer = Buffer()
        self._completer = completer
        self._longest = longest
        self._joined = joined
        self._question: PasteQuestion | None = None
        self._search: HistorySearch | None = None
        self._layout = InputLayout()
        self._awaits: tuple[str, int] | None = None
        """What was typed, and where the cursor was, when rooms were wanted."""

    @property
    def text(self) -> str:
        """What is typed and not entered."""
        return self._buffer.text

    @property
    def cursor(self) -> int:
        """The index in it at which more is typed."""
        return self._buffer.cursor

    @property
    def asks(self) -> bool:
        """Whether a question stands in place of what is typed."""
        return self._question is not None

    def view(self, prompt: str, width: int, height: int) -> InputView:
        """How it looks on a terminal of so many columns and rows."""
        text, cursor = self._buffer.text, self._buffer.cursor
        if self._question is not None:
            text, prompt = self._question.words, ""
            cursor = len(text)
        elif self._search is not None:
            words, prompt = self._search.words, ""
            found, at = self._search.found
            text, cursor = words + found, len(words) + at
        return self._layout.view(text, cursor, prompt, width, height)

    # --- What comes

    def press(self, key: str) -> list[Outcome]:
        """One key."""
        if self._question is not None:
            return self._answer(self._question, key)
        if self._search is not None:
            return self._look(self._search, key)
        if len(key) == 1:
            return self.type(key)
        if (act := self._ACTS.get(key)) is not None:
            return act(self)
        if (change := BINDINGS.get(key)) is not None:
            if key == "ctrl k" and not self.text:
                return [Unbound(key)]
            return [] if change(self._buffer) else [Rung()]
        return [Unbound(key)]

    def type(self, text: str) -> list[Outcome]:
        """A text was typed, without a line feed."""
        if self._question is not None:
            return [one for letter in text for one in self.press(letter)]
        if self._search is not None:
            return [] if self._search.type(text) else [Rung()]
        return [] if self._buffer.insert(text) else [Rung()]

    def paste(self, text: str) -> list[Outcome]:
        """A text was pasted. One line is as if typed, and not entered; of several it is asked
        how they are to be said."""
        self._leave_search()
        text = pasted_text(text)
        if self._question is not None or not text:
            return [Rung()]
        before, after = self.text[: self.cursor], self.text[self.cursor :]
        if "\n" not in text:
            return self.type(text)
        if len(self.text) + len(text) > MAX_BUFFER:
            return [
                NotEntered(f"that is too much to be pasted: {MAX_BUFFER:,} characters at most")
            ]
        command = before.startswith(COMMAND_MARKS)
        if command and not self._joined:
            return [NotEntered("several lines cannot be pasted behind a command")]
        self._question = PasteQuestion(before + text + after, self._joined, command, bool(before))
        return []

    def cancel(self) -> None:
        """Forget what is typed; Ctrl-Y brings it back."""
        self._question = None
        self._leave_search()
        self._buffer.kill(0, len(self.text))
        self.history.leave()

    # --- Entering

    def _enter(self) -> list[Outcome]:
        text = self.text
        lines = [text] if self._joined else text.split("\n")
        if why := self._too_long(lines):
            return [NotEntered(why)]
        return [*self._entered(), *map(LineEntered, lines)]

    def _entered(self) -> list[Outcome]:
        text = self.text
        self._buffer.set("")
        return [Remembered(text)] if self.history.add(text) else []

    def _too_long(self, lines: Sequence[str]) -> str:
        size = max(len(line.encode("utf-8", "replace")) for line in lines)
        if size <= self._longest:
            return ""
        return f"that has {size:,} bytes, and a message {self._longest:,} at most: say it in parts"

    def _answer(self, question: PasteQuestion, key: str) -> list[Outcome]:
        messages = question.answered(key)
        if messages is None:
            return [Rung()]
        self._question = None
        if not messages:
            return []
        if why := self._too_long(messages):
            return [NotEntered(why)]
        self._buffer.set(question.text)
        said = [LineEntered(one, pasted=not question.typed) for one in messages]
        return [*self._entered(), *said]

    # --- Keys that are about more than the text

    def _up(self) -> list[Outcome]:
        if (above := self._buffer.line_above()) is not None:
            self._buffer.move(above)
            return []
        return self._recall(self.history.older(self.text))

    def _down(self) -> list[Outcome]:
        if (below := self._buffer.line_below()) is not None:
            self._buffer.move(below)
            return []
        return self._recall(self.history.newer())

    def _older(self) -> list[Outcome]:
        return self._recall(self.history.older(self.text))

    def _newer(self) -> list[Outcome]:
        return self._recall(self.history.newer())

    def _recall(self, entry: str | None) -> list[Outcome]:
        if entry is None:
            return [Rung()]
        self._buffer.set(entry)
        return []

    def _complete(self) -> list[Outcome]:
        found = self._completer.complete(self.text, self.cursor)
        here, awaited = (self.text, self.cursor), self._awaits
        if found.rooms and here != awaited:
            self._awaits = here
            return [RoomsWanted()]
        self._awaits = None  # Tab again, before they are known: with those that are.
        return self._completed(found)

    def learned(self) -> list[Outcome]:
        """Rooms that were wanted are known, as far as can be: complete what was typed, where
        nothing else has been since."""
        awaited, self._awaits = self._awaits, None
        if awaited != (self.text, self.cursor) or self.asks or self._search is not None:
            return []
        return self._completed(self._completer.complete(self.text, self.cursor))

    def _completed(self, found: Completion) -> list[Outcome]:
        typed = self.cursor - found.start
        if len(found.words) == 1:
            self._buffer.replace(found.start, found.words[0] + found.end)
            return []
        if len(found.common) > typed:
            self._buffer.replace(found.start, found.common)
            return []
        return [Offered(found.words[:MOST_OFFERED])] if found.words else [Rung()]

    def _interrupt(self) -> list[Outcome]:
        if not self.text:
            return [Interrupt()]
        self.cancel()
        return []

    def _delete(self) -> list[Outcome]:
        if not self.text:
            return [EndOfInput()]
        return [] if BINDINGS["delete"](self._buffer) else [Rung()]

    # --- Looking for something that was entered before

    def _begin_search(self) -> list[Outcome]:
        self._search = HistorySearch(self.history, self.text, self.cursor)
        return []

    def _look(self, search: HistorySearch, key: str) -> list[Outcome]:
        if len(key) == 1:
            return self.type(key)
        if key in ("ctrl g", "ctrl c"):
            self._search = None
            return []
        if key in ("backspace", "ctrl h"):
            return [] if search.erase() else [Rung()]
        if key == "ctrl r":
            return [] if search.older() else [Rung()]
        if key == "ctrl s":
            return [] if search.newer() else [Rung()]
        self._leave_search()
        return [] if key == "esc" else self.press(key)

    def _leave_search(self) -> None:
        """Go on with what was found."""
        if self._search is not None:
            found, at = self._search.found
            self._search = None
            self._buffer.set(found, at)

    _ACTS: ClassVar[dict[str, Callable[["Editor"], list[Outcome]]]] = {
        "enter": _enter,
        "ctrl j": _enter,
        "ctrl m": _enter,
        "up": _up,
        "down": _down,
        "ctrl p": _older,
        "ctrl n": _newer,
        "tab": _complete,
        "ctrl i": _complete,
        "ctrl r": _begin_search,
        "ctrl c": _interrupt,
        "ctrl d": _delete,
        "ctrl l": lambda self: [Redraw()],
        "ctrl z": lambda self: [Suspend()],
    }
