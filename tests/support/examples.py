"""The smallest captures of what is easily misread, with what is right of each."""

from dataclasses import dataclass
from typing import Any

from scapy.layers.inet import IP, TCP
from scapy.layers.l2 import Ether
from scapy.packet import Raw
from scapy.utils import EDecimal

CALLER, CALLED = ("192.0.2.1", 40000), ("192.0.2.2", 8090)
SYN, SYN_ACK, ACK, PUSH, FIN = 0x02, 0x12, 0x10, 0x18, 0x11


@dataclass(frozen=True)
class Example:
    """Segments, and how many bytes each side sent, sent again, and sent unseen; `said` is
    among what is found of the whole."""

    packets: tuple[Any, ...]
    caller: tuple[int, int, int] = (0, 0, 0)
    called: tuple[int, int, int] = (0, 0, 0)
    said: str = ""


def S(sequence: int, acknowledged: int, flags: int, data: bytes = b"", at: float = 0.0) -> Any:
    """A segment from the caller."""
    return _segment(CALLER, CALLED, sequence, acknowledged, flags, data, at)


def R(sequence: int, acknowledged: int, flags: int, data: bytes = b"", at: float = 0.0) -> Any:
    """A segment back."""
    return _segment(CALLED, CALLER, sequence, acknowledged, flags, data, at)


def _segment(
    source: tuple[str, int],
    destination: tuple[str, int],
    sequence: int,
    acknowledged: int,
    flags: int,
    data: bytes,
    at: float,
) -> Any:
    packet = (
        Ether(src="52:54:00:00:00:01", dst="52:54:00:00:00:02")
        / IP(src=source[0], dst=destination[0])
        / TCP(
            sport=source[1],
            dport=destination[1],
            seq=sequence,
            ack=acknowledged,
            flags=flags,
            window=8192,
        )
    )
    packet = packet / Raw(data) if data else packet
    packet.time = EDecimal(f"{at:.6f}")
    return packet


OPENING = (S(100, 0, SYN), R(500, 101, SYN_ACK), S(101, 501, ACK))
EXAMPLES: dict[str, Example] = {
    "an ACK that is captured before its data": Example(
        (*OPENING, R(501, 107, ACK), S(101, 501, PUSH, b"hello\n")), (6, 0, 0)
    ),
    "data in a SYN": Example(
        (S(100, 0, SYN, b"hello\n"), R(500, 107, SYN_ACK), S(107, 501, ACK)), (6, 0, 0)
    ),
    "a SYN that is lost": Example(
        (
            S(100, 0, SYN),
            S(100, 0, SYN, at=3.0),
            R(500, 101, SYN_ACK, at=3.0005),
            S(101, 501, ACK, at=3.001),
            S(104, 501, PUSH, b"two", at=3.1),
            S(101, 501, PUSH, b"one", at=3.4),
        ),
        (6, 3, 0),
        said="three-way, round trip 1.000 ms: 500 µs to the SYN, ACK and 500 µs to the ACK",
    ),
    "a SYN, ACK that is not captured": Example(
        (OPENING[0], OPENING[2], S(101, 501, PUSH, b"hello")),
        (5, 0, 0),
        said="the SYN, ACK is not in the capture",
    ),
    "a SYN, ACK that is captured before its SYN": Example(
        (OPENING[1], OPENING[0], OPENING[2], S(101, 501, PUSH, b"hello")),
        (5, 0, 0),
    ),
    "a FIN with data, twice": Example(
        (*OPENING, S(101, 501, FIN, b"bye", at=1.0), S(101, 501, FIN, b"bye", at=2.0)),
        (3, 3, 0),
        said="192.0.2.1:40000 repeated 1 segment, 3 bytes",
    ),
    "two FINs at the same time": Example(
        (*OPENING, R(501, 101, FIN, at=1.0), S(101, 501, FIN, at=1.0)),
        said="orderly, begun by 192.0.2.2:8090, half-closed for 0 µs",
    ),
    "bytes that are acknowledged and never seen": Example(
        (*OPENING, R(501, 111, ACK, at=1.0)), (0, 0, 10)
    ),
}
