"""The other peers that have a key, and the links to them.

Of two peers the one with the smaller fingerprint dials; the other waits.
"""

from collections.abc import Callable, Iterable

from twisted_chat.addresses import Address, is_relayed, site
from twisted_chat.deadlines import Deadlines
from twisted_chat.errors import WireError
from twisted_chat.links import Link
from twisted_chat.peer.backoff import STEADY
from twisted_chat.peer.contacts.contact import Contact
from twisted_chat.peer.contacts.contacts import Contacts
from twisted_chat.peer.effects import Effects
from twisted_chat.peer.gen2.delivery import Deliveries
from twisted_chat.peer.gen2.dial_queue import Places
from twisted_chat.peer.gen2.history.histories import Histories
from twisted_chat.peer.gen2.known_keys import Trust
from twisted_chat.peer.gen2.link import PeerLink, PeerState
from twisted_chat.peer.gen2.paths.ways import Ways
from twisted_chat.peer.gen2.peer_dials import PeerDials
from twisted_chat.peer.gen2.peer_hearing import PeerHearing
from twisted_chat.peer.gen2.strangers import WaitingStrangers
from twisted_chat.wire.common import Leave

LINGER = 5.0
"""Seconds for which those who part are still heard, and sent what was said before."""


class Mesh:
    """The links to those with a key, by fingerprint, and so the conversation with them.
    `wake` is when `tick` is due."""

    acknowledged = True

    def __init__(
        self,
        trust: Trust,
        words: Deliveries,
        histories: Histories,
        effects: Effects,
        places: Places,
        ways: Ways,
        contacts: Contacts,
        parted: Callable[[Contact, float], None],
        broke: Callable[[Contact, str, float], None],
    ) -> None:
        self._on_broke = broke
        self._trust = trust
        self._words = words
        self._histories = histories
        self.has_room, self.say, self.stored = words.has_room, words.say, words.stored
        self.left, self.entered = words.left, words.entered
        self._effects = effects
        self._places = places
        self._ways = ways
        self._known: dict[str, PeerLink] = {}
        self._contacts = contacts
        self._links: dict[Link, PeerLink] = {}
        self.moves = 0
        """How often somebody was found at an address."""
        self._strangers = WaitingStrangers(effects)
        self._hearing = PeerHearing(words, histories, ways, self._strangers, parted, self._break)
        self._dials = PeerDials(trust.own, effects, ways)
        self._parting: Deadlines[PeerLink] = Deadlines()

    # --- Who is there

    def meet(self, contact: Contact, now: float) -> None:
        peer = self._known.get(contact.fingerprint)
        if peer is None:
            peer = self._met_first(contact, now)
        else:
            self._met_again(peer, now)
        if (stranger := self._strangers.met(contact.fingerprint)) is not None:
            self._take_over(peer, stranger.link, now)
            self._hearing.hear_out(peer, stranger, now)

    def _met_first(self, contact: Contact, now: float) -> PeerLink:
        address = contact.address
        reachable = (address,) if self._places.allow(address) else ()
        peer = PeerLink(contact, place=address, addresses=reachable)
        self._known[contact.fingerprint] = peer
        self._words.begin(peer)
        if not contact.blocked:
            self._ways.want(contact.fingerprint, now)
            self._dials.dial(peer, now, now)
        return peer

    def _met_again(self, peer: PeerLink, now: float) -> None:
        contact = peer.contact
        self._parting.discard(peer)
        allowed = self._places.allow(contact.address)
        if allowed:
            peer.reachable_at(contact.address)
        moved = peer.place != contact.address
        peer.place = contact.address
        if contact.blocked:
            self._dials.no_more(peer)
            self._ways.part(peer.fingerprint)
            return
        self._ways.want(peer.fingerprint, now)
        if not (allowed and moved):
            self._dials.at_once(peer, now)
        elif self._dials.at_new_address(peer, now):
            self._tick_dials(now)

    def part(self, contact: Contact, now: float, *, tell: bool = False) -> None:
        peer = self._known[contact.fingerprint]
        if tell:
            self._say_leave(peer)
        self._parting.set(peer, now + LINGER)

    def linked(self, contact: Contact) -> bool:
        """Whether there is a link to somebody."""
        peer = self._known.get(contact.fingerprint)
        return peer is not None and peer.link is not None

    def tell_parted(self, contact: Contact) -> None:
        self._say_leave(self._known[contact.fingerprint])

    def returned(self, contact: Contact, now: float) -> None:
        self._words.flush(contact)
        self._histories.returned(contact, now)

    def _say_leave(self, peer: PeerLink) -> None:
        """Tell somebody that we do not hear them any more."""
        if peer.link is not None and not peer.contact.blocked:
            self._effects.frame(Leave().encode(), peer.link)

    def accepted(self, contact: Contact, now: float) -> None:
        """The person takes this key for this name."""
        peer = self._known[contact.fingerprint]
        self._ways.want(peer.fingerprint, now)
        if peer.link is not None:
            self._ways.linked(peer.contact.who, peer.link, now)
            self._ready(peer, now)
        else:
            self._dials.dial(peer, now, now)

    def close(self) -> None:
        """Have nothing to do with anybody any more."""
        self._words.keep_no_more()
        for peer in list(self._known.values()):
            self._say_leave(peer)
            self.forget(peer.contact)

    # --- Links

    def opened(self, link: Link, now: float) -> None:
        """There is a link with a proven key at its other end."""
        if link.fingerprint == self._trust.own:
            self._effects.close(link, "this is my own key")
        elif peer := self._known.get(link.fingerprint):
            self._take_over(peer, link, now)
        else:
            self._strangers.take(link, now)

    def _take_over(self, peer: PeerLink, link: Link, now: float) -> None:
        former = peer.link
        if former is not None:
            if self._dials.is_worse(link, former):
                self._effects.close(link, "there is a link already")
                return
            del self._links[former]
            self._histories.unlinked(peer.contact)
            self._effects.close(former, "there is another link now")
        peer.enter(PeerState.OPEN, link)
        peer.since = now
        peer.linked_at = site(link.address[0])
        self.moves += 1
        if not is_relayed(link.address):
            peer.reachable_at(link.address)
        self._dials.linked(peer, link, now)
        self._links[link] = peer
        if not peer.contact.blocked:
            self._ready(peer, now)

    def _ready(self, peer: PeerLink, now: float) -> None:
        self._trust.remember(peer.contact.name, peer.fingerprint)
        assert peer.link is not None
        self._effects.frame(self._histories.can.encode(), peer.link)
        self._histories.linked(peer.contact, peer.link, now)
        self._ways.tell_peer(peer.link)
        self._words.linked(peer.contact, now)

    def received(self, link: Link, messages: Iterable[bytes], now: float) -> None:
        """Something was said on a link."""
        self._hearing.received(link, self._links.get(link), messages, now)

    def _remember_heard(self, peer: PeerLink) -> None:
        """A link ends: they were seen until now, if they have said something over it."""
        heard = peer.contact.heard
        if heard is not None and heard > peer.since and not peer.contact.blocked:
            self._trust.remember(peer.contact.name, peer.fingerprint)

    def _break(self, link: Link, broken: WireError, now: float) -> None:
        """What came is not in the language: nothing more can be understood."""
        peer = self._links.get(link)
        if peer is not None:
            self._on_broke(peer.contact, str(broken), now)
        self._effects.close(link, str(broken))
        self.lost(link, now)

    def moved(self, link: Link, now: float) -> None:
        """The other end is somewhere else now."""
        if peer := self._links.get(link):
            self.moves += 1
            peer.reachable_at(link.address)
            self._ways.moved(peer.fingerprint, link.address)

    def doubted(self, link: Link, now: float) -> None:
        """A link may be lost: dial another, which takes its place if it comes up."""
        if (peer := self._links.get(link)) is not None:
            self._ways.doubted(peer.fingerprint, now)
            if self._dials.beside(peer, now):
                self._tick_dials(now)

    def lost(self, link: Link, now: float) -> None:
        """A link is no more."""
        self._strangers.lost(link)
        if peer := self._links.pop(link, None):
            peer.enter(PeerState.AWAITED)
            self._histories.unlinked(peer.contact)
            self._remember_heard(peer)
            self._dials.unlinked(peer)
            if now - peer.since >= STEADY:
                peer.backoff.begin_anew()
            self._ways.lost(peer.fingerprint, now)
            self._dials.again(peer, now)

    def network_changed(self, now: float) -> None:
        """Dial those who could not be reached."""
        self._dials.leave_none_alone()
        for peer in list(self._known.values()):
            if peer.link is None:
                self._dials.anew(peer, now)

    def dial_failed(self, address: Address, fingerprint: str, now: float) -> None:
        """There is no link to be had there, this time."""
        peer = self._known.get(fingerprint)
        if self._dials.failed(address, fingerprint, now) and peer is not None:
            self._dials.fruitless(peer, now)

    def reach(self, fingerprint: str, address: Address, now: float) -> None:
        """Dial a peer there, also where there is a link, which this one is better than."""
        peer = self._known.get(fingerprint)
        if peer is not None and not peer.contact.blocked:
            self._dials.reach(peer, address, now)
            self._tick_dials(now)

    def place(self, contact: Contact) -> Address | None:
        """Where somebody can be reached most likely, without the server."""
        peer = self._known.get(contact.fingerprint)
        return peer.addresses[0] if peer is not None and peer.addresses else None

    def seek(self, contact: Contact, now: float) -> None:
        """Dial somebody to whom there is no link, whoever dials, as they do not know where we
        are."""
        place = self.place(contact)
        if place is not None and not self.linked(contact):
            self.reach(contact.fingerprint, place, now)

    def reach_as_before(self, fingerprint: str, now: float) -> None:
        """Dial a peer where the server says it is: it looks for no way."""
        if (peer := self._known.get(fingerprint)) is not None:
            self._dials.at_once(peer, now)

    def _tick_dials(self, now: float) -> None:
        for address, fingerprint in self._dials.tick(now):
            self.dial_failed(address, fingerprint, now)

    # --- What is due

    @property
    def wake(self) -> float:
        return min(self._dials.wake, self._parting.next, self._strangers.wake)

    def tick(self, now: float) -> None:
        for peer in list(self._parting.due(now)):
            self.forget(peer.contact)
        self._tick_dials(now)
        self._strangers.tick(now)

    def forget(self, contact: Contact) -> None:
        peer = self._known[contact.fingerprint]
        link = peer.link
        self._histories.gone(contact)
        self._words.give_up(contact)
        self._ways.part(peer.fingerprint)
        self._parting.discard(peer)
        self._dials.forget(peer)
        peer.enter(PeerState.FORGOTTEN)
        del self._known[peer.fingerprint]
        self._contacts.forget(contact)
        if link is not None:
            self._remember_heard(peer)
            del self._links[link]
            self._effects.close(link, "we have parted")
