"""What is known of the way to one other peer, and when something is due about it."""

from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from twisted_chat.addresses import Address
from twisted_chat.moments import NEVER
from twisted_chat.peer.events.paths import Way
from twisted_chat.peer.gen2.paths.search import Search
from twisted_chat.wire.gen2.pairing import AskCarrying, AskPairing

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


class PathActions(Protocol):
    """What the one who looks for ways has done for it."""

    def probe(self, datagram: bytes, address: Address, *, opens: bool = False) -> None:
        """Send this probe, or answer; one that only opens our own router gets no further."""

    def ask(self, request: AskPairing | AskCarrying) -> bool:
        """Ask the server. False where there is no link to one that knows of this."""

    def reach(self, fingerprint: str, address: Address, now: float) -> None:
        """Dial a peer there, also where there is a link, which this one is better than."""

    def validate(self, address: Address) -> None:
        """What is sent to this address is read there: whoever dials from it is let in at once."""

    def reach_as_before(self, fingerprint: str, now: float) -> None:
        """Dial a peer where the server says it is: it does not probe."""


class Refusal(Enum):
    """Why the server does not carry between two, as far as is known."""

    NOT_ASKED = "not_asked"
    NEVER = "never"
    NOT_NOW = "not_now"


@dataclass(eq=False, slots=True)
class PeerPath:
    """The way to one peer. `ours_to_dial` says whether it is us who dial, of the two, `wanted`
    whether there is to be a link, `as_before` whether it does not probe."""

    fingerprint: str
    ours_to_dial: bool
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

    @property
    def due(self) -> float:
        """When something is."""
        due = min(self.ask_at, self.relay_at, self.decide_at)
        return due if self.search is None else min(due, self.search.wake)

    @property
    def lacks_link(self) -> bool:
        """Whether there is no link, or only a direct one that may be lost."""
        return self.way is Way.NONE or (self.way is Way.DIRECT and self.doubted)

    def set_link(self, address: Address, now: float, *, relayed: bool) -> None:
        """There is a link."""
        self.way = Way.RELAYED if relayed else Way.DIRECT
        self.address, self.since, self.doubted = address, now, False
        self.relay_at = NEVER
        if self.search is not None:
            self.search.linked = not relayed
        if not relayed:
            self.dialled = None
            self.ask_at = NEVER
            if self.search is not None:
                self.search.stop()

    def clear_link(self, now: float) -> None:
        """There is none any more."""
        self.way, self.address, self.since, self.dialled = Way.NONE, None, now, None
        self.doubted = False
        if self.search is not None:
            self.search.linked = False

    def set_unwanted(self) -> None:
        """There is to be no link."""
        self.wanted, self.way, self.address, self.dialled = False, Way.NONE, None, None
        self.doubted = False
        self.ask_at = self.relay_at = self.decide_at = NEVER
        if self.search is not None:
            self.search.stop()
            self.search.linked = False

    def dial_failed(self, address: Address, now: float) -> None:
        """Nothing came of dialling there."""
        assert self.search is not None
        self.search.failed(address)
        if self.dialled == address:
            self.dialled = None
        if self.wanted and self.way is Way.NONE and self.search.over:
            self.ask_at = min(self.ask_at, max(now, self.paired_at + FRESH))

    def begin(self, now: float, *, relays: bool) -> None:
        """Look for a way from the beginning."""
        assert self.search is not None
        self.search.begin(now)
        self.await_relay(now, relays=relays)

    def ask_anew(self, now: float) -> None:
        """Have the server introduce the two anew, as soon as it would."""
        self.ask_at = max(now, self.paired_at + FRESH)

    def choose(self, now: float) -> Address | None:
        """Where to dial, or None: nothing has answered, or one can be content, as there is a
        link that both know of."""
        search = self.search
        if search is None or not self.wanted or not search.running:
            return None
        best = search.best()
        if best is None:
            return None
        if self.way is Way.DIRECT and search.unlinked_there < max(
            search.began, self.since + SETTLED
        ):
            # There is a link, as far as the other knows too.
            if self.address is not None and search.good(self.address):
                search.stop()
                self.doubted = False
                return None
            if now < search.began + PREFER_FORMER:
                self.decide_at = search.began + PREFER_FORMER
                return None
        if not self.ours_to_dial or self.dialled is not None:
            return None
        self.dialled = best
        return best

    def conclude(self, now: float) -> None:
        """End a search in which all has been tried, once an answer has had its time."""
        search = self.search
        if search is None or not search.running or not search.over:
            return
        if now < search.last + LAST_ANSWER:
            self.decide_at = search.last + LAST_ANSWER
            return
        search.running = False
        if self.wanted and self.way is not Way.DIRECT and self.ours_to_dial:
            again = SEARCH_AGAIN if self.way is Way.RELAYED else 0.0
            # It is over as soon as it begins where all is left out.
            self.ask_at = max(now + again, search.began + FRESH)

    def await_relay(self, now: float, *, relays: bool) -> None:
        """See that the server is asked to carry, if there is no link in time."""
        search = self.search
        if search is None or not self.lacks_link or not self.ours_to_dial:
            return
        if relays and search.pairing.carried:
            self.relay_at = min(self.relay_at, now + RELAY_AFTER)

    def hasten_relay(self, now: float) -> None:
        """The server can be asked again: if it is to be, then soon."""
        if self.relay_at < NEVER:
            self.relay_at = min(self.relay_at, max(now, self.since + RELAY_AFTER))

    def needs_relay(self, now: float) -> bool:
        """Whether the server is to be asked now, as there is no link in time."""
        search = self.search
        self.relay_at = NEVER
        dials = search is not None and search.running and self.dialled is not None
        if search is not None and dials and now < search.began + DIRECT_FIRST:
            self.relay_at = search.began + DIRECT_FIRST
            return False
        if not self.wanted or not self.lacks_link:
            return False
        self.relay_at = now + RELAY_AGAIN
        return True
