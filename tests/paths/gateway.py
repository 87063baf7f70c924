"""A router that leads a port to one who asks it: who links directly then."""

import subprocess
import sys
import time
from dataclasses import dataclass
from itertools import product

from tests.paths.kinds import Kind, Together
from tests.paths.matrix import Pair, print_table
from tests.paths.meeting import STARTING, Meeting, Server
from tests.paths.testbed import Testbed
from tests.support.namespaces import Namespaces
from twisted_chat.net.igd import LIBRARY, has_library

PATIENCE = 20.0
"""Seconds in which a direct way is to be there."""
KINDS = (Kind.SYMMETRIC, Kind.HOME)
"""The networks of the two, of whom only the server leads each to the other."""
PLACES: tuple[Pair, ...] = (KINDS, Together.CARRIER, Together.CARRIER_SYMMETRIC)
"""Where they are: so, or both at home behind one carrier."""
PCP, UPNP = "tests.support.gateways", "tests.support.igds"
"""What runs on the router."""


@dataclass(frozen=True)
class Led:
    """What came of it: seconds from when the two heard each other to a direct way, None for
    never; and whether the router was given the port back."""

    seconds: float | None
    given_back: bool


def led(speaks: str = PCP, where: Pair = KINDS) -> Led:
    """Let two meet, the router of the first of whom leads ports, and speaks as this module does.
    Raises NoNamespaces."""
    with Namespaces() as spaces:
        bed = Testbed(spaces)
        if isinstance(where, Together):
            sites = (bed.together(where),) * 2
            hosts, outside = (0, 1), f"100.64.{sites[0].number}.2"
        else:
            sites = bed.site(where[0]), bed.site(where[1])
            hosts, outside = (0, 0), sites[0].outside
        words = (sys.executable, "-m", speaks, "192.168.1.1", outside)
        gateway = subprocess.Popen(
            [*spaces.inside(sites[0].routers[0]), *words], stdout=subprocess.PIPE, text=True
        )
        server = Server(bed)
        try:
            assert gateway.stdout is not None
            assert gateway.stdout.readline() == "ready\n"
            with Meeting(bed, *zip(sites, hosts, strict=True)) as meeting:
                meeting.meet(STARTING)
                began = time.monotonic()
                seconds: float | None = None
                while time.monotonic() < began + PATIENCE:
                    if not meeting.is_relayed():
                        seconds = time.monotonic() - began
                        break
                meeting.leave()
            gateway.terminate()
            return Led(seconds, "given back\n" in gateway.stdout.readlines())
        finally:
            gateway.kill()
            gateway.wait()
            server.close()


def main() -> None:
    """Print what comes of it."""
    print("\n## A router that leads a port to one who asks\n")
    rows = []
    for (name, speaks), where in product((("PCP", PCP), ("UPnP", UPNP)), PLACES):
        if speaks is UPNP and not has_library():
            print(f"Not tried in UPnP, as {LIBRARY} is not installed.", file=sys.stderr)
            continue
        found = led(speaks, where)
        cells = ["never" if found.seconds is None else f"{found.seconds:.1f}"]
        cells.append("yes" if found.given_back else "no")
        kinds = where if isinstance(where, tuple) else (where,)
        rows.append([name, " and ".join(kind.value for kind in kinds), *cells])
    print_table(["the router speaks", "networks", "s, until it is direct", "given back"], rows)
