"""Routers that answer those who come unasked, with all others: who links directly."""

from tests.paths.kinds import MATRIX, Kind
from tests.paths.matrix import Pair, is_direct, print_table, ways

CELLS: tuple[Pair, ...] = (
    *((Kind.ANSWERING, kind) for kind in MATRIX),
    *((kind, Kind.ANSWERING) for kind in MATRIX),
    (Kind.ANSWERING, Kind.ANSWERING),
)
"""One such router and another of each kind, in both roles."""


def main() -> None:
    """Try them, one after the other, as all have a site in common, and print what came of it."""
    print("\n## Routers that answer those who come unasked\n")
    found = dict(ways(CELLS, at_once=1))
    others = [*MATRIX, Kind.ANSWERING]
    rows = [
        ["dials", *(str(found[Kind.ANSWERING, kind]) for kind in others)],
        ["is dialled", *(str(found[kind, Kind.ANSWERING]) for kind in others)],
    ]
    print_table(["the one behind it", *(kind.value for kind in others)], rows)
    direct = [way for way in found.values() if way.seconds is not None and not way.relayed]
    print(f"{len(direct)} link directly, of {sum(map(is_direct, CELLS))} that can.")
