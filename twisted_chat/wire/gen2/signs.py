"""The datagrams between a user whose link rests and its server.

Each side knows the other by two keys that the server has told over the link. With one it
proves what it sends. With the other it seals what it says: one box at a time, with a number
that is one larger for each, and which is repeated as it is until the other side has it. So no
nonce (RFC 8439, 2.8) is used twice for two texts.

    kind        1 byte      9 a sign of life of a user
    id          16 bytes    of the rest; the first 8 are the token of its beats
    counter     4 bytes     larger each time
    echo        8 bytes     what the server has sent back last, or zeros
    heard       4 bytes     the number of the last box of the server that was opened; 0: none
    said        4 bytes     the number of the last box; 0: there was none
    box         17 bytes and more, or none: frames, sealed with said as the nonce
    proof       16 bytes    BLAKE2s (RFC 7693) with the key that proves, of a byte that is 6
                            where the server sees the user over IPv6, and 4 if not, and of all
                            that is before

    kind        1 byte      10 an answer of the server
    counter     4 bytes     of the sign
    what        1 byte      0 you are here, 1 say value back, and you are, 2 I do not know you:
                            come with a link; if value is not 0, ask again first, after so many
                            milliseconds
    value       8 bytes
    said        4 bytes     the number of the last box of the user that was opened
    proof       16 bytes    as above

    kind        1 byte      11 something for a user
    number      4 bytes     of the box
    box         16 bytes: come with a link, there is more to say; or more: frames, sealed
"""

import hashlib
import hmac
import struct
from collections.abc import Iterable
from enum import Enum

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from msgspec import Struct

from twisted_chat.errors import WireError
from twisted_chat.wire.framing import Frames, frame
from twisted_chat.wire.gen2.beats import BEAT_ANSWER, BEAT_BACK, BEAT_TOKEN_BYTES

SIGN, SIGN_ANSWER, SIGN_CALL = 9, 10, 11
"""The first bytes of these."""
OF_A_SERVER = (BEAT_ANSWER, BEAT_BACK, SIGN_ANSWER, SIGN_CALL)
"""The first bytes of all that a server sends to its users beside links."""
ID_BYTES, KEY_BYTES, ECHO_BYTES = 16, 32, 8
NO_ECHO = bytes(ECHO_BYTES)
LARGEST_SAID = 1100
"""Bytes of frames in a box."""
LARGEST_NUMBER = 2**32 - 1
_PROOF_BYTES = 16
_HEAD = struct.Struct(f"!B{ID_BYTES}sI{ECHO_BYTES}sII")
_ANSWER = struct.Struct("!BIB8sI")
_CALL = struct.Struct("!BI")
_COUNTER = struct.Struct("!I")
SIGN_BYTES = _HEAD.size + _PROOF_BYTES
"""Bytes of a sign in which nothing is said: 53."""
SIGN_ANSWER_BYTES = _ANSWER.size + _PROOF_BYTES
"""Bytes of an answer to one: 34."""
SMALLEST_CALL = _CALL.size + 16
"""Bytes of a call without a word: 21."""


class RestKeys(Struct, frozen=True):
    """By which `id` one who rests is known, and the keys: one that proves what is sent, and one
    that seals what is said."""

    id: bytes
    proves: bytes
    seals: bytes

    @property
    def token(self) -> bytes:
        """By which its beats are known."""
        return token_of_id(self.id)


class Sign(Struct, frozen=True):
    """A sign of life, and perhaps a `box`."""

    id: bytes
    counter: int
    echo: bytes = NO_ECHO
    heard: int = 0
    said: int = 0
    box: bytes = b""

    def encode(self, proves: bytes, *, six: bool) -> bytes:
        """The datagram, for a server that sees its sender over IPv6, or over IPv4."""
        head = _HEAD.pack(SIGN, self.id, self.counter, self.echo, self.heard, self.said)
        said = head + self.box
        return said + _proof(said, proves, six=six)


class SignOutcome(Enum):
    """What a server says to a sign."""

    HERE = 0
    ECHO = 1
    UNKNOWN = 2


class SignAnswer(Struct, frozen=True):
    """An answer to the sign with this counter."""

    counter: int
    found: SignOutcome
    value: bytes = NO_ECHO
    said: int = 0

    @property
    def milliseconds(self) -> int:
        """After which one whom the server does not know is to ask again; 0: it is to come."""
        return int.from_bytes(self.value, "big")

    def encode(self, proves: bytes, *, six: bool) -> bytes:
        said = _ANSWER.pack(SIGN_ANSWER, self.counter, self.found.value, self.value, self.said)
        return said + _proof(said, proves, six=six)


def unknown(counter: int, milliseconds: int) -> SignAnswer:
    """What is said to one whom a server does not know: ask again in so many milliseconds, or come
    where there are none."""
    return SignAnswer(counter, SignOutcome.UNKNOWN, milliseconds.to_bytes(ECHO_BYTES, "big"))


def id_of(datagram: bytes) -> bytes:
    """The id of a sign, before anything else of it is read. Raises WireError."""
    if len(datagram) < SIGN_BYTES:
        raise WireError("shorter than a sign of life")
    return datagram[1 : 1 + ID_BYTES]


def token_of_id(identifier: bytes) -> bytes:
    """By which the beats are known of one who rests as that."""
    return identifier[:BEAT_TOKEN_BYTES]


def counter_of(datagram: bytes) -> int:
    """The counter of a sign whose id was read."""
    (counter,) = _COUNTER.unpack_from(datagram, 1 + ID_BYTES)
    return int(counter)


def read_sign(datagram: bytes, proves: bytes, *, six: bool) -> Sign:
    """Read a sign whose id was read. Raises WireError where it is not proven by this key."""
    said = _proven(datagram, proves, six=six)
    _, identifier, counter, echo, heard, number = _HEAD.unpack_from(said)
    return Sign(identifier, counter, echo, heard, number, said[_HEAD.size :])


def read_sign_answer(datagram: bytes, proves: bytes, *, six: bool) -> SignAnswer:
    """Read an answer. Raises WireError where it is none, or not proven by this key."""
    if len(datagram) != SIGN_ANSWER_BYTES:
        raise WireError("not as long as an answer to a sign")
    kind, counter, found, value, said = _ANSWER.unpack(_proven(datagram, proves, six=six))
    if kind != SIGN_ANSWER or found > SignOutcome.UNKNOWN.value:
        raise WireError("no answer to a sign")
    return SignAnswer(counter, SignOutcome(found), value, said)


def call(keys: RestKeys, number: int, messages: Iterable[bytes]) -> bytes:
    """What there is for a user; without messages: come."""
    return _CALL.pack(SIGN_CALL, number) + seal(keys, SIGN_CALL, number, messages)


def read_call(datagram: bytes, keys: RestKeys) -> tuple[int, list[bytes]]:
    """Read a call: its number, and the messages in it. Raises WireError."""
    if len(datagram) < SMALLEST_CALL or datagram[0] != SIGN_CALL:
        raise WireError("no call")
    _, number = _CALL.unpack_from(datagram)
    return number, unseal(keys, SIGN_CALL, number, datagram[_CALL.size :])


def seal(keys: RestKeys, kind: int, number: int, messages: Iterable[bytes]) -> bytes:
    """A box with these messages, the one of this number that goes in datagrams of this kind."""
    frames = b"".join(map(frame, messages))
    return ChaCha20Poly1305(keys.seals).encrypt(_nonce(kind, number), frames, keys.id)


def unseal(keys: RestKeys, kind: int, number: int, box: bytes) -> list[bytes]:
    """The messages in a box. Raises WireError where it is none of this number and kind."""
    try:
        frames = ChaCha20Poly1305(keys.seals).decrypt(_nonce(kind, number), box, keys.id)
    except InvalidTag:
        raise WireError("a box that is not sealed by the one at the other end") from None
    cut = Frames()
    messages = cut.feed(frames)
    if cut.broken is not None:
        raise cut.broken
    return messages


def _nonce(kind: int, number: int) -> bytes:
    return struct.pack("!BxxxQ", kind, number)


def _proven(datagram: bytes, proves: bytes, *, six: bool) -> bytes:
    said, proof = datagram[:-_PROOF_BYTES], datagram[-_PROOF_BYTES:]
    if not hmac.compare_digest(_proof(said, proves, six=six), proof):
        raise WireError("not proven by the key of one who rests")
    return said


def _proof(said: bytes, proves: bytes, *, six: bool) -> bytes:
    family = b"6" if six else b"4"
    return hashlib.blake2s(family + said, digest_size=_PROOF_BYTES, key=proves).digest()
