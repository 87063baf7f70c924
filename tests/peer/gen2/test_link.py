"""The link to one other peer, and where to try to get it."""

from twisted.trial.unittest import SynchronousTestCase

from tests.peer.keyed import key_of
from tests.support.contacts import contact_of
from twisted_chat.addresses import Address
from twisted_chat.links import Link
from twisted_chat.peer.gen2.link import AFTERWARDS, MAX_ADDRESSES, PeerLink, PeerState

HERE: Address = ("192.0.2.1", 5000)


class States(SynchronousTestCase):
    """What comes after what."""

    def setUp(self) -> None:
        self.peer = PeerLink(contact_of("bob", key_of("bob")))
        self.link = Link(key_of("bob"), HERE, True)

    def test_open(self) -> None:
        """There is a link exactly while it is open; another may take its place."""
        other = Link(key_of("bob"), HERE, False)
        self.peer.enter(PeerState.WANTED)
        for link in (self.link, other):
            self.peer.enter(PeerState.OPEN, link)
            self.assertIs(self.peer.link, link)
        self.peer.enter(PeerState.AWAITED)
        self.assertIsNone(self.peer.link)
        self.assertRaises(AssertionError, self.peer.enter, PeerState.OPEN)
        self.assertRaises(AssertionError, self.peer.enter, PeerState.WANTED, self.link)

    def test_forgotten(self) -> None:
        """One who is forgotten stays that; a link that is open is not dialled."""
        self.assertEqual(set().union(*AFTERWARDS.values()), set(PeerState))
        self.peer.enter(PeerState.OPEN, self.link)
        self.assertRaises(AssertionError, self.peer.enter, PeerState.WANTED)
        self.peer.enter(PeerState.FORGOTTEN)
        self.assertRaises(AssertionError, self.peer.enter, PeerState.AWAITED)


class Places(SynchronousTestCase):
    """Where to try."""

    def test_in_turn(self) -> None:
        """So many addresses are kept, the one learned last first, and tried in turn."""
        peer = PeerLink(contact_of("bob", key_of("bob")))
        self.assertIsNone(peer.next_address)
        places: list[Address] = [("192.0.2.1", port) for port in range(MAX_ADDRESSES + 1)]
        for place in (*places, places[2]):
            peer.reachable_at(place)
        kept = [places[2], *reversed(places[3:]), places[1]]
        self.assertEqual(peer.addresses, tuple(kept))
        tried = []
        for _ in range(MAX_ADDRESSES + 2):
            tried.append(peer.next_address)
            peer.backoff.next()
        self.assertEqual(tried, [kept[0], *kept, kept[0]])
