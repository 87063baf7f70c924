"""What is said over links by other peers, those whom we know and strangers."""

from collections.abc import Callable, Iterable, Iterator, Sequence
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
from twisted_chat.wire.gen2.speech import Acknowledgement, NoText, NumberedText, parse_speech

Texts = list[NumberedText]
"""Texts that one sender has said in a row."""


class HearsWords(Protocol):
    """The one for whom words are."""

    def received(self, contact: Contact, texts: Sequence[NumberedText], now: float) -> None:
        """Take what somebody said, one after the other. Raises WireError."""

    def acknowledged(self, contact: Contact, heard: Acknowledgement, now: float) -> None:
        """Something has arrived. Raises WireError."""

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

    def received(
        self, link: Link, peer: PeerLink | None, messages: Iterable[bytes], now: float
    ) -> None:
        """This was said on a link, by this peer or by a stranger."""
        try:
            for speech in _speeches(link, messages):
                if peer is None and link in self._strangers:
                    self._hold(link, speech)
                elif peer is not None and peer.link is link:
                    self._take(peer, link, speech, now)
                else:
                    return  # Closed already.
        except WireError as wrong:
            self._broken(link, wrong, now)

    def hear_out(self, peer: PeerLink, stranger: Stranger, now: float) -> None:
        """Take what somebody has said before we knew them."""
        try:
            if stranger.said and peer.link is stranger.link:
                self._take(peer, stranger.link, stranger.said, now)
        except WireError as wrong:
            self._broken(stranger.link, wrong, now)

    def _hold(self, link: Link, speech: Texts | NoText | Can) -> None:
        """A stranger has said this. Raises WireError."""
        if isinstance(speech, Can):
            link.learn(speech.known)
        else:
            self._strangers.hold(link, speech)

    def _take(self, peer: PeerLink, link: Link, speech: Texts | NoText | Can, now: float) -> None:
        """Take what somebody whom we know has said. Raises WireError."""
        if isinstance(speech, list):  # As nearly always.
            self._words.received(peer.contact, speech, now)
            peer.backoff.begin_anew()
        elif isinstance(speech, Acknowledgement):
            self._words.acknowledged(peer.contact, speech, now)
            peer.backoff.begin_anew()
        elif isinstance(speech, Can):
            link.learn(speech.known)
            self._ways.tell_peer(link)
            self._words.flush(peer.contact)
            self._histories.linked(peer.contact, link, now)
        elif isinstance(speech, Leave):
            self._parted(peer.contact, now)
        elif isinstance(speech, OwnAddresses):
            self._ways.claimed(peer.fingerprint, speech.addresses, now)
        else:
            self._histories.received(peer.contact, speech, now)


def _speeches(link: Link, messages: Iterable[bytes]) -> Iterator[Texts | NoText | Can]:
    """What messages say, one after the other; texts in a row are one speech. Raises WireError."""
    texts: Texts = []
    for message in messages:
        try:
            speech = parse_speech(message)
        except UnknownVerb:
            link.skipped += 1
            continue
        except WireError:
            if texts:
                yield texts
            raise
        if isinstance(speech, NumberedText):
            texts.append(speech)
            continue
        if texts:
            yield texts
            texts = []
        yield speech
    if texts:
        yield texts
