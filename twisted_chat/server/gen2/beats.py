"""Beats of users: nothing where they come from where the link is that they are of, and else
an answer that is shorter, by which their program learns that it needs another link."""

from collections.abc import Callable

from twisted_chat.addresses import Address
from twisted_chat.errors import WireError
from twisted_chat.rate import Rate
from twisted_chat.server.gen2.sessions import LinkSession, LinkSessions
from twisted_chat.wire.gen2.beats import NoLinkThere, read_beat
from twisted_chat.wire.gen2.pairing import BEAT_TOKEN_BYTES

OF_A_SITE, OF_A_SITE_AT_ONCE = 10, 50
"""Answers a second to one IPv4 address or IPv6 /64, and at once."""
IN_ALL = 200
"""Answers a second in all, and at once: after a server was started anew its users come back
as fast as it can shake hands with them."""
_EVERYBODY = ""


class HeardBeats:
    """All of them. `draw` gives so many random bytes; None: nobody is told a token."""

    def __init__(
        self,
        sessions: LinkSessions,
        draw: Callable[[int], bytes] | None,
        dropped: Callable[[str, Address, float], None],
    ) -> None:
        self._sessions = sessions
        self._draw = draw
        self._dropped = dropped
        self._of_site = Rate(OF_A_SITE, OF_A_SITE_AT_ONCE)
        self._in_all = Rate(IN_ALL, IN_ALL)

    def token(self, session: LinkSession) -> bytes:
        """By what the beats of the one at this link are known; empty where there are none."""
        if not session.token and self._draw is not None:
            self._sessions.name(session, self._draw(BEAT_TOKEN_BYTES))
        return session.token

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
        if not (self._of_site.spend(source[0], now) and self._in_all.spend(_EVERYBODY, now)):
            self._dropped("a beat of no link, too often", source, now)
            return None
        return NoLinkThere(beat.number).encode()
