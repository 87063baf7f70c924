"""The room server: generation 1 datagrams that are within every bound, and the hall for links.

What is over a bound gets the refusal that the protocol has for it if its
source is registered, and silence if not. What is no message at all is dropped.
"""

from collections.abc import Callable

from twisted_chat.addresses import Address, Datagrams
from twisted_chat.directory.directory import Change, Directory
from twisted_chat.errors import WireError
from twisted_chat.rate import Rate
from twisted_chat.server.bounds import Bounds
from twisted_chat.server.delivery import Delivery
from twisted_chat.server.grants import Grants
from twisted_chat.server.guests import Guests
from twisted_chat.server.hall import Hall
from twisted_chat.server.household import Household
from twisted_chat.server.introductions import Introductions
from twisted_chat.server.nearby import Nearby, ReachedAt
from twisted_chat.server.notices import Notices
from twisted_chat.server.pacing import Pacing
from twisted_chat.wire.gen1 import parse_request, refusal_of


class Reception:
    """The whole room server, but for the socket and the clock.

    Datagrams are received here, and what happens to links is told to `hall`.
    After either of them `flush` has the datagrams and `hall.effects` what is to
    be done with links, for each generation hears of the other. With
    `generation` 2, users of generation 1 are refused.

    `announce` is told of every change, with the name of the user or room it is
    about; `dropped` of everything that is not answered, with a category and
    its source. `reached_at` says at which address of ours one at another reaches us,
    where that is known. `wake` is when `tick` is due, in seconds as given in `now`.
    """

    def __init__(
        self,
        bounds: Bounds,
        announce: Callable[[Change, str], None] = lambda change, name: None,
        dropped: Callable[[str, Address, float], None] = lambda category, source, now: None,
        *,
        generation: int = 1,
        reached_at: ReachedAt = lambda address: None,
    ) -> None:
        self.directory = Directory()
        self._bounds = bounds
        self._dropped = dropped
        self._requests = Rate(bounds.rate, bounds.burst)
        grants = Grants(bounds)
        self._pacing = Pacing(grants)
        guests, delivery = Guests(bounds), Delivery(grants.linked)
        nearby = Nearby(reached_at)
        notices = Notices(delivery, guests.registered, nearby)
        household = Household(self.directory, bounds, self._pacing, notices, announce, nearby)
        self._household = household
        self._introductions = Introductions(
            self.directory, self._pacing, bounds, household, generation, nearby
        )
        self.hall = Hall(
            self.directory,
            bounds,
            household,
            guests,
            delivery,
            notices,
            self._requests,
            dropped,
        )

    @property
    def wake(self) -> float:
        return min(self._pacing.wake, self._household.wake, self.hall.wake)

    def receive(self, datagram: bytes, source: Address, now: float) -> None:
        """Read one datagram. What is to be sent then is for `flush` to say."""
        if not self._requests.spend(source[0], now):
            self._refuse(datagram, source, now, "over the rate")
        elif len(datagram) > self._bounds.datagram:
            self._refuse(datagram, source, now, "too long")
        else:
            try:
                request = parse_request(datagram)
            except WireError:
                self._dropped("not in the language", source, now)
            else:
                self._introductions.answer(request, source, now)

    def flush(self, now: float) -> Datagrams:
        """What is to be sent, as `(datagram, address)`, after some datagrams were received."""
        return self._pacing.flush(now)

    def tick(self, now: float) -> Datagrams:
        """Do what has become due. Returns what is to be sent."""
        self._household.tick(now)
        self.hall.tick(now)
        return self._pacing.turn(now) if now >= self._pacing.wake else self._pacing.flush(now)

    def _refuse(self, datagram: bytes, source: Address, now: float, category: str) -> None:
        self._dropped(category, source, now)
        if self.directory.user_at(source) and (refusal := refusal_of(datagram)):
            self._pacing.send(source, refusal.encode(), now)
