"""How long a person or a supervisor waits: start to first answer, and `--help`."""

import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.processes import Server, free_port, room_server, table

ROUNDS = 7


def _first_answer() -> float:
    with tempfile.TemporaryDirectory() as directory:
        port = free_port()
        begun = time.perf_counter()
        server = Server(room_server(port, directory), port)
        try:
            server.wait_until_it_answers()
            return time.perf_counter() - begun
        finally:
            server.stop()


def _run(*command: Any) -> float:
    begun = time.perf_counter()
    subprocess.run([str(word) for word in command], stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - begun


def main() -> dict[str, float]:
    """Each in turn, several times. Returns the figures that have a bar."""
    here = Path(sys.executable)
    contenders = {
        "`twistd udpchat` to the first answer": _first_answer,
        "`udpchat --help`": lambda: _run(here.with_name("udpchat"), "--help"),
        "`twistd --version`, for scale": lambda: _run(here.with_name("twistd"), "--version"),
        "Python alone, for scale": lambda: _run(here, "-c", "pass"),
    }
    seconds: dict[str, list[float]] = {name: [] for name in contenders}
    for _ in range(ROUNDS):
        for name, run in contenders.items():
            seconds[name].append(run())
    rows = [[name, f"{median(values):.2f}"] for name, values in seconds.items()]
    table("Starting", ["what", "seconds"], rows)
    first = median(seconds["`twistd udpchat` to the first answer"])
    return {"first answer after start, s": first}


if __name__ == "__main__":
    main()
