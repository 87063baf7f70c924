"""What all faces have in common: a terminal, while somebody sits there."""

from typing import Generic, Protocol, TypeVar


class FacedTerminal(Protocol):
    """What a face needs of its terminal."""

    def listen(self, wanted: bool) -> None:
        """Let more be entered, or not for a while."""

    def close(self) -> None:
        """Show what is still to be shown, and close."""


T = TypeVar("T", bound=FacedTerminal)


class FaceAtTerminal(Generic[T]):
    """A face at a terminal, which it has as `_terminal` while it is attached."""

    _terminal: T | None = None

    def listen(self, wanted: bool) -> None:
        """Read what is typed, or let it wait."""
        if self._terminal is not None:
            self._terminal.listen(wanted)

    def close(self) -> None:
        """Show what is still to be shown, and close."""
        if self._terminal is not None:
            self._terminal.close()
