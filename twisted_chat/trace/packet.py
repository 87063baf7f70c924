"""What a packet is, taken apart."""

from collections.abc import Callable
from enum import Enum, IntEnum
from functools import partial
from typing import NamedTuple, Optional

from twisted_chat.addresses import Address
from twisted_chat.errors import WireError
from twisted_chat.trace.link import Headers

ICMP_PORT = 0
"""What stands for the port of a host that speaks ICMP, which has none."""


class Protocol(Enum):
    UDP = "UDP"
    TCP = "TCP"
    ICMP = "ICMP"


class Flag(IntEnum):
    """Control bits of a TCP segment (RFC 9293, 3.1)."""

    FIN = 1
    SYN = 2
    RST = 4
    PSH = 8
    ACK = 16
    URG = 32
    ECE = 64
    CWR = 128


class Segment(NamedTuple):
    """What a TCP header says: sequence numbers modulo 2**32, the window in units as
    sent, and the power of two of these units that a SYN announces (RFC 7323, 2.2)."""

    sequence: int
    acknowledged: int
    flags: int
    window: int
    scale: int | None = None


class Packet(NamedTuple):
    """One packet. `missing` is how many bytes of its payload were not captured;
    `end` is where it ends in its frame, behind which there may be padding.

    `segment` is there for TCP. An ICMP error has `about`, the packet that it
    complains of, as far as it quotes it, and `complaint`.
    """

    protocol: Protocol
    source: Address
    destination: Address
    payload: bytes
    missing: int
    headers: Headers
    end: int
    segment: Segment | None = None
    about: Optional["Packet"] = None
    complaint: str = ""


new_packet, new_segment = partial(tuple.__new__, Packet), partial(tuple.__new__, Segment)
"""Either of a tuple with all of its fields, which takes half the time of a call of the class."""


class Fragment(WireError):
    """A packet that is only a part of one. `of` is equal for all parts of the
    same, `piece` is what there is from `offset` on above IP, and `last` whether
    it ends there. `head` is the frame before it; `rest` takes the frame apart
    that has all of it behind that."""

    def __init__(
        self,
        of: tuple[object, ...],
        offset: int,
        piece: bytes,
        head: bytes,
        rest: Callable[[bytes], Packet],
        *,
        last: bool,
    ) -> None:
        super().__init__("an IP fragment")
        self.of = of
        self.offset = offset
        self.piece = piece
        self.head = head
        self.rest = rest
        self.last = last
