"""Two programs that have one key: the one that was there first stays, if it is still there.

A key that is registered over one link and wants to be over another is most often
one program whose first link has broken, or that was ended and started again; the
server cannot see that yet. Or it is the same key on two machines. So the one
at the end of the first link is asked for a sign of life. One at the same address takes
its place soon when none comes: a program that was killed and started again. One from
elsewhere waits until the first link has ended, as every silent one does.
"""

from collections.abc import Iterator

from twisted_chat.links import Link
from twisted_chat.server.bounds import SIGN_OF_LIFE
from twisted_chat.timeouts import Timeouts
from twisted_chat.wire.common import Register


class Rivals:
    """Those who wait to be registered until it is known whether another link with
    their key is alive: one for each key, the latest. `wake` is when one at the same
    address as that has waited long enough."""

    def __init__(self) -> None:
        self._waiting: dict[str, tuple[Link, Register]] = {}
        self._due: Timeouts[str] = Timeouts(SIGN_OF_LIFE)

    @property
    def wake(self) -> float:
        return self._due.wake

    def wait(self, link: Link, request: Register, now: float, *, same_host: bool) -> Link | None:
        """Let this one wait, which may be at the `same_host` as the first link. Returns the
        one that waited before, and does no longer."""
        fingerprint = link.fingerprint
        before, _ = self._waiting.get(fingerprint, (None, None))
        self._waiting[fingerprint] = link, request
        if same_host:
            self._due.set(fingerprint, now)
        else:
            self._due.discard(fingerprint)
        return None if before is link else before

    def take(self, fingerprint: str) -> tuple[Link, Register] | None:
        """The one that waits with this key, which then waits no longer."""
        self._due.discard(fingerprint)
        return self._waiting.pop(fingerprint, None)

    def drop(self, link: Link) -> None:
        """This one is gone, if it has waited."""
        waiting = self._waiting.get(link.fingerprint)
        if waiting is not None and waiting[0] is link:
            self.take(link.fingerprint)

    def over(self, now: float) -> Iterator[str]:
        """The keys whose first link has shown no sign of life in time to one that is at the
        same address."""
        return self._due.over(now)
