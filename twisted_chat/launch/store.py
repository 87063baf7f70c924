"""Where what was said is kept: one file for each person, beside their key."""

from itertools import count
from pathlib import Path
from urllib.parse import quote

from twisted_chat import names
from twisted_chat.database import InUse
from twisted_chat.identity.key_file import data_directory
from twisted_chat.startup import CannotStart
from twisted_chat.store.file import StoreFile
from twisted_chat.store.retention import Retention

FOLDER = "store"
SPARE = 32
"""Files of programs without a key that run at the same time."""
IN_MEMORY = Retention(megabytes=64)
"""What is kept of what is said where it is in memory only."""


def open_store(fingerprint: str, name: str | None, retention: Retention) -> StoreFile:
    """The store of this key, or, without one, of this name, if there is one. Raises
    CannotStart."""
    if fingerprint:
        return _opened(store_file(fingerprint), retention)
    for number in count(1):
        path = plain_file(name, number)
        try:
            return _opened(path, retention)
        except InUse:
            if number > SPARE:
                raise
    raise AssertionError


def _opened(path: Path, retention: Retention) -> StoreFile:
    try:
        return StoreFile(path, retention)
    except InUse:
        raise
    except CannotStart as problem:
        raise CannotStart(f"{problem}; --no-store goes without it") from None


def store_file(fingerprint: str) -> Path:
    """What the one who has this key has said and heard."""
    return data_directory() / FOLDER / f"{fingerprint[:32]}.sqlite"


def plain_file(name: str | None, number: int = 1) -> Path:
    """What was said without a key, under this name, by the program that came so late."""
    called = "" if name is None else f"-{quote(names.casefold(name), safe='')}"
    again = "" if number == 1 else f"-{number}"
    return data_directory() / FOLDER / f"plain{called}{again}.sqlite"
