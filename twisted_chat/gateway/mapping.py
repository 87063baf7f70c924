"""Having the gateway lead a port to us: asked for, renewed before it ends, and given back.

PCP (RFC 6887) is asked for first; a gateway that speaks NAT-PMP alone (RFC 6886) says so, or
is asked in that too where nothing was answered. One that answers nothing is asked again later:
it may be another one by then.
"""

from collections.abc import Callable

from twisted_chat.addresses import Address
from twisted_chat.gateway.messages import (
    ANOTHER_VERSION,
    ASK_OUTSIDE_HOST,
    NONCE_BYTES,
    Language,
    Mapped,
    NotMapped,
    OutsideHost,
    ask_nat_pmp,
    ask_pcp,
    read_gateway,
)
from twisted_chat.moments import NEVER

TRIES = (0.0, 0.25, 0.75, 1.75, 3.75)
"""Seconds at which it is asked, until there is an answer (RFC 6886, 3.1)."""
IN_PCP_ALONE = 2
"""So many of these are in PCP alone."""
SECONDS = 3600
"""For which it is asked for."""
SHORTEST = 120
"""Seconds that we take: what is granted for less is renewed no sooner."""
AGAIN = 600.0
"""Seconds until one that has not answered, or does not want to, is asked again."""
LAST = 2
"""Times that it is given back: nobody waits for the answer."""


class PortMapping:
    """One port of ours, `port`, at the gateway. `own` is our own address as it sees it, `draw`
    gives so many random bytes. `wake` is when `due` has something."""

    def __init__(self, own: str, port: int, draw: Callable[[int], bytes], now: float) -> None:
        self._own = own
        self._port = port
        self._nonce = draw(NONCE_BYTES)
        self._language: Language | None = None
        self._began = now
        self._tries = 0
        self._host = ""
        self._mapped: Mapped | None = None
        self._until = NEVER
        self._over = False

    @property
    def outside(self) -> Address | None:
        """Where others reach us, if they do."""
        if self._mapped is None:
            return None
        host = self._mapped.outside[0] or self._host
        return (host, self._mapped.outside[1]) if host else None

    @property
    def in_vain(self) -> bool:
        """Whether all has been asked for now, and nothing came of it."""
        return self._mapped is None and self._tries >= len(TRIES)

    @property
    def wake(self) -> float:
        if self._over:
            return NEVER
        if self._tries < len(TRIES):
            return min(self._began + TRIES[self._tries], self._until)
        return min(self._began + AGAIN, self._until)

    def due(self, now: float) -> list[bytes]:
        """What is to be asked now."""
        if self._over or now < self.wake:
            return []
        if self._until <= now:
            self._mapped, self._until = None, NEVER
        if self._tries >= len(TRIES) and now >= self._began + AGAIN:
            self._begin(now)
            self._language = None
        if self._tries >= len(TRIES) or now < self._began + TRIES[self._tries]:
            return []
        self._tries += 1
        return self._asked(SECONDS)

    def received(self, datagram: bytes, now: float) -> None:
        """The gateway has said something. Raises WireError."""
        match read_gateway(datagram):
            case Mapped() as mapped if self._is_ours(mapped) and not self._over:
                self._language, self._mapped = mapped.language, mapped
                seconds = max(SHORTEST, mapped.seconds)
                self._until = now + seconds
                self._begin(now + seconds / 2)
            case OutsideHost(host):
                self._host = host
            case NotMapped(Language.NAT_PMP, code) if code == ANOTHER_VERSION:
                if self._language is None:
                    self._language = Language.NAT_PMP
                    self._begin(now)
            case NotMapped(language) if language is self._language or self._language is None:
                self._tries = len(TRIES)  # It does not want to.
            case _:
                pass

    def end(self) -> list[bytes]:
        """We need it no longer: what is to be said."""
        self._over = True
        mapped = self._mapped
        self._mapped, self._until = None, NEVER
        return [] if mapped is None else self._given_back(mapped)

    def _begin(self, now: float) -> None:
        self._began, self._tries = now, 0

    def _is_ours(self, mapped: Mapped) -> bool:
        if mapped.inside != self._port or not mapped.seconds:
            return False
        if mapped.language is Language.PCP:
            return mapped.nonce == self._nonce
        return self._language is not Language.PCP

    def _asked(self, seconds: int) -> list[bytes]:
        wanted = None if self._mapped is None else self._mapped.outside
        in_pcp = ask_pcp(self._port, wanted, seconds, self._nonce, self._own)
        outside = 0 if wanted is None else wanted[1]
        in_pmp = [ASK_OUTSIDE_HOST, ask_nat_pmp(self._port, outside, seconds)]
        if self._language is Language.PCP:
            return [in_pcp]
        if self._language is Language.NAT_PMP:
            return in_pmp
        return [in_pcp] if self._tries <= IN_PCP_ALONE else [in_pcp, *in_pmp]

    def _given_back(self, mapped: Mapped) -> list[bytes]:
        if mapped.language is Language.PCP:
            asked = ask_pcp(self._port, None, 0, self._nonce, self._own)
        else:
            asked = ask_nat_pmp(self._port, 0, 0)
        return [asked] * LAST
