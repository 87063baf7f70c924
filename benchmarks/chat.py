"""Chat between two processes on one machine: links, peers, and what else there is.

One process speaks, on a core of its own, and the other hears. Contenders take
turns in each round. Peers of both generations have no limits on what is said
and shown here, and a terminal that counts. Between peers of generation 2 words
are acknowledged as the protocol says. All others do the same with texts: after
64 words or 20 milliseconds, and no more than 256 words on the way.
"""

import contextlib
import json
import os
import select
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.processes import LOAD_CORE, SERVER_CORE, Server, pinned, running, table
from benchmarks.processes import room_server as command

ROUNDS = 3
SECONDS = 0.6
TRIES = 7
"""Of a first word."""
MEMBERS = 50
"""Of a room: one speaks."""
LINKS = 1_000
PATIENCE = 60.0
"""Seconds that an order may take: in a room everybody links to everybody."""

KEYED, LINK = "peers, generation 2", "links alone (QUIC)"
PLAIN, UDP = "peers, generation 1 (plain UDP)", "datagrams alone (plain UDP)"
TLS = "TLS on TCP, LineReceiver"
KINDS = {KEYED: "keyed", LINK: "links", PLAIN: "plain", UDP: "datagrams", TLS: "tls"}


class Talkers:
    """A process of talkers; `where` is what connects to its ends."""

    def __init__(self, kind: str, server: Server, name: str, count: int, core: int) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.talkers", kind, str(server.port), name, str(count)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            preexec_fn=lambda: pinned(core),
        )
        self.where = self.answer()["where"]

    def answer(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        if not select.select([self.process.stdout], [], [], PATIENCE)[0]:
            raise RuntimeError(f"{self.process.args!r} does not answer")
        answer: dict[str, Any] = json.loads(self.process.stdout.readline())
        return answer

    def ask(self, *order: Any) -> dict[str, Any]:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(order).encode() + b"\n")
        self.process.stdin.flush()
        return self.answer()

    def resident(self) -> int:
        """Bytes of memory."""
        pages = Path(f"/proc/{self.process.pid}/statm").read_text().split()[1]
        return int(pages) * os.sysconf("SC_PAGE_SIZE")

    def stop(self) -> None:
        self.process.kill()
        self.process.communicate()


class Pair:
    """A speaker, and those who hear it: all in one room where they acknowledge by
    themselves. Others would do so to everybody there, so the speaker has found them one by one."""

    def __init__(self, kind: str, server: Server, name: str, hearers: int = 1) -> None:
        self.hearers = Talkers(kind, server, f"{name}hears", hearers, SERVER_CORE)
        self.speaker = Talkers(kind, server, f"{name}speaks", 1, LOAD_CORE)
        if (hearers > 1 and kind == KINDS[KEYED]) or kind == "signed":
            self.speaker.ask("join", name, 1)
            self.hearers.ask("join", name, hearers + 1)
        else:
            self.speaker.ask("connect", self.hearers.where)

    def first(self, number: int) -> float:
        """Seconds until the first word of somebody new is heard."""
        dialled: float = self.speaker.ask("first", number, self.hearers.where[0])["dialled"]
        heard: float = self.hearers.answer()["heard"]
        return heard - dialled

    def stop(self) -> None:
        self.hearers.stop()
        self.speaker.stop()


@contextlib.contextmanager
def pairs(kinds: dict[str, str], server: Server, hearers: int = 1) -> Iterator[dict[str, Pair]]:
    """A pair of each kind."""
    made: dict[str, Pair] = {}
    try:
        for name, kind in kinds.items():
            made[name] = Pair(kind, server, f"{kind}{hearers}", hearers)
        yield made
    finally:
        for pair in made.values():
            pair.stop()


def _ratio(figures: dict[str, list[float]], one: str, other: str) -> float:
    """The median of the ratios, round by round."""
    return median(a / b for a, b in zip(figures[one], figures[other], strict=True))


def _two(server: Server) -> dict[str, float]:
    """One speaks to one."""
    rates: dict[str, list[float]] = {name: [] for name in KINDS}
    lost = dict.fromkeys(KINDS, 0)
    middles: dict[str, list[float]] = {name: [] for name in KINDS}
    lasts: dict[str, list[float]] = {name: [] for name in KINDS}
    firsts: dict[str, list[float]] = {name: [] for name in KINDS}
    with pairs(KINDS, server) as made:
        for _ in range(ROUNDS):
            for name, pair in made.items():
                flow = pair.speaker.ask("flow", SECONDS, 1)
                rates[name].append(flow["rate"])
                lost[name] += flow["lost"]
                times = pair.speaker.ask("answers", SECONDS / 2)
                middles[name].append(times["median"])
                lasts[name].append(times["last"])
        for number in range(TRIES):
            for name, pair in made.items():
                firsts[name].append(pair.first(number))
    rows = [
        [
            name,
            f"{median(rates[name]):,.0f}",
            f"{_ratio(rates, name, TLS):.2f}",
            f"{lost[name]}",
            f"{median(middles[name]) * 1e3:.3f}",
            f"{median(lasts[name]) * 1e3:.3f}",
            f"{_ratio(middles, name, UDP):.2f}",
            f"{median(firsts[name]) * 1e3:.1f}",
        ]
        for name in KINDS
    ]
    header = [
        "what",
        "words/s one way",
        "to TLS",
        "lost",
        "answer ms",
        "99 %",
        "to UDP",
        "first ms",
    ]
    table("Words of 100 bytes, one to one", header, rows)
    return {
        "acknowledged words a second, peers": median(rates[KEYED]),
        "acknowledged words a second, links": median(rates[LINK]),
        "answer against plain UDP's, peers of both": _ratio(middles, KEYED, PLAIN),
        "answer against plain UDP's, links and datagrams": _ratio(middles, LINK, UDP),
        "ms from dialling to the first word, links": median(firsts[LINK]) * 1e3,
        "ms from a poke to the first word, peers": median(firsts[KEYED]) * 1e3,
    }


def _room(server: Server) -> None:
    """One speaks to a room of 50. Not in generation 1: what is typed there goes to the one who was
    found last, and in a room everybody would get everybody's acknowledgements."""
    others = MEMBERS - 1
    kinds = {name: kind for name, kind in KINDS.items() if name != PLAIN}
    rates: dict[str, list[float]] = {name: [] for name in kinds}
    lost = dict.fromkeys(kinds, 0)
    with pairs(kinds, server, others) as made:
        for _ in range(ROUNDS):
            for name, pair in made.items():
                flow = pair.speaker.ask("flow", SECONDS, others)
                rates[name].append(flow["rate"])
                lost[name] += flow["lost"]
    rows = [
        [
            name,
            f"{median(rates[name]):,.0f}",
            f"{median(rates[name]) * others:,.0f}",
            f"{_ratio(rates, name, TLS):.2f}",
            f"{lost[name]}",
        ]
        for name in kinds
    ]
    header = ["what", "words/s", "arriving/s", "to TLS", "lost"]
    table(f"Words of 100 bytes, one to {others}, who are in one process", header, rows)


def _memory(server: Server) -> dict[str, float]:
    """What many links take."""
    rows, each = [], {}
    for name in (LINK, TLS):
        with pairs({name: KINDS[name]}, server) as made:
            speaker, hearer = made[name].speaker, made[name].hearers
            before = speaker.resident(), hearer.resident()
            speaker.ask("connect", hearer.where * LINKS)
            after = speaker.resident(), hearer.resident()
        one, two = ((b - a) / LINKS / 1024 for a, b in zip(before, after, strict=True))
        each[name] = max(one, two)
        rows.append([name, f"{one:.1f}", f"{two:.1f}"])
    table(f"KiB for each of {LINKS:,} links", ["what", "dialling end", "accepting end"], rows)
    return {f"KiB a link at {LINKS:,}, the larger end": each[LINK]}


def serve(port: int, place: str) -> list[Any]:
    """The command of the room server at which talkers meet."""
    key = tempfile.mkdtemp(prefix="twisted-chat-bench-")
    return command(
        port, place, "--rate", "0", "--max-users-per-host", "1000", "--key", f"{key}/key"
    )


def main() -> dict[str, float]:
    """Two, a room, and many links. Returns the figures that have a bar."""
    with running({"server": serve}) as servers:
        server = servers["server"]
        reached = _two(server)
        _room(server)
        return reached | _memory(server)


if __name__ == "__main__":
    main()
