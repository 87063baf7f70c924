"""The names of those who went, each kept for the key that had it.

A name is counted where its holder was last: whoever keeps coming and going
under new names can so be made to lose its own, and nobody elsewhere any.
"""

from collections import OrderedDict
from collections.abc import Iterator

from twisted_chat.directory.entries import HeldName
from twisted_chat.directory.queue import Queue
from twisted_chat.directory.shards import Shards


class HeldNames:
    """Names, casefolded, in the order in which their holders
    went: all of them, and those of each site."""

    __slots__ = ("_names", "_order", "_sites")

    def __init__(self) -> None:
        self._names: Shards[str, HeldName] = Shards()
        self._order: Queue[HeldName] = Queue()
        # The name of a site, or several in order. Most are alone, and an
        # OrderedDict of one would take as much memory as the name itself.
        self._sites: Shards[str, HeldName | OrderedDict[str, HeldName]] = Shards()

    def __len__(self) -> int:
        return len(self._names)

    def get(self, casefolded: str) -> HeldName | None:
        return self._names.get(casefolded)

    def read(self) -> Iterator[HeldName]:
        """The names one by one, in no order, while others come and go."""
        return self._names.read()

    def first(self) -> HeldName | None:
        """The name that has been kept for the longest time."""
        return self._order.first()

    def count_at(self, site: str) -> int:
        """How many names of this site are kept."""
        here = self._sites.get(site)
        return len(here) if isinstance(here, OrderedDict) else int(here is not None)

    def first_at(self, site: str) -> HeldName | None:
        """The name of this site that has been kept for the longest time."""
        here = self._sites.get(site)
        return next(iter(here.values())) if isinstance(here, OrderedDict) else here

    def add(self, held: HeldName) -> None:
        """Keep a name that is not kept."""
        self._names.set(held.casefolded, held)
        self._order.append(held)
        here = self._sites.get(held.site)
        if isinstance(here, OrderedDict):
            here[held.casefolded] = held
        elif here is not None:
            self._sites.set(held.site, OrderedDict({here.casefolded: here, held.casefolded: held}))
        else:
            self._sites.set(held.site, held)

    def discard(self, casefolded: str) -> bool:
        """Keep a name no longer. False if it was not kept."""
        held = self._names.get(casefolded)
        if held is None:
            return False
        self._names.discard(casefolded)
        self._order.remove(held)
        here = self._sites.get(held.site)
        if isinstance(here, OrderedDict):
            del here[casefolded]
            if len(here) == 1:
                self._sites.set(held.site, here.popitem()[1])
        else:
            self._sites.discard(held.site)
        return True
