"""Beats of users: nothing where they come from where the link is that they are of, and else
an answer that is shorter, by which their program learns that it needs another link.

To one who has come over one family the server says where it is over the other. A beat that
comes from there shows where that user is too, which others are told who have that family.
"""

import hashlib
from collections.abc import Callable

from twisted_chat.addresses import Address, AddressKind, is_public, is_six, kind
from twisted_chat.errors import WireError
from twisted_chat.rate import Rate
from twisted_chat.server.gen2.sessions import LinkSession, LinkSessions
from twisted_chat.wire.gen2.beats import (
    BEAT_TOKEN_BYTES,
    NUMBER_BYTES,
    Beat,
    BeatBack,
    NoLinkThere,
    read_beat,
)
from twisted_chat.wire.gen2.pairing import Seen

OF_A_SITE, OF_A_SITE_AT_ONCE = 10, 50
"""Answers a second to one IPv4 address or IPv6 /64, and at once."""
IN_ALL = 200
"""Answers a second in all, and at once: after a server was started anew its users come back
as fast as it can shake hands with them."""
_EVERYBODY = ""
_SECRET_BYTES = 32


class HeardBeats:
    """All of them. `draw` gives so many random bytes; None: nobody is told a token. `usual_at`
    says where most others reach us over IPv6, if it is given True, or over IPv4. `found` is
    told of a session that is somewhere else over the other family now."""

    found: Callable[[LinkSession, float], None]

    def __init__(
        self,
        sessions: LinkSessions,
        draw: Callable[[int], bytes] | None,
        dropped: Callable[[str, Address, float], None],
        usual_at: Callable[[bool], Address | None],
    ) -> None:
        self._sessions = sessions
        self._draw = draw
        self._dropped = dropped
        self._usual_at = usual_at
        self._secret = b""
        self._of_site = Rate(OF_A_SITE, OF_A_SITE_AT_ONCE)
        self._in_all = Rate(IN_ALL, IN_ALL)

    def seen(self, session: LinkSession) -> Seen:
        """What the one at this link is told of where it is, and how it beats."""
        if not session.token and self._draw is not None:
            self._sessions.name(session, self._draw(BEAT_TOKEN_BYTES))
        here = session.address
        also = None
        if kind(here[0]) is not AddressKind.OURSELVES:
            also = self._usual_at(not is_six(here))
        if also is not None and is_public(here[0]) and not is_public(also[0]):
            also = None  # It leads nowhere from there.
        return Seen(here, session.token, also)

    def heard(self, datagram: bytes, source: Address, now: float) -> bytes | None:
        """A beat came from there. Returns what is to be sent back."""
        try:
            beat = read_beat(datagram)
        except WireError as wrong:
            self._dropped(str(wrong), source, now)
            return None
        session = self._sessions.named(beat.token)
        if session is not None and session.address == source:
            return None
        lost = session is None or is_six(session.address) is is_six(source)
        may = self._of_site.spend(source[0], now)
        if not may or (lost and not self._in_all.spend(_EVERYBODY, now)):
            self._dropped("a beat of no link, too often", source, now)
            return None
        if session is None or lost:
            return NoLinkThere(beat.number).encode()
        return self._over_other_family(session, beat, source, now).encode()

    def _over_other_family(
        self, session: LinkSession, beat: Beat, source: Address, now: float
    ) -> BeatBack:
        """Note where one is who reads there what is sent there, as the number shows."""
        if not self._secret and self._draw is not None:
            self._secret = self._draw(_SECRET_BYTES)
        shown = hashlib.blake2s(
            session.token + f"{source[0]} {source[1]}".encode(),
            digest_size=NUMBER_BYTES,
            key=self._secret,
        ).digest()
        if beat.number == shown and session.also != source:
            session.also = source
            self.found(session, now)
        return BeatBack(shown)
