"""Which links are dialled now, of all that are wanted.

A server says at which addresses others are, and can say anything. So that
nobody is sent much who never asked, few links are on their way to a host at a
time, and few in all; a host at which nobody has answered is left alone as a
whole for a while after each dial that came to nothing.
"""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

from twisted_chat.addresses import Address, AddressKind, kind, site
from twisted_chat.deadlines import Deadlines
from twisted_chat.peer.backoff import Backoff
from twisted_chat.peer.gen2.link import PeerLink
from twisted_chat.peer.whereabouts import Whereabouts

PATIENCE = 10.0
"""Seconds for which a link may be on its way."""
STALE = 3.0
"""Seconds after which a dial is begun anew where there is reason to think that it is heard now: by
then it is repeated ever more seldom (RFC 9002, 6.2.1)."""
MAX_DIALS = 16
"""Links that are on their way at a time."""
MAX_DIALS_OF_A_HOST = 2
"""Of these, to one IPv4 address or one IPv6 /64."""
MAX_HOSTS = 10_000
"""Hosts without an answer that are remembered while nothing is wanted of them."""


Attempt = tuple[Address, str]
"""A dial that is on its way: to which address, and to whom, by the fingerprint."""


@dataclass(eq=False, slots=True)
class _Host:
    """Those who wait for a dial to a host, how many are on their way, how many links
    there are, and whether it is left alone for now."""

    waiting: dict[PeerLink, None] = field(default_factory=dict)
    under_way: int = 0
    linked: int = 0
    resting: bool = False


class Places:
    """Where a peer may send its first datagram, on the word of a server.

    `server` is where the server is, also later, `here` where we are ourselves as far as we know.
    """

    def __init__(self, server: Whereabouts, here: Address | None) -> None:
        self._here = here
        self._server = server

    def allow(self, address: Address) -> bool:
        """Not to many at once, nor to ourselves; to what listens on our own
        machine only where the server is on it too."""
        host, port = address
        if port == 0 or address == self._here:
            return False
        where = kind(host)
        if where is not AddressKind.OURSELVES:
            return where is AddressKind.SOMEBODY
        return kind(self._server.current[0]) is AddressKind.OURSELVES


class DialQueue:
    """Dials, each as soon as it may be. `wake` is when `tick` is due."""

    def __init__(self, dial: Callable[[Address, str], None]) -> None:
        self._dial = dial
        self._due: Deadlines[PeerLink] = Deadlines()
        self._new: OrderedDict[PeerLink, None] = OrderedDict()
        """Those who have not been put with the others of their host yet, as there was no need."""
        self._waits_at: dict[PeerLink, str] = {}
        self._hosts: dict[str, _Host] = {}
        self._silent: OrderedDict[str, None] = OrderedDict()
        self._free: OrderedDict[str, None] = OrderedDict()
        """Hosts that somebody waits for and that may be dialled now, in turn."""
        self._resting: Deadlines[str] = Deadlines()
        self._backoffs: dict[str, Backoff] = {}
        """Of hosts at which nobody has answered."""
        self._under_way: dict[Attempt, str] = {}
        """What is on its way, and to which host."""
        self._dialled: dict[str, list[Address]] = {}
        """Fingerprints of those who are dialled, and where."""
        self._given_up: Deadlines[Attempt] = Deadlines()
        self._linked: dict[str, str] = {}
        """Fingerprints of those to whom there is a link, and at which host that came up."""

    @property
    def wake(self) -> float:
        return min(self._due.next, self._resting.next, self._given_up.next)

    def busy(self, peer: PeerLink) -> bool:
        """Whether a link is wanted or on its way."""
        waits = peer in self._new or peer in self._waits_at or peer in self._due
        return waits or peer.fingerprint in self._dialled

    def want(self, peer: PeerLink, at: float) -> None:
        """Dial, not before this moment, and once at a time."""
        self.drop(peer)
        if peer.fingerprint not in self._dialled:
            self._due.set(peer, at)

    def want_now(self, peer: PeerLink, now: float) -> None:
        """Dial as soon as it may be, and once at a time."""
        self.drop(peer)
        if peer.fingerprint not in self._dialled:
            self._new[peer] = None
            self._start(now)

    def want_at_new_address(self, peer: PeerLink, now: float) -> None:
        """Dial as soon as it may be, whatever is on its way to where they were before,
        which counts until nothing can come of it. Where their own link has come up
        before, the host is not left alone."""
        self.drop(peer)
        self._due.set(peer, now)
        address = peer.next_address
        its = None if address is None else self._hosts.get(site(address[0]))
        if its is not None and address is not None and site(address[0]) == peer.linked_at:
            self._rest_no_more(site(address[0]), its)

    def under_way(self, fingerprint: str) -> list[Address]:
        """Where a peer is dialled now."""
        return list(self._dialled.get(fingerprint, ()))

    def give_up_stale(self, address: Address, fingerprint: str, now: float) -> bool:
        """Whether a dial of this peer there has been on its way for long, which then does not
        count any more."""
        began = self._given_up.get((address, fingerprint)) - PATIENCE
        return began + STALE <= now and self._ended(address, fingerprint) is not None

    def leave_none_alone(self) -> None:
        """No host is left alone any more: our own network is another one."""
        for at, its in list(self._hosts.items()):
            self._rest_no_more(at, its)

    def drop(self, peer: PeerLink) -> None:
        """Do not dial any more. What is on its way stays."""
        self._new.pop(peer, None)
        self._due.discard(peer)
        at = self._waits_at.pop(peer, None)
        if at is not None:
            del self._hosts[at].waiting[peer]
            self._look_at(at)

    def linked(self, host: str, fingerprint: str, now: float) -> None:
        """There is a link: the host is somebody's who wants it."""
        self.unlinked(fingerprint)
        for address in self.under_way(fingerprint):
            self._ended(address, fingerprint)
        at = self._linked[fingerprint] = site(host)
        its = self._hosts.setdefault(at, _Host())
        its.linked += 1
        self._rest_no_more(at, its)
        self._start(now)

    def _rest_no_more(self, at: str, its: _Host) -> None:
        self._backoffs.pop(at, None)
        its.resting = False
        self._resting.discard(at)
        self._look_at(at)

    def unlinked(self, fingerprint: str) -> None:
        """The link that there was, if there was one, is no more."""
        at = self._linked.pop(fingerprint, None)
        if at is not None:
            self._hosts[at].linked -= 1
            self._look_at(at)

    def failed(self, address: Address, fingerprint: str, now: float) -> bool:
        """No link came of a dial. False if there was none, or another is on its way to
        the same peer."""
        at = self._ended(address, fingerprint)
        if at is None:
            return False
        its = self._hosts.setdefault(at, _Host())
        if not its.linked:
            its.resting = True
            self._resting.set(at, now + self._backoffs.setdefault(at, Backoff()).next())
        self._look_at(at)
        self._start(now)
        return fingerprint not in self._dialled

    def tick(self, now: float) -> list[Attempt]:
        """Dial whom there is time for. Returns the dials of which nothing was heard."""
        for at in self._resting.due(now):
            self._hosts[at].resting = False
            self._look_at(at)
        for peer in self._due.due(now):
            self._new[peer] = None
        unheard = list(self._given_up.due(now))
        self._start(now)
        return unheard

    # --- In turn

    def _wait(self, peer: PeerLink) -> None:
        address = peer.next_address
        if address is not None:
            at = self._waits_at[peer] = site(address[0])
            its = self._hosts.get(at)
            if its is None:
                self._hosts[at] = _Host({peer: None})
                self._free[at] = None
            else:
                its.waiting[peer] = None
                self._look_at(at)

    def _start(self, now: float) -> None:
        while len(self._under_way) < MAX_DIALS:
            while self._new and not self._free:
                self._wait(self._new.popitem(last=False)[0])
            if not self._free:
                break
            at, _ = self._free.popitem(last=False)
            its = self._hosts[at]
            peer = next(iter(its.waiting))
            del its.waiting[peer], self._waits_at[peer]
            address = peer.next_address
            if address is not None and site(address[0]) == at:
                self._begin((address, peer.fingerprint), at, now)
            elif address is not None:
                self._due.set(peer, now)  # It is elsewhere by now.
            self._look_at(at)

    def _begin(self, attempt: Attempt, at: str, now: float) -> None:
        if attempt in self._under_way:
            return
        address, fingerprint = attempt
        self._hosts[at].under_way += 1
        self._under_way[attempt] = at
        self._dialled.setdefault(fingerprint, []).append(address)
        self._given_up.set(attempt, now + PATIENCE)
        self._dial(address, fingerprint)

    def _ended(self, address: Address, fingerprint: str) -> str | None:
        at = self._under_way.pop((address, fingerprint), None)
        if at is not None:
            self._given_up.discard((address, fingerprint))
            self._dialled[fingerprint].remove(address)
            if not self._dialled[fingerprint]:
                del self._dialled[fingerprint]
            self._hosts[at].under_way -= 1
            self._look_at(at)
        return at

    def _look_at(self, at: str) -> None:
        """See whether a host can be dialled now, or forgotten."""
        its = self._hosts[at]
        if its.waiting and its.under_way < MAX_DIALS_OF_A_HOST and not its.resting:
            self._free[at] = None
        else:
            self._free.pop(at, None)
        if its.waiting or its.under_way or its.linked:
            self._silent.pop(at, None)
        elif at in self._backoffs:
            self._silent[at] = None
            if len(self._silent) > MAX_HOSTS:
                self._forget(self._silent.popitem(last=False)[0])
        else:
            self._forget(at)

    def _forget(self, at: str) -> None:
        self._resting.discard(at)
        self._backoffs.pop(at, None)
        del self._hosts[at]
