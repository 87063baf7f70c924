"""Whose key is at the other end of a connection: how the proof of it begins."""

import os

from qh3.quic.connection import QuicConnection

from twisted_chat.errors import WireError
from twisted_chat.identity.fingerprints import fingerprint, matches, spoken
from twisted_chat.identity.keys import Identity, certified_key
from twisted_chat.identity.proof import NONCE_BYTES, AcceptingProof, DiallingProof


def key_behind(quic: QuicConnection) -> str:
    """The fingerprint of the key with which a connection that was dialled came up. Raises
    WireError where none was shown."""
    certificate = quic.get_peercert()
    if certificate is None:
        raise WireError("it shows no certificate")
    return fingerprint(certified_key(certificate.public_bytes()))


def dialling_proof(own: Identity, found: str, expected: str, binding: bytes) -> DiallingProof:
    """The dialling side of the proof, to the key that was `found`, over the channel binding, if
    there is one. Raises WireError where the key does not begin with what was `expected`."""
    if not matches(found, expected):
        raise WireError(f"another key is there than was expected: {spoken(found)}")
    return DiallingProof(own, found, binding)


def accepting_proof(own: Identity, binding: bytes) -> AcceptingProof:
    """The accepting side of the proof, over the channel binding, or a nonce of its own."""
    over = binding or os.urandom(NONCE_BYTES)
    return AcceptingProof(own, over, bound=bool(binding))
