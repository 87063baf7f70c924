"""Which face a person sees: what the terminal can, and what they would rather have."""

import os
import time
from collections.abc import Callable, Mapping
from enum import Enum, auto
from functools import partial
from typing import Any

from twisted_chat.errors import UsageMistake
from twisted_chat.launch.config import TerminalConfig, config_file
from twisted_chat.startup import CannotStart


class FaceKind(Enum):
    """The faces for people, and for what comes from a pipe or a file."""

    SCRIPT = auto()
    PLAIN = auto()
    """Lines, typed as the terminal lets them be typed."""
    LINE = auto()
    """An input line of its own."""
    SCREEN = auto()
    """The full screen."""


def which_face(
    environment: Mapping[str, str], *, typed: bool, shown: bool, line: bool = False
) -> FaceKind:
    """The face, if standard input is a terminal where something is `typed`, and standard output
    one where it is `shown`. `line` is what the person would rather have than the screen."""
    if not typed:
        return FaceKind.SCRIPT
    if not shown or environment.get("TERM", "") in ("", "dumb", "unknown"):
        return FaceKind.PLAIN
    return FaceKind.LINE if line else FaceKind.SCREEN


def face_here(*, line: bool = False) -> FaceKind:
    """The face for where we were started."""
    return which_face(os.environ, typed=os.isatty(0), shown=os.isatty(1), line=line)


def with_input_line(edited: Callable[..., Any], program: str, reactor: Any) -> Callable[..., Any]:
    """What makes a terminal with an input line, which needs nothing more than what is its own:
    the history of this program, and the colours of this terminal are given to it here."""
    from twisted_chat.terminal.ansi import colours_of  # A script starts sooner without these.
    from twisted_chat.terminal.edited import Manner
    from twisted_chat.terminal.history_file import HistoryFile, history_path

    file = HistoryFile(history_path(program))
    manner = Manner(colours_of(os.environ), time.time, file.add)
    return partial(edited, history=file.load(), manner=manner, clock=reactor)


def on_screen(
    make: Callable[..., Any], program: str, reactor: Any, wanted: TerminalConfig
) -> Callable[..., Any]:
    """What makes a full screen, as `with_input_line` has it. Raises CannotStart where the theme
    that is wanted is none."""
    from twisted_chat.terminal.history_file import HistoryFile, history_path
    from twisted_chat.terminal.screen.terminal import ScreenManner

    file = HistoryFile(history_path(program))
    manner = ScreenManner(
        theme_called(wanted.theme), time.time, file.add, wanted.notify, bell=wanted.bell
    )
    return partial(make, history=file.load(), manner=manner, reactor=reactor)


def theme_called(name: str) -> Any:
    """A theme that is there, or one of the person's own. Raises CannotStart."""
    from twisted_chat.terminal.screen.themes import BUILT_IN, LARGEST_THEME, built_in, read_theme

    if name in BUILT_IN:
        return built_in(name)
    path = config_file().parent / "themes" / f"{name}.toml"
    try:
        with path.open(encoding="utf-8") as file:
            return read_theme(file.read(LARGEST_THEME + 1))
    except (OSError, UnicodeDecodeError) as problem:
        why = problem.strerror if isinstance(problem, OSError) else "it is not UTF-8"
        there = ", ".join(BUILT_IN)
        raise CannotStart(f"there is no theme {name} ({path}: {why}); there are {there}") from None
    except UsageMistake as mistake:
        raise CannotStart(f"{path}, {mistake}") from None
