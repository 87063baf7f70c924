"""Accepted connections whose keys are not proven yet, so that they do not become too many."""

from collections import Counter
from typing import Generic, Literal, TypeVar

from twisted_chat.net.quic_bounds import (
    HANDSHAKES,
    HANDSHAKES_OF_A_SITE,
    HANDSHAKES_OF_THE_PROVEN,
    PROVEN_SITES,
)

Key = TypeVar("Key")


class WaitingRoom(Generic[Key]):
    """Has room for so many, of which the oldest makes way for one more, and for fewer
    of each site. Sites over which a key was proven have a share that no others take."""

    def __init__(self) -> None:
        self._proven: dict[str, None] = {}  # The latest last.
        self._strangers: dict[Key, str] = {}  # The oldest first, here and in the next.
        self._others: dict[Key, str] = {}
        self._of: Counter[str] = Counter()

    def __len__(self) -> int:
        return len(self._strangers) + len(self._others)

    def __bool__(self) -> Literal[True]:
        return True

    def has_room(self, site: str) -> bool:
        """Whether one more of this site may wait."""
        return self._of[site] < HANDSHAKES_OF_A_SITE

    def add(self, connection: Key, site: str) -> Key | None:
        """Let it wait. Returns the one that has to go for it, if any."""
        proven = site in self._proven
        share = self._others if proven else self._strangers
        oldest = None
        if len(share) >= (HANDSHAKES_OF_THE_PROVEN if proven else HANDSHAKES):
            oldest = next(iter(share))
            self.discard(oldest)
        share[connection] = site
        self._of[site] += 1
        return oldest

    def prove(self, connection: Key) -> None:
        """It waits no longer, and its site has proven a key."""
        if (site := self.discard(connection)) is None:
            return
        self._proven.pop(site, None)
        self._proven[site] = None
        if len(self._proven) > PROVEN_SITES:
            del self._proven[next(iter(self._proven))]

    def discard(self, connection: Key) -> str | None:
        """It waits no longer, if it did; then its site."""
        for share in (self._strangers, self._others):
            if (site := share.pop(connection, None)) is not None:
                self._of[site] -= 1
                if not self._of[site]:
                    del self._of[site]
                return site
        return None
