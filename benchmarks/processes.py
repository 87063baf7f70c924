"""Contenders as child processes, each pinned to a core, and what they use."""

import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
HOST = "127.0.0.1"
SERVER_CORE, LOAD_CORE = 0, 1
PATIENCE = 20.0
"""Seconds that a server may take to answer for the first time."""
_TICK = os.sysconf("SC_CLK_TCK")


def free_port() -> int:
    """A UDP port that nobody uses now."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        one.bind((HOST, 0))
        port: int = one.getsockname()[1]
        return port


@cache
def compiled(name: str) -> Path | None:
    """A program of `NAME.c`; None where there is no C compiler."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        return None
    program = Path(tempfile.mkdtemp(prefix="twisted-chat-bench-")) / name
    subprocess.run([compiler, "-O2", "-o", program, HERE / f"{name}.c"], check=True)
    return program


@dataclass(frozen=True)
class Load:
    """What one run of the generator saw."""

    answered: int
    lost: int
    seconds: float
    busy: float
    """The part of the time that the generator's core was busy with it."""

    @property
    def rate(self) -> float:
        """Answers a second."""
        return self.answered / self.seconds


def load(port: int, kind: str, sources: int = 1, seconds: float = 1.0, window: int = 256) -> Load:
    """Send requests of this kind for so long; see load.c."""
    program = compiled("load")
    command = [program] if program else [sys.executable, "-m", "benchmarks.load"]
    words = [str(word) for word in (port, seconds, window, sources, kind)]
    done = subprocess.run(
        [*command, *words],
        capture_output=True,
        check=True,
        preexec_fn=lambda: pinned(LOAD_CORE),
        timeout=seconds + PATIENCE,
    )
    said = json.loads(done.stdout)
    said.pop("sent")
    return Load(**said)


def pinned(core: int) -> None:
    """Let this process run on one core."""
    with contextlib.suppress(OSError, AttributeError):
        os.sched_setaffinity(0, {core % (os.cpu_count() or 1)})


def processor(process: int) -> float:
    """Seconds of processor time that it has used so far."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICK


class Server:
    """A running contender on `port`."""

    def __init__(self, command: list[Any], port: int, **options: Any) -> None:
        self.port = port
        self.process = subprocess.Popen(
            [str(word) for word in command],
            stdout=options.pop("stdout", subprocess.DEVNULL),
            preexec_fn=lambda: pinned(SERVER_CORE),
            **options,
        )

    def wait_until_it_answers(self) -> None:
        deadline = time.monotonic() + PATIENCE
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
            one.settimeout(0.01)
            one.connect((HOST, self.port))
            while time.monotonic() < deadline:
                with contextlib.suppress(OSError):
                    one.send(b"hi first")
                    one.recv(99)
                    one.send(b"by")
                    return
                if self.process.poll() is not None:
                    break
                time.sleep(0.002)
        raise RuntimeError(f"{self.process.args!r} does not answer")

    def processor(self) -> float:
        """Seconds of processor time used so far."""
        return processor(self.process.pid)

    def stop(self) -> None:
        self.process.kill()
        self.process.wait()


def room_server(port: int, directory: str, *options: str) -> list[Any]:
    """The command of the room server, as it is run as a service."""
    twistd = Path(sys.executable).with_name("twistd")
    return [
        *(twistd, "-n", "--pidfile", f"{directory}/twistd.pid", "--logfile", f"{directory}/log"),
        *("udpchat", "--port", port, "--interface", HOST, "--key", f"{directory}/key.pem"),
        *options,
    ]


@contextlib.contextmanager
def running(commands: dict[str, Any]) -> Iterator[dict[str, Server]]:
    """Servers by name, all answering; `commands` are functions of a port and a directory."""
    servers: dict[str, Server] = {}
    with tempfile.TemporaryDirectory() as directory:
        try:
            for name, command in commands.items():
                port = free_port()
                place = Path(directory) / f"{port}"
                place.mkdir()
                servers[name] = Server(command(port, str(place)), port)
                servers[name].wait_until_it_answers()
            yield servers
        finally:
            for server in servers.values():
                server.stop()


def table(title: str, header: list[str], rows: list[list[str]]) -> None:
    """Print a table in Markdown, its columns aligned."""
    widths = [max(map(len, column)) for column in zip(header, *rows, strict=True)]
    print(f"\n### {title}\n")
    for row in (header, ["-" * width for width in widths], *rows):
        print("| " + " | ".join(f"{cell:{w}}" for cell, w in zip(row, widths, strict=True)) + " |")
    sys.stdout.flush()
