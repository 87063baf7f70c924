"""Two programs that have one key: the one that was there first stays, as long as it is there.

A key that is registered over one link and wants to be over another may be the same key on
two machines. So the one at the end of the first link is asked for a sign of life, and the
other is refused when it answers, or is silent, and may ask again. A program whose link has
broken, or that was ended and started again, is told from these by its instance, and waits for
nothing.
"""

from collections.abc import Iterator

from twisted_chat.links import Link
from twisted_chat.server.bounds import SIGN_OF_LIFE
from twisted_chat.timeouts import Timeouts
from twisted_chat.wire.gen2.requests import RegisterKey


class Rivals:
    """Those who wait to be registered until it is known whether another link with
    their key is alive: one for each key, the latest. `wake` is when one has waited long
    enough."""

    def __init__(self) -> None:
        self._waiting: dict[str, tuple[Link, RegisterKey]] = {}
        self._due: Timeouts[str] = Timeouts(SIGN_OF_LIFE)

    @property
    def wake(self) -> float:
        return self._due.wake

    def wait(self, link: Link, request: RegisterKey, now: float) -> Link | None:
        """Let this one wait. Returns the one that waited before, and does no longer."""
        fingerprint = link.fingerprint
        before, _ = self._waiting.get(fingerprint, (None, None))
        self._waiting[fingerprint] = link, request
        self._due.set(fingerprint, now)
        return None if before is link else before

    def take(self, fingerprint: str) -> tuple[Link, RegisterKey] | None:
        """The one that waits with this key, which then waits no longer."""
        self._due.discard(fingerprint)
        return self._waiting.pop(fingerprint, None)

    def drop(self, link: Link) -> None:
        """This one is gone, if it has waited."""
        waiting = self._waiting.get(link.fingerprint)
        if waiting is not None and waiting[0] is link:
            self.take(link.fingerprint)

    def over(self, now: float) -> Iterator[Link]:
        """The links of those who have waited long enough, and wait no longer."""
        for fingerprint in self._due.over(now):
            yield self._waiting.pop(fingerprint)[0]
