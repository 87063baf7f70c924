"""NATS servers for tests, where their program is there: alone, or several as one."""

import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from tests.end_to_end.processes import free_port

PROGRAM = shutil.which("nats-server", path=str(Path(sys.executable).parent)) or shutil.which(
    "nats-server"
)
MISSING = "there is no nats-server: see tests/nats-server.txt"
PATIENCE = 60.0
"""Seconds in which one has to answer."""


class NatsServer:
    """One NATS server, whose data stays while it is killed and started again; `inside` is what
    a command begins with that is to run on a network of its own."""

    def __init__(
        self,
        place: Path,
        name: str = "one",
        others: dict[str, int] | None = None,
        inside: Sequence[str] = (),
    ) -> None:
        self._inside = inside
        self.port = free_port()
        self.name = name
        self._log = place / f"{name}.log"
        self._config = place / f"{name}.conf"
        self._store = place / name
        self._lines = lines = [f'server_name: "{name}"', f'listen: "127.0.0.1:{self.port}"']
        if others is not None:
            routes = ", ".join(f'"nats://127.0.0.1:{port}"' for port in others.values())
            at = f'listen: "127.0.0.1:{others[name]}"'
            lines.append(f'cluster {{ name: "test", {at}, routes: [{routes}] }}')
        self._process: subprocess.Popen[bytes] | None = None
        self.start()

    @property
    def url(self) -> str:
        return f"nats://127.0.0.1:{self.port}"

    def start(self, sync: str = "always") -> None:
        """Start it, with what it has kept. What it is given is on the disk after so long at most;
        before it is acknowledged, if nothing else is said."""
        assert PROGRAM is not None
        at = f'jetstream {{ store_dir: "{self._store}", sync_interval: {sync} }}'
        self._config.write_text("\n".join((*self._lines, at)) + "\n")
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [*self._inside, PROGRAM, "-c", str(self._config)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def wait(self) -> None:
        """Wait until it answers."""
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                with socket.create_connection(("127.0.0.1", self.port), 1) as one:
                    if one.recv(4) == b"INFO":
                        return
            except OSError:
                pass
            if time.monotonic() > deadline:
                raise AssertionError(f"no NATS server: {self._log.read_text()[-2000:]}")
            time.sleep(0.02)

    def signal(self, number: signal.Signals) -> None:
        """Send it a signal."""
        assert self._process is not None
        self._process.send_signal(number)

    def stop(self) -> None:
        """Let it end, and write what it has."""
        assert self._process is not None
        self._process.terminate()
        self._process.wait()
        self._process = None

    def kill(self) -> None:
        """End it at once."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None


def three(place: Path) -> list[NatsServer]:
    """Three that are one, and answer."""
    others = {name: free_port() for name in ("one", "two", "three")}
    servers = [NatsServer(place, name, others) for name in others]
    for server in servers:
        server.wait()
    return servers
