"""When each of those comes who are here no more as far as this server knows, as it was started
anew: one after the other, and no more at once than it can take in while newcomers wait for little.
"""

from collections import OrderedDict

RETURNS = 430.0
"""Users a second whose turn it is: fewer than can shake hands in one."""
AT_ONCE = 400
"""Users who were told to come and have no link yet: with the round trips of a link over the
internet so many a second are on their way, and on a slow machine fewer are told."""
COMES = 5.0
"""Seconds after which one who was told to come, and did not, is not waited for."""
SHORTLY = 1.0
"""Seconds after which one whose turn it is asks again, where too many are coming."""
LONGEST = 300.0
"""Seconds after which one is to ask again at most: one who would have to wait longer is told
nothing, and asks again by itself."""
REMEMBERED = 200_000
"""Users of whom it is known when it is their turn, the latest."""


class ReturnQueue:
    """The places in it, by ids."""

    def __init__(self) -> None:
        self._turns: OrderedDict[bytes, float] = OrderedDict()
        self._coming: OrderedDict[bytes, float] = OrderedDict()
        self._next = 0.0

    def wait(self, who: bytes, now: float) -> float | None:
        """Seconds until this one is to ask again, 0 where it is to come; None where there is no
        place for it. One that asks again has the same place."""
        turn = self._turns.get(who)
        if turn is None:
            turn = max(now, self._next)
            if turn - now > LONGEST:
                return None
            self._next = turn + 1 / RETURNS
            self._turns[who] = turn
            if len(self._turns) > REMEMBERED:
                self._turns.popitem(last=False)
        if turn > now:
            return turn - now
        while self._coming and next(iter(self._coming.values())) <= now - COMES:
            self._coming.popitem(last=False)
        if who not in self._coming:
            if len(self._coming) >= AT_ONCE:
                return SHORTLY
            self._coming[who] = now
        return 0.0

    def came(self) -> None:
        """There is another link: one of those who are coming is here, as far as that shows."""
        if self._coming:
            self._coming.popitem(last=False)
