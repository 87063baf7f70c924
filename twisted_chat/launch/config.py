"""What a person has written down about themselves and their servers: config.toml.

    name = "alice"
    default = "home"

    [servers.home]
    host = "chat.example.org"
    key = "02184-37615-01971-47035-15735-00683-56558-56098"
    rooms = ["lab"]

    [terminal]
    face = "line"
    theme = "light"

    [store]
    days = 365
    megabytes = 500

What is said on the command line wins. A mistake is one line, with its number.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from msgspec import Struct, field
from platformdirs import user_config_path

from twisted_chat import names
from twisted_chat.addresses import DEFAULT_PORT, LARGEST_PORT
from twisted_chat.errors import NameRefused, UsageMistake
from twisted_chat.identity.fingerprints import read_fingerprint
from twisted_chat.toml_lines import NoToml, line_of, parse

FILE = "config.toml"
FACES = ("screen", "line")
"""What one can chat on at a terminal."""
LARGEST = 64 * 1024
"""Bytes of the file."""
LARGEST_LIMIT = 1_000_000
"""Days, and megabytes, for which something can be kept."""


class ServerEntry(Struct, frozen=True):
    """One server: where it is, the key that it must have, the rooms to be in, and the name to
    have there, if that is another than elsewhere."""

    host: str
    port: int = DEFAULT_PORT
    key: str = ""
    name: str = ""
    rooms: tuple[str, ...] = ()


class TerminalConfig(Struct, frozen=True):
    """How one wants to chat at a terminal."""

    face: str = ""
    """Which of FACES; empty for the screen, where the terminal can."""
    theme: str = "dark"
    """One of the themes that are there, or a file in the folder `themes` beside this one."""
    bell: bool = True
    """Whether the bell rings for what is for the person."""
    notify: tuple[str, ...] = ()
    """A command for that, with its arguments."""


class Config(Struct, frozen=True):
    """What stands in the file; nothing where there is none."""

    name: str = ""
    key: str = ""
    """The file with one's own key."""
    default: str = ""
    """The server that is meant where none is named."""
    servers: dict[str, ServerEntry] = field(default_factory=dict)
    terminal: TerminalConfig = TerminalConfig()
    days: int = 0
    """How long what was said is kept; 0 for good."""
    megabytes: int = 0
    """How large the file with it may be; 0 for any size."""


class _Mistake(Exception):
    """What is wrong, and at which of the keys."""

    def __init__(self, why: str, *keys: str) -> None:
        super().__init__(why)
        self.keys = keys


def config_file() -> Path:
    """Where the file is if nothing else is said."""
    return user_config_path("twisted-chat", appauthor=False) / FILE


def load_config(path: Path | None) -> Config:
    """Read this file, or the one in the usual place, which need not be there.
    Raises UsageMistake, in one line with the number of the line."""
    chosen = config_file() if path is None else path
    try:
        with chosen.open("rb") as file:
            text = file.read(LARGEST + 1)
    except FileNotFoundError:
        if path is None:
            return Config()
        raise UsageMistake(f"there is no file {chosen}") from None
    except OSError as problem:
        raise UsageMistake(f"cannot read {chosen}: {problem.strerror}") from None
    if len(text) > LARGEST:
        raise UsageMistake(f"{chosen} has more than {LARGEST:,} bytes")
    try:
        return read_config(text.decode())
    except UnicodeDecodeError:
        raise UsageMistake(f"{chosen} is not UTF-8") from None
    except UsageMistake as mistake:
        raise UsageMistake(f"{chosen}, {mistake}") from None


def read_config(text: str) -> Config:
    """Read what stands in the file. Raises UsageMistake, which begins with the line."""
    try:
        return _config(parse(text))
    except NoToml as wrong:
        raise UsageMistake(f"line {wrong.line}: {wrong.why[:1].lower()}{wrong.why[1:]}") from None
    except _Mistake as mistake:
        raise UsageMistake(f"line {line_of(text, mistake.keys) or 1}: {mistake}") from None


def entry_for(config: Config, host: str, port: int) -> ServerEntry | None:
    """What stands there of a server that is named by its place."""
    entries = config.servers.values()
    places = (one for one in entries if (one.host.lower(), one.port) == (host.lower(), port))
    return next(places, None)


def _config(found: dict[str, Any]) -> Config:
    readers: dict[str, Callable[[Any], Any]] = {
        "name": _name,
        "key": _text,
        "default": _text,
        "servers": _table,
        "terminal": _table,
        "store": _table,
    }
    read = _fields(found, readers)
    terminal = _terminal(read.get("terminal", {}))
    kept: dict[str, Callable[[Any], Any]] = {"days": _whole, "megabytes": _whole}
    store = _fields(read.get("store", {}), kept, "store")
    servers = {short: _server(short, entry) for short, entry in read.get("servers", {}).items()}
    default = read.get("default", "")
    if default and default not in servers:
        raise _Mistake(f"there is no [servers.{default}]", "default")
    return Config(read.get("name", ""), read.get("key", ""), default, servers, terminal, **store)


def _terminal(entry: dict[str, Any]) -> TerminalConfig:
    readers: dict[str, Callable[[Any], Any]] = {
        "face": _face,
        "theme": _text,
        "bell": _flag,
        "notify": _command,
    }
    return TerminalConfig(**_fields(entry, readers, "terminal"))


def _server(short: str, entry: Any) -> ServerEntry:
    where = ("servers", short)
    if not isinstance(entry, dict):
        raise _Mistake(f"a server is a table: [servers.{short}]", *where)
    readers: dict[str, Callable[[Any], Any]] = {
        "host": _text,
        "port": _port,
        "key": _fingerprint,
        "name": _name,
        "rooms": _rooms,
    }
    read = _fields(entry, readers, *where)
    if not read.get("host"):
        raise _Mistake(f"[servers.{short}] needs a host", *where)
    return ServerEntry(**read)


def _fields(
    found: dict[str, Any], readers: dict[str, Callable[[Any], Any]], *where: str
) -> dict[str, Any]:
    read = {}
    for key, value in found.items():
        if key not in readers:
            there = ", ".join(readers)
            raise _Mistake(f"there is no {key} here; there are {there}", *where, key)
        try:
            read[key] = readers[key](value)
        except (UsageMistake, NameRefused) as wrong:
            raise _Mistake(f"{key}: {wrong}", *where, key) from None
    return read


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value or not value.isprintable():
        raise UsageMistake("this is to be a text in quotes")
    return value


def _table(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise UsageMistake(
            "this is to be a table, or several: [servers.NAME], [terminal], [store]"
        )
    return value


def _face(value: Any) -> str:
    if value not in FACES:
        raise UsageMistake(f"this is to be {' or '.join(FACES)}")
    return str(value)


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise UsageMistake("this is to be true or false")
    return value


def _command(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not value:
        raise UsageMistake('this is to be a list: ["PROGRAM", "ARGUMENT", ...]')
    return tuple(map(_text, value))


def _name(value: Any) -> str:
    return names.canonical(_text(value))


def _fingerprint(value: Any) -> str:
    return read_fingerprint(_text(value))


def _port(value: Any) -> int:
    if type(value) is not int or not 0 < value <= LARGEST_PORT:
        raise UsageMistake(f"this is to be a number from 1 to {LARGEST_PORT}")
    return value


def _whole(value: Any) -> int:
    if type(value) is not int or not 0 < value <= LARGEST_LIMIT:
        raise UsageMistake(f"this is to be a number from 1 to {LARGEST_LIMIT:,}")
    return value


def _rooms(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise UsageMistake('this is to be a list: ["ROOM", ...]')
    return tuple(map(_name, value))
