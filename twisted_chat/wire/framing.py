"""How a stream is cut into messages.

A frame is a length, four bytes in network byte order, and so many bytes, 1 to
65,536: one message.
"""

import struct
from collections.abc import Iterator

from twisted_chat.errors import WireError

MAX_FRAME = 64 * 1024
"""Bytes of a message, its length not counted."""

_LENGTH = struct.Struct("!I")
HEADER = _LENGTH.size
"""Bytes before a message."""


def frame(message: bytes) -> bytes:
    """The message as it goes onto a stream. Raises WireError where it is empty or too long."""
    if not 0 < len(message) <= MAX_FRAME:
        raise WireError(f"a message of {len(message):,} bytes")
    return _LENGTH.pack(len(message)) + message


class Frames:
    """Cut a stream of bytes into messages, holding one at most."""

    __slots__ = ("_held", "_wanted")

    def __init__(self) -> None:
        self._held = bytearray()
        self._wanted = 0  # So much has to be held for something to be seen of it.

    def feed(self, data: bytes) -> Iterator[bytes]:
        """The messages that `data` completes. To be read to its end. Raises
        WireError at a length that no message has; nothing can be read after it."""
        if self._held:
            self._held += data
            if len(self._held) < self._wanted:
                return
            data = bytes(self._held)
            self._held.clear()
        at, end, wanted = 0, len(data), _LENGTH.size
        while end - at >= _LENGTH.size:
            (length,) = _LENGTH.unpack_from(data, at)
            if not 0 < length <= MAX_FRAME:
                raise WireError(f"a frame of {length:,} bytes")
            after = at + _LENGTH.size + length
            if after > end:
                wanted = after - at
                break
            yield data[at + _LENGTH.size : after]
            at = after
        if at < end:
            self._held += data[at:]
            self._wanted = wanted
