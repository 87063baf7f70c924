"""What a typed line means in TCP chat: almost always itself."""

import re
from enum import Enum

from twisted_chat.display import KEY_MEANT, has_key
from twisted_chat.events import Event
from twisted_chat.tcp.events import Misread, NoCommand

QUIT = ":q"
"""What a person types to hang up."""

_COMMAND = re.compile(
    r"""
    /[A-Za-z]               # As in other chats: /quit, /join lab.
    | :[qQ]!?(?!\S)         # As here, with something before or after it.
    | :[a-z]{2,}!?(?!\S)    # As in an editor: :wq, :quit!; but not :D or :ok:.
    | \$[a-z]+(?!\S)        # As in UDP chat: $help; but not $5 or $HOME.
    """,
    re.VERBOSE,
)
_LEAVING = frozenset({"exit", "q", "quit"})
"""What is typed alone to leave other programs."""
_DOUBLED = re.compile(r"([/:$])\1+")
MARKS = frozenset("/:$")
"""With what commands begin, here and elsewhere."""


class TypedCommand(Enum):
    """What is not said but done."""

    QUIT = QUIT


Typed = str | TypedCommand | Event
"""What is to be said or done, or what was wrong with a line."""


def read(line: str, *, person: bool) -> Typed:
    """What is to be said, to be done, or to be typed otherwise.

    What looks like a command is not said aloud by mistake, nor what leaves other programs,
    alone on its line; the mark of a command typed twice says it. A script's lines are
    text, whatever they look like, except for `:q`.
    """
    text = line.strip()
    if text == QUIT:
        return TypedCommand.QUIT
    if not person:
        return _undoubled(line) if text.lstrip(":") == QUIT[1:] else line
    if has_key(line):
        return Misread(KEY_MEANT)
    if text.casefold() in _LEAVING:
        return NoCommand(text)
    if _COMMAND.match(text if text.casefold() == QUIT else line):
        return NoCommand(text.split()[0])
    return _undoubled(line)


def said_aloud(line: str) -> str:
    """What is to be typed so that this line is said, if it can be."""
    mark = line.lstrip()[:1]
    if read(line, person=True) == line or mark not in MARKS:
        return line
    return line.replace(mark, mark * 2, 1)


def _undoubled(line: str) -> str:
    """The line with one mark less, if it has several before what looks like a command."""
    marks = _DOUBLED.match(line.lstrip())
    if marks is None or not _COMMAND.match(line.lstrip()[marks.end() - 1 :]):
        return line
    return line.replace(marks[1], "", 1)
