"""How many lines of before somebody is given who comes into a room, as it travels."""

from msgspec import Struct

from twisted_chat.errors import WireError
from twisted_chat.wire.gen2.contact import WORD, arguments, grammar, read_name

ALL, MOST = -1, 1_000_000
"""What stands for all of them, and the largest number that is none."""


def told_count(count: int) -> str:
    """A number of lines, or ALL, as a word."""
    return "all" if count == ALL else str(count)


def read_count(word: str) -> int:
    """The same, back. Raises WireError."""
    if word == "all":
        return ALL
    if not (word.isascii() and word.isdigit() and len(word) <= len(str(MOST))):
        raise WireError("no number of lines")
    return min(int(word), MOST)


class SetHistory(Struct, frozen=True):
    """`rh ROOM COUNT`: so many lines of before are given to those who come into my room, or
    `all`."""

    room: str
    for_new: int

    def encode(self) -> bytes:
        return f"rh {self.room} {told_count(self.for_new)}".encode()


_room_and_count = grammar(WORD, WORD)


def read_set_history(argument: str) -> SetHistory:
    """The arguments of `rh`, as a user says it. Raises WireError."""
    room, count = arguments(_room_and_count, argument)
    return SetHistory(read_name(room), read_count(count))
