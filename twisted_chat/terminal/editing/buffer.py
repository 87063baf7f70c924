"""A text that is being typed, with its cursor: what each of the keys of readline does to it.

See "Readline Interaction" and "Bindable Readline Commands" in the manual of GNU readline.
"""

from collections.abc import Callable

from twisted_chat.terminal.editing.clusters import after, before

MAX_BUFFER = 1024 * 1024
"""Characters that can be typed, or pasted, without being entered."""
MAX_KILLS = 20
"""Texts that were cut out and can be put in again."""
MAX_UNDONE = 200
"""Changes that can be undone."""


class Buffer:
    """A text, and where the cursor is in it: an index, which is always between two clusters."""

    def __init__(self) -> None:
        self.text = ""
        self.cursor = 0
        self._kills: list[str] = []
        self._joining = False  # The next kill goes on with the last.
        self._yanked: tuple[int, int] | None = None
        self._before: list[tuple[str, int]] = []
        self._typing = False  # What is typed in one go is undone in one go.

    # --- As a whole

    def set(self, text: str, cursor: int | None = None) -> None:
        """Have another text, with the cursor at its end."""
        self.text = text
        self.cursor = len(text) if cursor is None else cursor
        self._settle()
        self._before.clear()

    def _settle(self) -> None:
        self._joining = self._typing = False
        self._yanked = None

    def _change(self, start: int, end: int, text: str = "") -> None:
        """Put a text in the place of what is there; the cursor stands behind it."""
        self._before.append((self.text, self.cursor))
        del self._before[:-MAX_UNDONE]
        self.text = self.text[:start] + text + self.text[end:]
        self.cursor = start + len(text)

    # --- Typing

    def insert(self, text: str) -> bool:
        """Put a text in at the cursor. False where that would be too much."""
        if len(self.text) + len(text) > MAX_BUFFER:
            return False
        typing = self._typing and not text.isspace()
        self._settle()
        self._change(self.cursor, self.cursor, text)
        if typing:
            self._before.pop()
        self._typing = True
        return True

    def replace(self, start: int, text: str) -> None:
        """Put a text in the place of what stands between there and the cursor."""
        self._settle()
        self._change(start, self.cursor, text)

    def undo(self) -> bool:
        """Take the last change back. False where there is none."""
        self._settle()
        if not self._before:
            return False
        self.text, self.cursor = self._before.pop()
        return True

    # --- Moving

    def move(self, to: int) -> None:
        """Put the cursor there."""
        self._settle()
        self.cursor = to

    def left(self) -> int:
        return before(self.text, self.cursor)

    def right(self) -> int:
        return after(self.text, self.cursor)

    def line_start(self) -> int:
        """Where the line begins that the cursor is in."""
        return self.text.rfind("\n", 0, self.cursor) + 1

    def line_end(self) -> int:
        """Where it ends."""
        end = self.text.find("\n", self.cursor)
        return len(self.text) if end < 0 else end

    def line_above(self) -> int | None:
        """The same place in the line before; None where there is none."""
        start = self.line_start()
        if start == 0:
            return None
        above = self.text.rfind("\n", 0, start - 1) + 1
        return min(above + self.cursor - start, start - 1)

    def line_below(self) -> int | None:
        """The same place in the line after; None where there is none."""
        end = self.line_end()
        if end == len(self.text):
            return None
        below = self.text.find("\n", end + 1)
        last = len(self.text) if below < 0 else below
        return min(end + 1 + self.cursor - self.line_start(), last)

    def word_left(self) -> int:
        """Where the word begins that the cursor is in or behind: letters and digits."""
        return self._back(str.isalnum)

    def blank_left(self) -> int:
        """The same for a word that ends at a blank."""
        return self._back(lambda one: not one.isspace())

    def _back(self, within: Callable[[str], bool]) -> int:
        at = self.cursor
        while at and not within(self.text[at - 1]):
            at -= 1
        while at:
            start = at - 1 if within(self.text[at - 1]) else before(self.text, at)
            if start == at - 1 and not within(self.text[start]):
                break
            at = start
        return at

    def word_right(self) -> int:
        """Where the word ends that the cursor is in or before."""
        at, end = self.cursor, len(self.text)
        while at < end and not self.text[at].isalnum():
            at += 1
        while at < end and self.text[at].isalnum():
            at = after(self.text, at)
        return at

    # --- Cutting out, and putting in again

    def erase(self, start: int, end: int) -> bool:
        """Take out what is between; it is not kept. False where nothing is."""
        self._settle()
        if start == end:
            return False
        self._change(start, end)
        return True

    def kill(self, start: int, end: int) -> bool:
        """Take out what is between, and keep it; several of these in a row are one text.
        False where nothing is."""
        if start == end:
            return False
        joining, cut = self._joining and bool(self._kills), self.text[start:end]
        if joining:
            backward = start < self.cursor
            self._kills[-1] = cut + self._kills[-1] if backward else self._kills[-1] + cut
        else:
            self._kills.append(cut)
            del self._kills[:-MAX_KILLS]
        self._settle()
        self._change(start, end)
        self._joining = True
        return True

    def yank(self) -> bool:
        """Put in what was taken out last. False where nothing was."""
        if not self._kills or len(self.text) + len(self._kills[-1]) > MAX_BUFFER:
            return False
        self._settle()
        start = self.cursor
        self._change(start, start, self._kills[-1])
        self._yanked = start, self.cursor
        return True

    def yank_earlier(self) -> bool:
        """Put in what was taken out before that instead. False where nothing was put in."""
        if self._yanked is None or len(self._kills) < 2:
            return False
        start, end = self._yanked
        self._kills.insert(0, self._kills.pop())
        self._change(start, end, self._kills[-1])
        self._joining = self._typing = False
        self._yanked = start, self.cursor
        return True

    def transpose(self) -> bool:
        """Swap the two clusters at the cursor. False where there are not two."""
        second = self.cursor if self.cursor < self.line_end() else self.left()
        first, end = before(self.text, second), after(self.text, second)
        if second <= self.line_start() or second == end:
            return False
        self._settle()
        self._change(first, end, self.text[second:end] + self.text[first:second])
        return True

    def recase(self, change: Callable[[str], str]) -> bool:
        """Change the letters up to the end of the word. False where there is none."""
        start, end = self.cursor, self.word_right()
        while start < end and not self.text[start].isalnum():
            start += 1
        if start == end:
            return False
        self._settle()
        self._change(start, end, change(self.text[start:end]))
        return True
