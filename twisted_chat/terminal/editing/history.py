"""What was entered before, to be entered again."""

from collections import deque
from collections.abc import Iterable

MAX_HISTORY = 1_000
"""Entries that are kept."""
MAX_HISTORY_BYTES = 512 * 1024
"""Bytes of UTF-8 of an entry that is kept, and of all of them together."""


class History:
    """Entries, the newest last. One of them, or what is being typed, is shown."""

    def __init__(self, entries: Iterable[str] = ()) -> None:
        self._entries: deque[str] = deque()
        self._size = 0
        self._shown: int | None = None
        self._draft = ""
        for entry in entries:
            self.add(entry)

    def add(self, entry: str) -> bool:
        """Something was entered. Whether it is kept: what begins with a blank is not, nor
        what is the same as the last."""
        self._shown = None
        size = len(entry.encode("utf-8", "replace"))
        if not entry or entry[0].isspace() or size > MAX_HISTORY_BYTES:
            return False
        if self._entries and self._entries[-1] == entry:
            return False
        self._entries.append(entry)
        self._size += size
        while len(self._entries) > MAX_HISTORY or self._size > MAX_HISTORY_BYTES:
            self._size -= len(self._entries.popleft().encode("utf-8", "replace"))
        return True

    @property
    def entries(self) -> tuple[str, ...]:
        """All of them, the newest last."""
        return tuple(self._entries)

    def leave(self) -> None:
        """What is shown is being typed from now on."""
        self._shown = None

    def older(self, shown: str) -> str | None:
        """The entry before the one that is shown now; None where there is none."""
        at = len(self._entries) if self._shown is None else self._shown
        if at == 0:
            return None
        if self._shown is None:
            self._draft = shown
        self._shown = at - 1
        return self._entries[self._shown]

    def newer(self) -> str | None:
        """The entry after it, at last what was being typed; None where that is shown."""
        if self._shown is None:
            return None
        if self._shown + 1 >= len(self._entries):
            self._shown = None
            return self._draft
        self._shown += 1
        return self._entries[self._shown]

    def find(self, text: str, before: int | None = None) -> int | None:
        """Which entry has this in it, the newest of those before that one."""
        start = len(self._entries) if before is None else before
        return next((n for n in range(start - 1, -1, -1) if text in self._entries[n]), None)

    def find_newer(self, text: str, after: int) -> int | None:
        """Which entry has this in it, the oldest of those after that one."""
        return next(
            (n for n in range(after + 1, len(self._entries)) if text in self._entries[n]), None
        )

    def __getitem__(self, number: int) -> str:
        return self._entries[number]
