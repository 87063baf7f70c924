"""What a program wants of a UDP peer, as lines of JSON or of text."""

from typing import Any

from twisted_chat import names
from twisted_chat.errors import NameRefused, TurnMistake, UsageMistake
from twisted_chat.peer.commands import (
    DELETE,
    TURNING,
    Command,
    Order,
    Say,
    Typed,
    counts,
)
from twisted_chat.peer.events.server import Mistake
from twisted_chat.terminal.json_lines import BEGIN, one_text, read_object
from twisted_chat.terminal.typed_lines import number_for, read_line

SHAPES = '{"say": TEXT} or {"do": COMMAND, ...}, or a text that does not begin with {'
_BY_WORD = {command.word: command for command in Command}


def arguments(command: Command) -> dict[str, bool]:
    """What goes with a command in JSON: each name, and whether it has to be there."""
    found = {}
    for number, one in enumerate(command.argument.split()):
        name = "answer" if number and command.choices else one.strip("[]").lower()
        found[name] = not one.startswith("[")
    return found


def usage(command: Command) -> str:
    """How a command is written. What stands in brackets may be left out."""
    given = ""
    for name, needed in arguments(command).items():
        value = "/".join(command.choices) if name == "answer" else name.upper()
        given += f', "{name}": {value}' if needed else f' [, "{name}": {value}]'
    return f'{{"do": "{command.word}"{given}}}'


def read_order(line: str) -> Typed:
    """What is wanted by a line; a mistake where that cannot be told."""
    try:
        if not line.startswith(BEGIN):
            return read_line(line)
        wanted = read_object(line)
        if "say" in wanted:
            return Say(one_text(wanted), aloud=True)
        if "do" in wanted:
            return _order(wanted)
        raise UsageMistake(f"this says nothing: right would be {SHAPES}")
    except (UsageMistake, NameRefused) as mistake:
        return Mistake(str(mistake), isinstance(mistake, TurnMistake))


def _order(wanted: dict[str, Any]) -> Order:
    word = wanted.pop("do")
    command = _BY_WORD.get(word.lower()) if isinstance(word, str) else None
    if command is None:
        raise UsageMistake(f"there is no such command: there are {', '.join(_BY_WORD)}")
    mistake = TurnMistake if command in TURNING else UsageMistake
    known = arguments(command)
    needed = {name for name, must in known.items() if must}
    texts = all(isinstance(value, str) for value in wanted.values())
    if not texts or not needed <= wanted.keys() <= known.keys():
        raise mistake(f"usage: {usage(command)}")
    choice = wanted.pop("answer", "").lower()
    if choice and choice not in command.choices:
        raise mistake(f"usage: {usage(command)}")
    if command is Command.TOPIC and wanted.get("text") == "":
        choice = DELETE
    text = one_text({"say": wanted.pop("text", "")})
    try:
        given = [names.canonical(wanted[name]) for name in known if name in wanted]
        order = Order(command, "".join(given[:1]), choice, text, "".join(given[1:]))
    except NameRefused as refused:
        raise mistake(str(refused)) from None
    if not counts(order):
        raise mistake(f"usage: {usage(command)}, {number_for(command)} as a text")
    return order
