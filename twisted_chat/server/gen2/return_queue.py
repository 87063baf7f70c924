"""When each of those comes who are here no more as far as this server knows, as it was started
anew: one after the other, so that newcomers need not wait for all of them."""

from collections import OrderedDict

RETURNS = 430.0
"""Users a second who are told to come: fewer than can shake hands in one."""
LONGEST = 300.0
"""Seconds after which one is told to come at most: one who would have to wait longer is told
nothing, and asks again."""
REMEMBERED = 200_000
"""Users of whom it is known for when they were told to come, the latest."""


class ReturnQueue:
    """The places in it, by ids."""

    def __init__(self) -> None:
        self._places: OrderedDict[bytes, float] = OrderedDict()
        self._next = 0.0

    def wait(self, who: bytes, now: float) -> float | None:
        """Seconds until this one is to come, 0 for at once; None where there is no place. One who
        asks again before that is told the same moment."""
        at = self._places.get(who, -1.0)
        if at < now:
            at = max(now, self._next)
            if at - now > LONGEST:
                return None
            self._next = at + 1 / RETURNS
            self._places[who] = at
            self._places.move_to_end(who)
            if len(self._places) > REMEMBERED:
                self._places.popitem(last=False)
        return at - now
