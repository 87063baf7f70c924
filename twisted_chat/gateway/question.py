"""Whether the gateway would let others in at a port, without having it do so."""

from twisted_chat.errors import WireError
from twisted_chat.gateway.messages import (
    ANOTHER_VERSION,
    ASK_OUTSIDE_HOST,
    Announced,
    Language,
    Mapped,
    NotMapped,
    OutsideHost,
    ask_whether_pcp,
    read_gateway,
)

ASKED_AT = (0.0, 0.25, 0.75, 1.75)
"""Seconds at which it is asked (RFC 6886, 3.1)."""
PATIENCE = 2.75
"""Seconds for an answer."""


class GatewayQuestion:
    """One gateway is asked in both languages. `own` is our own address as it sees it."""

    def __init__(self, own: str, now: float) -> None:
        self._own = own
        self._began = now
        self._asked = 0
        self._refuses_pcp = False
        self._refuses_pmp = False
        self.language: Language | None = None
        """What it understands."""
        self.outside = ""
        """Its own address outside, where it says it."""

    @property
    def wake(self) -> float:
        """When `due` has something, or it is over."""
        if self._asked < len(ASKED_AT):
            return self._began + ASKED_AT[self._asked]
        return self._began + PATIENCE

    def over(self, now: float) -> bool:
        """Whether nothing more is to be expected."""
        known = self.language is Language.PCP or self._refuses_pcp
        known = known and (bool(self.outside) or self._refuses_pmp)
        return known or now >= self._began + PATIENCE

    def due(self, now: float) -> list[bytes]:
        """What is to be asked now."""
        if self.over(now) or self._asked >= len(ASKED_AT) or self.wake > now:
            return []
        self._asked += 1
        return [ask_whether_pcp(self._own), ASK_OUTSIDE_HOST]

    def received(self, datagram: bytes) -> None:
        """The gateway has said something. Raises WireError."""
        match read_gateway(datagram):
            case Announced():
                self.language = Language.PCP
            case OutsideHost(host):
                self.outside = host
                self.language = self.language or Language.NAT_PMP
            case NotMapped(Language.PCP):
                self._refuses_pcp = True
            case NotMapped(Language.NAT_PMP, code):
                self._refuses_pcp = True
                self._refuses_pmp |= code != ANOTHER_VERSION
            case Mapped():
                raise WireError("an answer to what was not asked")
