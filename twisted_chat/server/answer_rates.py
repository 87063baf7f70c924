"""Limits of what is sent to one address: in answer to datagrams of generation 1, and over links.
Those of what is asked are in `core`, for both generations.

Where datagrams come from is not proven: the one who asks may have written another's address
on it. So answers are counted as the network carries them, and to an address of the
open internet, where somebody can be who never asked, go few of them. What goes over
links counts by itself: none of it is used up in somebody's name.
"""

from twisted_chat.addresses import is_public
from twisted_chat.rate import Rate
from twisted_chat.server.bounds import PUBLIC_DATAGRAMS, Bounds

IPV4_HEADERS, IPV6_HEADERS = 28, 48
"""Bytes of the headers of IP (RFC 791, RFC 8200) and UDP (RFC 768) before each payload."""


class AnswerRates:
    """Bytes and datagrams for each site. `linked` is what those with a link have."""

    def __init__(self, bounds: Bounds) -> None:
        self.linked, self._private, self._public = (Rate(0, 0) for _ in range(3))
        self.renew(bounds)

    def renew(self, bounds: Bounds) -> None:
        """Let there be so much from now on."""
        # With no limit on requests, answers have none either.
        rate = bounds.answer_rate if bounds.rate else 0
        public = bounds.public_answer_rate if bounds.rate else 0
        # At once, whatever the rate, at least what is the answer to one request.
        least = bounds.datagram + IPV6_HEADERS
        for private in (self.linked, self._private):
            private.renew(rate, max(rate, least))
        self._public.renew(public, max(public, least))
        self._limited = bool(rate or public)
        # Each datagram counts for so many bytes at least, and so there are only so many.
        self._smallest = public / PUBLIC_DATAGRAMS

    def spend(self, host: str, now: float, size: int) -> bool:
        """Take one datagram with so many bytes of payload, if it may be sent."""
        # Written out, where `_counted` would do: every answer comes by.
        if not self._limited:
            return True
        size += IPV6_HEADERS if ":" in host else IPV4_HEADERS
        if is_public(host):
            return self._public.spend(host, now, max(size, self._smallest))
        return self._private.spend(host, now, size)

    def charge(self, host: str, now: float, size: int) -> None:
        """Note one datagram that is sent without asking; what follows waits for it."""
        if self._limited:
            rate, units = self._counted(host, size)
            rate.charge(host, now, units)

    def wait(self, host: str, now: float) -> float:
        """Seconds until more may be sent to this host address; 0 if it may now."""
        if not self._limited:
            return 0.0
        return (self._public if is_public(host) else self._private).wait(host, now)

    def _counted(self, host: str, size: int) -> tuple[Rate, float]:
        size += IPV6_HEADERS if ":" in host else IPV4_HEADERS
        if is_public(host):
            return self._public, max(size, self._smallest)
        return self._private, size
