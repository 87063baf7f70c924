"""How long a person or a supervisor waits: start to first answer, first screen, and `--help`; and
what a program at the screen has in memory by then."""

import os
import pty
import re
import resource
import subprocess
import sys
import tempfile
import termios
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.processes import HOST, PATIENCE, Server, free_port, processor, room_server, table

ROUNDS = 7
SIZE = 24, 80
FIRST_PICTURE, REGISTERED = b"F1 keys", b"you are bench"


_Cost = tuple[float, float]
"""Seconds by the clock, and of processor time."""


def _first_answer() -> _Cost:
    with tempfile.TemporaryDirectory() as directory:
        port = free_port()
        begun = time.perf_counter()
        server = Server(room_server(port, directory), port)
        try:
            server.wait_until_it_answers()
            return time.perf_counter() - begun, server.processor()
        finally:
            server.stop()


def _first_screen(memory: list[float]) -> _Cost:
    with tempfile.TemporaryDirectory() as directory:
        port = free_port()
        server = Server(room_server(port, directory), port)
        ours, theirs = pty.openpty()
        termios.tcsetwinsize(ours, SIZE)
        try:
            server.wait_until_it_answers()
            begun = time.perf_counter()
            peer = subprocess.Popen(
                [Path(sys.executable).with_name("udpchat"), HOST, str(port), "--name", "bench"],
                stdin=theirs,
                stdout=theirs,
                env={**os.environ, "XDG_DATA_HOME": directory, "TERM": "xterm-256color"},
            )
            try:
                _read(ours, FIRST_PICTURE, begun)
                cost = time.perf_counter() - begun, processor(peer.pid)
                _read(ours, REGISTERED, begun)
                memory.append(_resident(peer.pid))
            finally:
                peer.kill()
                peer.wait()
        finally:
            server.stop()
            os.close(ours)
            os.close(theirs)
    return cost


def _read(terminal: int, wanted: bytes, begun: float) -> None:
    """Read what comes until this has."""
    seen = b""
    while wanted not in seen:
        if time.perf_counter() - begun > PATIENCE:
            raise AssertionError(f"{wanted!r} is not seen")
        seen += os.read(terminal, 1 << 16)


def _resident(process: int) -> float:
    """MiB of it."""
    found = re.search(r"VmRSS:\s*(\d+)", Path(f"/proc/{process}/status").read_text())
    assert found is not None
    return int(found[1]) / 1024


def _run(*command: Any) -> _Cost:
    begun, before = time.perf_counter(), _of_children()
    subprocess.run([str(word) for word in command], stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - begun, _of_children() - before


def _of_children() -> float:
    """Seconds of processor time of those that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main() -> dict[str, float]:
    """Each in turn, several times. Returns the figures that have a bar."""
    here = Path(sys.executable)
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # Or each start compiles all modules again.
    memory: list[float] = []
    contenders: dict[str, Callable[[], _Cost]] = {
        "`twistd udpchat` to the first answer": _first_answer,
        "`udpchat HOST` to the first screen": lambda: _first_screen(memory),
        "`udpchat --help`": lambda: _run(here.with_name("udpchat"), "--help"),
        "`twistd --version`, for scale": lambda: _run(here.with_name("twistd"), "--version"),
        "Python alone, for scale": lambda: _run(here, "-c", "pass"),
    }
    costs: dict[str, list[_Cost]] = {name: [] for name in contenders}
    for _ in range(ROUNDS):
        for name, run in contenders.items():
            costs[name].append(run())
    middle = {name: [*map(median, zip(*each, strict=True))] for name, each in costs.items()}
    rows = [[name, *(f"{value:.2f}" for value in values)] for name, values in middle.items()]
    table("Starting", ["what", "seconds", "of the processor"], rows)
    table("Memory", ["what", "MiB"], [["`udpchat HOST`, registered", f"{median(memory):.0f}"]])
    answer, screen, *_ = (seconds for seconds, _ in middle.values())
    return {"first answer after start, s": answer, "first screen after start, s": screen}


if __name__ == "__main__":
    main()
