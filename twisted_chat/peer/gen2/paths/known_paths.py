"""The ways that are known of: to those whom we have met, and for a while to those who have gone;
and introductions of some of whom the server says only later who they are."""

from collections import OrderedDict
from collections.abc import Iterable

from twisted_chat.peer.gen2.paths.peer_path import PeerPath
from twisted_chat.peer.gen2.who_dials import dials
from twisted_chat.wire.gen2.pairing import Pairing

UNKNOWN = 1_000
"""Introductions of those whom we have not met yet that are kept, the latest, as the server's
word of them may come later; and as many of those from whom we have parted."""


class KnownPaths:
    """All of them, by fingerprint. `own` is our own fingerprint."""

    def __init__(self, own: str) -> None:
        self._own = own
        self._known: dict[str, PeerPath] = {}
        self._early: OrderedDict[str, Pairing] = OrderedDict()
        self._parted: OrderedDict[str, None] = OrderedDict()

    def is_wanted(self, fingerprint: str) -> bool:
        """Whether there is to be a link to this peer."""
        path = self.get(fingerprint)
        return path is not None and path.wanted

    def get(self, fingerprint: str) -> PeerPath | None:
        """What is known of the way to this peer."""
        return self._known.get(fingerprint)

    def every(self) -> Iterable[PeerPath]:
        """All that is known."""
        return self._known.values()

    def meet(self, fingerprint: str) -> tuple[PeerPath, Pairing | None]:
        """There is to be a link to this peer: the path, and an introduction that came earlier
        than any other word of it."""
        self._parted.pop(fingerprint, None)
        if (path := self._known.get(fingerprint)) is None:
            path = PeerPath(fingerprint, dials(self._own, fingerprint))
            self._known[fingerprint] = path
        return path, self._early.pop(fingerprint, None)

    def hold(self, pairing: Pairing) -> None:
        """Keep an introduction of somebody whom we have not met."""
        fingerprint = pairing.contact.fingerprint
        if fingerprint != self._own:
            self._early[fingerprint] = pairing
            self._early.move_to_end(fingerprint)
            if len(self._early) > UNKNOWN:
                self._early.popitem(last=False)

    def part(self, path: PeerPath) -> PeerPath | None:
        """There is to be no link any more. Returns a path that is forgotten for it."""
        self._parted[path.fingerprint] = None
        self._parted.move_to_end(path.fingerprint)
        if len(self._parted) <= UNKNOWN:
            return None
        oldest, _ = self._parted.popitem(last=False)
        return self._known.pop(oldest)
