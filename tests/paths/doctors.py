"""What `udpchat doctor` says of each kind of network."""

import json
import tempfile
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from tests.paths.kinds import Kind
from tests.paths.matrix import print_table
from tests.paths.meeting import PORT, STARTING, Server, start_in
from tests.paths.testbed import SERVER_HOST, SERVER_HOST_SIX, Site, Testbed
from tests.support.namespaces import Namespaces

NARROW = 1000
"""Bytes of the largest packet that gets through where it is narrow."""
AT_ONCE = 3
"""Doctors that run at a time."""


def diagnosis(bed: Testbed, site: Site) -> dict[str, Any]:
    """What the doctor says of a host there, of the server's one address."""
    host = SERVER_HOST_SIX if site.six else SERVER_HOST
    with tempfile.TemporaryDirectory() as home:
        words = ("doctor", host, PORT, "--json")
        program = start_in(bed, site.hosts[0], Path(home), *words, terminal=False)
        try:
            program.expect("\n", STARTING)
            said = program.said
        finally:
            program.close()
    found: dict[str, Any] = json.loads(said.splitlines()[0])
    return found


def diagnoses(
    wanted: Iterable[tuple[Kind, int | None]], at_once: int = AT_ONCE
) -> Iterator[tuple[tuple[Kind, int | None], dict[str, Any]]]:
    """Of these kinds, with the size of the largest packet where the way is narrow. Raises
    NoNamespaces."""
    wanted = list(wanted)
    with Namespaces() as spaces:
        bed = Testbed(spaces)
        sites = [bed.site(kind) for kind, _ in wanted]
        for site, (_, size) in zip(sites, wanted, strict=True):
            if size is not None:
                bed.narrow(site, size, told=False)
        server = Server(bed)
        try:
            with ThreadPoolExecutor(at_once) as pool:
                found = pool.map(lambda site: diagnosis(bed, site), sites)
                yield from zip(wanted, found, strict=True)
        finally:
            server.close()


def main() -> None:
    """Print what it says of all kinds, and of a narrow way."""
    print("\n## What the doctor says\n")
    rows = []
    for (kind, size), found in diagnoses([*((kind, None) for kind in Kind), (Kind.HOME, NARROW)]):
        (one,) = found["reached"]
        name = kind.value if size is None else f"{kind.value}, {size} bytes"
        rows.append([name, one["mapping"], one["filtering"], str(one["mtu"]), found["prospect"]])
    print_table(["network", "mapping", "filtering", "MTU", "prospect"], rows)
