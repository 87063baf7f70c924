"""Several room servers with one log: how fast names are confirmed and others know.

Names are asked for in datagrams, many at once, and each is confirmed when the log has it.
With one NATS server and with three, which all write to the disk before they answer.
"""

import contextlib
import os
import select
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median, quantiles

from benchmarks.processes import HOST, free_port, table
from tests.support.nats import MISSING, PROGRAM, NatsServer, three

NAMES = 1_500
"""Asked for at one server after the other."""
AT_ONCE = 300
MOVES = 400
"""Times that somebody comes into a room at one server, and is seen at another."""
PATIENCE = 120.0
READ = "names and rooms are in nats://"


PEOPLE = 12
"""Whose server is killed."""


@contextlib.contextmanager
def server(journal: str, place: Path) -> Iterator[tuple[int, float]]:
    """A room server that is ready, its port, and the seconds that it took to be."""
    with running(journal, place) as (_, port, took):
        yield port, took


@contextlib.contextmanager
def running(journal: str, place: Path) -> Iterator[tuple[subprocess.Popen[str], int, float]]:
    """The same, and its process."""
    port, begun = free_port(), time.monotonic()
    words = ["--interface", HOST, "--control", "none", "--rate", "0", "--second-port", "none"]
    words += ["--max-users-per-host", "1000000", "--max-names", "2000000", "--journal", journal]
    udpchat = Path(sys.executable).with_name("udpchat")
    with subprocess.Popen(
        [str(udpchat), str(port), *words, "--key", str(place / "server.pem")],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        bufsize=1,
    ) as process:
        assert process.stdout is not None
        ready = READ if journal.startswith("nats://") else "my key is"
        for line in process.stdout:
            if ready in line:
                break
        else:
            raise SystemExit("the server does not start")
        try:
            yield process, port, time.monotonic() - begun
        finally:
            process.kill()


def _user(port: int) -> socket.socket:
    one = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    one.bind((HOST, 0))
    one.connect((HOST, port))
    one.settimeout(PATIENCE)
    return one


def confirmed(ports: list[int], tag: str) -> float:
    """Names a second that are confirmed, asked for at these servers in turns."""
    users = [_user(ports[number % len(ports)]) for number in range(AT_ONCE)]
    begun, asked = time.monotonic(), 0
    waiting: set[socket.socket] = set()
    for user in users:
        user.send(f"hi {tag}{asked}".encode())
        waiting.add(user)
        asked += 1
    while waiting:
        ready, _, _ = select.select(list(waiting), [], [], PATIENCE)
        if not ready:
            raise SystemExit("the servers do not answer")
        for user in ready:
            user.recv(99)
            if asked < NAMES:
                user.send(f"hi {tag}{asked}".encode())
                asked += 1
            else:
                waiting.discard(user)
    seconds = time.monotonic() - begun
    for user in users:
        user.send(b"by")
        user.close()
    return NAMES / seconds


def seen(here: int, there: int) -> list[float]:
    """Milliseconds from a request to come in at one server to the change at another."""
    comes, sees = _user(here), _user(there)
    for user, words in ((sees, ("hi sees", "rc lab", "rj lab")), (comes, ("hi comes",))):
        for word in words:
            user.send(word.encode())
            user.recv(99)
    found = []
    known = f"rj {comes.getsockname()[0]} {comes.getsockname()[1]}".encode()
    time.sleep(0.5)  # Until the first knows of the room.
    for _ in range(MOVES):
        begun = time.monotonic()
        comes.send(b"rj lab")
        while sees.recv(99) != known:
            pass
        found.append((time.monotonic() - begun) * 1000)
        comes.send(b"rk")
        while sees.recv(99) != b"rj __clear_peers__":
            pass
    for user in (comes, sees):
        user.send(b"by")
        user.close()
    return found


def taken_over(url: str, place: Path, *, asks: bool) -> list[float]:
    """Seconds after the death of a server until each of its users is served by another: of those
    who ask it for something just then, or of those who are silent."""
    with contextlib.ExitStack() as stack:
        first, port, _ = stack.enter_context(running(url, place))
        second, _, _ = stack.enter_context(running(url, place))
        people = []
        for number in range(PEOPLE):
            home = str(place / f"{asks}{number}")
            names = ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_RUNTIME_DIR", "XDG_STATE_HOME")
            peer = subprocess.Popen(
                [
                    *(str(Path(sys.executable).with_name("udpchat")), HOST, str(port), "--json"),
                    *("--name", f"person{number}", "--no-store"),
                ],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                env={**os.environ, **dict.fromkeys(names, home)},
            )
            stack.callback(peer.wait)
            stack.callback(peer.kill)
            assert peer.stdout is not None
            for line in peer.stdout:
                if "registered_as" in line:
                    break
            people.append(peer)
            time.sleep(0.0 if asks else 1.0)  # So that not all say a sign of life at once.
        first.kill()
        killed, found = time.monotonic(), []
        for peer in people if asks else ():
            assert peer.stdin is not None
            peer.stdin.write("$userlist\n")
            peer.stdin.flush()
        assert second.stdout is not None
        for line in second.stdout:
            if "is of this server now" in line:
                found.append(time.monotonic() - killed)
                if len(found) == PEOPLE:
                    break
        return found


def main() -> dict[str, float]:
    """Measure, and say what was reached."""
    if PROGRAM is None:
        print(MISSING)
        return {}
    rates = []
    with contextlib.ExitStack() as stack:
        place = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        with server("memory", place) as (port, _):
            rates.append(["memory", "1", f"{confirmed([port], 'm'):,.0f}"])
        with server(str(place / "names.sqlite"), place) as (port, _):
            rates.append(["SQLite", "1", f"{confirmed([port], 's'):,.0f}"])
        for many in (1, 3):
            folder = place / f"nats{many}"
            folder.mkdir()
            if many == 1:
                servers = [NatsServer(folder)]
                servers[0].wait()
            else:
                servers = three(folder)
            hosts = ",".join(one.url.removeprefix("nats://") for one in servers)
            with contextlib.ExitStack() as running:
                ports: list[int] = []
                for count in (1, 2, 3):
                    ports.append(running.enter_context(server(f"nats://{hosts}", place))[0])
                    rate = confirmed(ports, f"n{many}-{count}-")
                    rates.append([f"NATS, {many} of them", f"{count}", f"{rate:,.0f}"])
                if many == 1:
                    times = seen(ports[0], ports[1])
            if many == 1:
                asked, silent = (
                    taken_over(f"nats://{hosts}/people{asks}", place, asks=asks)
                    for asks in (True, False)
                )
            for one in servers:
                one.kill()
    table("Names confirmed a second", ["journal", "servers", "names"], rates)
    last = quantiles(times, n=100)[-1]
    shown = [[f"{median(times):.1f}", f"{last:.1f}"]]
    table("From a join to its being seen at another server", ["ms, median", "99 %"], shown)
    table(
        f"From the death of a server until its {PEOPLE} users are served by another",
        ["who", "s, median", "last"],
        [
            [who, f"{median(one):.1f}", f"{max(one):.1f}"]
            for who, one in (("ask for something", asked), ("are silent", silent))
        ],
    )
    return {"join to roster, median, ms": median(times), "99 %, ms": last}
