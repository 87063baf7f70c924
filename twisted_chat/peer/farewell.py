"""Leaving: what was said arrives first, then the server is told."""

from twisted_chat.moments import NEVER
from twisted_chat.peer.correspondence import Correspondence
from twisted_chat.peer.effects import Effects
from twisted_chat.peer.neighbourhood import Neighbourhood
from twisted_chat.peer.uplink import Uplink
from twisted_chat.wire.common import Leave

ARRIVAL, ARRIVAL_QUIT = 10.0, 2.0
"""Seconds to wait at the end until everything has arrived: of a script, and of a person."""
ANSWER = 1.5
"""Seconds to wait for the answer to `by`: who quits wants to be gone."""


class Farewell:
    """The end of a session, once it has `begun`. `wake` is when `go_on` is due."""

    def __init__(
        self,
        uplink: Uplink,
        links: Neighbourhood,
        words: Correspondence,
        effects: Effects,
        *,
        patient: bool,
    ) -> None:
        self._uplink = uplink
        self._links = links
        self._words = words
        self._effects = effects
        self._patient = patient
        self._said = False
        self.begun = False
        self.over = False
        self.wake = NEVER

    def begin(self, now: float) -> None:
        """Leave, as soon as what was said has arrived."""
        self.begun = True
        self._words.acknowledge_all()
        self.wake = now + (ARRIVAL_QUIT if self._patient else ARRIVAL)
        self.go_on(now)

    def go_on(self, now: float) -> None:
        """See what is still to be waited for."""
        if self._said:
            if now >= self.wake:
                self._end()
        elif not self._words.unsettled or now >= self.wake:
            self._said = True
            self.wake = now + ANSWER
            if self._uplink.valid:
                self._uplink.ask(Leave(), lambda answers, now: self._end(), now)
            else:
                self._end()

    def vanish(self) -> None:
        """Leave without waiting for anything."""
        self._words.acknowledge_all()
        if self._uplink.valid and not self._said:
            self._uplink.tell(Leave())
        self._end()

    def _end(self) -> None:
        if self.over:
            return
        self.begun = self.over = True
        self.wake = NEVER
        for neighbour in self._links:
            self._links.say_farewell(neighbour)
            self._links.forget(neighbour)
        self._uplink.stop()
        self._effects.finish(1 if self._words.lost and not self._patient else 0)
