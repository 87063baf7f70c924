"""Ways to others, between the one who looks for them, the server, the links and the person."""

from collections.abc import Callable, Iterable
from typing import Protocol

from twisted_chat.addresses import Address, is_public, is_relayed
from twisted_chat.links import Link
from twisted_chat.moments import NEVER
from twisted_chat.peer.effects import Effects
from twisted_chat.peer.events.event import Someone, at
from twisted_chat.peer.events.paths import GoesDirectly, GoesOverServer, PathsShown, Way
from twisted_chat.peer.gen2.failover import Reconnected
from twisted_chat.peer.gen2.paths.beats import Beats
from twisted_chat.peer.gen2.paths.path_finder import PathFinder
from twisted_chat.peer.gen2.paths.path_report import report
from twisted_chat.peer.gen2.paths.probe_limits import MAX_CLAIMED, ProbePlaces
from twisted_chat.peer.gen2.requests import ServerRequests
from twisted_chat.peer.whereabouts import Whereabouts
from twisted_chat.rate import Rate
from twisted_chat.wire.gen2.answers import Answer
from twisted_chat.wire.gen2.beats import BEAT_ANSWER, BEAT_BACK
from twisted_chat.wire.gen2.growth import OF_USERS, PATHS, RELAY, Can
from twisted_chat.wire.gen2.pairing import (
    MAX_OWN,
    AskCarrying,
    AskPairing,
    Carrying,
    NotCarrying,
    NotPaired,
    OwnAddresses,
    Pairing,
    Seen,
)
from twisted_chat.wire.gen2.signs import SIGN_ANSWER, SIGN_CALL

GATHER = 0.5
"""Seconds for which it is gathered who is reached another way now, before it is told."""
TELL_EVERY, TELL_BURST = 10.0, 6
"""Seconds between two notices of that, and how many may come at once."""


_OF_WAYS = (Seen, Pairing, NotPaired, Carrying, NotCarrying)
"""What a server says of ways."""


class Reaching(Protocol):
    """The one who dials."""

    def reach(self, fingerprint: str, address: Address, now: float) -> None:
        """Dial a peer there, also where there is a link, which this one is better than."""

    def reach_as_before(self, fingerprint: str, now: float) -> None:
        """Dial a peer where the server says it is."""


class Ways:
    """All of them. `own` is our own fingerprint, `here` where our own datagrams leave from, if
    that is known; `draw` gives so many random bytes; with `relays` we take what a server
    carries. `links` is the one who dials, `server` has the link to the server, and `requests` says
    something over it; `wake` is when `tick` is due."""

    links: Reaching
    server: Reconnected
    requests: ServerRequests

    def __init__(
        self,
        own: str,
        whereabouts: Whereabouts,
        here: Address | None,
        effects: Effects,
        draw: Callable[[int], bytes],
        *,
        relays: bool,
    ) -> None:
        self._effects = effects
        self._here = here
        self._relays = relays
        self._places = ProbePlaces(whereabouts, here)
        self._finder = PathFinder(own, self._places, self, draw, relays=relays)
        self._beats = Beats(self, effects, draw)
        self._introduces = False
        self._links: dict[str, Link] = {}
        self._told: dict[str, Way] = {}
        self._untold: dict[str, Someone] = {}
        self._tell_at = NEVER
        self._telling = Rate(1 / TELL_EVERY, TELL_BURST)
        self.can = Can(tuple(one for one in OF_USERS if relays or one != RELAY))
        """What we say that we can."""

    # --- The server

    def server_can(self, link: Link, now: float) -> None:
        """The server has said over this link what it can."""
        self._introduces = link.has(PATHS)
        carries = self._relays and link.has(RELAY)
        self._effects.relay_over(link.address if carries else None)
        if self._introduces:
            self._tell_own()
            self._finder.server_back(now)

    def _tell_own(self) -> None:
        """Those of this machine, and where a router leads to it within the network of another,
        as a carrier's: the server tells them to those whom it sees at the same host."""
        link, mapped = self.server.link, self._places.mapped
        if link is not None and link.has(PATHS):
            within = () if mapped is None or is_public(mapped[0]) else (mapped,)
            own = (*within, *self._places.own)[:MAX_OWN]
            self.requests.tell(OwnAddresses(own))

    def network_changed(self, own: tuple[Address, ...], now: float) -> None:
        """This machine has these addresses now, those first that are used most."""
        self._places.own = own
        self._tell_own()
        self._beats.network_changed(now)
        self._finder.changed(now)

    def mapped(self, outside: Address | None) -> None:
        """Our own router leads this address to us now, or none."""
        former, self._places.mapped = self._places.mapped, outside
        if any(one is not None and not is_public(one[0]) for one in (former, outside)):
            self._tell_own()
        for link in self._links.values() if outside is not None else ():
            self.tell_peer(link)

    def told(self, message: Answer, now: float) -> bool:
        """Take what the server says of ways. False if it is about something else."""
        if not isinstance(message, _OF_WAYS):
            return False
        if isinstance(message, Seen):
            also = message.also
            if also is not None and not self._places.allow_server(also):
                also = None
            self._beats.begin(message.token, also, now)
        self._finder.told(message, now)
        return True

    def ask(self, request: AskPairing | AskCarrying) -> bool:
        link = self.server.link
        if link is None or not link.has(PATHS):
            return False
        self.requests.tell(request)
        return True

    @property
    def seen(self) -> Address | None:
        """Where the server sees us, as far as it has said."""
        return self._finder.observed

    # --- Probes

    def received(self, datagram: bytes, source: Address, now: float) -> None:
        """A probe, or an answer to one, to a beat or to a sign of life, came from there."""
        if datagram[0] in (SIGN_ANSWER, SIGN_CALL):
            self.requests.resting.received(datagram, source, now)
            return
        if datagram[0] in (BEAT_ANSWER, BEAT_BACK):
            self._beats.answered(datagram, source, now)
            return
        self._finder.received(datagram, source, now)

    def probe(self, datagram: bytes, address: Address, *, opens: bool = False) -> None:
        self._effects.probe(datagram, address, opens=opens)

    def validate(self, address: Address) -> None:
        self._effects.validate(address)

    # --- Links

    def want(self, fingerprint: str, now: float) -> None:
        """There is to be a link to this peer."""
        if self._introduces:
            self._finder.want(fingerprint, now)

    def part(self, fingerprint: str) -> None:
        """There is to be none any more."""
        self._finder.part(fingerprint)
        self._links.pop(fingerprint, None)
        self._told.pop(fingerprint, None)
        self._untold.pop(fingerprint, None)

    def dialled_as_before(self, fingerprint: str) -> bool:
        """Whether a peer is dialled where the server says it is: it does not probe, or the
        server introduces nobody."""
        path = self._finder.get(fingerprint)
        return path is None or path.as_before

    def linked(self, who: Someone, link: Link, now: float) -> None:
        """There is a link."""
        relayed = is_relayed(link.address)
        self._links[who.fingerprint] = link
        self._finder.linked(who.fingerprint, link.address, now, relayed=relayed)
        before = self._told.get(who.fingerprint, Way.DIRECT)
        if before is not (Way.RELAYED if relayed else Way.DIRECT):
            self._untold[who.fingerprint] = who
            self._tell_at = min(self._tell_at, now + GATHER)

    @property
    def has_links(self) -> bool:
        return bool(self._links)

    def tell_peer(self, link: Link) -> None:
        """Tell a peer that is reached over the server which addresses on the internet lead to
        this machine: one of them may be of the kind that it has too, or let everybody in."""
        mapped = () if self._places.mapped is None else (self._places.mapped,)
        public = tuple(one for one in (*mapped, *self._places.own) if is_public(one[0]))
        if public and is_relayed(link.address) and link.has(PATHS):
            self._effects.frame(OwnAddresses(public[:MAX_CLAIMED]).encode(), link)

    def claimed(self, fingerprint: str, addresses: tuple[Address, ...], now: float) -> None:
        """A peer says which addresses its machine has."""
        self._finder.claimed(fingerprint, addresses, now)

    def moved(self, fingerprint: str, address: Address) -> None:
        """The other end of the link is elsewhere now."""
        self._finder.moved(fingerprint, address)

    def doubted(self, fingerprint: str, now: float) -> None:
        """The link may be lost."""
        self._beats.hasten(now)
        self._finder.doubted(fingerprint, now)

    def doubts(self, fingerprint: str) -> bool:
        """Whether it may, and nothing shows yet that it is not."""
        path = self._finder.get(fingerprint)
        return path is not None and path.doubted

    def lost(self, fingerprint: str, now: float) -> None:
        """There is no link any more."""
        self._links.pop(fingerprint, None)
        self._finder.lost(fingerprint, now)

    def dial_failed(self, fingerprint: str, address: Address, now: float) -> None:
        """Nothing came of a dial."""
        self._finder.dial_failed(fingerprint, address, now)

    def reach(self, fingerprint: str, address: Address, now: float) -> None:
        self.links.reach(fingerprint, address, now)

    def reach_as_before(self, fingerprint: str, now: float) -> None:
        self.links.reach_as_before(fingerprint, now)

    # --- The person

    def show(self, people: Iterable[Someone], asked_for: str, now: float) -> None:
        """Tell the ways to these, or to the one who was asked for."""
        seen = self._finder.observed
        port = 0 if self._here is None else self._here[1]
        links = self._links
        shown = tuple(report(self._finder, who, links.get(who.fingerprint), now) for who in people)
        self._effects.tell(
            PathsShown("" if seen is None else at(seen), port, self._relays, shown, asked_for)
        )

    def is_relayed(self, fingerprint: str) -> bool:
        """Whether what is said to this peer goes over the server."""
        return self._finder.is_relayed(fingerprint)

    # --- What is due

    @property
    def wake(self) -> float:
        return min(self._finder.wake, self._beats.wake, self._tell_at)

    def tick(self, now: float) -> None:
        """Do what has become due."""
        self._beats.tick(now)
        self._finder.tick(now)
        if self._tell_at <= now:
            self._tell_at = NEVER
            self._tell(now)

    def _tell(self, now: float) -> None:
        """Tell who is reached another way than was told last."""
        changed: dict[Way, list[Someone]] = {Way.RELAYED: [], Way.DIRECT: []}
        for fingerprint, who in self._untold.items():
            path = self._finder.get(fingerprint)
            way = Way.NONE if path is None else path.way
            if way in changed and way is not self._told.get(fingerprint, Way.DIRECT):
                changed[way].append(who)
        self._untold = {one.fingerprint: one for some in changed.values() for one in some}
        if not self._untold:
            return
        if not self._telling.spend("", now):
            self._tell_at = now + self._telling.wait("", now, 1)
            return
        self._untold.clear()
        for way, people in changed.items():
            self._told.update((one.fingerprint, way) for one in people)
            if people:
                event = GoesOverServer if way is Way.RELAYED else GoesDirectly
                self._effects.tell(event(tuple(people)))
