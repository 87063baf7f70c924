"""What the library's TLS does in Python at each handshake, in fewer steps.

It derives 23 secrets, and opens 47 blocks of messages: with an object or two, four calls and a
generator for each, where one call of C and one object do. That is a tenth of what a handshake
takes at the accepting side. Where the library has none of these names any more, nothing changes.
"""

from hmac import digest
from typing import Any

from qh3 import tls
from qh3._hazmat import Buffer
from qh3.quic import crypto

_PREFIX = b"tls13 "


def take_shortcuts() -> None:
    """Let the library go by these. Doing so twice changes nothing."""
    tls.hkdf_expand_label = expand_label
    crypto.hkdf_expand_label = expand_label  # type: ignore[attr-defined]
    tls.hkdf_extract = extract
    tls.pull_block, tls.push_block = PulledBlock, PushedBlock  # type: ignore[assignment]
    tls.pull_opaque, tls.push_opaque = pull_opaque, push_opaque


def expand_label(
    algorithm: int, secret: bytes, label: bytes, hash_value: bytes, length: int
) -> bytes:
    """HKDF-Expand-Label of TLS 1.3 (RFC 8446, 7.1), of SHA-2 with so many bits, for no more bytes
    than one hash has. Raises ValueError where more are asked for."""
    if length > algorithm >> 3:
        raise ValueError("more than one hash")
    said = length.to_bytes(2, "big"), bytes((len(_PREFIX) + len(label),)), _PREFIX, label
    info = b"".join((*said, bytes((len(hash_value),)), hash_value, b"\1"))
    return digest(secret, info, f"sha{algorithm}")[:length]


def extract(algorithm: int, salt: bytes, key_material: bytes) -> bytes:
    """HKDF-Extract (RFC 5869, 2.2)."""
    return digest(salt, key_material, f"sha{algorithm}")


class PulledBlock:
    """A block whose length is told before it, in so many bytes: it is to be read to its end.
    Raises AlertDecodeError where it is not."""

    __slots__ = ("_buffer", "_capacity", "_end")

    def __init__(self, buf: Buffer, capacity: int) -> None:
        self._buffer, self._capacity = buf, capacity

    def __enter__(self) -> int:
        length = int.from_bytes(self._buffer.pull_bytes(self._capacity), "big")
        self._end = self._buffer.tell() + length
        return length

    def __exit__(self, kind: Any, *problem: object) -> None:
        if kind is None and self._buffer.tell() != self._end:
            raise tls.AlertDecodeError("extra bytes at the end of a block")


class PushedBlock:
    """The same, to be written."""

    __slots__ = ("_buffer", "_capacity", "_start")

    def __init__(self, buf: Buffer, capacity: int) -> None:
        self._buffer, self._capacity = buf, capacity

    def __enter__(self) -> None:
        self._start = self._buffer.tell() + self._capacity
        self._buffer.seek(self._start)

    def __exit__(self, kind: Any, *problem: object) -> None:
        if kind is None:
            buffer, end = self._buffer, self._buffer.tell()
            buffer.seek(self._start - self._capacity)
            buffer.push_bytes((end - self._start).to_bytes(self._capacity, "big"))
            buffer.seek(end)


def pull_opaque(buf: Buffer, capacity: int) -> bytes:
    """The bytes of a block."""
    return buf.pull_bytes(int.from_bytes(buf.pull_bytes(capacity), "big"))


def push_opaque(buf: Buffer, capacity: int, value: bytes) -> None:
    """Write a block of these bytes."""
    buf.push_bytes(len(value).to_bytes(capacity, "big") + value)
