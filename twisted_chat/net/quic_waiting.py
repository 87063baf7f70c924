"""Connections whose keys are not proven yet, so that they do not become too many."""

from collections import Counter
from collections.abc import Hashable

from twisted_chat.net.quic_bounds import HANDSHAKES, HANDSHAKES_OF_A_SITE


class WaitingRoom:
    """Has room for so many, and for fewer of each site; those that we have
    dialled ourselves are of no site, the empty text."""

    def __init__(self) -> None:
        self._sites: dict[Hashable, str] = {}
        self._of: Counter[str] = Counter()

    def __len__(self) -> int:
        return len(self._sites)

    def room(self, site: str) -> bool:
        """Whether one more of this site may wait."""
        return len(self._sites) < HANDSHAKES and self._of[site] < HANDSHAKES_OF_A_SITE

    def add(self, connection: Hashable, site: str) -> None:
        """Let it wait."""
        self._sites[connection] = site
        self._of[site] += 1

    def discard(self, connection: Hashable) -> None:
        """It waits no longer, if it did."""
        site = self._sites.pop(connection, None)
        if site is None:
            return
        self._of[site] -= 1
        if not self._of[site]:
            del self._of[site]
