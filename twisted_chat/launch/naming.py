"""Asking a person for a name at a terminal, before anything is sent: their key is found by it."""

import io
import sys
from pathlib import Path

from twisted_chat import names
from twisted_chat.errors import NameRefused, UsageMistake
from twisted_chat.identity.claim import KeyInUse, claim
from twisted_chat.identity.keys import Identity
from twisted_chat.peer.commands import Command, Order
from twisted_chat.terminal.typed_lines import (
    NAME_FIRST,
    NAME_WANTED,
    help_lines,
    read_persons_line,
)
from twisted_chat.terminal.window import as_rows, terminal_width


def introduced(directory: Path) -> tuple[str, Identity]:
    """The name that the person chooses, and its key. Raises CannotStart, and
    SystemExit where they would rather leave."""
    question, first = NAME_WANTED, True
    if isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(encoding="utf-8", errors="replace")
    while True:
        _show(question)
        line = _typed()
        try:
            typed, was_first, first = line.strip(), first, False
            todo = read_persons_line(typed, first=was_first)
            if isinstance(todo, Order):
                question = _answer(todo)
            elif todo.text:
                name = names.canonical(todo.text)
                return name, claim(directory, name)
        except (KeyInUse, NameRefused, UsageMistake) as mistake:
            question = f"{mistake}. What is your name?"


def _typed() -> str:
    """A line of theirs, which can be edited as later ones can. Raises SystemExit at the end."""
    try:
        import readline  # Where it is there, `input` has it.
    except ImportError:
        pass
    else:
        readline.set_auto_history(False)
        readline.parse_and_bind("tab: self-insert")
    try:
        return input()
    except EOFError:
        raise SystemExit(0) from None


def _answer(order: Order) -> str:
    """Do what can be done without a name. Returns what is to be asked next."""
    if order.command is Command.QUIT:
        raise SystemExit(0)
    if order.command is Command.HELP:
        _show(*help_lines())
        return NAME_WANTED
    return NAME_FIRST


def _show(*lines: str) -> None:
    width = terminal_width(1)
    for line in lines:
        sys.stdout.writelines(f"{row}\n" for row in as_rows(f"> {line}", width))
    sys.stdout.flush()
