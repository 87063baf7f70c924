"""All conversations on the screen, in the order in which they began, within bounds."""

from collections.abc import Callable, Iterator, Sequence
from typing import Literal

from twisted_chat.terminal.editing.editor import Editor
from twisted_chat.terminal.screen.shown_line import ShownLine
from twisted_chat.terminal.screen.talk_state import HOME, TalkKind, TalkState, TalkSubject

MAX_TALKS = 200
"""Conversations that are kept; of those that are over the one longest untouched goes first."""
MAX_LINES = 100_000
"""Lines that are kept in all of them; the oldest of the longest conversation go first."""
MAX_SIZE = 16 * 1024 * 1024
"""Characters of those lines."""


class TalkStates:
    """The first of them is the home. One is shown."""

    def __init__(
        self, home: str, make_editor: Callable[[], Editor], *, kept: bool = False
    ) -> None:
        """With `kept` there may be older lines of each than are here."""
        self._make_editor = make_editor
        self._kept = kept
        self._states: dict[str, TalkState] = {}
        self._earlier: dict[str, TalkState] = {}
        """Those of before the start in which nothing has happened since: they stand below."""
        self._count = 0
        self._lines = self._size = 0
        self.home = self._make(TalkSubject(HOME.key, TalkKind.HOME, home))
        self.shown = self.home

    def _make(self, subject: TalkSubject) -> TalkState:
        made = self._states[subject.key] = TalkState(subject, self._make_editor())
        made.earlier = self._kept and subject.kind is not TalkKind.HOME
        self.touch(made)
        return made

    def __iter__(self) -> Iterator[TalkState]:
        return iter(self._every())

    def __len__(self) -> int:
        return len(self._states) + len(self._earlier)

    def _every(self) -> list[TalkState]:
        return [*self._states.values(), *self._earlier.values()]

    def __bool__(self) -> Literal[True]:
        return True

    def get(self, key: str) -> TalkState | None:
        return self._states.get(key, self._earlier.get(key))

    def find(self, subject: TalkSubject) -> TalkState | None:
        """The conversation, where there is one."""
        return self.get(subject.key)

    def list_earlier(self, subject: TalkSubject) -> TalkState | None:
        """There was this conversation before the start; nobody talks in it yet. None where it is
        there already, or there is no room."""
        if self.get(subject.key) is not None or len(self) >= MAX_TALKS:
            return None
        made = self._make(subject)
        self._earlier[subject.key] = self._states.pop(subject.key)
        made.over, made.touched = True, 0
        return made

    def open(self, subject: TalkSubject) -> TalkState:
        """The conversation, begun if it is not there."""
        if subject.key in self._earlier:
            self._states[subject.key] = self._earlier.pop(subject.key)
        found = self._states.get(subject.key)
        if found is None:
            found = self._make(subject)
            self._make_room()
        elif found is not self.home and found.subject != subject:
            found.subject = subject
        return found

    def touch(self, state: TalkState) -> None:
        """Something happens there."""
        self._count += 1
        state.touched = self._count

    def close(self, state: TalkState) -> None:
        """Forget one that is over, and its lines."""
        if state is self.home or not state.over:
            return
        if state is self.shown:
            self.shown = self.home
        self.empty(state)
        for states in (self._states, self._earlier):
            states.pop(state.key, None)

    def empty(self, state: TalkState) -> None:
        """Forget its lines, and that there are older ones."""
        self._size -= state.lines.size
        self._lines -= state.lines.clear()
        state.look()
        state.seen = state.top = state.chosen = None
        state.earlier, state.oldest = False, 0

    def _make_room(self) -> None:
        if len(self) > MAX_TALKS:
            over = [one for one in self if one.over and one is not self.shown]
            if over:
                self.close(min(over, key=lambda one: one.touched))

    def add(self, state: TalkState, line: ShownLine) -> int:
        """Something is said or told there. Returns its position."""
        position = state.lines.add(line)
        self._lines += 1
        self._size += len(line.text)
        self._stay_within()
        return position

    def _stay_within(self) -> None:
        while self._lines > MAX_LINES or (self._size > MAX_SIZE and self._lines > 1):
            longest = max(self, key=lambda one: one.lines.end - one.lines.first)
            before = longest.lines.size
            self._lines -= longest.lines.drop_oldest()
            self._size -= before - longest.lines.size

    def insert(self, state: TalkState, line: ShownLine) -> int:
        """This was said there before other lines. Returns its position; those of the lines before
        it are one less from now on."""
        position = state.lines.insert(line)
        state.inserted(position)
        self._lines += 1
        self._size += len(line.text)
        self._stay_within()
        return position

    def add_before(self, state: TalkState, lines: Sequence[ShownLine]) -> None:
        """These were said there before its oldest line."""
        state.lines.add_before(lines)
        self._lines += len(lines)
        self._size += sum(len(line.text) for line in lines)

    @property
    def is_full(self) -> bool:
        """Whether there is hardly room for more lines, so that older ones are not wanted."""
        return self._lines > MAX_LINES // 2 or self._size > MAX_SIZE // 2

    # --- Which is where

    def numbered(self, number: int) -> TalkState | None:
        """The one of this number, from 1."""
        every = self._every()
        return every[number - 1] if 0 < number <= len(every) else None

    def beside(self, step: int) -> TalkState:
        """The one so many further down than the one that is shown, and around."""
        every = self._every()
        return every[(every.index(self.shown) + step) % len(every)]

    def next_unread(self) -> TalkState | None:
        """Where something is for the person, or else unread, or else has happened."""
        others = [one for one in self if one is not self.shown]
        for wanted in ("mentions", "unread", "stirred"):
            found = [one for one in others if getattr(one, wanted)]
            if found:
                return min(found, key=lambda one: one.touched)
        return None
