"""Configuration files in TOML, whose mistakes cost one line that says in which line they are."""

from collections.abc import Collection
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from twisted.python import usage

from twisted_chat.startup import CannotStart, Options
from twisted_chat.toml_lines import NoToml, line_of, parse

LARGEST = 1_000_000
"""Bytes of a file that is read."""


class ConfigFile:
    """What a file says. `values` is its table. Making one raises CannotStart."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            with path.open("rb") as file:
                data = file.read(LARGEST + 1)
        except OSError as error:
            raise CannotStart(f"cannot read {path}: {error.strerror}") from None
        if len(data) > LARGEST:
            raise CannotStart(f"{path} is not a configuration: it has over {LARGEST:,} bytes")
        try:
            self._text = data.decode()
            self.values: dict[str, Any] = parse(self._text)
        except UnicodeDecodeError as error:
            line = data.count(b"\n", 0, error.start) + 1
            raise self._at(line, "this is not in UTF-8") from None
        except NoToml as wrong:
            raise self._at(wrong.line, f"this is not TOML: {wrong.why}") from None

    def mistake(self, why: str, *keys: str) -> CannotStart:
        """What is to be told of a value that is at the end of these keys."""
        return self._at(line_of(self._text, keys), why)

    def _at(self, line: int, why: str) -> CannotStart:
        return CannotStart(f"{self.path}, line {line}: {why}" if line else f"{self.path}: {why}")


def apply(options: Options, file: ConfigFile, left_out: Collection[str] = ()) -> None:
    """Set these options as a file says, by their long names, but for those that were given
    on the command line. Raises CannotStart for what is none of them, or is left out, or no
    such value."""
    readers, flags = options.readers(), options.flags()
    known = (readers.keys() | flags) - set(left_out)
    for name, value in file.values.items():
        if name not in known:
            close = get_close_matches(name, known, 1)
            hint = f": is {close[0]} meant?" if close else ""
            raise file.mistake(f"there is no setting {name}{hint}", name)
        if name in flags:
            if not isinstance(value, bool):
                raise file.mistake(f"{name} is true or false", name)
            read: Any = int(value)
        else:
            if isinstance(value, bool) or not isinstance(value, str | int | float):
                raise file.mistake(f"{name} is to be one number or text", name)
            try:
                read = readers[name](str(value))
            except usage.UsageError as mistake:
                raise file.mistake(f"{name}: {mistake}", name) from None
        if name not in options.given:
            options[name] = read
