"""Takes in names of those who are nowhere: nearly all that a new server reads in a log.

A million of them are read in seconds, as those that come together are taken in together, where
all of them are new here.
"""

from collections.abc import Iterable, Iterator

from twisted_chat.directory.changes import NamesKept
from twisted_chat.server.cluster.absences import Absences
from twisted_chat.server.cluster.replica import Logged, Replica
from twisted_chat.server.cluster.wanted import Wanted
from twisted_chat.server.registry import Registry


class AbsentNames:
    """`registry` keeps them."""

    def __init__(self, wanted: Wanted, replica: Replica, registry: Registry) -> None:
        self._wanted = wanted
        self._replica = replica
        self._registry = registry

    def read(
        self, entries: Iterable[Logged | Absences], now: float, wall: float
    ) -> Iterator[Logged]:
        """Take in the names of which nothing is known here. Gives all else, each before
        what comes after it is looked at."""
        for logged in entries:
            if not isinstance(logged, Absences):
                yield logged
            elif not self._take_in(logged, now, wall):
                yield from logged.entries()

    def _take_in(self, absences: Absences, now: float, wall: float) -> bool:
        if not (self._wanted.is_idle and self._replica.is_idle):
            return False
        if not self._replica.read_first(absences.names, absences.sequences):
            return False
        went = [now - max(0.0, wall - since) for since in absences.since]
        kept = NamesKept(absences.names, absences.fingerprints, absences.sites, went)
        if not self._registry.keep_names(kept, min(went)):
            self._replica.unread(absences.names)  # The holder of one is somewhere.
            return False
        return True
