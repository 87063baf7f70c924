"""Putting a text into datagrams."""

import unicodedata
from collections.abc import Iterator

from twisted_chat.wire.gen1 import NamedText, said_room

_JOINER = "\u200d"


def speak(name: str, text: str) -> list[NamedText]:
    """The messages that carry a typed text, each with the line feed of a typed line.

    A text longer than one datagram is split between characters, and where
    that is possible not within what is seen as one. Of a text of several lines each is a text
    of its own, as the original knows no others.
    """
    return [
        NamedText(name, part + "\n")
        for line in text.split("\n")
        for part in split(line, said_room(name) - 1)
    ]


def split(text: str, room: int) -> Iterator[str]:
    """The text in parts of at most so many bytes, cut as `speak` says."""
    while len(text) * 4 > room and len(text.encode()) > room:
        cut = len(text.encode()[:room].decode("utf-8", "ignore"))
        yield text[: _between(text, cut)]
        text = text[_between(text, cut) :]
    yield text


def _between(text: str, cut: int) -> int:
    """The last place up to `cut` that is not within a combining sequence."""
    at = cut
    while at and (unicodedata.category(text[at])[0] == "M" or _JOINER in (text[at], text[at - 1])):
        at -= 1
    return at or cut
