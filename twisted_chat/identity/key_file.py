"""Where one's own key is kept.

A file of its owner alone, made at first use and never written again. It is
written under another name and then linked to its own, so there is never half a
key, and of two programs that make one at the same time both use the first.
"""

import os
import stat
import tempfile
from contextlib import suppress
from pathlib import Path

from platformdirs import user_data_path

from twisted_chat.identity.keys import DamagedKey, Identity
from twisted_chat.startup import CannotStart

PERSON = "identity.pem"
SERVER = "server.pem"
MODE = 0o600
DIRECTORY_MODE = 0o700
LARGEST = 64 * 1024
"""Bytes of a key file; ours are below a thousand."""


def data_directory() -> Path:
    """The person's own directory for what we keep."""
    return user_data_path("twisted-chat", appauthor=False)


def load_or_make(path: Path) -> Identity:
    """The key in this file, which is made where there is none. Raises CannotStart."""
    if (pem := _read(path)) is None:
        _make(path)
        pem = _read(path)
    if pem is None:
        raise CannotStart(f"the key file {path} is gone again: start once more")
    try:
        return Identity.from_pem(pem)
    except DamagedKey as damage:
        raise CannotStart(
            f"the key file {path} is damaged, {damage}:"
            " put a copy of it back, or move it away to become somebody new"
        ) from None


def make_directory(path: Path) -> None:
    """Make a directory for its owner alone. Raises CannotStart where it cannot
    be, or others may write in it."""
    try:
        path.mkdir(mode=DIRECTORY_MODE, parents=True, exist_ok=True)
        mode = path.stat().st_mode
    except OSError as problem:
        raise CannotStart(f"cannot make the directory {path}: {problem.strerror}") from None
    if mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise CannotStart(f"others may write in {path}: chmod 700 {path}")


def _read(path: Path) -> bytes | None:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    except OSError as problem:
        raise unreadable(path, problem) from None
    try:
        mode = os.fstat(descriptor).st_mode
        if not stat.S_ISREG(mode):
            raise CannotStart(f"the key file {path} is not a file: move it away")
        if mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise CannotStart(
                f"the key file {path} is open to others: chmod 600 {path},"
                " or move it away if somebody may have read it"
            )
        return os.read(descriptor, LARGEST)
    except OSError as problem:
        raise unreadable(path, problem) from None
    finally:
        os.close(descriptor)


def unreadable(path: Path, problem: OSError) -> CannotStart:
    """Why a key file cannot be read."""
    return CannotStart(
        f"cannot read the key file {path}: {problem.strerror}; let it be yours and readable"
    )


def _make(path: Path) -> None:
    make_directory(path.parent)
    temporary = ""
    try:
        # It is made with mode 600.
        descriptor, temporary = tempfile.mkstemp(prefix=".key-", dir=path.parent)
        with open(descriptor, "wb") as file:
            file.write(Identity.generate().pem)
            file.flush()
            os.fsync(descriptor)
        with suppress(FileExistsError):  # Another program was first; its key is ours too.
            os.link(temporary, path)
    except OSError as problem:
        raise CannotStart(f"cannot write the key file {path}: {problem.strerror}") from None
    finally:
        if temporary:
            with suppress(OSError):
                os.unlink(temporary)
