"""What Tab makes of the beginning of a word."""

from typing import Protocol

from msgspec import Struct


class Completion(Struct, frozen=True):
    """The words that can stand in the place of what is between `start` and the cursor. Where
    there is one, it goes there with `end` behind it."""

    start: int
    words: tuple[str, ...] = ()
    end: str = " "
    rooms: bool = False
    """Whether it is a room, of which the server may know more."""

    @property
    def common(self) -> str:
        """What all of them begin with."""
        first, last = min(self.words, default=""), max(self.words, default="")
        same = (n for n, letter in enumerate(first) if last[n : n + 1] != letter)
        return first[: next(same, len(first))]


class Completer(Protocol):
    """Knows the words."""

    def complete(self, text: str, cursor: int) -> Completion:
        """Those that can stand before the cursor."""


class NoCompleter:
    """Knows none."""

    def complete(self, text: str, cursor: int) -> Completion:
        return Completion(cursor)
