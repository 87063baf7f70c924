"""Every pair of networks, in both roles: who finds a way to whom, and how soon."""

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from tests.paths.kinds import DIRECT_TOGETHER, MATRIX, Kind, Together, direct
from tests.paths.meeting import Meeting, Server, Way
from tests.paths.testbed import Site, Testbed
from tests.support.namespaces import Namespaces

PATIENCE = 20.0
"""Seconds that two have to hear each other."""
WITHOUT_RELAY = 8.0
"""The same, where they can either at once or never."""
AT_ONCE = 4
"""Pairs that are tried at a time."""

Pair = tuple[Kind, Kind] | Together


@dataclass(frozen=True)
class Cell:
    """Two of whom the first dials, in generation 2."""

    pair: Pair
    first: tuple[Site, int]
    second: tuple[Site, int]

    def way(self, bed: Testbed, patience: float, words: Iterable[object]) -> Way:
        """Let them meet."""
        with Meeting(bed, self.first, self.second, *words) as meeting:
            return meeting.meet(patience)


def pairs(kinds: Iterable[Kind]) -> list[tuple[Kind, Kind]]:
    """All pairs of these, in an order in which those that follow each other have no site
    in common."""
    kinds = list(kinds)
    many = len(kinds)
    return [(kinds[at], kinds[(at + by) % many]) for by in range(many) for at in range(many)]


def ways(
    wanted: Iterable[Pair],
    *,
    options: Iterable[object] = (),
    of_server: Iterable[object] = (),
    patience: float = PATIENCE,
    at_once: int = AT_ONCE,
) -> Iterator[tuple[Pair, Way]]:
    """Try these pairs, with these options of people and of the server. Raises
    NoNamespaces."""
    wanted, options = list(wanted), list(options)
    with Namespaces() as spaces:
        bed = Testbed(spaces)
        firsts: dict[Kind, Site] = {}
        seconds: dict[Kind, Site] = {}
        cells = []
        for pair in wanted:
            if isinstance(pair, Together):
                site = bed.together(pair)
                cells.append(Cell(pair, (site, 0), (site, 1)))
                continue
            sites = []
            for there, kind in zip((firsts, seconds), pair, strict=True):
                if kind not in there:
                    there[kind] = bed.site(kind)
                sites.append(there[kind])
            cells.append(Cell(pair, (sites[0], 0), (sites[1], 0)))
        server = Server(bed, *of_server)
        try:
            with ThreadPoolExecutor(at_once) as pool:
                tried = pool.map(lambda cell: cell.way(bed, patience, options), cells)
                yield from ((cell.pair, way) for cell, way in zip(cells, tried, strict=True))
        finally:
            server.close()


def is_direct(pair: Pair) -> bool:
    """Whether these can link without a relay."""
    return pair in DIRECT_TOGETHER if isinstance(pair, Together) else direct(*pair)


def main() -> None:
    """Try all, and print what came of it."""
    found = dict(ways([*pairs(MATRIX), *Together]))
    print("\n## Who finds a way to whom\n")
    print("Seconds until both had heard each other; rows dial, columns are dialled.\n")
    _print(found)
    print("\n## Without a relay\n")
    found = dict(
        ways([*pairs(MATRIX), *Together], of_server=["--no-relay"], patience=WITHOUT_RELAY)
    )
    _print(found)


def _print(found: dict[Pair, Way]) -> None:
    rows = [[kind.value, *(str(found[kind, other]) for other in MATRIX)] for kind in MATRIX]
    print_table(["", *(kind.value for kind in MATRIX)], rows)
    rows = [[kind.value, str(found[kind])] for kind in Together]
    print_table(["two hosts", "seconds"], rows)
    heard = [way for way in found.values() if way.seconds is not None]
    relayed = sum(way.relayed for way in heard)
    print(f"{len(heard)} of {len(found)} found a way, {relayed} of them by the relay.")


def print_table(head: list[str], rows: list[list[str]]) -> None:
    """As it stands in a document."""
    widths = [max(len(row[at]) for row in [head, *rows]) for at in range(len(head))]
    for row in [head, ["-" * width for width in widths], *rows]:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        print("|", " | ".join(cells), "|")
    print(flush=True)
