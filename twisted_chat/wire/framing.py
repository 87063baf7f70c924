"""How a stream is cut into messages.

A frame is a length, four bytes in network byte order, and so many bytes, 1 to
65,536: one message.
"""

import struct

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
    """Cut a stream of bytes into messages, holding one at most. `broken` says why nothing more
    can be read of it, after a length that no message has."""

    __slots__ = ("_held", "_wanted", "broken")

    def __init__(self) -> None:
        self._held = bytearray()
        self._wanted = 0  # So much has to be held for something to be seen of it.
        self.broken: WireError | None = None

    def feed(self, data: bytes) -> list[bytes]:
        """The messages that `data` completes, as far as they can be read."""
        messages: list[bytes] = []
        if self.broken is not None:
            return messages
        if self._held:
            self._held += data
            if len(self._held) < self._wanted:
                return messages
            data = bytes(self._held)
            self._held.clear()
        at, end, wanted = 0, len(data), HEADER
        while (start := at + HEADER) <= end:
            (length,) = _LENGTH.unpack_from(data, at)
            if not 0 < length <= MAX_FRAME:
                self.broken = WireError(f"a frame of {length:,} bytes")
                return messages
            after = start + length
            if after > end:
                wanted = HEADER + length
                break
            messages.append(data[start:after])
            at = after
        if at < end:
            self._held += data[at:]
            self._wanted = wanted
        return messages
