"""Whom of the other peers we dial, when, and where: those to whom there is no link, or a worse.

Of two peers the one with the smaller fingerprint dials; the other waits.
"""

from twisted_chat.addresses import Address, is_relayed
from twisted_chat.links import Link
from twisted_chat.peer.effects import Effects
from twisted_chat.peer.gen2.dial_queue import DialQueue
from twisted_chat.peer.gen2.link import PeerLink, PeerState
from twisted_chat.peer.gen2.paths.ways import Ways
from twisted_chat.peer.gen2.who_dials import dials


class PeerDials:
    """All of them. `own` is our own fingerprint. `wake` is when `tick` is due."""

    def __init__(self, own: str, effects: Effects, ways: Ways) -> None:
        self._own = own
        self._effects = effects
        self._ways = ways
        self._queue = DialQueue(effects.dial)

    @property
    def wake(self) -> float:
        return self._queue.wake

    def tick(self, now: float) -> list[tuple[Address, str]]:
        """Dial whose turn it is. Returns what nothing has come of: where, and to whom."""
        return self._queue.tick(now)

    # --- What is wanted

    def at_once(self, peer: PeerLink, now: float) -> None:
        """Dial, if nothing is on its way."""
        if not self._queue.busy(peer):
            self.dial(peer, now, now)

    def again(self, peer: PeerLink, now: float) -> None:
        """Dial after a while, which grows."""
        self.dial(peer, now + peer.backoff.next(), now)

    def anew(self, peer: PeerLink, now: float) -> None:
        """Dial as if it were the first time: our own network is another one."""
        peer.backoff.begin_anew()
        self.dial(peer, now, now)

    def dial(self, peer: PeerLink, at: float, now: float) -> None:
        """Dial, not before this moment, where it is us who dial and there is no link."""
        if self._is_ours(peer) and peer.state is not PeerState.OPEN:
            peer.enter(PeerState.WANTED)
            if at <= now:
                self._queue.want_now(peer, now)
            else:
                self._queue.want(peer, at)

    def beside(self, peer: PeerLink, now: float) -> bool:
        """Dial beside a link that may be lost. Whether something is to be done now."""
        if not self._is_ours(peer) or self._queue.busy(peer):
            return False
        self._queue.want(peer, now)
        return True

    def at_new_address(self, peer: PeerLink, now: float) -> bool:
        """The server has just said where it is now: a program that was started anew, to
        whose predecessor there may still be a link. Whether something is to be done now."""
        peer.backoff.begin_anew()
        link = peer.link
        if not self._is_ours(peer) or (link is not None and link.address == peer.next_address):
            return False
        self._queue.want_at_new_address(peer, now)
        return True

    def reach(self, peer: PeerLink, address: Address, now: float) -> None:
        """Dial there, also where there is a link, which this one is better than. It is said when
        that may come to something, so what has been on its way for long is begun anew."""
        if self._queue.give_up_stale(address, peer.fingerprint, now):
            self._effects.abandon(address, peer.fingerprint)
        peer.sought = address
        if peer.state is PeerState.AWAITED:
            peer.enter(PeerState.WANTED)
        self._queue.want_at_new_address(peer, now)

    def no_more(self, peer: PeerLink) -> None:
        """There is no need to dial."""
        peer.sought = None
        self._queue.drop(peer)
        if peer.state is PeerState.WANTED:
            peer.enter(PeerState.AWAITED)

    def _is_ours(self, peer: PeerLink) -> bool:
        """Whether it is us who dial, of the two, and where the server says it is."""
        contact = peer.contact
        ours = dials(self._own, contact.fingerprint)
        return ours and not contact.blocked and self._ways.dialled_as_before(contact.fingerprint)

    # --- What has come of it

    def is_worse(self, link: Link, former: Link) -> bool:
        """Whether a new link is worse than the one there is: it goes over the server and that
        one does not, or was dialled by the wrong side."""
        late = link.dialled and is_relayed(link.address) and not is_relayed(former.address)
        late = late and not self._ways.doubts(link.fingerprint)
        return late or (self._rightly_dialled(former) and not self._rightly_dialled(link))

    def _rightly_dialled(self, link: Link) -> bool:
        return link.dialled == dials(self._own, link.fingerprint)

    def linked(self, peer: PeerLink, link: Link, now: float) -> None:
        """There is a link."""
        address = link.address
        if is_relayed(address):
            if peer.sought is not None and is_relayed(peer.sought):
                self.no_more(peer)
        else:
            for other in self._queue.under_way(peer.fingerprint):
                if is_relayed(other):
                    self._effects.abandon(other, peer.fingerprint)
            self.no_more(peer)
        self._ways.linked(peer.contact.who, link, now)
        self._queue.linked(address[0], peer.fingerprint, now)

    def failed(self, address: Address, fingerprint: str, now: float) -> bool:
        """There is no link to be had there. Whether none is on its way to this peer any more."""
        fruitless = self._queue.failed(address, fingerprint, now)
        self._ways.dial_failed(fingerprint, address, now)
        return fruitless

    def fruitless(self, peer: PeerLink, now: float) -> None:
        """Nothing has come of any: dial again, later."""
        peer.sought = None
        if peer.state is PeerState.WANTED:
            peer.enter(PeerState.AWAITED)
        self.again(peer, now)

    def unlinked(self, peer: PeerLink) -> None:
        """A link is no more."""
        self._queue.unlinked(peer.fingerprint)

    def forget(self, peer: PeerLink) -> None:
        """There is to be nothing more to do with this peer."""
        self._queue.drop(peer)
        self._queue.unlinked(peer.fingerprint)

    def leave_none_alone(self) -> None:
        """Our own network is another one: hosts that did not answer may now."""
        self._queue.leave_none_alone()
