"""Standard input, output and errors, made fit for a reactor before there is one.

This is done before anything else is loaded: a file that is opened would take the
place of a stream that is closed, and a reactor cannot work with one.
"""

import errno
import fcntl
import os
import stat
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import NoReturn, TextIO

FAILED = 1
"""Exit status where something was not said or shown."""
NOBODY_READS = 141
"""Exit status where nobody reads our output any more: that of one which SIGPIPE ends."""
NOBODY = frozenset({errno.EPIPE, errno.EIO})
"""The reader of a pipe is gone, or the terminal: nobody is there to be told."""


def prepare() -> Callable[[], None]:
    """Open the closed streams, for which there is /dev/null: a closed input has
    ended. Of pipes and terminals get descriptions of our own: that we never wait for
    one is a flag of its description, and would be everybody's who inherited it too.
    Where there is none to be had, what is returned puts the flags back at the end."""
    for number in range(3):
        try:
            state = os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # The lowest free number: this one.
            os.set_inheritable(number, True)
        else:
            if stat.S_ISFIFO(state.st_mode) or os.isatty(number):
                with suppress(OSError):  # Somebody else's terminal, or no /proc: it is shared.
                    _own(number)
    if sys.stdin is None:
        sys.stdin = open(0, closefd=False)  # noqa: SIM115
    sys.stdout, sys.stderr = _text(sys.stdout, 1), _text(sys.stderr, 2)
    blocking = [os.get_blocking(number) for number in range(3)]

    def put_back() -> None:
        for number, was_blocking in enumerate(blocking):
            os.set_blocking(number, was_blocking)

    return put_back


def say(text: str) -> None:
    """Write this to standard output, all of it. Raises SystemExit where that cannot be."""
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except OSError as problem:
        lost(problem)


def flush() -> None:
    """Write what waits. Raises SystemExit where that cannot be."""
    say("")


def lost(problem: OSError) -> NoReturn:
    """Standard output does not take what is said: end."""
    with suppress(OSError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # The interpreter writes the rest there.
        sys.stdout.flush()
    raise SystemExit(status_of(problem))


def status_of(problem: OSError) -> int:
    """The exit status for this, which is said in a line if there is somebody to read it."""
    if problem.errno in NOBODY:
        return NOBODY_READS
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


def _text(stream: TextIO | None, number: int) -> TextIO:
    """This stream of text, which loses no character that its encoding does not have."""
    if stream is None:
        return open(number, "w", errors="backslashreplace", closefd=False)
    if hasattr(stream, "reconfigure"):
        stream.reconfigure(errors="backslashreplace")
    return stream
