"""What is to be noticed by a person who looks elsewhere, and how often."""

import re
from functools import lru_cache

from msgspec import Struct

from twisted_chat.display import safe
from twisted_chat.names import folded

LONGEST_TOLD = 200
"""Characters of a text that are told outside of the screen."""


class Noticed(Struct, frozen=True):
    """Somebody has said something to the person: the bell rings, and it may be told to a
    program of theirs. Nothing in these texts is obeyed by a terminal."""

    who: str
    where: str
    text: str


def noticed(who: str, where: str, text: str) -> Noticed:
    """What is told of this."""
    return Noticed(safe(who), safe(where), safe(text[:LONGEST_TOLD]))


@lru_cache(maxsize=8)
def _own(name: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){re.escape(folded(name))}(?!\w)")


def is_mention(text: str, name: str) -> bool:
    """Whether somebody of this name is spoken of, as a word of its own."""
    if not name or len(text) < len(name):
        return False
    return _own(name).search(text.casefold()) is not None


def title(program: str, place: str, wanting: int) -> str:
    """What stands in the title of the window: in how many conversations something is for the
    person, and where they are."""
    return f"({wanting}) {place} - {program}" if wanting else f"{place} - {program}"
