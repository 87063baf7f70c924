"""What is in a QUIC packet that was opened: its frames (RFC 9000, 19)."""

from msgspec import Struct

from twisted_chat.display import safe
from twisted_chat.errors import WireError
from twisted_chat.trace.quic import integer
from twisted_chat.trace.report import count, quoted

MAX_FRAMES = 500
"""Frames of one packet that are told; there may be more where nobody means well."""


class QuicFrame(Struct, frozen=True):
    """One frame, the bytes from `start` to `end`: its name, and all of it in words.

    CRYPTO and STREAM carry `data` from `offset` on, STREAM of this `stream`;
    NEW_CONNECTION_ID has an `identifier`.
    """

    name: str
    text: str
    start: int
    end: int
    data: bytes = b""
    offset: int = 0
    stream: int | None = None
    identifier: bytes = b""


_NUMBERS = {
    0x10: ("MAX_DATA", "all streams together may have {:,} bytes"),
    0x11: ("MAX_STREAM_DATA", "stream {} may have {:,} bytes"),
    0x12: ("MAX_STREAMS", "{:,} streams in both directions may be opened"),
    0x13: ("MAX_STREAMS", "{:,} streams in one direction may be opened"),
    0x14: ("DATA_BLOCKED", "would send more than {:,} bytes"),
    0x15: ("STREAM_DATA_BLOCKED", "stream {} would send more than {:,} bytes"),
    0x16: ("STREAMS_BLOCKED", "would open more than {:,} streams"),
    0x17: ("STREAMS_BLOCKED", "would open more than {:,} streams"),
    0x19: ("RETIRE_CONNECTION_ID", "does not use connection id number {} any more"),
    0x04: ("RESET_STREAM", "ends stream {} with the error {} after {:,} bytes"),
    0x05: ("STOP_SENDING", "wants no more of stream {}, error {}"),
}
"""Frames that are nothing but numbers, as many as their words have places for."""
_ALONE = {0x01: ("PING", "are you there?"), 0x1E: ("HANDSHAKE_DONE", "the handshake is over")}


def frames(plain: bytes) -> list[QuicFrame]:
    """The frames of a packet. Raises WireError where they contradict themselves."""
    found: list[QuicFrame] = []
    at = 0
    while at < len(plain) and len(found) < MAX_FRAMES:
        try:
            frame = _frame(plain, at)
        except IndexError:
            raise WireError("a frame that is cut off") from None
        found.append(frame)
        at = frame.end
    return found


def _frame(plain: bytes, start: int) -> QuicFrame:
    kind, at = integer(plain, start)
    if kind == 0:
        end = start + len(plain) - start - len(plain[start:].lstrip(b"\0"))
        return QuicFrame("PADDING", f"PADDING, {count(end - start, 'byte')}", start, end)
    if kind in _ALONE:
        name, text = _ALONE[kind]
        return QuicFrame(name, f"{name}: {text}", start, at)
    if kind in (2, 3):
        return _ack(plain, start, at, kind)
    if kind == 6:
        offset, at = integer(plain, at)
        data, at = _data(plain, at)
        text = f"CRYPTO: {count(len(data), 'byte')} of TLS from {offset:,} on"
        return QuicFrame("CRYPTO", text, start, at, data, offset)
    if 0x08 <= kind <= 0x0F:
        return _stream(plain, start, at, kind)
    if kind in (0x1C, 0x1D):
        return _close(plain, start, at, kind)
    if kind == 0x18:
        return _new_identifier(plain, start, at)
    if kind in (0x1A, 0x1B):
        name, what = (
            ("PATH_CHALLENGE", "who is there must send it back")
            if kind == 0x1A
            else ("PATH_RESPONSE", "sent back")
        )
        return QuicFrame(name, f"{name}: {plain[at : at + 8].hex()}, {what}", start, at + 8)
    if kind == 0x07:
        token, at = _data(plain, at)
        return QuicFrame("NEW_TOKEN", f"NEW_TOKEN, {count(len(token), 'byte')}", start, at)
    if kind in (0x30, 0x31):
        data, at = _data(plain, at) if kind & 1 else (plain[at:], len(plain))
        return QuicFrame("DATAGRAM", f"DATAGRAM, {count(len(data), 'byte')}", start, at)
    if kind in _NUMBERS:
        name, text = _NUMBERS[kind]
        numbers: list[int] = []
        for _ in range(text.count("{")):
            number, at = integer(plain, at)
            numbers.append(number)
        return QuicFrame(name, f"{name}: {text.format(*numbers)}", start, at)
    raise WireError(f"a frame of the unknown type {kind}")


def _data(plain: bytes, at: int) -> tuple[bytes, int]:
    size, at = integer(plain, at)
    if at + size > len(plain):
        raise WireError("a frame that is cut off")
    return plain[at : at + size], at + size


def _ack(plain: bytes, start: int, at: int, kind: int) -> QuicFrame:
    largest, at = integer(plain, at)
    _, at = integer(plain, at)
    more, at = integer(plain, at)
    length, at = integer(plain, at)
    ranges = [(largest - length, largest)]
    for _ in range(more):
        gap, at = integer(plain, at)
        length, at = integer(plain, at)
        last = ranges[-1][0] - gap - 2
        ranges.append((last - length, last))
    if kind == 3:
        for _ in range(3):
            _, at = integer(plain, at)
    told = ", ".join(str(one) if one == last else f"{one} to {last}" for one, last in ranges[:8])
    more_told = ", ..." if len(ranges) > 8 else ""
    return QuicFrame("ACK", f"ACK: has packet {told}{more_told}", start, at)


def _stream(plain: bytes, start: int, at: int, kind: int) -> QuicFrame:
    stream, at = integer(plain, at)
    offset, at = integer(plain, at) if kind & 4 else (0, at)
    data, at = _data(plain, at) if kind & 2 else (plain[at:], len(plain))
    text = f"STREAM {stream}: {count(len(data), 'byte')} from {offset:,} on"
    text += ", the last" * (kind & 1)
    return QuicFrame("STREAM", text, start, at, data, offset, stream)


def _close(plain: bytes, start: int, at: int, kind: int) -> QuicFrame:
    error, at = integer(plain, at)
    if kind == 0x1C:
        _, at = integer(plain, at)
    reason, at = _data(plain, at)
    whose = "of QUIC" if kind == 0x1C else "of the application"
    said = f", {quoted(reason)}" if reason else ""
    text = f"CONNECTION_CLOSE: error {error} {whose}{said}"
    return QuicFrame("CONNECTION_CLOSE", safe(text), start, at)


def _new_identifier(plain: bytes, start: int, at: int) -> QuicFrame:
    number, at = integer(plain, at)
    _, at = integer(plain, at)
    size = plain[at]
    identifier = plain[at + 1 : at + 1 + size]
    end = at + 1 + size + 16
    if end > len(plain):
        raise WireError("a frame that is cut off")
    text = f"NEW_CONNECTION_ID: number {number} is {identifier.hex()}"
    return QuicFrame("NEW_CONNECTION_ID", text, start, end, identifier=identifier)
