"""Names kept for keys that are not here: each for the key that had it when its holder went.

A name is counted where its holder was last: one who keeps coming and going
under new names can so be made to lose its own, and nobody elsewhere any.
"""

from collections import OrderedDict
from collections.abc import Iterator
from typing import Literal

from twisted_chat.directory.entries import KeptName
from twisted_chat.directory.queue import Queue
from twisted_chat.directory.shards import Shards


class KeptNames:
    """Names, casefolded, in the order in which their holders
    went: all of them, and those of each site."""

    __slots__ = ("_names", "_order", "_sites")

    def __init__(self) -> None:
        self._names: Shards[str, KeptName] = Shards()
        self._order: Queue[KeptName] = Queue()
        # The name of a site, or several in order. Most are alone, and an
        # OrderedDict of one would take as much memory as the name itself.
        self._sites: Shards[str, KeptName | OrderedDict[str, KeptName]] = Shards()

    def __len__(self) -> int:
        return len(self._names)

    def __bool__(self) -> Literal[True]:
        return True

    def get(self, casefolded: str) -> KeptName | None:
        return self._names.get(casefolded)

    def read(self) -> Iterator[KeptName]:
        """The names one by one, in no order, while others come and go."""
        return self._names.read()

    def first(self) -> KeptName | None:
        """The name that has been kept for the longest time."""
        return self._order.first()

    def count_at(self, site: str) -> int:
        """How many names of this site are kept."""
        here = self._sites.get(site)
        return len(here) if isinstance(here, OrderedDict) else int(here is not None)

    def first_at(self, site: str) -> KeptName | None:
        """The name of this site that has been kept for the longest time."""
        here = self._sites.get(site)
        return next(iter(here.values())) if isinstance(here, OrderedDict) else here

    def add(self, kept: KeptName) -> bool:
        """Keep a name. False if it is kept already."""
        if not self._names.add(kept.casefolded, kept):
            return False
        self._order.append(kept)
        self._place(kept)
        return True

    def add_all(self, kept: list[KeptName]) -> bool:
        """Keep these names. False, and nothing has changed, if one is kept already, or is there
        twice."""
        if not self._names.add_all([one.casefolded for one in kept], kept):
            return False
        self._order.append_all(kept)
        for one in kept:
            self._place(one)
        return True

    def _place(self, kept: KeptName) -> None:
        here = self._sites.keep(kept.site, kept)
        if isinstance(here, OrderedDict):
            here[kept.casefolded] = kept
        elif here is not kept:
            self._sites.set(kept.site, OrderedDict({here.casefolded: here, kept.casefolded: kept}))

    def discard(self, casefolded: str) -> bool:
        """Keep a name no longer. False if it was not kept."""
        kept = self._names.get(casefolded)
        if kept is None:
            return False
        self._names.discard(casefolded)
        self._order.remove(kept)
        here = self._sites.get(kept.site)
        if isinstance(here, OrderedDict):
            del here[casefolded]
            if len(here) == 1:
                self._sites.set(kept.site, here.popitem()[1])
        else:
            self._sites.discard(kept.site)
        return True
