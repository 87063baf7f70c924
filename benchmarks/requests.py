"""Requests a second: this server and others, one after the other in each round."""

import sys
from importlib.util import find_spec
from statistics import median
from typing import Any

from benchmarks.processes import (
    Load,
    Server,
    compiled,
    load,
    room_server,
    running,
    table,
)

ROUNDS = 5
SECONDS = 0.7
MANY = 10_000
"""Sources, where there are many."""
FULL = 0.9
"""The part of the time from which on a core counts as busy."""

CEILING, PLAIN = "C, recvmmsg and sendmmsg", "Python, a plain socket loop"
OURS, LIMITED = "twisted-chat, limits off", "twisted-chat, default options"
UNBATCHED = "twisted-chat, limits off, without the extension"


def _contender(name: str) -> Any:
    return lambda port, place: [sys.executable, "-m", "benchmarks.contenders", name, port]


def commands() -> dict[str, Any]:
    """How each contender is started, by its name in the tables."""
    found: dict[str, Any] = {
        OURS: lambda port, place: room_server(port, place, "--rate", "0"),
        LIMITED: lambda port, place: room_server(port, place),
        UNBATCHED: _contender("unbatched"),
        PLAIN: _contender("loop"),
        "Twisted's own port": _contender("stock"),
        "asyncio": _contender("asyncio"),
    }
    if find_spec("uvloop"):
        found["uvloop"] = _contender("uvloop")
    if loop := compiled("loop"):
        found[CEILING] = lambda port, place: [loop, port, "many"]
        found["C, recvfrom and sendto"] = lambda port, place: [loop, port, "one"]
    return found


class Figures:
    """What the rounds of one kind of request gave, by contender."""

    def __init__(self) -> None:
        self.rates: dict[str, list[float]] = {}
        self.costs: dict[str, list[float]] = {}
        self.busy: dict[str, list[float]] = {}
        self.lost = 0

    def measure(self, name: str, server: Server, kind: str, sources: int) -> None:
        """One run."""
        before = server.processor()
        seen: Load = load(server.port, kind, sources, SECONDS)
        used = server.processor() - before
        self.rates.setdefault(name, []).append(seen.rate)
        self.costs.setdefault(name, []).append(used / max(1, seen.answered) * 1e6)
        self.busy.setdefault(name, []).append(seen.busy)
        self.lost += seen.lost

    def ratio(self, name: str, other: str) -> float:
        """The median of the ratios, round by round."""
        pairs = zip(self.rates[name], self.rates[other], strict=True)
        return median([one / two for one, two in pairs])

    def show(self, title: str) -> None:
        """Print the table."""
        rows = []
        for name in sorted(self.rates, key=lambda one: -median(self.rates[one])):
            busy = median(self.busy[name])
            rows.append(
                [
                    name,
                    f"{median(self.rates[name]):,.0f}",
                    f"{self.ratio(name, PLAIN):.2f}",
                    f"{self.ratio(name, CEILING):.2f}" if CEILING in self.rates else "-",
                    f"{median(self.costs[name]):.1f}",
                    f"{busy:.0%}" + (" (the bottleneck)" if busy > FULL else ""),
                ]
            )
        header = ["server", "requests/s", "to plain loop", "to C", "server us each", "generator"]
        table(title, header, rows)
        if self.lost:
            print(f"\n{self.lost} requests were not answered.")


def main() -> dict[str, float]:
    """Every kind of request, from one source and from many. Returns the ratios that have a bar."""
    reached: dict[str, float] = {}
    with running(commands()) as servers:
        for server in servers.values():
            load(server.port, "register", MANY, 20)
        for kind, what in (("ar", "`ar`"), ("hi", "`hi` refreshes"), ("mix", "a mix")):
            for sources in (1, MANY):
                # The C loops know no lists, and one source alone is soon over its limit.
                able = {
                    name: server
                    for name, server in servers.items()
                    if not (kind == "mix" and name.startswith("C,"))
                    and not (sources == 1 and name == LIMITED)
                }
                figures = Figures()
                for _ in range(ROUNDS):
                    for name, server in able.items():
                        figures.measure(name, server, kind, sources)
                figures.show(f"{what}, {sources:,} source{'s' if sources > 1 else ''}")
                if kind == "ar" and sources == 1:
                    reached["`ar` against the plain loop, limits off"] = figures.ratio(OURS, PLAIN)
                    if CEILING in figures.rates:
                        ratio = figures.ratio(OURS, CEILING)
                        reached["`ar` against C, limits off"] = ratio
                if kind == "ar" and sources == MANY and CEILING in figures.rates:
                    ratio = figures.ratio(LIMITED, CEILING)
                    reached["`ar` against C, default options, 10,000 sources"] = ratio
    return reached
