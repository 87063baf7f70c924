"""The search for a way to one other peer: what is tried, and what comes of it.

Both of a pair probe every address of the other at the same moments, so that what a
router lets in after it has let something out is let in. An address is good when it has
answered a number that only those who read what we send there can know.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from twisted_chat.addresses import Address, is_six
from twisted_chat.errors import WireError
from twisted_chat.moments import NEVER
from twisted_chat.peer.events.paths import Origin
from twisted_chat.peer.gen2.paths.probe_limits import MAX_CLAIMED, MAX_HEARD, MAX_TOLD
from twisted_chat.wire.gen2.datagrams import NUMBER_BYTES, Probe, ProbeKind, read_probe
from twisted_chat.wire.gen2.pairing import Pairing

SCHEDULE = (0.0, 0.2, 0.5, 1.0, 2.0, 4.0, 8.0, 15.0, 30.0, 60.0)
"""Seconds from the beginning of a search at which each address is probed: ten times."""
OPENS_FIRST = 0.05
"""Seconds from the probe that only opens our own router to the first that is to arrive. The server
tells both at once, so that each is told before something of the other's can come."""
SECRETS = 2
"""Secrets of a pair that are known, the latest: what the other was told may come later."""
AT_ONCE = 0.1
"""Seconds from one probe to the next to an address that we are heard at now, perhaps, as
something came from there."""
EXTRA = 10
"""Probes to one address in one search besides those, for that."""
UNHEARD, UNHEARD_WINDOW = 10, 60.0
"""Probes in so many seconds to an address from which nothing has come, however often the
server says anew that somebody is there."""


@dataclass(eq=False, slots=True)
class Try:
    """One address, and what came of it. `due` is when it is probed next, `reserved`
    whether that counts already; `sent` are the times of the probes that are not answered yet,
    by their numbers, `last` is that of the last one; `steps` are those of the schedule that are
    over; `unheard` are the probes since the moment `window`, while nothing came from there."""

    address: Address
    origin: Origin
    due: float = NEVER
    reserved: bool = False
    steps: int = 0
    extra: int = 0
    probes: int = 0
    window: float = -NEVER
    unheard: int = 0
    last: float = -NEVER
    sent: dict[bytes, float] = field(default_factory=dict)
    heard: float | None = None
    """When a valid probe came from there last."""
    answered: float | None = None
    """When it has answered last."""
    round_trip: float | None = None
    """Seconds, of the last answer."""
    sees_us: Address | None = None
    """Where the other sees us, from there."""
    left_out: bool = False
    """Whether too much goes to its host already."""


class Search:
    """For one peer. `larger` says whether our own fingerprint is the larger one of the two,
    `draw` gives so many random bytes; `tries` are the addresses; `began` is when the
    schedule did; `wake` when the next probe is due."""

    def __init__(self, pairing: Pairing, draw: Callable[[int], bytes], *, larger: bool) -> None:
        self.pairing = pairing
        self.larger = larger
        self.tries: dict[Address, Try] = {}
        self.began = -NEVER
        self.running = False
        self.linked = False
        """Whether there is a direct link, as the other is told."""
        self.unlinked_there = -NEVER
        """When the other has said last that it has none."""
        self._draw = draw
        self._secrets: list[bytes] = []
        self._claimed: list[Address] = []

    def renew(
        self, pairing: Pairing, allow: Callable[[Address, Origin, Address], bool], now: float
    ) -> None:
        """The server has introduced the two anew: begin with what it says now."""
        self.pairing = pairing
        self._secrets = [pairing.secret, *self._secrets][:SECRETS]
        seen = (pairing.contact.host, pairing.contact.port)
        told = [(seen, Origin.SEEN), *((one, Origin.OWN) for one in pairing.own)]
        if pairing.also is not None:
            told.insert(1, (pairing.also, Origin.SEEN))
        told += [(one, Origin.CLAIMED) for one in self._claimed]
        former, self.tries = self.tries, {}
        for address, origin in told:
            claimed = origin is Origin.CLAIMED
            allowed = claimed or (len(self.tries) < MAX_TOLD and allow(address, origin, seen))
            if address not in self.tries and allowed:
                one = former.pop(address) if address in former else Try(address, origin)
                one.origin, self.tries[address] = origin, one
        heard = [one for one in former.values() if one.heard is not None]
        for one in sorted(heard, key=lambda one: one.heard or 0.0)[-MAX_HEARD:]:
            one.origin = Origin.HEARD
            self.tries[one.address] = one
        self.begin(now)

    def claim(
        self, addresses: tuple[Address, ...], allow: Callable[[Address], bool], now: float
    ) -> bool:
        """The other says that these are its own. Whether there is one more to be probed."""
        new = [one for one in addresses if one not in self.tries and allow(one)]
        new = new[: MAX_CLAIMED - len(self._claimed)]
        for address in new:
            self._claimed.append(address)
            self.tries[address] = Try(address, Origin.CLAIMED)
        if new:
            self.begin(now)
        return bool(new)

    def begin(self, now: float) -> None:
        """Probe every address, from the beginning of the schedule."""
        self.began, self.running = now, True
        for one in self.tries.values():
            self._begin(one, now)

    def stop(self) -> None:
        """There is a way: probe nothing more."""
        self.running = False
        for one in self.tries.values():
            one.due, one.reserved = NEVER, False

    @property
    def wake(self) -> float:
        return min((one.due for one in self.tries.values()), default=NEVER)

    @property
    def over(self) -> bool:
        """Whether all has been tried."""
        return self.wake == NEVER

    @property
    def last(self) -> float:
        """When something was probed last."""
        return max((one.last for one in self.tries.values()), default=-NEVER)

    def due(self, now: float) -> list[Try]:
        """The addresses that are to be probed now."""
        return [one for one in self.tries.values() if one.due <= now]

    def opens(self, one: Try) -> bool:
        """Whether the next probe to this address is to get no further than through our own
        router, as the first is. A router that answers those who come unasked, as one of Linux can,
        takes what comes before that for its own concern, and has another port for us then."""
        return one.unheard == 0 and one.heard is None and not is_six(one.address)

    def probe(self, one: Try, now: float) -> bytes:
        """The probe that goes to this address now."""
        opens = self.opens(one)
        number = self._draw(NUMBER_BYTES)
        one.sent[number] = one.last = now
        one.probes += 1
        if one.heard is None:
            if now - one.window >= UNHEARD_WINDOW:
                one.window, one.unheard = now, 0
            one.unheard += 1
        if opens:
            one.reserved, one.due = False, now + OPENS_FIRST
        else:
            self.pass_over(one, now)
        return self._write(ProbeKind.PROBE, number, one.address, self._secrets[0])

    def pass_over(self, one: Try, now: float) -> None:
        """The step of the schedule that is due for this address is over."""
        one.reserved, one.due = False, NEVER
        while one.steps < len(SCHEDULE) and self.began + SCHEDULE[one.steps] <= now:
            one.steps += 1
        if self.running and one.steps < len(SCHEDULE):
            one.due = self.began + SCHEDULE[one.steps]

    def may_probe(self, one: Try, now: float) -> bool:
        """Whether this address may have another probe: it has been heard from, or has had few."""
        return one.heard is not None or one.unheard < UNHEARD or now - one.window >= UNHEARD_WINDOW

    def put_off(self, one: Try, wait: float | None, now: float) -> None:
        """It has to wait for its turn; or, where that is None, is left out."""
        one.reserved = wait is not None
        one.left_out = wait is None
        one.due = NEVER if wait is None else now + wait

    def read(self, datagram: bytes) -> tuple[Probe, bytes]:
        """What the other end has sent, and the secret that shows it. Raises WireError where
        it was somebody else."""
        for secret in self._secrets:
            try:
                probe = read_probe(datagram, secret)
            except WireError:
                continue
            if probe.larger == self.larger:
                raise WireError("sent by ourselves")
            return probe, secret
        raise WireError("not proven by the secret of the pair")

    def probed(
        self,
        probe: Probe,
        secret: bytes,
        source: Address,
        allow: Callable[[Address, Origin, Address], bool],
        now: float,
    ) -> bytes:
        """A probe of theirs came from there. Returns the answer. The way there may be open
        now, so it is probed too, soon, if it has not been just now."""
        if not probe.linked:
            self.unlinked_there = now
        one = self.tries.get(source)
        seen = (self.pairing.contact.host, self.pairing.contact.port)
        if one is None and allow(source, Origin.HEARD, seen):
            self._make_place()
            one = self.tries[source] = Try(source, Origin.HEARD)
            if self.running:
                self._begin(one, now)
        if one is not None:
            one.heard = now
            if probe.seen is not None:
                one.sees_us = probe.seen
            if one.extra < EXTRA and not self.good(source) and one.due > now:
                one.extra += 1
                one.due = min(one.due, max(now, one.last + AT_ONCE))
        return self._write(ProbeKind.ANSWER, probe.number, source, secret)

    def answered(self, probe: Probe, source: Address, now: float) -> Try | None:
        """An answer came from there. Returns the address if it is one to a probe of ours."""
        one = self.tries.get(source)
        if one is None or (asked := one.sent.pop(probe.number, None)) is None:
            return None
        if not probe.linked:
            self.unlinked_there = now
        one.answered = one.heard = now
        one.round_trip = now - asked
        if probe.seen is not None:
            one.sees_us = probe.seen
        return one

    def good(self, address: Address) -> bool:
        """Whether this address has answered since the search began."""
        one = self.tries.get(address)
        return one is not None and one.answered is not None and one.answered >= self.began

    def failed(self, address: Address) -> None:
        """Nothing came of dialling there: only another answer makes it good."""
        if (one := self.tries.get(address)) is not None:
            one.answered = None

    def best(self) -> Address | None:
        """The address that answers, since the search began, in the shortest time."""
        found = [one for one in self.tries.values() if self.good(one.address)]
        return min(found, key=lambda one: one.round_trip or 0.0).address if found else None

    def _begin(self, one: Try, now: float) -> None:
        one.steps = one.extra = one.probes = 0
        one.reserved = one.left_out = False
        one.sent.clear()
        one.due = max(now, one.last + AT_ONCE)

    def _make_place(self) -> None:
        """Of the addresses where the other was heard, forget the oldest, if there are enough."""
        heard = [one for one in self.tries.values() if one.origin is Origin.HEARD]
        if len(heard) >= MAX_HEARD:
            del self.tries[min(heard, key=lambda one: one.heard or 0.0).address]

    def _write(self, kind: ProbeKind, number: bytes, to: Address, secret: bytes) -> bytes:
        probe = Probe(kind, self.pairing.tag, self.larger, number, to, self.linked)
        return probe.encode(secret)
