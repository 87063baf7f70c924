"""Leaving: what was said arrives first, then the server is told."""

from collections.abc import Callable

from twisted_chat.moments import NEVER
from twisted_chat.peer.effects import Effects
from twisted_chat.peer.events.server import NotDone
from twisted_chat.peer.generation import Generation

ARRIVAL, ARRIVAL_QUIT = 10.0, 2.0
"""Seconds to wait at the end until everything has arrived: of a script, and of a person."""
HURRY = 0.3
"""Seconds to wait for that where the process is being ended."""
ANSWER = 1.5
"""Seconds to wait for the answer to `by`: one who quits wants to be gone."""


class Shutdown:
    """The end of a session, once it has `begun`. `wake` is when `go_on` is due."""

    def __init__(
        self, effects: Effects, left_over: Callable[[], NotDone | None], *, patient: bool
    ) -> None:
        self._effects = effects
        self._patient = patient
        self._left_over = left_over
        self._said = self._hurried = False
        self.begun = False
        self.over = False
        self.wake = NEVER

    def speak(self, generation: Generation) -> None:
        """It is this generation that is left."""
        self._generation = generation

    def begin(self, now: float) -> None:
        """Leave, as soon as what was said has arrived."""
        self.begun = True
        self._generation.shut_down()
        self.wake = now + (ARRIVAL_QUIT if self._patient else ARRIVAL)
        self.go_on(now)

    def go_on(self, now: float) -> None:
        """See what is still to be waited for, if it has begun."""
        if self.over or not self.begun:
            return
        if self._said:
            if now >= self.wake:
                self._end()
        elif not self._generation.unsettled or now >= self.wake:
            if self._hurried or not self._generation.registration.valid:
                self.vanish()
                return
            self._said = True
            self.wake = now + ANSWER
            self._generation.server.leave(lambda outcome, now: self._end(), now)

    def hurry(self, now: float) -> None:
        """The process is being ended: what was sent has a moment to arrive."""
        if self.over:
            return
        self.begun = self._hurried = True
        if self._said:
            self._end()
            return
        self._generation.shut_down()
        self.wake = min(self.wake, now + HURRY)
        self.go_on(now)

    def vanish(self) -> None:
        """Leave without waiting for anything."""
        self._generation.shut_down()
        if not self._said:
            self._generation.server.vanish()
        self._end()

    def _end(self) -> None:
        if self.over:
            return
        self.begun = self.over = True
        self.wake = NEVER
        before, self._effects.lost = self._effects.lost, False
        self._generation.close()
        lost = self._effects.lost
        if (left_over := self._left_over()) is not None:
            lost = lost or not self._patient or left_over.texts > 0
            self._effects.tell(left_over)
        if not self._patient:
            self._effects.finish(1 if lost or before or self._effects.undone else 0)
        else:
            # What was lost before the end was told then; the status of a signal says enough.
            self._effects.finish(1 if lost and not self._hurried else 0)
