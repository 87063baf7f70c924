"""Which links there are to the room server, and who is registered over which."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from twisted_chat.addresses import Address, is_six, site
from twisted_chat.links import Link
from twisted_chat.server.bounds import KEPT_FOR_FIRST, RETURN, SETTLE, STRANGER, Bounds
from twisted_chat.server.gen2.send_queue import Outlet
from twisted_chat.timeouts import Timeouts

SPARE = 2
"""How many times as many links there may be from one site as users: a link that
is lost is noticed later than the one that takes its place."""


@dataclass(eq=False, slots=True, kw_only=True)
class LinkSession(Outlet):
    """A link and the one at its other end, who registered over it at `since`. `own` are the
    addresses of that one's machine, and `instance` which program it is, as it has said. What
    it said had to wait for `held` seconds until `held_at`, less those in which nothing had
    to, and nothing waited or began to at that moment."""

    since: float = 0.0
    held: float = 0.0
    held_at: float = 0.0
    own: tuple[Address, ...] = ()
    instance: str = ""
    token: bytes = b""
    """By what its beats are known, if it was told that."""
    also: Address | None = None
    """Where it is over the other family, as it has shown."""
    rests: int = 0
    """How often its link was put to rest, or was to be."""

    def has(self, family: bool) -> bool:
        """Whether it has an address of this family, as far as is known: of IPv6, if true."""
        return family in (is_six(one) for one in (self.address, self.also) if one is not None)


class LinkSessions:
    """Sessions by their links, and by fingerprints those over which somebody is registered."""

    def __init__(self, bounds: Bounds) -> None:
        self._bounds = bounds
        self._all: dict[Link, LinkSession] = {}
        self._sites: dict[str, int] = {}
        self.registered: dict[str, LinkSession] = {}
        self._strangers: Timeouts[LinkSession] = Timeouts(STRANGER)
        self._moved: Timeouts[LinkSession] = Timeouts(SETTLE)
        self._missing: Timeouts[str] = Timeouts(RETURN)
        self._lost: dict[str, tuple[LinkSession, float]] = {}
        self._named: dict[bytes, LinkSession] = {}

    @property
    def wake(self) -> float:
        return min(self._strangers.wake, self._moved.wake, self._missing.wake)

    def __len__(self) -> int:
        return len(self._all)

    def __bool__(self) -> Literal[True]:
        return True

    def get(self, link: Link) -> LinkSession | None:
        return self._all.get(link)

    def name(self, session: LinkSession, token: bytes) -> None:
        """Find this session by a token too, as long as it is there."""
        session.token = token
        self._named[token] = session

    def named(self, token: bytes) -> LinkSession | None:
        """The session that is found by this token."""
        return self._named.get(token)

    def is_full(self, address: Address) -> bool:
        """Whether there can be no more links from where this address belongs."""
        here = self._sites.get(site(address[0]), 0)
        bounds, in_all = self._bounds, len(self._all)
        return here >= SPARE * bounds.users_per_host or in_all >= SPARE * bounds.users

    def add(self, link: Link, now: float) -> LinkSession:
        """A link is there, and somebody whom we do not know yet at its end."""
        session = self._all[link] = LinkSession(link)
        owner = site(session.address[0])
        self._sites[owner] = self._sites.get(owner, 0) + 1
        self._strangers.set(session, now)
        return session

    def remove(self, session: LinkSession, now: float) -> None:
        """A link is gone. The one who is registered over it has some time to come back."""
        fingerprint = session.link.fingerprint
        self.part(session)
        self._named.pop(session.token, None)
        self._strangers.discard(session)
        self._moved.discard(session)
        if self.registered.get(fingerprint) is session:
            del self.registered[fingerprint]
            self._missing.set(fingerprint, now)
            self._lost[fingerprint] = session, now

    # --- Sessions whose links rest

    def settle(self, session: LinkSession) -> None:
        """Whether it stays where its link seems to be is of no interest any more."""
        self._moved.discard(session)

    def part(self, session: LinkSession) -> None:
        """The link is gone, if it is not already, and the session stays."""
        if self._all.pop(session.link, None) is not None:
            owner = site(session.address[0])
            self._sites[owner] -= 1
            if not self._sites[owner]:
                del self._sites[owner]

    def take_over(self, session: LinkSession, newer: LinkSession) -> None:
        """The link of a newer session, which is no more, is that of this one."""
        self.part(session)
        self._named.pop(session.token, None)
        self._strangers.discard(newer)
        self._moved.discard(newer)
        session.link, session.address, session.token = newer.link, newer.address, newer.token
        session.own, session.also = newer.own or session.own, newer.also
        self._all[session.link] = session
        if session.token:
            self._named[session.token] = session

    def went(self, session: LinkSession, address: Address) -> None:
        """One whose link rests is there now, as it has shown."""
        self.part(session)
        session.address = session.link.address = address

    def register(self, session: LinkSession, now: float) -> None:
        """The user with this key is registered over this link from now on."""
        fingerprint = session.link.fingerprint
        session.since = now
        self._strangers.discard(session)
        self._missing.discard(fingerprint)
        self._lost.pop(fingerprint, None)
        self.registered[fingerprint] = session

    def kept_for(self, fingerprint: str, now: float) -> LinkSession | None:
        """The session that was registered with this key and is gone, but only just."""
        session, then = self._lost.get(fingerprint, (None, now))
        return session if now < then + KEPT_FOR_FIRST else None

    def unregister(self, session: LinkSession, now: float) -> None:
        """Nobody is registered over this link any more."""
        self._moved.discard(session)
        del self.registered[session.link.fingerprint]
        self._strangers.set(session, now)

    def moved(self, session: LinkSession, now: float) -> None:
        """This link seems to be at another address, and may stay there."""
        self._moved.set(session, now)

    # --- What is due

    def unknown(self, now: float) -> Iterator[LinkSession]:
        """Links over which nobody has registered in time."""
        return self._strangers.over(now)

    def elsewhere(self, now: float) -> Iterator[LinkSession]:
        """Links that have moved some time ago."""
        return self._moved.over(now)

    def missing(self, now: float) -> Iterator[str]:
        """The fingerprints of users who have not come back in time."""
        for fingerprint in self._missing.over(now):
            del self._lost[fingerprint]
            yield fingerprint
