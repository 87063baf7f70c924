"""Programs that start quickly: from a process that has their modules loaded already.

Most of what a program takes to start is to load Twisted. Here a fork server
loads it once, and what is forked is a process as any other, with the file
descriptors, the environment and the words that it is given. It has no reactor
before, and makes its own.
"""

import ctypes
import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Sequence
from importlib import import_module
from multiprocessing.reduction import DupFd
from pathlib import Path
from typing import Any

_LOADED = [
    "tests.end_to_end.warm",
    "twisted.application.app",
    "twisted.internet.endpoints",
    "twisted.internet.epollreactor",
    "twisted.internet.stdio",
    "twisted.scripts._twistd_unix",
    "twisted_chat.launch.tcpchat",
    "twisted_chat.launch.udpchat",
    "twisted_chat.net.quic_connection",
    "twisted_chat.peer.service",
    "twisted_chat.server.service",
    "twisted_chat.tcp.person",
    "twisted_chat.tcp.service",
]
_CONTEXT = multiprocessing.get_context("forkserver")


class Warm:
    """A program that runs, with as much of subprocess.Popen as tests need.

    `entry` is its module and the function there; `ends` are its standard input,
    output and error; `namespace` is the network that it is in, if not this one.
    """

    def __init__(
        self,
        entry: tuple[str, str],
        argv: Sequence[str],
        environment: dict[str, str],
        ends: Sequence[int],
        namespace: Path | None = None,
    ) -> None:
        _CONTEXT.set_forkserver_preload(_LOADED)
        self._process = _CONTEXT.Process(
            target=_run, args=(entry, argv, environment, os.getcwd(), _Ends(ends), namespace)
        )
        self._process.start()
        assert self._process.pid is not None
        self.pid: int = self._process.pid

    def poll(self) -> int | None:
        """The same, or None while it runs."""
        return self._process.exitcode

    def wait(self, timeout: float | None = None) -> int:
        """The exit status, as Popen has it. Raises TimeoutError."""
        self._process.join(timeout)
        status = self._process.exitcode
        if status is None:
            raise TimeoutError(f"process {self.pid} has not ended after {timeout} s")
        return status


class _Ends:
    """File descriptors, on their way to a process."""

    def __init__(self, ends: Sequence[int]) -> None:
        self._ends = ends

    def __getstate__(self) -> list[Any]:
        return [DupFd(end) for end in self._ends]

    def __setstate__(self, sent: list[Any]) -> None:
        self._ends = [end.detach() for end in sent]

    def take(self) -> None:
        """Be standard input, output and error of this process."""
        for standard, end in enumerate(self._ends):
            os.dup2(end, standard)
        for end in self._ends:
            if end > 2:
                os.close(end)


def _enter(namespace: Path) -> None:
    """Be in this network from here on (setns(2), which Python 3.11 lacks)."""
    with namespace.open() as one:
        if ctypes.CDLL(None, use_errno=True).setns(one.fileno(), 0):
            raise OSError(ctypes.get_errno(), f"cannot be in {namespace}")


def _run(
    entry: tuple[str, str],
    argv: list[str],
    environment: dict[str, str],
    place: str,
    ends: _Ends,
    namespace: Path | None,
) -> None:
    """Be this program from here on."""
    assert "twisted.internet.reactor" not in sys.modules
    os.setsid()
    ends.take()
    if namespace is not None:
        _enter(namespace)
    os.chdir(place)
    os.environ.clear()
    os.environ.update(environment)
    time.tzset()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    sys.argv[:] = argv
    sys.stdin = os.fdopen(0, closefd=False)
    sys.stdout = os.fdopen(1, "w", 1 if os.isatty(1) else -1, closefd=False)
    sys.stderr = os.fdopen(2, "w", 1, errors="backslashreplace", closefd=False)
    module, function = entry
    try:
        status = getattr(import_module(module), function)()
    finally:
        sys.stdout.flush()
    sys.exit(status)
