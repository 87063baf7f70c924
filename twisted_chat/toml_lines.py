"""TOML, and the lines in which it says what."""

import re
import tomllib
from typing import Any

_HEADER = re.compile(r"\s*\[{1,2}([^\[\]]+)\]")
_WORD = r"(?:[\w-]+|\"[^\"]*\"|'[^']*')"
_KEY = re.compile(rf"\s*({_WORD}(?:\s*\.\s*{_WORD})*)\s*=")
_PLACE = re.compile(r"(.*) \(at line (\d+), column \d+\)")


class NoToml(Exception):
    """A text is no TOML: `why`, as the reader says it, at the number `line`."""

    def __init__(self, line: int, why: str) -> None:
        super().__init__(f"line {line}: {why}")
        self.line = line
        self.why = why


def parse(text: str) -> dict[str, Any]:
    """What a text says. Raises NoToml."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as wrong:
        found = _PLACE.fullmatch(str(wrong))
        if found is not None:
            raise NoToml(int(found[2]), found[1]) from None
        end = text.count("\n") + 1
        raise NoToml(end, str(wrong).partition(" (at ")[0]) from None


def line_of(text: str, keys: tuple[str, ...]) -> int:
    """The line on which a key stands, at the end of these, or the table that it would be
    in; 0 where neither is written."""
    table: tuple[str, ...] = ()
    best, longest = 0, 0
    for number, line in enumerate(text.splitlines(), 1):
        if (header := _HEADER.match(line)) is not None:
            here = table = _dotted(header[1])
        elif (key := _KEY.match(line)) is not None:
            here = (*table, *_dotted(key[1]))
        else:
            continue
        if keys[: len(here)] == here and len(here) > longest:
            best, longest = number, len(here)
    return best


def _dotted(text: str) -> tuple[str, ...]:
    return tuple(part.strip().strip("\"'") for part in text.split("."))
