"""Events as JSON, one line for each, and what is typed as JSON: for programs as users.

Texts are what was sent. Everything but ASCII is escaped, so that nothing in them
is obeyed by a terminal.
"""

import json
import re
from collections.abc import Callable
from enum import Enum
from typing import Any

from msgspec import Struct
from msgspec.structs import asdict

from twisted_chat.errors import UsageMistake

BEGIN = "{"
"""How a line begins that is read as JSON; any other is text."""

_WORD = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def event_name(kind: type) -> str:
    """What an event is called: by a name of its own, or that of its class in snake case."""
    if name := getattr(kind, "NAME", ""):
        return str(name)
    return _WORD.sub("_", kind.__name__).lower()


def field_name(name: str) -> str:
    """What a field is called: without the mark that keeps it apart from words of Python."""
    return name.removesuffix("_")


def plain(value: Any) -> Any:
    """A value of a field as JSON has it: an enum as its value, a command as its word."""
    if isinstance(value, Enum):
        return getattr(value, "word", value.value)
    if isinstance(value, tuple):
        return [plain(one) for one in value]
    if isinstance(value, Struct):
        return {field_name(name): plain(one) for name, one in asdict(value).items()}
    return value


def read_object(line: str) -> dict[str, Any]:
    """Reads a line that begins like JSON. Raises UsageMistake."""
    try:
        found = json.loads(line)
    except RecursionError:
        raise UsageMistake("this JSON is too deep") from None
    except ValueError as problem:
        raise UsageMistake(f"this is no JSON: {problem}") from None
    if not isinstance(found, dict):
        raise UsageMistake("this JSON is no object")
    return found


def one_text(wanted: dict[str, Any]) -> str:
    """The text of `{"say": TEXT}`. Raises UsageMistake."""
    text = wanted["say"]
    if len(wanted) > 1 or not isinstance(text, str):
        raise UsageMistake('{"say": TEXT} holds nothing but a text')
    if "\n" in text or "\r" in text:
        raise UsageMistake("a text is one line: say each line by itself")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise UsageMistake("a text holds no half of a surrogate pair") from None
    return text


class JsonLines:
    """Turns events into lines of JSON, and writes these as they are. `time_of_day` is in
    seconds since 1970."""

    def __init__(self, time_of_day: Callable[[], float]) -> None:
        self._time_of_day = time_of_day

    def lines(self, event: Any, at: float | None = None) -> list[str]:
        """The line that tells of an event that happened now, or at a time of day."""
        return [self._line(event_name(type(event)), plain(event), at)]

    def laid_out(self, line: str, transport: Any) -> bytes:
        """A line as it is written, never broken into rows."""
        return f"{line}\n".encode("ascii")

    def mistake(self, why: str) -> str:
        """The line that tells why something that was typed is not read."""
        return self._line("mistake", {"why": why})

    def _line(self, name: str, told: dict[str, Any], at: float | None = None) -> str:
        time = self._time_of_day() if at is None else at
        return json.dumps({"event": name, **told, "time": round(time, 3)})
