"""Carrying datagrams between two users whom no other way leads to each other.

The server knows nothing of what is in them: they are packets of QUIC, between two keys
that it does not have. It passes them on as they are, from where one of the two is
registered to where the other is, and to nobody else; so nothing that it carries can
reach anybody who does not have a link to it. Where the other one is a user of another server of
a cluster it goes there, and that one passes it on, both within their own bounds.
"""

from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Literal

from twisted_chat.addresses import Address
from twisted_chat.directory.directory import KeyHolder, User
from twisted_chat.errors import WireError
from twisted_chat.rate import Rate
from twisted_chat.server.bounds import Bounds
from twisted_chat.server.gen2.early_asks import EarlyAsks
from twisted_chat.server.gen2.introductions import PairSecrets
from twisted_chat.server.gen2.sessions import LinkSession
from twisted_chat.server.gen2.waiting import Holders
from twisted_chat.wire.gen2.between_servers import (
    BETWEEN_SERVERS,
    ServersSeal,
    ask_to_carry,
    read_ask,
)
from twisted_chat.wire.gen2.datagrams import LARGEST_RELAYED, RELAY_HEADER, tag_of
from twisted_chat.wire.gen2.growth import PATHS, RELAY
from twisted_chat.wire.gen2.pairing import Carrying, NotCarrying

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
_BETWEEN = bytes((BETWEEN_SERVERS,))
IN_ALL = ""
"""The one source of all that is carried, for its rate."""


class _Pair:
    """Two who are carried for, by their fingerprints, and when that was last."""

    __slots__ = ("larger", "last", "smaller", "tag", "told")

    def __init__(self, tag: bytes, one: str, other: str, now: float) -> None:
        self.tag = tag
        self.smaller, self.larger = sorted((one, other))
        self.last = now
        self.told = ""  # The server of the other that was asked to carry too.


class Relay:
    """What is carried, by the tags of pairs. `registered` are the sessions of users, by
    fingerprint; `holders` are the users; `together` says of two whether they have to do with
    each other; without `secrets` nothing is carried; `dropped` is told of what is not carried."""

    def __init__(
        self,
        bounds: Bounds,
        registered: Mapping[str, LinkSession],
        holders: Holders,
        together: Callable[[User, User], bool],
        secrets: PairSecrets | None,
        dropped: Callable[[str, Address, float], None],
    ) -> None:
        self._given = secrets
        self._early = EarlyAsks()
        self._seal = ServersSeal(b"" if secrets is None else secrets.key)
        self.server_at: Callable[[str], Address | None] = lambda server: None
        """Where another server of the cluster is, by its number."""
        self.tell_elsewhere: Callable[[User, bytes], None] = lambda user, message: None
        """Has a user of another server, or that server, told this."""
        self._registered = registered
        self._holders = holders
        self._together = together
        self._dropped = dropped
        self._pairs: OrderedDict[bytes, _Pair] = OrderedDict()
        self._of_one: dict[str, dict[bytes, None]] = {}
        """Their tags, by fingerprints."""
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

    def begin(self, user: KeyHolder, fingerprint: str, now: float) -> bool | None:
        """Carry between this user and another from now on. False where that may not be:
        they have nothing to do with each other, one of them takes nothing over a server, or
        too much is carried already. None where that is for the other's server to say."""
        other = self._holders.get(fingerprint)
        if other is None or not self._may_begin(user, other):
            return False
        if not other.server and not self._takes(fingerprint):
            return False
        pair = self._pair(user.fingerprint, fingerprint, now)
        if pair is None:
            return False
        if not other.server:
            return True
        if self.server_at(other.server) is None:
            return False
        pair.told = ""
        self._tell(pair, user.fingerprint, other)
        return None

    def told(self, fingerprint: str, message: bytes, now: float) -> bool:
        """Another server has told one of our users this. Returns whether it was for us: to
        carry between that user and one of theirs, who is told what becomes of it."""
        asker = read_ask(message)
        if asker is None:
            return False
        user, other = self._holders.get(fingerprint), self._holders.get(asker)
        if user is None or other is None or not other.server:
            return True
        if self._secrets is not None and fingerprint not in self._registered:
            self._early.keep(self._secrets.tag(fingerprint, asker), fingerprint, asker)
            return True
        may = self._may_begin(user, other)
        pair = self._pair(fingerprint, asker, now) if may else None
        if pair is not None:
            pair.told = other.server
        answer = NotCarrying(fingerprint) if pair is None else Carrying(fingerprint)
        self.tell_elsewhere(other, answer.encode())
        return True

    def _known(self, tag: bytes, now: float) -> _Pair | None:
        if tag not in self._pairs and (early := self._early.take(tag)) is not None:
            self.told(early[0], ask_to_carry(early[1]), now)
        return self._pairs.get(tag)

    def served(self, fingerprint: str) -> None:
        """One is served by another server than before: that is to carry too."""
        for tag in list(self._of_one.get(fingerprint, ())):
            pair = self._pairs[tag]
            here = pair.smaller if fingerprint == pair.larger else pair.larger
            other = self._holders.get(fingerprint)
            if other is not None and other.server and here in self._registered:
                self._tell(pair, here, other)

    def _tell(self, pair: _Pair, here: str, other: KeyHolder) -> None:
        if pair.told != other.server:
            pair.told = other.server
            self.tell_elsewhere(other, ask_to_carry(here))

    def _may_begin(self, user: KeyHolder, other: KeyHolder) -> bool:
        if self._secrets is None or other is user or not self._together(user, other):
            return False
        return self._takes(user.fingerprint)

    def _takes(self, fingerprint: str) -> bool:
        session = self._registered.get(fingerprint)
        return session is not None and session.link.has(PATHS) and session.link.has(RELAY)

    def _pair(self, one: str, other: str, now: float) -> _Pair | None:
        assert self._secrets is not None
        tag = self._secrets.tag(one, other)
        if tag not in self._pairs:
            if not self._has_room(one, other, now):
                return None
            self._pairs[tag] = _Pair(tag, one, other, now)
            for who in (one, other):
                self._of_one.setdefault(who, {})[tag] = None
        self._renew(self._pairs[tag], now)
        return self._pairs[tag]

    def carry(self, datagram: bytes, source: Address, now: float) -> tuple[bytes, Address] | None:
        """What is to be sent on of this datagram of a user, or of another server, and where to.
        None for nowhere."""
        if datagram[:1] == _BETWEEN:
            return self._carry_on(datagram, source, now)
        pair = self._known(tag_of(datagram), now)
        if pair is None or not RELAY_HEADER < len(datagram) <= LARGEST_RELAYED:
            self._dropped("nothing to be carried", source, now)
            return None
        ends = self._ends(pair, source)
        if ends is None:
            self._dropped("to be carried from elsewhere, or to nobody", source, now)
            return None
        sender, receiver = ends
        if receiver.server:
            to, larger = self.server_at(receiver.server), sender.fingerprint == pair.larger
            sent = self._seal.seal(datagram, larger=larger)
        else:
            to, sent = self._registered[receiver.fingerprint].address, datagram
        if to is None or not self._spend(pair, len(datagram), ends, source, now):
            return None
        return sent, to

    def _carry_on(
        self, sealed: bytes, source: Address, now: float
    ) -> tuple[bytes, Address] | None:
        try:
            larger, datagram = self._seal.open(sealed)
        except WireError as wrong:
            self._dropped(str(wrong), source, now)
            return None
        pair = self._known(tag_of(datagram), now)
        if pair is None or self._secrets is None:
            self._dropped("nothing to be carried", source, now)
            return None
        both = pair.larger, pair.smaller
        sender, receiver = (self._holders.get(who) for who in (both if larger else both[::-1]))
        session = None if receiver is None else self._registered.get(receiver.fingerprint)
        if (
            (sender is None or receiver is None or session is None or not sender.server)
            or not self._together(sender, receiver)
            or not self._takes(receiver.fingerprint)
        ):
            self._dropped("to be carried from elsewhere, or to nobody", source, now)
            return None
        if not self._spend(pair, len(datagram), (sender, receiver), source, now):
            return None
        return datagram, session.address

    def _spend(
        self, pair: _Pair, size: int, between: tuple[KeyHolder, KeyHolder], at: Address, now: float
    ) -> bool:
        """Whether so much more, which comes from there, is carried, which is noted then."""
        sender, receiver = between
        of_pair, of_user, of_site, to_one, in_all = self._rates
        used = (
            (of_pair, pair.smaller + pair.larger),
            (of_user, sender.fingerprint),
            (of_site, sender.address[0]),
            (to_one, receiver.fingerprint),
            (in_all, IN_ALL),
        )
        if any(rate.wait(whose, now, size) for rate, whose in used):
            self._dropped("more than may be carried", at, now)
            return False
        for rate, whose in used:
            rate.charge(whose, now, size)
        self._renew(pair, now)
        return True

    def _renew(self, pair: _Pair, now: float) -> None:
        pair.last = now
        self._pairs.move_to_end(pair.tag)

    def _ends(self, pair: _Pair, source: Address) -> tuple[KeyHolder, KeyHolder] | None:
        """The one of a pair who is registered here, at that address, and the other, if both still
        have to do with each other."""
        both = [self._holders.get(who) for who in (pair.smaller, pair.larger)]
        for one, other in (both, both[::-1]):
            if one is None or other is None or not self._together(one, other):
                return None
            here, there = (self._registered.get(who.fingerprint) for who in (one, other))
            if here is not None and here.address == source and (there or other.server):
                return one, other
        return None

    def _has_room(self, one: str, other: str, now: float) -> bool:
        if max(len(self._of_one.get(who, ())) for who in (one, other)) >= CARRIED_OF_ONE:
            self._drop_idle(now)
            if max(len(self._of_one.get(who, ())) for who in (one, other)) >= CARRIED_OF_ONE:
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
                del self._of_one[who][tag]
                if not self._of_one[who]:
                    del self._of_one[who]
