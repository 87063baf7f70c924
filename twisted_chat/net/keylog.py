"""The secrets of connections, for whoever wants to read a capture of their own traffic."""

import os
from collections.abc import Mapping
from typing import TextIO

from twisted_chat.startup import CannotStart

VARIABLE = "SSLKEYLOGFILE"
"""The environment variable that names the file, for us as for browsers."""
MODE = 0o600


def keylog_file(environment: Mapping[str, str] = os.environ) -> TextIO | None:
    """The file that is named, to be added to; None where none is. Raises CannotStart."""
    path = environment.get(VARIABLE)
    if not path:
        return None
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, MODE)
        return open(descriptor, "w", encoding="ascii")
    except (OSError, ValueError) as problem:
        reason = getattr(problem, "strerror", None) or problem
        raise CannotStart(f"cannot write to {VARIABLE}={path}: {reason}") from None
