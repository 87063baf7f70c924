"""Very many users: memory, time, and how long the reactor is held up.

The server runs in a process of its own, with the log of a daemon, and a timer
that is due every millisecond and notes how late it is. Its users are registered
over loopback by the generator, each from an address of its own.

`python -m benchmarks.crowd --serve PORT LOG` is that process; a line on its
standard input is answered with what it knows, and `expire` lets an hour pass.
"""

import json
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

from benchmarks.processes import HOST, Server, free_port, load, table

CROWDS = (100_000, 1_000_000)
BEAT = 0.001
"""Seconds between two beats of the timer."""
SHORTLY = 0.05
"""Seconds after which the server looks at its clock, whatever it is waiting for."""
HOUR = 3600.0
REST = 0.25
"""Seconds between two looks at whether everybody has expired."""
LONGEST = 180.0
"""Seconds that a crowd may take to register."""


class Ahead:
    """The reactor's clock, which can be put forward."""

    def __init__(self, reactor: Any) -> None:
        self._reactor = reactor
        self.ahead = 0.0

    def seconds(self) -> float:
        return cast(float, self._reactor.seconds()) + self.ahead

    def callLater(self, delay: float, *call: Any) -> Any:
        return self._reactor.callLater(min(delay, SHORTLY), *call)


def serve(port: int, log: str) -> None:
    """The server, and the answers to what is asked on standard input."""
    from twisted.internet import reactor as installed
    from twisted.internet.stdio import StandardIO
    from twisted.logger import globalLogBeginner, textFileLogObserver
    from twisted.protocols.basic import LineReceiver

    from twisted_chat.net.batched import datagram_port
    from twisted_chat.server.bounds import Bounds
    from twisted_chat.server.garbage import Collector
    from twisted_chat.server.protocol import RoomServer

    reactor: Any = installed
    written = Path(log).open("w")  # noqa: SIM115
    globalLogBeginner.beginLoggingTo([textFileLogObserver(written)])
    Collector(reactor).start()  # As the service does.
    clock, bounds = Ahead(reactor), Bounds(keyed_share=0.0)
    server = RoomServer(bounds, cast(Any, clock))
    datagram_port(port, server, reactor, interface=HOST, longest=bounds.datagram).startListening()
    due, late = reactor.seconds() + BEAT, 0.0

    def beat() -> None:
        nonlocal due, late
        now = reactor.seconds()
        late = max(late, now - due)
        due = now + BEAT
        reactor.callLater(BEAT, beat)

    class OpenRequests(LineReceiver):
        delimiter = b"\n"

        def lineReceived(self, line: bytes) -> None:
            nonlocal late
            if line == b"expire":
                clock.ahead += HOUR + 1
            begun = time.perf_counter()
            server._core.tick(clock.seconds())
            passed = time.perf_counter() - begun
            pages = int(Path("/proc/self/statm").read_text().split()[1])
            directory = server._core.directory
            known = {"users": len(directory.users), "late": late, "memory": pages * 4096}
            known["pass"], late = passed, 0.0
            self.sendLine(json.dumps(known).encode())

    beat()
    StandardIO(OpenRequests())
    reactor.run()


def ask(server: Server, question: str = "") -> dict[str, Any]:
    """What the server knows now: users, bytes of memory, seconds of lateness since
    it was last asked, and seconds that one look at what has expired takes."""
    process = server.process
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(f"{question}\n".encode())
    process.stdin.flush()
    known: dict[str, Any] = json.loads(process.stdout.readline())
    return known


class _Idle(threading.Thread):
    """A timer beside the server's that nothing holds up but the machine, for scale."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self._over = threading.Event()
        self.late = 0.0

    def run(self) -> None:
        due = time.monotonic() + BEAT
        while not self._over.wait(BEAT):
            self.late = max(self.late, time.monotonic() - due)
            due = time.monotonic() + BEAT

    def __enter__(self) -> "_Idle":
        self.start()
        return self

    def __exit__(self, *problem: object) -> None:
        self._over.set()
        self.join()


@contextmanager
def _running(directory: str) -> Iterator[Server]:
    port = free_port()
    command = [sys.executable, "-m", "benchmarks.crowd", "--serve", port, f"{directory}/log"]
    server = Server(command, port, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        server.wait_until_it_answers()
        yield server
    finally:
        server.stop()


def _measure(crowd: int) -> tuple[list[str], float, float]:
    """A row of the table, bytes for each user, the longest pause in seconds."""
    with (
        tempfile.TemporaryDirectory() as directory,
        _running(directory) as server,
        _Idle() as idle,
    ):
        port = server.port
        load(port, "hi", 10_000, 1.0)  # What is remembered of anybody is there now.
        # Some requests may still be on their way when the generator ends.
        while (before := ask(server, "expire"))["users"]:
            time.sleep(REST)
        took = load(port, "register", crowd, LONGEST).seconds
        full = ask(server)
        each = (full["memory"] - before["memory"]) / crowd
        load(port, "ar", 2, 1.0)
        quiet = ask(server)
        begun = time.monotonic()
        held = [0.0]
        while (known := ask(server, "expire"))["users"]:
            held.append(known["late"])
            time.sleep(REST)
        gone = time.monotonic() - begun
    longest = max(full["late"], quiet["late"], *held)
    row = [
        f"{full['users']:,}",
        f"{each:.0f}",
        f"{took:.1f}",
        f"{full['late'] * 1000:.1f}",
        f"{quiet['pass'] * 1e6:.0f}",
        f"{gone:.1f}",
        f"{max(held) * 1000:.1f}",
        f"{idle.late * 1000:.1f}",
    ]
    return row, each, longest


def _flood() -> float:
    """The longest that a timer was late under a flood from two senders, in seconds."""
    with tempfile.TemporaryDirectory() as directory, _running(directory) as server:
        ask(server)
        with ThreadPoolExecutor(2) as senders:
            for sent in [senders.submit(load, server.port, "flood", 1, 3.0) for _ in range(2)]:
                sent.result()
        return float(ask(server)["late"])


def main() -> dict[str, float]:
    """Every crowd. Returns the figures that have a bar."""
    rows, reached = list[list[str]](), dict[str, float]()
    for crowd in CROWDS:
        row, each, longest = _measure(crowd)
        rows.append(row)
    reached["bytes for each of 1,000,000 users"] = each
    reached["longest pause with 1,000,000 users, ms"] = longest * 1000
    header = [
        *("users", "bytes each", "s to register", "longest pause, ms"),
        *("us to see that nothing has expired", "s until all have", "longest pause, ms"),
        "of an idle timer, ms",
    ]
    table("Very many users", header, rows)
    late = _flood()
    print(f"\nUnder a flood from two senders the latest timer was {late * 1000:.1f} ms late.")
    reached["latest timer under a flood from two senders, ms"] = late * 1000
    return reached


if __name__ == "__main__":
    if sys.argv[1:2] == ["--serve"]:
        serve(int(sys.argv[2]), sys.argv[3])
    else:
        main()
