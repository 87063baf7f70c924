"""A machine whose clock is set while programs run, for those programs alone."""

import os
import shutil
import struct
import subprocess
import tempfile
from functools import cache
from pathlib import Path

from twisted.trial.unittest import SkipTest

_SOURCE = Path(__file__).parents[1] / "support" / "set_clock.c"


class SettableClock:
    """The time of day of programs that get this `environment`: what they ask the kernel
    for, by whatever library, is `ahead` so many seconds. Raises SkipTest where the program
    that does it cannot be made."""

    def __init__(self, directory: Path) -> None:
        self._offset = directory / "offset"
        self.set(0)
        self.environment = {
            "CLOCK_OFFSET": str(self._offset),
            "LD_PRELOAD": str(_library()),
        }

    def set(self, ahead: int) -> None:
        """Set it, for all that run already too."""
        with self._offset.open("r+b" if self._offset.exists() else "w+b") as file:
            file.write(struct.pack("=q", ahead))


@cache
def _library() -> Path:
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        raise SkipTest("there is no C compiler")
    made = Path(_directory().name) / f"set_clock-{os.getpid()}.so"
    words = (compiler, "-shared", "-fPIC", "-O2", "-o", made, _SOURCE, "-ldl")
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SkipTest(f"the clock cannot be made here: {done.stderr.strip()}")
    return made


@cache
def _directory() -> "tempfile.TemporaryDirectory[str]":
    """Gone with this process."""
    return tempfile.TemporaryDirectory()
