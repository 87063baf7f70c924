"""The pcapng file format, as far as we write it (draft-ietf-opsawg-pcapng).

Blocks are little-endian. Each ends where it says, so a file that is cut off
between two blocks is a whole file.
"""

import struct
from collections.abc import Sequence
from functools import lru_cache

LINKTYPE_RAW = 101
"""Packets begin with an IPv4 or IPv6 header (the registry of link types, "RAW")."""

_SECTION, _INTERFACE, _STATISTICS, _PACKET, _SECRETS = 0x0A0D0D0A, 1, 5, 6, 10
_TLS_KEY_LOG = 0x544C534B
_BYTE_ORDER = 0x1A2B3C4D
_UNKNOWN_LENGTH = 0xFFFFFFFFFFFFFFFF
_COMMENT, _FLAGS, _LOST = 1, 2, 4
_APPLICATION = 4
_NAME, _RESOLUTION = 2, 9
_NANOSECONDS = bytes([9])
_RECEIVED, _DROPPED = 4, 5
_INBOUND, _OUTBOUND = struct.pack("<I", 1), struct.pack("<I", 2)
_END = bytes(4)


def section(application: str) -> bytes:
    """The block that every file begins with; `application` is who wrote it."""
    body = struct.pack("<IHHQ", _BYTE_ORDER, 1, 0, _UNKNOWN_LENGTH)
    return _block(_SECTION, body + _option(_APPLICATION, application.encode()) + _END)


def interface(name: str, linktype: int = LINKTYPE_RAW) -> bytes:
    """Where packets come from: uncut, with times in nanoseconds."""
    options = _option(_NAME, name.encode()) + _option(_RESOLUTION, _NANOSECONDS)
    return _block(_INTERFACE, struct.pack("<HHI", linktype, 0, 0) + options + _END)


def packet(at: int, data: bytes, comment: str, *, inbound: bool, lost: int = 0) -> bytes:
    """One packet of the first interface. `at` is in nanoseconds since 1970;
    `lost` is how many before it could not be recorded."""
    length = len(data)
    head = struct.pack("<IIIII", 0, at >> 32, at & 0xFFFFFFFF, length, length)
    count = _option(_LOST, struct.pack("<Q", lost)) if lost else b""
    return _block(_PACKET, head + _padded(data) + count + _about(comment, inbound))


def copied(at: int, data: bytes, length: int, comments: Sequence[str], which: int) -> bytes:
    """One packet of some interface, of which `data` was captured of `length` bytes."""
    head = struct.pack("<IIIII", which, at >> 32, at & 0xFFFFFFFF, len(data), length)
    told = b"".join(_option(_COMMENT, comment.encode()) for comment in comments)
    return _block(_PACKET, head + _padded(data) + told + (_END if told else b""))


def secrets(text: bytes) -> bytes:
    """Secrets of TLS, as text of an NSS key log, which open the packets that follow."""
    return _block(_SECRETS, struct.pack("<II", _TLS_KEY_LOG, len(text)) + _padded(text))


def statistics(at: int, received: int, dropped: int) -> bytes:
    """What the first interface has seen in all, and how much of it is not in the file."""
    counts = _option(_RECEIVED, struct.pack("<Q", received)) + _option(
        _DROPPED, struct.pack("<Q", dropped)
    )
    head = struct.pack("<III", 0, at >> 32, at & 0xFFFFFFFF)
    return _block(_STATISTICS, head + counts + _END)


def _block(kind: int, body: bytes) -> bytes:
    length = len(body) + 12
    return b"%b%b%b" % (struct.pack("<II", kind, length), body, struct.pack("<I", length))


def _padded(data: bytes) -> bytes:
    return data + bytes(-len(data) % 4)


def _option(code: int, value: bytes) -> bytes:
    return struct.pack("<HH", code, len(value)) + _padded(value)


@lru_cache
def _about(comment: str, inbound: bool) -> bytes:
    direction = _INBOUND if inbound else _OUTBOUND
    return _option(_COMMENT, comment.encode()) + _option(_FLAGS, direction) + _END
