"""A capture of what is shown, for other programs."""

import os

from twisted_chat import __version__
from twisted_chat.errors import UsageMistake
from twisted_chat.trace import pcapng
from twisted_chat.trace.frame import Frame

_MODE = 0o600  # It holds what people said.


class Extract:
    """A new pcapng file. Raises UsageMistake where it cannot be written, or is there."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._interfaces: dict[tuple[int, int], int] = {}
        try:
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
            self._file = open(os.open(path, flags, _MODE), "wb")  # noqa: SIM115
        except FileExistsError:
            raise UsageMistake(f"{path} is there already: choose another file") from None
        except (OSError, ValueError) as problem:
            raise self._failed(problem) from None
        self._write(pcapng.section(f"twisted-chat {__version__}"))

    def keys(self, text: bytes) -> None:
        """Secrets that the capture has, and that open it."""
        self._write(pcapng.secrets(text))

    def frame(self, frame: Frame) -> None:
        """The next packet, as it was captured; if it was put together, its parts."""
        for one in frame.parts or (frame,):
            key = one.linktype, one.interface
            which = self._interfaces.get(key)
            if which is None:
                which = self._interfaces[key] = len(self._interfaces)
                self._write(pcapng.interface(f"interface {one.interface}", one.linktype))
            self._write(pcapng.copied(one.at, one.data, one.length, one.comments, which))

    def close(self) -> None:
        """Let all of it be on disk."""
        try:
            self._file.close()
        except OSError as problem:
            raise self._failed(problem) from None

    def _write(self, block: bytes) -> None:
        try:
            self._file.write(block)
        except OSError as problem:
            raise self._failed(problem) from None

    def _failed(self, problem: Exception) -> UsageMistake:
        reason = getattr(problem, "strerror", None) or problem
        return UsageMistake(f"cannot write {self._path}: {reason}")
