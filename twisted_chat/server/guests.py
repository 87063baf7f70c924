"""Which links there are to the room server, and who is registered over which."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

from twisted_chat.addresses import Address, site
from twisted_chat.links import Link
from twisted_chat.server.bounds import RETURN, SETTLE, STRANGER, Bounds
from twisted_chat.server.deadlines import Deadlines
from twisted_chat.server.delivery import Outlet

SPARE = 2
"""How many times as many links there may be from one site as users: a link that
is lost is noticed later than the one that takes its place."""


@dataclass(eq=False, slots=True, kw_only=True)
class Guest(Outlet):
    """Whoever is at the other end of a link. `opened_from` is the site it is counted by;
    `held` are requests that wait until it has earned them, `since` when somebody
    registered over it."""

    opened_from: str
    held: deque[bytes] | None = None
    since: float = 0.0


class Guests:
    """Links, and by fingerprints those over which somebody is registered."""

    def __init__(self, bounds: Bounds) -> None:
        self._bounds = bounds
        self._all: dict[Link, Guest] = {}
        self._sites: dict[str, int] = {}
        self.registered: dict[str, Guest] = {}
        self._strangers: Deadlines[Guest] = Deadlines(STRANGER)
        self._moved: Deadlines[Guest] = Deadlines(SETTLE)
        self._missing: Deadlines[str] = Deadlines(RETURN)

    @property
    def wake(self) -> float:
        return min(self._strangers.wake, self._moved.wake, self._missing.wake)

    def get(self, link: Link) -> Guest | None:
        return self._all.get(link)

    def is_full(self, address: Address) -> bool:
        """Whether there can be no more links from where this address belongs."""
        here = self._sites.get(site(address[0]), 0)
        bounds, in_all = self._bounds, len(self._all)
        return here >= SPARE * bounds.users_per_host or in_all >= SPARE * bounds.users

    def add(self, link: Link, now: float) -> Guest:
        """A link is there, and somebody whom we do not know yet at its end."""
        owner = site(link.address[0])
        self._sites[owner] = self._sites.get(owner, 0) + 1
        guest = self._all[link] = Guest(link, opened_from=owner)
        self._strangers.set(guest, now)
        return guest

    def remove(self, guest: Guest, now: float) -> None:
        """A link is gone. Whoever is registered over it has some time to come back."""
        fingerprint, owner = guest.link.fingerprint, guest.opened_from
        del self._all[guest.link]
        self._sites[owner] -= 1
        if not self._sites[owner]:
            del self._sites[owner]
        self._strangers.discard(guest)
        self._moved.discard(guest)
        guest.held = None
        if self.registered.get(fingerprint) is guest:
            del self.registered[fingerprint]
            self._missing.set(fingerprint, now)

    def settle(self, guest: Guest, now: float) -> None:
        """The user with this key is registered over this link from now on."""
        fingerprint = guest.link.fingerprint
        guest.since = now
        self._strangers.discard(guest)
        self._missing.discard(fingerprint)
        self.registered[fingerprint] = guest

    def unsettle(self, guest: Guest, now: float) -> None:
        """Nobody is registered over this link any more."""
        self._moved.discard(guest)
        del self.registered[guest.link.fingerprint]
        self._strangers.set(guest, now)

    def moved(self, guest: Guest, now: float) -> None:
        """This link is at another address, and may stay there."""
        self._moved.set(guest, now)

    # --- What is due

    def unknown(self, now: float) -> Iterator[Guest]:
        """Links over which nobody has registered in time."""
        return self._strangers.over(now)

    def elsewhere(self, now: float) -> Iterator[Guest]:
        """Links that have moved some time ago."""
        return self._moved.over(now)

    def missing(self, now: float) -> Iterator[str]:
        """The fingerprints of users who have not come back in time."""
        return self._missing.over(now)
