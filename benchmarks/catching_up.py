"""How long a new server of a cluster reads names, as they stand in the log of a real NATS server.

They are put there by another way, a thousand at a time, each with the headers that a room server
gives, and without waiting for the disk: with that it would take an hour.
"""

import contextlib
import hashlib
import os
import socket
import tempfile
import time
from pathlib import Path

from benchmarks.cluster import PATIENCE, server
from benchmarks.processes import HOST, table
from tests.support.nats import MISSING, PROGRAM, NatsServer
from twisted_chat.server.cluster.entries import NAME, NameEntry, subject

KNOWN = int(os.environ.get("KNOWN", "1000000"))
"""Names; the goal is 10 seconds for a million."""
ROUNDS = 3
UNANSWERED = 1000
"""Names that are on their way at once."""
_HELLO = (
    b'CONNECT {"verbose":false,"headers":true,"no_responders":true}\r\nSUB answers.* 1\r\nPING\r\n'
)
_HEADERS = b"NATS/1.0\r\nNats-Expected-Last-Subject-Sequence: 0\r\n\r\n"


def _entry(stream: str, number: int, now: float) -> bytes:
    """One name, whose holder has gone."""
    key = hashlib.sha256(b"%d" % number).hexdigest()
    at = f"192.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
    data = NameEntry("", key, site=at, since=now - (KNOWN - number) / 1000).encode()
    where = f"{stream}.{subject((NAME, f'name{number}'))}".encode()
    lengths = len(_HEADERS), len(_HEADERS) + len(data)
    return b"HPUB %b answers.all %d %d\r\n%b%b\r\n" % (where, *lengths, _HEADERS, data)


def fill(port: int, stream: str) -> None:
    """Write the names."""
    now = time.time()
    with socket.create_connection((HOST, port)) as one, one.makefile("rb") as answers:
        one.settimeout(PATIENCE)
        answers.readline()
        one.sendall(_HELLO)
        while (line := answers.readline()) != b"PONG\r\n":
            if line.startswith(b"-ERR") or not line:
                raise SystemExit(f"NATS says {line.decode()}")
        for first in range(0, KNOWN, UNANSWERED):
            numbers = range(first, min(KNOWN, first + UNANSWERED))
            one.sendall(b"".join(_entry(stream, number, now) for number in numbers))
            waiting = len(numbers)
            while waiting:
                line = answers.readline()
                if line.startswith(b"MSG"):
                    body = answers.read(int(line.split()[-1]) + 2)
                    if b'"seq"' not in body:
                        raise SystemExit(f"a name was refused: {body.decode()}")
                    waiting -= 1
                elif line.startswith(b"PING"):
                    one.sendall(b"PONG\r\n")
                else:
                    raise SystemExit(f"NATS says {line.decode()}")


def main() -> dict[str, float]:
    """Measure, and say what was reached."""
    if PROGRAM is None:
        print(MISSING)
        return {}
    with contextlib.ExitStack() as stack:
        place = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        nats = NatsServer(place)
        stack.callback(nats.kill)
        nats.wait()
        url = f"nats://{HOST}:{nats.port}/many"
        with server(url, place):  # Which makes the stream.
            pass
        nats.stop()
        nats.start(sync="2m")
        nats.wait()
        fill(nats.port, "many")
        nats.stop()
        nats.start()
        nats.wait()
        found = []
        for _ in range(ROUNDS):
            with server(url, place) as (_, took):
                found.append(took)
    table(
        "From the start of a new server until it has read all names",
        ["names", "s, best", "s, worst"],
        [[f"{KNOWN:,}", f"{min(found):.1f}", f"{max(found):.1f}"]],
    )
    return {"seconds in which a new server has read": min(found)}
