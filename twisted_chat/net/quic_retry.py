"""Validating addresses before anything is kept for them (RFC 9000, 8.1.2).

One who asks for a connection is sent a Retry packet with a token, and is
listened to when the token comes back, from the same address, in time. The token
holds what we would have had to remember, and an HMAC of it with a secret: any
server that has the same secret can check it, and nobody else can make one.
"""

import hashlib
import hmac
import os
import struct

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from msgspec import Struct

from twisted_chat.addresses import Address
from twisted_chat.net.quic_bounds import (
    ID_BYTES,
    LARGEST_ID,
    SMALLEST_INITIAL,
    TOKEN_LIFE,
    TOKEN_SKEW,
    VERSION,
)

TOKENS = b"udpchat/2, tokens of validated addresses"
"""Of the secret that makes them: those who have the key of a server have it."""

_INITIAL, _RETRY = 0xC0, 0xF0
_PACKET_TYPE = 0xF0
_TAG_KEY = AESGCM(bytes.fromhex("be0c690b9f66575a1d766b54e368c84e"))
_TAG_NONCE = bytes.fromhex("461599d35d632bf2239825bb")
"""Both are in RFC 9001, 5.8: the tag protects against accidents, not attackers."""
_MADE = struct.Struct("!d")
_MAC_BYTES = 16
_LENGTH_OF_LENGTH = 6
_SHORTEST = _MADE.size + _MAC_BYTES + 2


class Initial(Struct, frozen=True):
    """The start of a packet that opens a connection (RFC 9000, 17.2.2)."""

    destination: bytes
    source: bytes
    token: bytes


def read_initial(datagram: bytes) -> Initial | None:
    """The Initial packet that this datagram begins with, if it may open a connection."""
    if len(datagram) < SMALLEST_INITIAL or datagram[0] & _PACKET_TYPE != _INITIAL:
        return None
    if datagram[1:5] != VERSION:
        return None
    at, ids = 5, []
    for _ in range(2):
        length = datagram[at]  # There are more bytes than two such ids take.
        if length > LARGEST_ID:
            return None
        ids.append(datagram[at + 1 : at + 1 + length])
        at += 1 + length
    # A number of 1, 2, 4 or 8 bytes, which its first two bits say (RFC 9000, 16).
    width = 1 << (datagram[at] >> _LENGTH_OF_LENGTH)
    length = int.from_bytes(datagram[at : at + width], "big") & ((1 << (8 * width - 2)) - 1)
    at += width
    if at + length > len(datagram):
        return None
    return Initial(ids[0], ids[1], datagram[at : at + length])


class Retries:
    """Makes Retry packets, and reads the tokens that come back. `now` is the time of
    day in seconds since 1970: those who share the secret are other machines. Where
    it is set meanwhile a token may be refused, and the next attempt has another."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def packet(self, initial: Initial, source: Address, now: float) -> bytes:
        """The answer to an Initial packet without a token (RFC 9000, 17.2.5)."""
        own = os.urandom(ID_BYTES)
        unsigned = b"".join(
            (
                bytes((_RETRY,)),
                VERSION,
                _counted(initial.source),
                _counted(own),
                self.token(source, initial.destination, own, now),
            )
        )
        return unsigned + _TAG_KEY.encrypt(
            _TAG_NONCE, b"", _counted(initial.destination) + unsigned
        )

    def token(self, source: Address, original: bytes, own: bytes, now: float) -> bytes:
        """What proves later that `source` receives at its address. `original`
        is the connection id that it chose for us, `own` the one that we gave it."""
        said = _MADE.pack(now) + _counted(original) + _counted(own)
        return said + self._mac(source, said)

    def original(self, initial: Initial, source: Address, now: float) -> bytes | None:
        """The connection id that was chosen for us at first, where this packet
        brings a good token."""
        token = initial.token
        if len(token) < _SHORTEST:
            return None
        said = token[:-_MAC_BYTES]
        if not hmac.compare_digest(self._mac(source, said), token[-_MAC_BYTES:]):
            return None
        (made,) = _MADE.unpack_from(said)
        if not -TOKEN_SKEW <= now - made <= TOKEN_LIFE:
            return None
        ids = said[_MADE.size :]
        original, own = ids[1 : 1 + ids[0]], ids[2 + ids[0] :]
        return original if own == initial.destination else None

    def _mac(self, source: Address, said: bytes) -> bytes:
        where = f"{source[0]} {source[1]}".encode()
        return hmac.digest(self._secret, _counted(where) + said, hashlib.sha256)[:_MAC_BYTES]


def _counted(some: bytes) -> bytes:
    return bytes((len(some),)) + some
