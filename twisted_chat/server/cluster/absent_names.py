"""Takes in names of those who are nowhere: nearly all that a new server reads in a log.

A million of them are read in seconds, as each is looked at once: whether it is new here is what
the address book says itself when it is to be kept.
"""

import re
from collections.abc import Iterator

from twisted_chat.directory.changes import NameKept
from twisted_chat.server.cluster.entries import NAME
from twisted_chat.server.cluster.replica import Logged, Replica
from twisted_chat.server.cluster.wanted import Wanted
from twisted_chat.server.registry import Registry

# As `NameEntry` encodes it; whatever looks otherwise is for `read_entry`.
_ABSENT = re.compile(r'\{"k":"([^"]+)","w":"([^"]*)","t":([0-9]+(?:\.[0-9]+)?)\}').fullmatch


class AbsentNames:
    """`registry` keeps them."""

    def __init__(self, wanted: Wanted, replica: Replica, registry: Registry) -> None:
        self._wanted = wanted
        self._replica = replica
        self._registry = registry

    def read(self, entries: list[Logged], now: float, wall: float) -> Iterator[Logged]:
        """Take in the names of which nothing is known here. Gives all else, each before
        what comes after it is looked at."""
        idle = False
        for logged in entries:
            idle = idle or self._is_idle()
            if not self._take_in(logged, now, wall, idle=idle):
                yield logged
                idle = False  # It may be that something is to be written now.

    def _is_idle(self) -> bool:
        return self._wanted.is_idle and self._replica.is_idle

    def _take_in(self, logged: Logged, now: float, wall: float, *, idle: bool) -> bool:
        key, sequence, data = logged
        kind, what = key
        if kind != NAME or b"\\" in data or not data.isascii():
            return False
        found = _ABSENT(data.decode("ascii"))
        if found is None:
            return False
        if not idle and (self._wanted.concerns(key) or self._replica.concerns(key)):
            return False
        if not self._replica.read_first(what, sequence):
            return False
        fingerprint, site, since = found.groups()
        went = now - max(0.0, wall - float(since))
        if not self._registry.keep_name(NameKept(what, fingerprint, site), went):
            self._replica.unread(what)  # Its holder is somewhere, or it was kept before.
            return False
        return True
