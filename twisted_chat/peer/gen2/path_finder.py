"""Ways to other peers: which are looked for, which were found, and what is to be dialled.

Of two peers both probe, and the one with the smaller fingerprint dials: where an answer
came from, or, when there has been no link for a second, over the server, if that carries.
While a link is carried so the direct way is looked for now and then.

A peer for which the server has no introduction is one that does not probe, as it is of
before: it is dialled where the server says it is.
"""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from twisted_chat.addresses import Address, relay_address
from twisted_chat.deadlines import Deadlines
from twisted_chat.errors import WireError
from twisted_chat.moments import NEVER
from twisted_chat.peer.events.paths import Way
from twisted_chat.peer.gen2.probe_limits import ProbePlaces, ProbeRates
from twisted_chat.peer.gen2.search import Search
from twisted_chat.peer.gen2.who_dials import dials
from twisted_chat.tally import Tally
from twisted_chat.wire.gen2.datagrams import ProbeKind, tag_of
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
FRESH = 5.0
"""Seconds for which an introduction is as good as a new one: the server gives no other."""
RELAY_AFTER = 1.0
"""Seconds without a link after which the server is asked to carry."""
DIRECT_FIRST = 5.0
"""Seconds from the beginning of a search that this waits for a dial to where something has
answered: where many are at one host they are dialled in turn, and each only once."""
RELAY_AGAIN = 10.0
"""Seconds from there to the next time, where nothing has come of it."""
PREFER_FORMER = 1.0
"""Seconds that the address of the link that there is has to answer, when another does."""
SETTLED = 2.0
"""Seconds from when a link came up after which the other knows of it too, if it is still one."""
LAST_ANSWER = 5.0
"""Seconds from the last probe of a search in which an answer may come."""
SEARCH_AGAIN = 300.0
"""Seconds from the end of a search without a direct way to the next, while the server carries."""
ASK_AGAIN = 60.0
"""Seconds until the server is asked again about one whom it does not introduce."""
ANSWER_TIME = 10.0
"""Seconds that the server has to answer."""
ASKED_AT_ONCE = 8
"""Questions about introductions that are on their way at a time."""
UNKNOWN = 1_000
"""Introductions of those whom we have not met yet that are kept, the latest, as the server's
word of them may come later; and as many of those from whom we have parted."""


class PathActions(Protocol):
    """What the one who looks for ways has done for it."""

    def probe(self, datagram: bytes, address: Address) -> None:
        """Send this probe, or answer."""

    def ask(self, request: AskPairing | AskCarrying) -> bool:
        """Ask the server. False where there is no link to one that knows of this."""

    def reach(self, fingerprint: str, address: Address, now: float) -> None:
        """Dial a peer there, also where there is a link, which this one is better than."""

    def reach_as_before(self, fingerprint: str, now: float) -> None:
        """Dial a peer where the server says it is: it does not probe."""


class Refusal(Enum):
    """Why the server does not carry between two, as far as is known."""

    NOT_ASKED = "not_asked"
    NEVER = "never"
    NOT_NOW = "not_now"


@dataclass(eq=False, slots=True)
class PeerPath:
    """What is known of the way to one peer. `wanted` says whether there is to be a link,
    `as_before` whether it does not probe."""

    fingerprint: str
    search: Search | None = None
    paired_at: float = -NEVER
    wanted: bool = False
    as_before: bool = False
    way: Way = Way.NONE
    address: Address | None = None
    since: float = 0.0
    """When the link came up, or was lost."""
    doubted: bool = False
    """Whether there is a link that may be lost."""
    dialled: Address | None = None
    """Where it is dialled, directly, because of an answer."""
    ask_at: float = NEVER
    relay_at: float = NEVER
    decide_at: float = NEVER
    refusal: Refusal = Refusal.NOT_ASKED


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
        self._own = own
        self._places = places
        self._actions = actions
        self._draw = draw
        self.relays = relays
        self._rates = ProbeRates()
        self._known: dict[str, PeerPath] = {}
        self._by_tag: dict[bytes, PeerPath] = {}
        self._early: OrderedDict[str, tuple[Pairing, float]] = OrderedDict()
        self._parted: OrderedDict[str, None] = OrderedDict()
        self._due: Deadlines[PeerPath] = Deadlines()
        self._asked: OrderedDict[str, float] = OrderedDict()
        self._to_ask: OrderedDict[str, None] = OrderedDict()
        self.views: OrderedDict[Address, Address] = OrderedDict()
        """Where others see us, each with where that one is, the latest."""
        self.dropped = Tally()

    @property
    def wake(self) -> float:
        asked = next(iter(self._asked.values()), NEVER)
        return min(self._due.next, asked + ANSWER_TIME)

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
        path = self._known.get(fingerprint)
        if path is None:
            path = self._known[fingerprint] = PeerPath(fingerprint)
            if (early := self._early.pop(fingerprint, None)) is not None:
                self._renew(path, early[0], now)
        if path.wanted:
            return
        self._parted.pop(fingerprint, None)
        path.wanted, path.since = True, now
        if path.way is not Way.NONE:
            return
        if path.search is not None:
            self._begin(path, now)
        elif self._dials(path):
            path.ask_at = now + PUSHED_WITHIN
        self._arrange(path)

    def part(self, fingerprint: str) -> None:
        """There is to be none any more. What is known of it is kept for a while."""
        path = self._known.get(fingerprint)
        if path is None:
            return
        path.wanted, path.way, path.address, path.dialled = False, Way.NONE, None, None
        path.doubted = False
        path.ask_at = path.relay_at = path.decide_at = NEVER
        self._due.discard(path)
        self._to_ask.pop(fingerprint, None)
        if path.search is not None:
            path.search.stop()
            path.search.linked = False
        self._parted[fingerprint] = None
        self._parted.move_to_end(fingerprint)
        if len(self._parted) > UNKNOWN:
            self._forget(self._parted.popitem(last=False)[0])

    def _forget(self, fingerprint: str) -> None:
        path = self._known.pop(fingerprint)
        if path.search is not None and self._by_tag.get(path.search.pairing.tag) is path:
            del self._by_tag[path.search.pairing.tag]

    def linked(self, fingerprint: str, address: Address, now: float, *, relayed: bool) -> None:
        """There is a link."""
        if (path := self._known.get(fingerprint)) is None:
            return
        path.way = Way.RELAYED if relayed else Way.DIRECT
        path.address, path.since, path.doubted = address, now, False
        path.relay_at = NEVER
        if path.search is not None:
            path.search.linked = not relayed
        if not relayed:
            path.dialled = None
            path.ask_at = NEVER
            if path.search is not None:
                path.search.stop()
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
        path.ask_at = max(now, path.paired_at + FRESH)
        if path.way is Way.DIRECT:
            self._await_relay(path, now)
        self._arrange(path)

    def lost(self, fingerprint: str, now: float) -> None:
        """There is no link any more: look for a way anew, together with the other."""
        path = self._known.get(fingerprint)
        if path is None or path.way is Way.NONE:
            return
        path.way, path.address, path.since, path.dialled = Way.NONE, None, now, None
        path.doubted = False
        if path.search is not None:
            path.search.linked = False
        if path.wanted and path.search is not None:
            self._begin(path, now)
            path.ask_at = max(now, path.paired_at + FRESH)
        self._arrange(path)

    def dial_failed(self, fingerprint: str, address: Address, now: float) -> bool:
        """Nothing came of a dial. False where that was none of ours."""
        path = self._known.get(fingerprint)
        if path is None or path.search is None:
            return False
        path.search.failed(address)
        if path.dialled == address:
            path.dialled = None
        if path.wanted and path.way is Way.NONE and path.search.over:
            path.ask_at = min(path.ask_at, max(now, path.paired_at + FRESH))
        self._arrange(path)
        return True

    def server_back(self, now: float) -> None:
        """There is a link to the server again, or one that knows of this for the first time."""
        self._asked.clear()
        for path in self._known.values():
            if path.wanted and path.way is not Way.DIRECT:
                if self._dials(path) and path.ask_at == NEVER:
                    path.ask_at = now + PUSHED_WITHIN
                if path.relay_at < NEVER:
                    path.relay_at = min(path.relay_at, max(now, path.since + RELAY_AFTER))
                self._arrange(path)

    def changed(self, now: float) -> None:
        """Our own network is another one now: look for a way to each that has no direct one,
        together with them."""
        for path in self._known.values():
            if path.wanted and path.search is not None and path.way is not Way.DIRECT:
                path.search.begin(now)
                path.ask_at = max(now, path.paired_at + FRESH)
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
            case Seen(address):
                self._places.observed = address
            case Pairing():
                self._answered(message.contact.fingerprint, now)
                self._paired(message, now)
            case NotPaired(fingerprint, seconds):
                self._answered(fingerprint, now)
                self._not_paired(fingerprint, seconds, now)
            case Carrying(fingerprint):
                self._carried(fingerprint, now)
            case NotCarrying(fingerprint):
                if (path := self._known.get(fingerprint)) is not None:
                    path.refusal = Refusal.NOT_NOW

    def _paired(self, pairing: Pairing, now: float) -> None:
        fingerprint = pairing.contact.fingerprint
        if fingerprint == self._own:
            return
        path = self._known.get(fingerprint)
        if path is not None:
            self._renew(path, pairing, now)
            return
        self._early[fingerprint] = pairing, now
        self._early.move_to_end(fingerprint)
        if len(self._early) > UNKNOWN:
            self._early.popitem(last=False)

    def _renew(self, path: PeerPath, pairing: Pairing, now: float) -> None:
        if path.search is None:
            path.search = Search(pairing, self._draw, larger=self._own > path.fingerprint)
            path.search.linked = path.way is Way.DIRECT
        elif path.search.pairing.tag != pairing.tag:
            self._by_tag.pop(path.search.pairing.tag, None)
        self._by_tag[pairing.tag] = path
        path.paired_at, path.as_before = now, False
        path.ask_at = NEVER
        path.refusal = Refusal.NOT_ASKED if pairing.carried else Refusal.NEVER
        path.search.renew(pairing, self._places.allow, now)
        if path.wanted:
            self._await_relay(path, now)
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
        if path.wanted and self._lacks(path):
            self._actions.reach(fingerprint, relay_address(path.search.pairing.tag), now)

    # --- What comes from others

    def received(self, datagram: bytes, source: Address, now: float) -> None:
        """A probe or an answer came from there."""
        path = self._by_tag.get(tag_of(datagram))
        if path is None or path.search is None or not path.wanted:
            self.dropped.count("a probe of nobody", now)
            return
        search = path.search
        try:
            probe, secret = search.read(datagram)
        except WireError as wrong:
            self.dropped.count(str(wrong), now)
            return
        if probe.kind is ProbeKind.PROBE:
            if not self._rates.answer(source[0], now):
                self.dropped.count("probes too often", now)
                return
            answer = search.probed(probe, secret, source, self._places.allow, now)
            self._actions.probe(answer, source)
        elif search.answered(probe, source, now) is None:
            self.dropped.count("an answer to nothing", now)
            return
        if probe.seen is not None:
            self.views[source] = probe.seen
            self.views.move_to_end(source)
            if len(self.views) > ASKED_AT_ONCE:
                self.views.popitem(last=False)
        self._decide(path, now)
        self._arrange(path)

    def _decide(self, path: PeerPath, now: float) -> None:
        """Dial, or be content, where something has answered."""
        search = path.search
        if search is None or not path.wanted or not search.running:
            return
        best = search.best()
        if best is None:
            return
        if path.way is Way.DIRECT and search.unlinked_there < max(
            search.began, path.since + SETTLED
        ):
            # There is a link, as far as the other knows too.
            if path.address is not None and search.good(path.address):
                search.stop()
                path.doubted = False
                return
            if now < search.began + PREFER_FORMER:
                path.decide_at = search.began + PREFER_FORMER
                return
        if self._dials(path) and path.dialled is None:
            path.dialled = best
            self._actions.reach(path.fingerprint, best, now)

    # --- What is due

    def tick(self, now: float) -> None:
        """Do what has become due."""
        for path in list(self._due.due(now)):
            self._step(path, now)
            self._arrange(path)
        while self._asked and next(iter(self._asked.values())) + ANSWER_TIME <= now:
            fingerprint, _ = self._asked.popitem(last=False)
            self._unanswered(fingerprint, now)
        self._ask_next(now)

    def _step(self, path: PeerPath, now: float) -> None:
        search = path.search
        if path.decide_at <= now:
            path.decide_at = NEVER
        if path.ask_at <= now:
            path.ask_at = NEVER
            self._to_ask[path.fingerprint] = None
        if search is not None:
            for one in search.due(now):
                if not search.may_probe(one, now):
                    search.pass_over(one, now)
                    continue
                wait = 0.0 if one.reserved else self._rates.reserve(one.address[0], now)
                if wait == 0.0:
                    self._actions.probe(search.probe(one, now), one.address)
                else:
                    search.put_off(one, wait, now)
            self._decide(path, now)
            if search.running and search.over and now < search.last + LAST_ANSWER:
                path.decide_at = search.last + LAST_ANSWER
            elif search.running and search.over:
                search.running = False
                if path.wanted and path.way is not Way.DIRECT and self._dials(path):
                    again = SEARCH_AGAIN if path.way is Way.RELAYED else 0.0
                    # It is over as soon as it begins where all is left out.
                    path.ask_at = max(now + again, search.began + FRESH)
        if path.relay_at <= now:
            path.relay_at = NEVER
            dials = search is not None and search.running and path.dialled is not None
            if search is not None and dials and now < search.began + DIRECT_FIRST:
                path.relay_at = search.began + DIRECT_FIRST
            elif path.wanted and self._lacks(path):
                path.relay_at = now + RELAY_AGAIN
                self._actions.ask(AskCarrying(path.fingerprint))

    def _ask_next(self, now: float) -> None:
        """Ask about those whose turn it is, a few at a time."""
        while self._to_ask and len(self._asked) < ASKED_AT_ONCE:
            fingerprint, _ = self._to_ask.popitem(last=False)
            path = self._known.get(fingerprint)
            if path is None or not path.wanted:
                continue
            if self._actions.ask(AskPairing(fingerprint)):
                self._asked[fingerprint] = now
            else:
                self._unanswered(fingerprint, now)

    def _unanswered(self, fingerprint: str, now: float) -> None:
        """The server says nothing of this one: it is not there, or of before."""
        path = self._known.get(fingerprint)
        if path is None or not path.wanted or path.way is Way.DIRECT:
            return
        if path.search is None:
            self._not_paired(fingerprint, 0, now)
        elif path.way is Way.NONE and not path.search.running:
            self._begin(path, now)
            self._arrange(path)

    def _answered(self, fingerprint: str, now: float) -> None:
        self._to_ask.pop(fingerprint, None)
        if self._asked.pop(fingerprint, None) is not None:
            self._ask_next(now)

    # ---

    def _lacks(self, path: PeerPath) -> bool:
        """Whether there is no link, or only a direct one that may be lost."""
        return path.way is Way.NONE or (path.way is Way.DIRECT and path.doubted)

    def _dials(self, path: PeerPath) -> bool:
        return dials(self._own, path.fingerprint)

    def _begin(self, path: PeerPath, now: float) -> None:
        assert path.search is not None
        path.search.begin(now)
        self._await_relay(path, now)

    def _await_relay(self, path: PeerPath, now: float) -> None:
        """See that the server is asked to carry, if there is no link in time."""
        search = path.search
        if search is None or not self._lacks(path) or not self._dials(path):
            return
        if self.relays and search.pairing.carried:
            path.relay_at = min(path.relay_at, now + RELAY_AFTER)

    def _arrange(self, path: PeerPath) -> None:
        search = path.search
        due = min(path.ask_at, path.relay_at, path.decide_at)
        self._due.set(path, due if search is None else min(due, search.wake))
