"""What is said over links by other peers, those whom we know and strangers."""

from collections.abc import Callable
from typing import Protocol

from twisted_chat.errors import WireError
from twisted_chat.links import Link
from twisted_chat.peer.contacts.contact import Contact
from twisted_chat.peer.gen2.history.histories import Histories
from twisted_chat.peer.gen2.link import PeerLink
from twisted_chat.peer.gen2.paths.ways import Ways
from twisted_chat.peer.gen2.strangers import Stranger, WaitingStrangers
from twisted_chat.wire.common import Leave
from twisted_chat.wire.gen2.growth import Can, UnknownVerb
from twisted_chat.wire.gen2.pairing import OwnAddresses
from twisted_chat.wire.gen2.speech import Acknowledgement, NumberedText, Speech, parse_speech


class HearsWords(Protocol):
    """The one for whom words are."""

    def received(
        self, contact: Contact, speech: NumberedText | Acknowledgement, now: float
    ) -> None:
        """Take what was said. Raises WireError."""

    def flush(self, contact: Contact) -> None:
        """Send what may be sent."""


class PeerHearing:
    """Reads it, and hands it to whom it is for. `parted` is told who wants nothing private any
    more, `broken` of which link nothing more can be understood."""

    def __init__(
        self,
        words: HearsWords,
        histories: Histories,
        ways: Ways,
        strangers: WaitingStrangers,
        parted: Callable[[Contact, float], None],
        broken: Callable[[Link, WireError, float], None],
    ) -> None:
        self._words = words
        self._histories = histories
        self._ways = ways
        self._strangers = strangers
        self._parted = parted
        self._broken = broken

    def received(self, link: Link, peer: PeerLink | None, message: bytes, now: float) -> None:
        """Something was said on a link, by this peer or by a stranger."""
        if peer is None and link not in self._strangers:
            return  # Closed already.
        try:
            speech = parse_speech(message)
            if isinstance(speech, Can):
                link.learn(speech.known)
                if peer is not None:
                    self._ways.tell_peer(link)
                    self._words.flush(peer.contact)
                    self._histories.linked(peer.contact, link, now)
            elif peer is not None:
                self._take(peer, speech, now)
            else:
                self._strangers.hold(link, speech)
        except UnknownVerb:
            link.skipped += 1
        except WireError as wrong:
            self._broken(link, wrong, now)

    def hear_out(self, peer: PeerLink, stranger: Stranger, now: float) -> None:
        """Take what somebody has said before we knew them."""
        try:
            for said in stranger.said:
                if peer.link is stranger.link:
                    self._take(peer, said, now)
        except WireError as wrong:
            self._broken(stranger.link, wrong, now)

    def _take(self, peer: PeerLink, speech: Speech, now: float) -> None:
        """Take what somebody whom we know has said. Raises WireError."""
        if isinstance(speech, (NumberedText, Acknowledgement)):  # As nearly always.
            self._words.received(peer.contact, speech, now)
            if peer.backoff.attempts:
                peer.backoff.begin_anew()
        elif isinstance(speech, Leave):
            self._parted(peer.contact, now)
        elif isinstance(speech, OwnAddresses):
            self._ways.claimed(peer.fingerprint, speech.addresses, now)
        else:
            self._histories.received(peer.contact, speech, now)
