"""What was entered, kept from one start to the next: a file that its owner alone can read.

One entry a line; a line feed within one is `\\n`, and a backslash `\\\\`. Programs that run at
the same time each add what is entered there.
"""

import os
from contextlib import suppress
from pathlib import Path

from platformdirs import user_state_path

from twisted_chat.terminal.editing.history import MAX_HISTORY_BYTES, History

MODE = 0o600
LONGEST_FILE = 4 * MAX_HISTORY_BYTES
"""Bytes; a file that has become longer is written anew, with what is remembered of it."""


def history_path(program: str) -> Path:
    """Where the history of a program is."""
    return user_state_path("twisted-chat", appauthor=False) / f"{program}-history"


class HistoryFile:
    """The file. One that cannot be read or written is none: nothing is kept then."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def load(self) -> History:
        """What it has."""
        history, size = History(), 0
        with suppress(OSError), open(self._path, "rb") as file:
            size = os.fstat(file.fileno()).st_size
            file.seek(max(0, size - LONGEST_FILE))
            lines = file.read(LONGEST_FILE).decode("utf-8", "replace").split("\n")
            for line in lines[size > LONGEST_FILE :]:
                history.add(_unescaped(line))
        if size > LONGEST_FILE:
            self._write_anew(history)
        return history

    def add(self, entry: str) -> None:
        """Something was entered that is in the history now."""
        with suppress(OSError):
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._append(self._path, f"{_escaped(entry)}\n", os.O_APPEND)

    def _write_anew(self, history: History) -> None:
        new = self._path.with_suffix(f".{os.getpid()}")
        with suppress(OSError):
            text = "".join(f"{_escaped(entry)}\n" for entry in history.entries)
            self._append(new, text, os.O_TRUNC)
            new.replace(self._path)

    def _append(self, path: Path, text: str, how: int) -> None:
        flags = os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW | how
        descriptor = os.open(path, flags, MODE)
        try:
            os.fchmod(descriptor, MODE)
            os.write(descriptor, text.encode("utf-8", "replace"))
        finally:
            os.close(descriptor)


def _escaped(entry: str) -> str:
    return entry.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r")


def _unescaped(line: str) -> str:
    parts = [part.replace("\\n", "\n").replace("\\r", "\r") for part in line.split("\\\\")]
    return "\\".join(parts)
