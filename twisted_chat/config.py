"""Configuration files in TOML, whose mistakes cost one line that says in which line they are."""

import re
import tomllib
from collections.abc import Callable, Collection
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from twisted.python import reflect, usage

from twisted_chat.startup import CannotStart, Options

LARGEST = 1_000_000
"""Bytes of a file that is read."""
_TABLE = re.compile(r"\s*\[{1,2}\s*([^\]]+?)\s*\]")
_KEY = re.compile(r"""\s*(?:"([^"]+)"|'([^']+)'|([A-Za-z0-9_-]+))\s*=""")
_PLACE = re.compile(r"(.*) \(at line (\d+), column \d+\)")


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
            raise CannotStart(f"{path} is no configuration: it has over {LARGEST:,} bytes")
        try:
            self._text = data.decode()
            self.values: dict[str, Any] = tomllib.loads(self._text)
        except UnicodeDecodeError as error:
            line = data.count(b"\n", 0, error.start) + 1
            raise self._at(line, "this is not in UTF-8") from None
        except tomllib.TOMLDecodeError as error:
            raise self._broken(str(error)) from None

    def mistake(self, why: str, *keys: str) -> CannotStart:
        """What is to be told of a value that is at the end of these keys."""
        return self._at(self._line_of(keys), why)

    def _broken(self, problem: str) -> CannotStart:
        if found := _PLACE.fullmatch(problem):
            return self._at(int(found[2]), f"this is no TOML: {found[1]}")
        return self._at(self._text.count("\n") + 1, f"this is no TOML: {problem}")

    def _at(self, line: int, why: str) -> CannotStart:
        return CannotStart(f"{self.path}, line {line}: {why}" if line else f"{self.path}: {why}")

    def _line_of(self, keys: tuple[str, ...]) -> int:
        """The line in which a key stands; 0 where it is not written by itself."""
        *tables, last = keys
        wanted, here = ".".join(tables), ""
        for number, line in enumerate(self._text.splitlines(), 1):
            if found := _TABLE.match(line):
                here = re.sub(r"[\s\"']", "", found[1])
                if here == ".".join(keys):
                    return number
            elif here == wanted and (found := _KEY.match(line)) and last in found.groups():
                return number
        return 0


def apply(options: Options, file: ConfigFile, left_out: Collection[str] = ()) -> None:
    """Set these options as a file says, by their long names, but for those that were given
    on the command line. Raises CannotStart for what is none of them, or is left out, or no
    such value."""
    readers = _readers(options)
    flags = {flag[0] for flag in _each(options, "optFlags")}
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


def _readers(options: Options) -> dict[str, Callable[[str], Any]]:
    """What reads the value of each option that takes one."""
    return {
        name: reader[0] if reader and reader[0] else str
        for name, _, _, _, *reader in _each(options, "optParameters")
    }


def _each(options: Options, what: str) -> list[list[Any]]:
    found: list[list[Any]] = []
    reflect.accumulateClassList(type(options), what, found)
    return found
