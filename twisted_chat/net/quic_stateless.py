"""Answers to datagrams of QUIC that belong to no connection, for which nothing is kept."""

import hashlib
import hmac
import os

from twisted_chat.net.quic_bounds import ID_BYTES, SMALLEST_INITIAL, VERSION

RESETS = b"udpchat/2, stateless resets"
"""Of the secret that they are made with: those who have the key of a server have it."""

TOKEN_BYTES = 16
SHORTEST_RESET = 5 + TOKEN_BYTES
LONGEST_RESET = 42
"""Bytes, of which the last are a token and the others mean nothing (RFC 9000, 10.3)."""

_LONG, _SHORT = 0x80, 0x40
_SPIN = 0x20
_NO_VERSION = bytes(4)
_IDS = 5


def version_negotiation(datagram: bytes) -> bytes | None:
    """The answer to the start of a connection of a version that we do not speak
    (RFC 8999, 6, and RFC 9000, 5.2.2), where this is one."""
    if len(datagram) < SMALLEST_INITIAL or datagram[0] < _LONG:
        return None
    if datagram[1:_IDS] in (_NO_VERSION, VERSION):
        return None  # An answer itself, or no need of one.
    # Each of the two ids has at most 255 bytes, and its length before it.
    middle = _IDS + 1 + datagram[_IDS]
    end = middle + 1 + datagram[middle]
    theirs, ours = datagram[middle:end], datagram[_IDS:middle]
    return bytes((_LONG | os.urandom(1)[0],)) + _NO_VERSION + theirs + ours + VERSION


def may_be_short(datagram: bytes) -> bool:
    """Whether this can be a packet with a short header that wants a reset: so long,
    and not text, which may begin with the same byte."""
    if len(datagram) <= SHORTEST_RESET or datagram[0] & (_LONG | _SHORT) != _SHORT:
        return False
    if datagram.isascii():
        return False
    try:
        datagram.decode()
    except UnicodeDecodeError:
        return True
    return False


class Resets:
    """Tells those who go on with a connection that is not there any more, or not yet
    again: any server with the same secret can, of the id that a connection began with."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def token(self, identifier: bytes) -> bytes:
        """What shows that this connection is gone to whoever was told it before."""
        return hmac.digest(self._secret, identifier, hashlib.sha256)[:TOKEN_BYTES]

    def packet(self, datagram: bytes) -> bytes:
        """The answer to a packet of which nobody knows the connection: shorter than it,
        so that two who answer each other come to an end."""
        length = min(len(datagram) - 1, LONGEST_RESET)
        noise = bytearray(os.urandom(length - TOKEN_BYTES))
        noise[0] = _SHORT | noise[0] & (_SPIN - 1)  # Below all letters.
        return bytes(noise) + self.token(datagram[1 : 1 + ID_BYTES])
