"""The options of pcapng blocks, and the interfaces that they tell of
(draft-ietf-opsawg-pcapng, 3.5, 4.2 and 4.3).

`order` is the order of bytes of a section, as `struct` writes it.
"""

import struct
from collections.abc import Iterator
from functools import lru_cache

from msgspec import Struct

from twisted_chat.errors import WireError

SECOND = 1_000_000_000
"""Nanoseconds in it."""

_COMMENT, _PACKET_DROPS, _RESOLUTION, _OFFSET = 1, 4, 9, 14
_MICROSECONDS = 1_000_000
_BINARY = 0x80


class Interface(Struct, frozen=True):
    """Where packets were captured. Times are so many in a second, each of `tick` nanoseconds,
    or 0 where that is no whole number; time 0 is `offset` nanoseconds after 1970 began."""

    number: int
    linktype: int
    snapshot: int
    per_second: int
    tick: int
    offset: int


def interface(order: str, body: bytes, number: int) -> Interface:
    """Read the description of one. Raises WireError, struct.error or IndexError."""
    linktype, snapshot = struct.unpack_from(f"{order}HxxI", body)
    per_second, offset = _MICROSECONDS, 0
    for code, value in options(order, body, 8):
        if code == _RESOLUTION:
            power = value[0] & ~_BINARY
            per_second = 2**power if value[0] & _BINARY else 10**power
        elif code == _OFFSET:
            (offset,) = struct.unpack(f"{order}q", value)
    tick = 0 if SECOND % per_second else SECOND // per_second
    return Interface(number, linktype, snapshot, per_second, tick, offset * SECOND)


def options(order: str, body: bytes, at: int) -> Iterator[tuple[int, bytes]]:
    """The options of a block, to their end or that of the block. Raises WireError."""
    head = f"{order}HH"
    while at + 4 <= len(body):
        code, size = struct.unpack_from(head, body, at)
        if not code:
            return
        if at + 4 + size > len(body):
            raise WireError("an option that is longer than its block")
        yield code, body[at + 4 : at + 4 + size]
        at += 4 + size + -size % 4


@lru_cache(maxsize=1024)
def about(order: str, told: bytes) -> tuple[tuple[str, ...], int]:
    """The comments on a packet, and how many before it are missing. Raises WireError."""
    comments: list[str] = []
    lost = 0
    for code, value in options(order, told, 0):
        if code == _COMMENT:
            comments.append(value.decode("utf-8", "replace"))
        elif code == _PACKET_DROPS:
            if len(value) != 8:
                raise WireError("an option that contradicts itself")
            lost += struct.unpack(f"{order}Q", value)[0]
    return tuple(comments), lost
