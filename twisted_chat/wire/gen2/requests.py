"""What a user says to a server, besides what it says in generation 1."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from twisted_chat.wire import common
from twisted_chat.wire.common import BARE_REQUESTS, REQUESTS
from twisted_chat.wire.gen2.growth import Can, firsts, read, read_can
from twisted_chat.wire.gen2.pairing import (
    AskCarrying,
    AskPairing,
    OwnAddresses,
    read_asked_carrying,
    read_asked_pairing,
    read_own,
)


class Extra(Enum):
    """The verbs that generation 2 adds for those who run a room."""

    KICK = "kk"
    CLOSE = "rx"
    GIVE = "rg"
    ROSTER = "ra"


@dataclass(frozen=True, slots=True)
class Kick:
    """`kk NAME`: put this member out of my room; `kk`: all of them."""

    name: str = ""

    def encode(self) -> bytes:
        return f"kk {self.name}".encode() if self.name else b"kk"


@dataclass(frozen=True, slots=True)
class CloseRoom:
    """`rx`: let there be no such room as mine any more."""

    def encode(self) -> bytes:
        return b"rx"


@dataclass(frozen=True, slots=True)
class GiveRoom:
    """`rg NAME`: let my room be this member's."""

    name: str

    def encode(self) -> bytes:
        return f"rg {self.name}".encode()


@dataclass(frozen=True, slots=True)
class AskRoster:
    """`ra`: tell me my room's roster again; I missed a change."""

    def encode(self) -> bytes:
        return b"ra"


@dataclass(frozen=True, slots=True)
class SignOfLife:
    """`up`: are you there? And the answer of the one who is asked: I am."""

    def encode(self) -> bytes:
        return b"up"


Request = (
    common.Request
    | Kick
    | CloseRoom
    | GiveRoom
    | AskRoster
    | SignOfLife
    | Can
    | OwnAddresses
    | AskPairing
    | AskCarrying
)

_REQUESTS: dict[bytes, Callable[[str], Request]] = {
    **firsts({**REQUESTS, b"kk": Kick, b"rg": GiveRoom}),
    **firsts({b"pair": read_asked_pairing, b"carry": read_asked_carrying}),
    b"own": read_own,
    b"can": read_can,
}
_BARE_REQUESTS: dict[bytes, Request] = {
    **BARE_REQUESTS,
    **{request.encode(): request for request in (Kick(), CloseRoom(), AskRoster())},
    **{message.encode(): message for message in (SignOfLife(), Can(), OwnAddresses())},
}


def parse_request(message: bytes) -> Request:
    """Read what a user says to a server. Raises WireError, and UnknownVerb."""
    return read(message, _BARE_REQUESTS, _REQUESTS)
