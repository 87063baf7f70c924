"""Other ends to which the way has a NAT that forgets soon what is silent."""

from collections import OrderedDict

from twisted_chat.net.quic_bounds import LAPSE, LAPSED


class Lapses:
    """Which those are, by fingerprint: those with whom a link was in doubt after silence,
    and was there again soon, or another in its place."""

    def __init__(self) -> None:
        self._suspected: OrderedDict[str, float] = OrderedDict()
        self._known: OrderedDict[str, None] = OrderedDict()

    def __contains__(self, fingerprint: str) -> bool:
        return fingerprint in self._known

    def suspect(self, fingerprint: str, now: float) -> None:
        """A link is in doubt, after it was silent."""
        self._suspected[fingerprint] = now
        if len(self._suspected) > LAPSED:
            self._suspected.popitem(last=False)

    def there_again(self, fingerprint: str, now: float) -> None:
        """There is an answer, or another link."""
        since = self._suspected.pop(fingerprint, None)
        if since is not None and now - since <= LAPSE:
            self.know(fingerprint)

    def know(self, fingerprint: str) -> None:
        """It is seen."""
        self._known[fingerprint] = None
        self._known.move_to_end(fingerprint)
        if len(self._known) > LAPSED:
            self._known.popitem(last=False)
