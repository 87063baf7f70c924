"""Seeing the traffic: what reading a capture takes, and what recording costs.

The capture is made here: people who ask a server for something and get it,
people who say something directly, and TCP chats. Beside `chat-analyze` stands
`tshark`, where it is installed, which prints a line for each packet too.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.processes import table
from twisted_chat.addresses import Address
from twisted_chat.trace import headers, pcapng
from twisted_chat.trace.recorder import Recorder

PACKETS = 100_000
PEOPLE = 200
ROUNDS = 3
SIZES = (20, 1000)
"""Bytes of payload in the packets that are recorded."""
FIELDS = (
    "frame.number",
    "frame.time_relative",
    "ip.src",
    "ip.dst",
    "udp.srcport",
    "tcp.srcport",
    "_ws.col.Protocol",
    "frame.len",
    "_ws.col.Info",
)
"""What tshark is asked to print: what the table has too."""
PERIOD = 100_000
"""Nanoseconds between two packets of the capture."""

SERVER, LISTENER = ("10.0.0.1", 8090), ("10.0.0.2", 8090)


def _packets() -> Iterator[bytes]:
    """Without end: a request and its answer, something said, and a piece of a TCP chat."""
    streams: dict[int, headers.Stream] = {}
    number = 0
    while True:
        number += 1
        place = number % PEOPLE
        user: Address = (f"10.1.0.{place}", 4000 + place)
        yield headers.udp(user, SERVER, b"hi person%d" % place)
        yield headers.udp(SERVER, user, b"hi person%d" % place)
        yield headers.udp(user, (f"10.1.0.{(place + 1) % PEOPLE}", 4000), b"msg me> hello\n")
        caller = ("10.2.0.1", 20_000 + place)
        stream = streams.setdefault(place, headers.Stream(caller, LISTENER))
        yield stream.sent(b"hello number %d\n" % number)
        yield stream.received(b"and hello to you\n")


def _capture(path: Path) -> None:
    with path.open("wb") as file:
        file.write(pcapng.section("benchmark") + pcapng.interface("benchmark"))
        for number, packet in enumerate(islice(_packets(), PACKETS)):
            file.write(pcapng.packet(number * PERIOD, packet, "", inbound=True))


def _run(*command: Any) -> tuple[float, float]:
    """Seconds that a program takes, and MiB of memory at most."""
    begun = time.perf_counter()
    with subprocess.Popen(
        [str(word) for word in command], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{command[0]} ended with {process.returncode}")
    return time.perf_counter() - begun, used.ru_maxrss / 1024


def _recording(size: int) -> float:
    """Microseconds that recording adds to one datagram, the thread that writes included."""
    payload = b"x" * size
    with tempfile.TemporaryDirectory() as place:
        recorder = Recorder(f"{place}/trace.pcapng", 1 << 30, time.time_ns)
        begun = time.process_time()
        for number in range(PACKETS):
            source = ("127.0.0.1", 4000 + number % PEOPLE)
            packet = headers.udp(source, ("127.0.0.1", 8090), payload)
            recorder.packet(packet, headers.REBUILT, inbound=True)
        recorder.close()
        return (time.process_time() - begun) / PACKETS * 1e6


def main() -> dict[str, float]:
    """Each in turn, several times. Returns the figures that have a bar."""
    analyzer = Path(sys.executable).with_name("chat-analyze")
    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / "chat.pcapng"
        _capture(path)
        page = Path(place) / "chat.html"
        contenders: dict[str, list[Any]] = {
            "`chat-analyze`": [analyzer, path],
            "`chat-analyze --json`": [analyzer, path, "--json"],
            "`chat-analyze --html`": [analyzer, path, "--html", page],
        }
        if tshark := shutil.which("tshark"):
            fields = [word for name in FIELDS for word in ("-e", name)]
            contenders["`tshark -T fields`"] = [tshark, "-n", "-r", path, "-T", "fields", *fields]
            contenders["`tshark`"] = [tshark, "-n", "-r", path]
        taken: dict[str, list[tuple[float, float]]] = {name: [] for name in contenders}
        for _ in range(ROUNDS):
            for name, command in contenders.items():
                taken[name].append(_run(*command))
        rows = [
            [
                name,
                f"{median([seconds for seconds, _ in values]):.1f}",
                f"{max(memory for _, memory in values):.0f}",
            ]
            for name, values in taken.items()
        ]
    table(f"Reading a capture of {PACKETS:,} packets", ["program", "seconds", "MiB"], rows)
    costs = [
        [f"{size:,}", f"{median([_recording(size) for _ in range(ROUNDS)]):.1f}"] for size in SIZES
    ]
    table("Recording a datagram", ["bytes", "us of processor time"], costs)
    ours = taken["`chat-analyze`"]
    figures = {
        f"{PACKETS:,} packets analysed, s": median([seconds for seconds, _ in ours]),
        f"{PACKETS:,} packets analysed, MiB": max(memory for _, memory in ours),
    }
    if theirs := taken.get("`tshark -T fields`"):
        # In one round after another, so that what else the machine does is the same for both.
        ratios = [one / other for (one, _), (other, _) in zip(ours, theirs, strict=True)]
        figures["of the time of tshark -T fields"] = median(ratios)
    return figures


if __name__ == "__main__":
    main()
