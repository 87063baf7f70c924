"""Another chat of the same person on this machine, which has the port that we want.

One who calls their own machine listens in between, so the other of the two
finds the port in use. A lock tells that a chat has it, and not another program.
"""

import fcntl
import os
from contextlib import suppress
from pathlib import Path

from twisted.internet.interfaces import IStreamClientEndpoint

from twisted_chat.startup import CannotStart
from twisted_chat.terminal.socket import MODE, prepare_directory


class Neighbour:
    """The chat that can be called with `endpoint` while another process has a lock on `path`."""

    def __init__(self, path: Path, endpoint: IStreamClientEndpoint) -> None:
        self._path = path
        self._descriptor: int | None = None
        self.endpoint = endpoint

    def claim(self) -> None:
        """Tell others that we are a chat at this port. Nothing where that cannot be."""
        if self._descriptor is None:
            with suppress(OSError, CannotStart):
                prepare_directory(self._path)
                self._descriptor = _locked(self._path)

    def release(self) -> None:
        """Tell it no more."""
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None:
            os.close(descriptor)

    @property
    def there(self) -> bool:
        """Whether another process says so."""
        if self._descriptor is not None or not self._path.exists():
            return False
        try:
            os.close(_locked(self._path))
        except BlockingIOError:
            return True
        except OSError:
            pass
        return False


def _locked(path: Path) -> int:
    """A descriptor with the lock. Raises OSError, BlockingIOError where another has it."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, MODE)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        raise
    return descriptor
