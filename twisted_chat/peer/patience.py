"""How long the first answer of a server is waited for, and what is said meanwhile."""

from twisted_chat.moments import NEVER
from twisted_chat.peer.effects import Effects
from twisted_chat.peer.events.server import ServerAwaited
from twisted_chat.peer.whereabouts import Whereabouts

NOTICE = 2.5
"""Seconds without an answer after which the person, or the log of a script, is told."""
SCRIPT = 15.0
"""Seconds without an answer after which a script gives up."""


class Patience:
    """The wait for a server that has not answered yet. `wake` is when `tick` is due."""

    def __init__(self, server: Whereabouts, effects: Effects, *, patient: bool) -> None:
        self._server = server
        self._effects = effects
        self._patient = patient
        self._begun = False
        self._tell_at = self._end_at = NEVER
        self.answered = False
        """Whether the server answers, only not over an encrypted link."""

    @property
    def wake(self) -> float:
        return min(self._tell_at, self._end_at)

    def begin(self, now: float) -> None:
        """It is waited for from now on, if it was not before."""
        if not self._begun:
            self._begun = True
            self._tell_at = now + NOTICE
            self._end_at = NEVER if self._patient else now + SCRIPT

    def over(self) -> None:
        """It is waited for no longer."""
        self._begun = True
        self._tell_at = self._end_at = NEVER

    def tell(self) -> None:
        """Say that it is waited for, if that was not said."""
        if self._tell_at == NEVER:
            return
        self._tell_at = NEVER
        self._effects.tell(ServerAwaited(str(self._server), self.answered, self._patient))

    def tick(self, now: float) -> bool:
        """Say what is due. Whether a script has waited long enough."""
        if self._tell_at <= now:
            self.tell()
        return self._end_at <= now
