"""Ways to other peers: which are looked for, which were found, and what is to be dialled.

Of two peers both probe, and the one with the smaller fingerprint dials: where an answer
came from, or, when there has been no link for a second, over the server, if that carries.
While a link is carried so the direct way is looked for now and then.

A peer for which the server has no introduction is one that does not probe, as it is of
before: it is dialled where the server says it is.
"""

from collections.abc import Callable

from twisted_chat.addresses import Address, relay_address
from twisted_chat.deadlines import Deadlines
from twisted_chat.moments import NEVER
from twisted_chat.peer.events.paths import Way
from twisted_chat.peer.gen2.paths.known_paths import KnownPaths
from twisted_chat.peer.gen2.paths.pairing_requests import PairingRequests
from twisted_chat.peer.gen2.paths.peer_path import PathActions, PeerPath, Refusal
from twisted_chat.peer.gen2.paths.probe_limits import ProbePlaces
from twisted_chat.peer.gen2.paths.prober import Prober
from twisted_chat.peer.gen2.paths.search import Search
from twisted_chat.wire.gen2.pairing import (
    AskCarrying,
    AskPairing,
    Carrying,
    NotCarrying,
    NotPaired,
    Pairing,
    Seen,
)

PUSHED_WITHIN = 0.3
"""Seconds that the server has to introduce two of its own accord, before it is asked."""
ASK_AGAIN = 60.0
"""Seconds until the server is asked again about one whom it does not introduce."""


class PathFinder:
    """All of them, by fingerprint. `own` is our own fingerprint; `draw` gives so many random
    bytes; `relays` says whether we take what a server carries. `wake` is when `tick` is due."""

    def __init__(
        self,
        own: str,
        places: ProbePlaces,
        actions: PathActions,
        draw: Callable[[int], bytes],
        *,
        relays: bool,
    ) -> None:
        self._places = places
        self._actions = actions
        self._draw = draw
        self.relays = relays
        self._known = KnownPaths(own)
        self._due: Deadlines[PeerPath] = Deadlines()
        self._requests = PairingRequests(self._known.is_wanted, self._ask, self._unanswered)
        self._prober = Prober(places, actions)
        self.views, self.dropped = self._prober.views, self._prober.dropped

    @property
    def wake(self) -> float:
        return min(self._due.next, self._requests.wake)

    @property
    def observed(self) -> Address | None:
        """Where the server sees us."""
        return self._places.observed

    def get(self, fingerprint: str) -> PeerPath | None:
        """What is known of the way to this peer."""
        return self._known.get(fingerprint)

    def is_relayed(self, fingerprint: str) -> bool:
        """Whether what is said to this peer goes over the server."""
        path = self._known.get(fingerprint)
        return path is not None and path.way is Way.RELAYED

    # --- What is wanted

    def want(self, fingerprint: str, now: float) -> None:
        """There is to be a link to this peer."""
        path, early = self._known.meet(fingerprint)
        if early is not None:
            self._renew(path, early, now)
        if path.wanted:
            return
        path.wanted, path.since = True, now
        if path.way is not Way.NONE:
            return
        if path.search is not None:
            path.begin(now, relays=self.relays)
        elif path.ours_to_dial:
            path.ask_at = now + PUSHED_WITHIN
        self._arrange(path)

    def part(self, fingerprint: str) -> None:
        """There is to be none any more. What is known of it is kept for a while."""
        path = self._known.get(fingerprint)
        if path is None:
            return
        path.set_unwanted()
        self._due.discard(path)
        self._requests.drop(fingerprint)
        if (forgotten := self._known.part(path)) is not None:
            self._prober.forget(forgotten)

    def linked(self, fingerprint: str, address: Address, now: float, *, relayed: bool) -> None:
        """There is a link."""
        if (path := self._known.get(fingerprint)) is not None:
            path.set_link(address, now, relayed=relayed)
            self._arrange(path)

    def moved(self, fingerprint: str, address: Address) -> None:
        """The other end of the link is elsewhere now."""
        path = self._known.get(fingerprint)
        if path is not None and path.way is not Way.NONE:
            path.address = address

    def doubted(self, fingerprint: str, now: float) -> None:
        """The link may be lost: look for another way before it is certain, with the other."""
        path = self._known.get(fingerprint)
        if path is None or path.search is None or path.way is Way.NONE or not path.wanted:
            return
        path.doubted = True
        path.search.begin(now)
        path.ask_anew(now)
        if path.way is Way.DIRECT:
            path.await_relay(now, relays=self.relays)
        self._arrange(path)

    def lost(self, fingerprint: str, now: float) -> None:
        """There is no link any more: look for a way anew, together with the other."""
        path = self._known.get(fingerprint)
        if path is None or path.way is Way.NONE:
            return
        path.clear_link(now)
        if path.wanted and path.search is not None:
            path.begin(now, relays=self.relays)
            path.ask_anew(now)
        self._arrange(path)

    def dial_failed(self, fingerprint: str, address: Address, now: float) -> bool:
        """Nothing came of a dial. False where that was none of ours."""
        path = self._known.get(fingerprint)
        if path is None or path.search is None:
            return False
        path.dial_failed(address, now)
        self._arrange(path)
        return True

    def server_back(self, now: float) -> None:
        """There is a link to the server again, or one that knows of this for the first time. What
        came over a former one may be old, where nothing was read for a while: how soon it would
        introduce again it says itself."""
        self._requests.lost()
        for path in self._known.every():
            if path.wanted and (path.way is not Way.DIRECT or path.doubted):
                if path.ours_to_dial or path.search is not None:
                    path.ask_at = min(path.ask_at, now + PUSHED_WITHIN)
                path.hasten_relay(now)
                self._arrange(path)

    def changed(self, now: float) -> None:
        """Our own network is another one now: look for a way to each that has no direct one,
        together with them."""
        for path in self._known.every():
            if path.wanted and path.search is not None and path.way is not Way.DIRECT:
                path.search.begin(now)
                path.ask_anew(now)
                self._arrange(path)

    def claimed(self, fingerprint: str, addresses: tuple[Address, ...], now: float) -> None:
        """A peer that is reached over the server says that its machine has these addresses
        on the internet: they are probed too."""
        path = self._known.get(fingerprint)
        if path is None or path.search is None or path.way is not Way.RELAYED:
            return
        if path.search.claim(addresses, self._places.allow_claimed, now):
            self._arrange(path)

    # --- What the server says

    def told(
        self, message: Seen | Pairing | NotPaired | Carrying | NotCarrying, now: float
    ) -> None:
        """Take what the server says of ways."""
        match message:
            case Seen(address=address):
                self._places.observed = address
            case Pairing():
                self._requests.answered(message.contact.fingerprint, now)
                self._paired(message, now)
            case NotPaired(fingerprint, seconds):
                self._requests.answered(fingerprint, now)
                self._not_paired(fingerprint, seconds, now)
            case Carrying(fingerprint):
                self._carried(fingerprint, now)
            case NotCarrying(fingerprint):
                if (path := self._known.get(fingerprint)) is not None:
                    path.refusal = Refusal.NOT_NOW

    def _paired(self, pairing: Pairing, now: float) -> None:
        path = self._known.get(pairing.contact.fingerprint)
        if path is None:
            self._known.hold(pairing)
        else:
            self._renew(path, pairing, now)

    def _renew(self, path: PeerPath, pairing: Pairing, now: float) -> None:
        former = path.search
        if path.search is None:
            path.search = Search(pairing, self._draw, larger=not path.ours_to_dial)
            path.search.linked = path.way is Way.DIRECT
        self._prober.expect(path, pairing, former)
        path.paired_at, path.as_before = now, False
        path.ask_at = NEVER
        path.refusal = Refusal.NOT_ASKED if pairing.carried else Refusal.NEVER
        path.search.renew(pairing, self._places.allow, now)
        if path.wanted:
            path.await_relay(now, relays=self.relays)
            if self.relays and pairing.carried and not path.ours_to_dial:
                # What goes there goes to our own server.
                self._actions.validate(relay_address(pairing.tag))
        else:
            path.search.stop()
        self._arrange(path)

    def _not_paired(self, fingerprint: str, seconds: int, now: float) -> None:
        """It does not probe; or it was too soon, and what we know has to do until then."""
        path = self._known.get(fingerprint)
        if path is None or not path.wanted:
            return
        path.ask_at = now + (min(seconds, ASK_AGAIN) or ASK_AGAIN)
        if path.search is None and not seconds:
            path.as_before = True
            if path.way is Way.NONE:
                self._actions.reach_as_before(fingerprint, now)
        self._arrange(path)

    def _carried(self, fingerprint: str, now: float) -> None:
        path = self._known.get(fingerprint)
        if path is None or path.search is None:
            return
        path.refusal = Refusal.NOT_ASKED
        if path.wanted and path.lacks_link:
            self._actions.reach(fingerprint, relay_address(path.search.pairing.tag), now)

    # --- What comes from others

    def received(self, datagram: bytes, source: Address, now: float) -> None:
        """A probe or an answer came from there."""
        path = self._prober.received(datagram, source, now)
        if path is not None:
            self._decide(path, now)
            self._arrange(path)

    def _decide(self, path: PeerPath, now: float) -> None:
        if (address := path.choose(now)) is not None:
            self._actions.reach(path.fingerprint, address, now)

    # --- What is due

    def tick(self, now: float) -> None:
        """Do what has become due."""
        for path in list(self._due.due(now)):
            self._step(path, now)
            self._arrange(path)
        self._requests.tick(now)

    def _step(self, path: PeerPath, now: float) -> None:
        if path.decide_at <= now:
            path.decide_at = NEVER
        if path.ask_at <= now:
            path.ask_at = NEVER
            self._requests.add(path.fingerprint)
        if path.search is not None:
            self._prober.probe_due(path.search, now)
            self._decide(path, now)
            path.conclude(now)
        if path.relay_at <= now and path.needs_relay(now):
            self._actions.ask(AskCarrying(path.fingerprint))

    def _ask(self, fingerprint: str) -> bool:
        return self._actions.ask(AskPairing(fingerprint))

    def _unanswered(self, fingerprint: str, now: float) -> None:
        """The server says nothing of this one: it is not there, or of before."""
        path = self._known.get(fingerprint)
        if path is None or not path.wanted or path.way is Way.DIRECT:
            return
        if path.search is None:
            self._not_paired(fingerprint, 0, now)
        elif path.way is Way.NONE and not path.search.running:
            path.begin(now, relays=self.relays)
            self._arrange(path)

    def _arrange(self, path: PeerPath) -> None:
        self._due.set(path, path.due)
