"""Standard input, output and errors, made fit for a reactor before there is one.

This is done before anything else is loaded: a file that is opened would take the
place of a stream that is closed, and a reactor cannot work with one.
"""

import errno
import fcntl
import io
import os
import stat
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Any

FAILED = 1
"""Exit status where something was not said or shown."""
NOBODY_READS = 141
"""Exit status where nobody reads our output any more: that of one which SIGPIPE ends."""
HUNG_UP = 129
"""Exit status where our terminal has hung up: that of one which SIGHUP ends."""
NOBODY = {errno.EPIPE: NOBODY_READS, errno.EIO: HUNG_UP}
"""The reader of a pipe is gone, or the terminal: nobody is there to be told. What it is worth."""


def prepare() -> Callable[[], None]:
    """Open the closed streams, for which there is /dev/null: a closed input has
    ended, and a closed output takes nothing. Of pipes and terminals get descriptions
    of our own: that we never wait for one is a flag of its description, and would be
    everybody's who inherited it too. Where there is none to be had, what is returned
    puts the flags back at the end."""
    for number in range(3):
        try:
            state = os.fstat(number)
        except OSError:
            mode = os.O_RDONLY if number == 1 else os.O_RDWR
            os.open(os.devnull, mode)  # The lowest free number: this one.
            os.set_inheritable(number, True)
        else:
            if stat.S_ISFIFO(state.st_mode) or os.isatty(number):
                with suppress(OSError):  # Somebody else's terminal, or no /proc: it is shared.
                    _own(number)
    blocking = [os.get_blocking(number) for number in range(3)]

    def put_back() -> None:
        for number, was_blocking in enumerate(blocking):
            os.set_blocking(number, was_blocking)

    return put_back


def open_text() -> None:
    """Let `sys` have the streams of text again, also those that were closed. They write
    what their encoding lacks another way, and standard output ends us where it takes nothing."""
    if sys.stdin is None:
        sys.stdin = open(0, closefd=False)  # noqa: SIM115
    if sys.stderr is None:
        sys.stderr = open(2, "w", errors="backslashreplace", closefd=False)  # noqa: SIM115
    encoding = "utf-8" if sys.stdout is None else sys.stdout.encoding
    sys.stdout = io.TextIOWrapper(
        io.BufferedWriter(_Output(1, "w", closefd=False)),
        encoding=encoding,
        errors="backslashreplace",
        line_buffering=os.isatty(1),
    )


class _Output(io.FileIO):
    def write(self, data: Any) -> int:
        try:
            return super().write(data)
        except OSError as problem:
            with suppress(OSError):  # The interpreter writes what is left, there.
                os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
            raise SystemExit(status_of(problem)) from None


def status_of(problem: OSError) -> int:
    """The exit status for this, which is said in a line if there is somebody to read it."""
    if problem.errno in NOBODY:
        return NOBODY[problem.errno]
    with suppress(OSError):
        sys.stderr.write(f"cannot write to standard output: {problem.strerror}\n")
        sys.stderr.flush()
    return FAILED


def _own(number: int) -> None:
    mode = fcntl.fcntl(number, fcntl.F_GETFL) & (os.O_ACCMODE | os.O_APPEND)
    own = os.open(f"/proc/self/fd/{number}", mode | os.O_NOCTTY | os.O_NONBLOCK)
    os.set_blocking(own, True)
    os.dup2(own, number)
    os.close(own)
