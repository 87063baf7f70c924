"""Garbage in circles, found without holding anybody up.

Python's own full collection looks at everything that lives: at a million users
a third of a second, while nobody is served. So what a look has found alive is frozen,
which takes it out of later ones, and the next look is at what came since. What
ends later is freed at once by its references, as always; only a circle that was
frozen alive and ended then needs all to be looked at again, which is done as long
as that is quick.
"""

import gc

from twisted.internet.interfaces import IReactorTime

from twisted_chat.alarm import Alarm
from twisted_chat.moments import NEVER

EVERY = 1.0
"""Seconds between two questions whether there is enough that is new."""
ENOUGH = 4
"""Collections of the middle generation since the last look: 30,000 objects, 10 ms."""
ALL_AGAIN = 600.0
"""Seconds between two looks at what was frozen too."""
FEW = 80_000
"""Objects frozen up to which there are such looks: 30 ms. A server without users
has 44,000, and one more for each user."""

_NEVER = 1_000_000_000
"""Collections of the middle generation before a full one of Python's own."""


class Collector:
    """Takes the place of Python's own full collection between `start` and `stop`.
    With up to `few` frozen objects all are looked at again now and then."""

    def __init__(self, clock: IReactorTime, few: int = FEW) -> None:
        self._clock = clock
        self._few = few
        self._thresholds: tuple[int, int, int] | None = None
        self._alarm = Alarm(clock, self._ring)
        self._all_at = NEVER

    def start(self) -> None:
        self._thresholds = gc.get_threshold()
        gc.set_threshold(*self._thresholds[:2], _NEVER)
        self._look_at_all()
        self._alarm.set_in(EVERY)

    def stop(self) -> None:
        """Leave the collector as it was; nothing where it was not started."""
        if self._thresholds is None:
            return
        gc.set_threshold(*self._thresholds)
        gc.unfreeze()
        self._thresholds = None
        self._alarm.stop()

    def _ring(self) -> None:
        if self._clock.seconds() >= self._all_at:
            self._look_at_all()
        elif gc.get_count()[2] >= ENOUGH:
            self._look()
        self._alarm.set_in(EVERY)

    def _look(self) -> None:
        gc.collect()
        gc.freeze()

    def _look_at_all(self) -> None:
        self._all_at = self._clock.seconds() + ALL_AGAIN
        if gc.get_freeze_count() <= self._few:
            gc.unfreeze()
        self._look()
