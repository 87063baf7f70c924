"""Paths that become narrow in mid-chat: what is still heard, and how soon."""

import time

from tests.paths.kinds import Kind
from tests.paths.matrix import print_table
from tests.paths.meeting import Meeting, Server
from tests.paths.testbed import Testbed
from tests.support.namespaces import Namespaces

SIZES = (1280, 1200, 1000)
"""Bytes of the largest packet that gets through, headers of IP included."""
PATIENCE = 30.0
"""Seconds that words may take."""
LONG = "x" * 900
"""Some of which fill datagrams, each a row of a terminal."""
FIRST, SECOND = Kind.HOME, Kind.PUBLIC


def heard_after(size: int, *, told: bool) -> tuple[float | None, float | None]:
    """Narrow the way of one who is linked, and have two others come then: seconds until
    words both ways are heard, of each."""
    with Namespaces() as spaces:
        bed = Testbed(spaces)
        sites = bed.site(FIRST), bed.site(SECOND)
        server = Server(bed)
        try:
            there = (sites[0], 0), (sites[1], 0)
            with Meeting(bed, *there) as meeting:
                if meeting.meet(PATIENCE).seconds is None:
                    raise AssertionError("no way even where nothing is narrow")
                bed.narrow(sites[0], size, told=told)
                began = time.monotonic()
                for person in (meeting.first, meeting.second):
                    person.type_lines(LONG, LONG)
                heard = meeting.talk("the end", PATIENCE)
                amid = time.monotonic() - began if heard else None
            try:
                with Meeting(bed, *there) as meeting:
                    way = meeting.meet(PATIENCE)
                    return amid, way.seconds
            except AssertionError:
                return amid, None
        finally:
            server.close()


def main() -> None:
    """Try all sizes, where the router says that it is narrow and where it does not."""
    print("\n## Paths that are narrow\n")
    rows = []
    for size in SIZES:
        for told in (True, False):
            amid, anew = heard_after(size, told=told)
            cells = ["never" if one is None else f"{one:.2f}" for one in (amid, anew)]
            rows.append([str(size), "yes" if told else "no", *cells])
    print_table(["bytes", "ICMP", "s, narrow in mid-chat", "s, narrow from the start"], rows)
