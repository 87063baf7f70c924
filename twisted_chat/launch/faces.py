"""Which face a person sees: what the terminal can, and what they would rather have."""

import os
import time
from collections.abc import Callable, Mapping
from enum import Enum, auto
from functools import partial
from typing import Any


class FaceKind(Enum):
    """The faces for people, and for what comes from a pipe or a file."""

    SCRIPT = auto()
    PLAIN = auto()
    """Lines, typed as the terminal lets them be typed."""
    LINE = auto()
    """An input line of its own."""


def which_face(environment: Mapping[str, str], *, typed: bool, shown: bool) -> FaceKind:
    """The face, if standard input is a terminal where something is `typed`, and standard output
    one where it is `shown`."""
    if not typed:
        return FaceKind.SCRIPT
    if not shown or environment.get("TERM", "") in ("", "dumb", "unknown"):
        return FaceKind.PLAIN
    return FaceKind.LINE


def face_here() -> FaceKind:
    """The face for where we were started."""
    return which_face(os.environ, typed=os.isatty(0), shown=os.isatty(1))


def with_input_line(edited: Callable[..., Any], program: str, reactor: Any) -> Callable[..., Any]:
    """What makes a terminal with an input line, which needs nothing more than what is its own:
    the history of this program, and the colours of this terminal are given to it here."""
    from twisted_chat.terminal.ansi import colours_of  # A script starts sooner without these.
    from twisted_chat.terminal.edited import Manner
    from twisted_chat.terminal.history_file import HistoryFile, history_path

    file = HistoryFile(history_path(program))
    manner = Manner(colours_of(os.environ), time.time, file.add)
    return partial(edited, history=file.load(), manner=manner, clock=reactor)
