"""Which of a person's keys a program uses.

A person has one key. Two programs that run at the same time must not share it,
as nobody could tell them apart; so whoever finds it in use gets one for the
name that it was given. Each name has the same key next time, whichever program
starts first then: the file of a name whose key is the person's is a link to it.

Copies of a key on several machines exclude nobody. A server tells them apart by the
instance: the same for two programs that cannot run at the same time, as one file of one
running system is locked by both.
"""

import fcntl
import hashlib
import os
from contextlib import suppress
from itertools import count
from pathlib import Path
from urllib.parse import quote

from msgspec.structs import replace

from twisted_chat import names
from twisted_chat.errors import NameRefused
from twisted_chat.identity.key_file import PERSON, load_or_make, unreadable
from twisted_chat.identity.keys import Identity
from twisted_chat.startup import CannotStart

LONGEST_NAME = 242
"""Bytes of a name in the name of its file, which may have 255 in all."""
BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
"""What is another at each start of a system, and on each system (random(4))."""
INSTANCE_BYTES = 10
SPARE = 32
"""Keys for programs without a name that run at the same time."""


class KeyInUse(CannotStart):
    """Another program of the same person uses the key of this name."""


def claim(directory: Path, name: str | None) -> Identity:
    """The key for a program whose person is called this, or is yet to choose a
    name. It is the program's alone until it ends. Raises KeyInUse, CannotStart."""
    return _unnamed(directory) if name is None else _named(directory, name)


def _named(directory: Path, name: str) -> Identity:
    own = _own(directory, name)
    if not _is_there(own) and (identity := _try(directory / PERSON)) is not None:
        _link(own)
        return identity
    if (identity := _try(own)) is not None:
        return identity
    raise KeyInUse(
        f"another of your programs uses the key of {name}: end that one, choose another name,"
        " or give a key with --key"
    )


def _unnamed(directory: Path) -> Identity:
    spares = (directory / f"identity-{number}.pem" for number in count(2))
    for path in (directory / PERSON, *(next(spares) for _ in range(SPARE))):
        if (identity := _try(path)) is not None:
            return identity
    raise KeyInUse(
        f"{SPARE + 1} programs use your keys already: end one, or give a file with --key"
    )


def _link(own: Path) -> None:
    """Let the name of this file have the person's key from now on."""
    try:
        with suppress(FileExistsError):  # It led to a key that was moved away.
            own.symlink_to(PERSON)
    except OSError as problem:
        raise CannotStart(f"cannot write {own}: {problem.strerror}") from None


def key_of(directory: Path, name: str | None) -> Path:
    """Where the key is that a program has whose person is called this, or is yet to choose
    a name and has no other program. A name that has none yet gets it now, as it
    would at a start, so that it is the same then. Raises CannotStart."""
    if name is None:
        return directory / PERSON
    if not _is_there(own := _own(directory, name)):
        claim(directory, name)
    return own


def _is_there(path: Path) -> bool:
    try:
        return path.exists()
    except OSError as problem:
        raise unreadable(path, problem) from None


def claim_file(path: Path) -> Identity:
    """The key in this file, which is made where there is none. Raises CannotStart."""
    identity = _try(path)
    if identity is None:
        raise CannotStart(f"another program uses the key {path}: give another with --key")
    return identity


def _try(path: Path) -> Identity | None:
    """The key in a file, if no other program uses it."""
    identity = load_or_make(path)
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError as problem:
        raise unreadable(path, problem) from None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        return None
    # The lock lives as long as the program: nobody closes the descriptor.
    return replace(identity, instance=_instance(identity, os.fstat(descriptor)))


def _instance(identity: Identity, file: os.stat_result) -> str:
    """What only this file of this running system leads to, and tells nothing of either;
    empty where the system does not say which it is."""
    try:
        system = BOOT_ID.read_bytes().strip()
    except OSError:
        return ""
    purpose = b"instance %d %d %s" % (file.st_dev, file.st_ino, system)
    return identity.secret(purpose)[:INSTANCE_BYTES].hex()


def _own(directory: Path, name: str) -> Path:
    """The file with the key of this name."""
    with suppress(NameRefused):  # A name that nobody can have has a file all the same.
        name = names.casefold(name)
    quoted = quote(name, safe="")
    if len(quoted) > LONGEST_NAME:
        quoted = f"%-{hashlib.sha256(name.encode()).hexdigest()}"  # No quoted name has this.
    return directory / f"identity-{quoted}.pem"
