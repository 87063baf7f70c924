"""Which host is our own router, as the system's routes say."""

import socket
import struct
from pathlib import Path

ROUTES = Path("/proc/net/route")
"""The IPv4 routes of Linux: proc(5)."""
_UP, _GATEWAY = 0x1, 0x2
_COLUMNS = 8


def gateway_host(routes: Path = ROUTES) -> str:
    """The IPv4 address of the router through which everywhere else is reached, of those of the
    smallest metric; empty where there is none, or the system does not say it so."""
    try:
        lines = routes.read_text().splitlines()[1:]
    except OSError:
        return ""
    found = []
    for fields in (line.split() for line in lines):
        if len(fields) < _COLUMNS or int(fields[1], 16) or int(fields[7], 16):
            continue
        if int(fields[3], 16) & _UP and int(fields[3], 16) & _GATEWAY:
            host = socket.inet_ntoa(struct.pack("=I", int(fields[2], 16)))
            found.append((int(fields[6]), host))
    return min(found)[1] if found else ""
