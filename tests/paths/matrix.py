"""Every pair of networks, in both roles: who finds a way to whom, and how soon."""

from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from tests.paths.kinds import MATRIX, WHY_NOT_TOGETHER, Kind, Together, Why, why_not
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


ALL: tuple[Pair, ...] = (*pairs(MATRIX), *Together)
"""The whole matrix."""


def why_not_direct(pair: Pair) -> Why | None:
    """Why these cannot link without a relay; None where they can."""
    return WHY_NOT_TOGETHER.get(pair) if isinstance(pair, Together) else why_not(*pair)


def is_direct(pair: Pair) -> bool:
    """Whether these can link without a relay."""
    return why_not_direct(pair) is None


def main() -> None:
    """Try all, and print what came of it."""
    found = dict(ways(ALL))
    print("\n## Who finds a way to whom\n")
    print("Seconds until both had heard each other; rows dial, columns are dialled.\n")
    _print(found)
    print("\n## Without a relay\n")
    found = dict(ways(ALL, of_server=["--no-relay"], patience=WITHOUT_RELAY))
    _print(found)
    _compare({pair for pair, way in found.items() if way.seconds is not None})


def _print(found: dict[Pair, Way]) -> None:
    rows = [[kind.value, *(str(found[kind, other]) for other in MATRIX)] for kind in MATRIX]
    print_table(["", *(kind.value for kind in MATRIX)], rows)
    rows = [[kind.value, str(found[kind])] for kind in Together]
    print_table(["two hosts", "seconds"], rows)
    heard = [way for way in found.values() if way.seconds is not None]
    relayed = sum(way.relayed for way in heard)
    print(f"{len(heard)} of {len(found)} found a way, {relayed} of them by the relay.")


def _compare(linked: set[Pair]) -> None:
    """Say how many can link directly, why the others cannot, and who did otherwise."""
    reasons = Counter(map(why_not_direct, ALL))
    print(
        f"{reasons.pop(None)} can link directly, of whom {len(linked)} did. The others cannot:\n"
    )
    rows = [[str(many), why.value] for why, many in reasons.most_common() if why is not None]
    print_table(["cells", "why"], rows)
    for pair in ALL:
        if (pair in linked) is not is_direct(pair):
            names = (
                pair.value
                if isinstance(pair, Together)
                else " to ".join(one.value for one in pair)
            )
            print(f"Not as expected: {names}")


def print_table(head: list[str], rows: list[list[str]]) -> None:
    """As it stands in a document."""
    widths = [max(len(row[at]) for row in [head, *rows]) for at in range(len(head))]
    for row in [head, ["-" * width for width in widths], *rows]:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        print("|", " | ".join(cells), "|")
    print(flush=True)
