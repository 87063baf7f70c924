"""A rate limit: how much each source may use a second, and at once. All limits are made of it,
of requests to a server, of answers from it, and of messages to a peer.

Each is kept by the generic cell rate algorithm (ITU-T I.371, annex A):
for each source one moment, the one at which it would have earned all that it
has used. A source whose moment has passed is as good as one never seen, so
nothing has to be remembered for longer than a burst lasts.
"""

from twisted_chat.addresses import site

SOURCES = 100_000
"""Sources remembered in each of two generations. Where more than that come
within one burst, the oldest are forgotten and start afresh."""

ROUNDING = 2e-5
"""Seconds that the steps of a burst may lose on a clock that has counted for long:
after ten years its seconds are rounded to 0.06 microseconds, since 1970 to 0.2."""


class Rate:
    """So much a second for each source, and so much at once after a pause.

    `rate` is in units a second, 0 for no limit at all; `burst` in units.
    """

    def __init__(self, rate: float, burst: float, sources: int = SOURCES) -> None:
        self.renew(rate, burst)
        self._sources = sources
        # When each source will have earned what it used. The one who was last
        # seen a whole depth ago has earned everything: `_older` is dropped then.
        self._moments: dict[str, float] = {}
        self._older: dict[str, float] = {}
        self._turn = 0.0

    def renew(self, rate: float, burst: float) -> None:
        """Let this be the rate from now on, and the burst; what was used stays used."""
        self._cost = 1 / rate if rate else 0.0
        self._depth = burst * self._cost + ROUNDING

    def spend(self, host: str, now: float, units: float = 1) -> bool:
        """Take `units` from what this host address may use, if it may."""
        # Written out, where `_moment` and `_keep` would do: every request comes by.
        if not self._cost:
            return True
        source = host if ":" not in host else site(host)
        moment = self._moments.get(source)
        if moment is None:
            moment = self._older.get(source, now)
        if moment < now:
            moment = now
        moment += units * self._cost
        if moment - now > self._depth:
            return False
        if now >= self._turn or len(self._moments) >= self._sources:
            self._turn_over(now)
        self._moments[source] = moment
        return True

    def charge(self, host: str, now: float, units: float) -> None:
        """Note `units` that were used without asking; what follows waits until they are earned."""
        if self._cost:
            source = site(host)
            self._keep(source, self._moment(source, now) + units * self._cost, now)

    def wait(self, host: str, now: float, units: float = 0) -> float:
        """Seconds until this host address has earned what it was charged, and may
        spend so many units more; 0 if it has, and may."""
        if not self._cost:
            return 0.0
        moment = self._moment(site(host), now) + units * self._cost
        return max(0.0, moment - self._depth - now)

    def _moment(self, source: str, now: float) -> float:
        moment = self._moments.get(source)
        if moment is None:
            moment = self._older.get(source, now)
        return moment if moment > now else now

    def _keep(self, source: str, moment: float, now: float) -> None:
        if now >= self._turn or len(self._moments) >= self._sources:
            self._turn_over(now)
        self._moments[source] = moment

    def _turn_over(self, now: float) -> None:
        self._older, self._moments = self._moments, {}
        self._turn = now + self._depth
