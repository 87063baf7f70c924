"""What servers of a cluster send each other of what they carry between users of theirs.

A server asks the other one, over their log, to carry between a user of its own and one of the
other's (`carry? FINGERPRINT`, with the fingerprint of its own; the log says for whom that is).
What it carries goes straight to the other's port, in a datagram that shows that a server has
sent it: they have one key, and nobody else has it.

    kind        1 byte      12
    side        1 byte      of the user who has sent it: 0 the smaller fingerprint, 1 the larger
    proof       16 bytes    BLAKE2s (RFC 7693) of all else, with a secret made of that key
    datagram                what the user has sent: see `datagrams`
"""

import hashlib
import hmac
import re

from twisted_chat.errors import WireError
from twisted_chat.wire.gen2.datagrams import LARGEST_RELAYED, RELAY, RELAY_HEADER

BETWEEN_SERVERS = 12
"""The first byte of such a datagram."""
PROOF_BYTES = 16
HEADER_BYTES = 2 + PROOF_BYTES
LARGEST_BETWEEN = HEADER_BYTES + LARGEST_RELAYED
"""Bytes of such a datagram."""

_ASK = re.compile(rb"carry\? ([0-9a-f]{64})").fullmatch


def ask_to_carry(fingerprint: str) -> bytes:
    """Ask another server to carry between this user and the one for whom it is."""
    return f"carry? {fingerprint}".encode()


def read_ask(message: bytes) -> str | None:
    """The fingerprint, if that is what a message asks."""
    found = _ASK(message)
    return None if found is None else found[1].decode()


class ServersSeal:
    """Shows that a server has sent something. `key` is what all of them have, and nobody else."""

    def __init__(self, key: bytes) -> None:
        label = b"udpchat/2, carried between servers"
        self._key = hashlib.blake2s(label, key=key).digest()

    def seal(self, datagram: bytes, *, larger: bool) -> bytes:
        """What goes to another server, of what a user has sent."""
        kind, side = bytes((BETWEEN_SERVERS,)), bytes((larger,))
        return kind + side + self._proof(side, datagram) + datagram

    def open(self, sealed: bytes) -> tuple[bool, bytes]:
        """Whether the larger one has sent it, and what. Raises WireError where no server of the
        cluster has."""
        side, proof, datagram = sealed[1:2], sealed[2:HEADER_BYTES], sealed[HEADER_BYTES:]
        if not RELAY_HEADER < len(datagram) <= LARGEST_RELAYED or datagram[0] != RELAY:
            raise WireError("nothing that a server carries")
        if not hmac.compare_digest(proof, self._proof(side, datagram)):
            raise WireError("carried by no server of this cluster")
        return side == b"\1", datagram

    def _proof(self, side: bytes, datagram: bytes) -> bytes:
        return hashlib.blake2s(side + datagram, digest_size=PROOF_BYTES, key=self._key).digest()
