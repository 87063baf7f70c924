"""Carrying datagrams between two users whom no other way leads to each other.

The server knows nothing of what is in them: they are packets of QUIC, between two keys
that it does not have. It passes them on as they are, from where one of the two is
registered to where the other is, and to nobody else; so nothing that it carries can
reach anybody who does not have a link to it.
"""

from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Literal, Protocol

from twisted_chat.addresses import Address
from twisted_chat.directory.directory import KeyHolder, User
from twisted_chat.rate import Rate
from twisted_chat.server.bounds import Bounds
from twisted_chat.server.gen2.introductions import PairSecrets
from twisted_chat.server.gen2.sessions import LinkSession
from twisted_chat.wire.gen2.datagrams import LARGEST_RELAYED, RELAY_HEADER, tag_of
from twisted_chat.wire.gen2.growth import PATHS, RELAY

CARRIED = 10_000
"""Pairs between whom something is carried at a time."""
CARRIED_OF_ONE = 64
"""The same, of one user."""
IDLE = 60.0
"""Seconds without a datagram after which a pair makes way for another, when all these are
taken: both of a link ask for a sign of life more often than that."""
BURST = 4.0
"""Seconds for which what was not used may be used at once."""
OF_A_SITE, TO_ONE = 2, 4
"""Times as much as for one user is carried for all of a site, and to one user from all
others: so that neither one site takes all that is carried, nor those of one the place of
others with somebody."""
IN_ALL = ""
"""The one source of all that is carried, for its rate."""


class Users(Protocol):
    """Where users are found, by their fingerprints."""

    def get(self, fingerprint: str, /) -> KeyHolder | None: ...


class _Pair:
    """Two who are carried for, by their fingerprints, and when that was last."""

    __slots__ = ("larger", "last", "smaller")

    def __init__(self, one: str, other: str, now: float) -> None:
        self.smaller, self.larger = sorted((one, other))
        self.last = now


class Relay:
    """What is carried, by the tags of pairs. `registered` are the sessions of users, by
    fingerprint; `holders` are the users; `together` says of two whether they have to do with
    each other; without `secrets` nothing is carried; `dropped` is told of what is not carried."""

    def __init__(
        self,
        bounds: Bounds,
        registered: Mapping[str, LinkSession],
        holders: Users,
        together: Callable[[User, User], bool],
        secrets: PairSecrets | None,
        dropped: Callable[[str, Address, float], None],
    ) -> None:
        self._given = secrets
        self._registered = registered
        self._holders = holders
        self._together = together
        self._dropped = dropped
        self._pairs: OrderedDict[bytes, _Pair] = OrderedDict()
        self._of_one: dict[str, int] = {}
        self._rates = tuple(Rate(0, 0) for _ in range(5))
        self.renew(bounds)

    def __len__(self) -> int:
        return len(self._pairs)

    def __bool__(self) -> Literal[True]:
        return True

    def renew(self, bounds: Bounds) -> None:
        """Let so much be carried from now on, or nothing."""
        self._secrets = self._given if bounds.relay else None
        rates = (
            bounds.relay_rate,
            bounds.relay_user_rate,
            bounds.relay_user_rate * OF_A_SITE,
            bounds.relay_user_rate * TO_ONE,
            bounds.relay_rate_in_all,
        )
        for one, rate in zip(self._rates, rates, strict=True):
            one.renew(rate, rate * BURST)

    def begin(self, user: KeyHolder, fingerprint: str, now: float) -> bool:
        """Carry between this user and another from now on. False where that may not be:
        they have nothing to do with each other, one of them takes nothing over a server, or
        too much is carried already."""
        other, secrets = self._holders.get(fingerprint), self._secrets
        if secrets is None or other is None or other is user or not self._together(user, other):
            return False
        for one in (user, other):
            session = self._registered.get(one.fingerprint)
            if session is None or not session.link.has(PATHS) or not session.link.has(RELAY):
                return False
        tag = secrets.tag(user.fingerprint, fingerprint)
        if tag not in self._pairs:
            if not self._has_room(user.fingerprint, fingerprint, now):
                return False
            self._pairs[tag] = _Pair(user.fingerprint, fingerprint, now)
            for who in (user.fingerprint, fingerprint):
                self._of_one[who] = self._of_one.get(who, 0) + 1
        self._pairs[tag].last = now
        self._pairs.move_to_end(tag)
        return True

    def carry(self, datagram: bytes, source: Address, now: float) -> Address | None:
        """Where this datagram is to be sent on to, as it is. None for nowhere."""
        tag = tag_of(datagram)
        pair = self._pairs.get(tag)
        if pair is None or not RELAY_HEADER < len(datagram) <= LARGEST_RELAYED:
            self._dropped("nothing to be carried", source, now)
            return None
        ends = self._ends(pair, source)
        if ends is None:
            self._dropped("to be carried from elsewhere, or to nobody", source, now)
            return None
        sender, receiver = ends
        size, (of_pair, of_user, of_site, to_one, in_all) = len(datagram), self._rates
        used = (
            (of_pair, tag.hex()),
            (of_user, sender.link.fingerprint),
            (of_site, source[0]),
            (to_one, receiver.link.fingerprint),
            (in_all, IN_ALL),
        )
        if any(rate.wait(whose, now, size) for rate, whose in used):
            self._dropped("more than may be carried", source, now)
            return None
        for rate, whose in used:
            rate.charge(whose, now, size)
        pair.last = now
        self._pairs.move_to_end(tag)
        return receiver.address

    def _ends(self, pair: _Pair, source: Address) -> tuple[LinkSession, LinkSession] | None:
        """The one of a pair who is registered there, and the other, if both still have to do
        with each other."""
        sessions = [self._registered.get(who) for who in (pair.smaller, pair.larger)]
        users = [self._holders.get(who) for who in (pair.smaller, pair.larger)]
        one, other = sessions
        if one is None or other is None or users[0] is None or users[1] is None:
            return None
        if source not in (one.address, other.address) or not self._together(users[0], users[1]):
            return None
        return (one, other) if source == one.address else (other, one)

    def _has_room(self, one: str, other: str, now: float) -> bool:
        if max(self._of_one.get(who, 0) for who in (one, other)) >= CARRIED_OF_ONE:
            self._drop_idle(now)
            if max(self._of_one.get(who, 0) for who in (one, other)) >= CARRIED_OF_ONE:
                return False
        elif len(self._pairs) >= CARRIED:
            self._drop_idle(now)
        return len(self._pairs) < CARRIED

    def _drop_idle(self, now: float) -> None:
        """Forget those for whom nothing was carried for a while, which are the first."""
        while self._pairs:
            tag, pair = next(iter(self._pairs.items()))
            if now - pair.last < IDLE:
                return
            del self._pairs[tag]
            for who in (pair.smaller, pair.larger):
                self._of_one[who] -= 1
                if not self._of_one[who]:
                    del self._of_one[who]
