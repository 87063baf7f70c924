"""How the dialling side of a link proves its key, inside the encrypted channel.

    dialler     key PUBLIC-KEY      once the acceptor's certificate is the right one
    dialler     proof SIGNATURE     over label, both fingerprints and the binding
    acceptor    open                both may speak now

Each is one frame, and the first two go together. What is signed is what TLS 1.3
signs (RFC 8446, 4.4.3), with a label of its own: 64 spaces, the label, a zero
byte, and then the fingerprint of the dialler, that of the acceptor, and the
channel binding: 32 bytes that TLS exports from this channel (RFC 9266). So no
signature that TLS makes with the same key is one of these, nor the other way
around.

Why nobody in the middle gains anything. TLS has proven to the dialler, by a
signature over this very handshake, that whoever holds the other end of this
channel has the key with the acceptor's fingerprint; that fingerprint is in what
the dialler signs. So there are two cases.

- The one in the middle shows a key of its own. Where the dialler knows which
  key to expect, it ends the channel before it has said a byte. Where it does
  not, at the first contact, it signs for the key in the middle, and no other
  acceptor takes that signature: it names another acceptor.
- The one in the middle passes on the handshake of the acceptor. Then it has
  none of the keys of the channel, and is a wire.

The binding is another in each channel, as both ends have drawn a part of what it
is made from, and is known to its two ends alone (RFC 8446, 7.5). So a signature
that is right was made by the other end of this very channel. An old one has
another binding (replay); ours, sent back to us, has the roles the other way around
(reflection), and whoever shows our own key is refused before; a stranger's has
another fingerprint.

Programs of before sign a nonce in place of the binding, with another label:

    dialler     key PUBLIC-KEY
    acceptor    nonce NONCE         32 fresh random bytes
    dialler     proof SIGNATURE     over label, both fingerprints and the nonce
    acceptor    open

An acceptor that is honest sends each nonce into one channel, and a dialler signs
a nonce only for the key that has proven to hold the channel on which it came. So
the same is true of it. Which of the two it is both sides have agreed upon in the
handshake (ALPN), whose every byte TLS proves to be what both have seen.

A signature over the binding alone would add one thing: it would hold against
somebody who has stolen the acceptor's key, and now stands between it and those who
dial it. That thief chooses to be a program of before, and can speak to the acceptor
in their names; whose key is stolen is not who they are any more, to either side.
"""

from twisted_chat.errors import WireError
from twisted_chat.identity.fingerprints import fingerprint
from twisted_chat.identity.keys import PUBLIC_KEY_BYTES, SIGNATURE_BYTES, Identity, verify

NONCE_BYTES = 32
BINDING_BYTES = 32
LABEL = b"udpchat/2, key of the dialling side"
BOUND_LABEL = b"udpchat/2.1, key of the dialling side"

_KEY, _NONCE, _PROOF, _OPEN = b"key ", b"nonce ", b"proof ", b"open"


def statement(dialler: str, acceptor: str, over: bytes, *, bound: bool) -> bytes:
    """What the dialling side signs; both fingerprints in hexadecimal. It is over the channel
    binding, where it is `bound`, or over a nonce."""
    label = BOUND_LABEL if bound else LABEL
    return b" " * 64 + label + b"\0" + bytes.fromhex(dialler) + bytes.fromhex(acceptor) + over


class DiallingProof:
    """The dialling side, which knows the acceptor's key already. `binding` is that of the
    channel; empty where a nonce is signed."""

    def __init__(self, own: Identity, acceptor: str, binding: bytes) -> None:
        if own.fingerprint == acceptor:
            raise WireError("our own key is at the other end")
        self._own = own
        self.fingerprint = acceptor
        self.opened = False
        self._binding = binding
        self._proven = bool(binding)

    @property
    def first(self) -> list[bytes]:
        """The messages that begin it."""
        key = _KEY + self._own.public_key
        return [key, self._signed(self._binding, bound=True)] if self._binding else [key]

    def _signed(self, over: bytes, *, bound: bool) -> bytes:
        said = statement(self._own.fingerprint, self.fingerprint, over, bound=bound)
        return _PROOF + self._own.sign(said)

    def receive(self, message: bytes) -> bytes:
        """The answer to a message; nothing when it is over. Raises WireError."""
        if not self._proven:
            nonce = _after(_NONCE, NONCE_BYTES, message)
            self._proven = True
            return self._signed(nonce, bound=False)
        _after(_OPEN, 0, message)
        self.opened = True
        return b""


class AcceptingProof:
    """The accepting side. `over` is the channel binding, where it is `bound`, or a nonce, which
    must be fresh and random; `fingerprint` is the dialler's, proven once it is `opened`."""

    def __init__(self, own: Identity, over: bytes, *, bound: bool) -> None:
        self._own = own
        self._over = over
        self._bound = bound
        self._public_key = b""
        self.fingerprint = ""
        self.opened = False

    def receive(self, message: bytes) -> bytes:
        """The answer to a message; nothing where another is awaited. Raises WireError."""
        if not self._public_key:
            self._public_key = _after(_KEY, PUBLIC_KEY_BYTES, message)
            self.fingerprint = fingerprint(self._public_key)
            if self.fingerprint == self._own.fingerprint:
                raise WireError("our own key is at the other end")
            return b"" if self._bound else _NONCE + self._over
        signature = _after(_PROOF, SIGNATURE_BYTES, message)
        said = statement(self.fingerprint, self._own.fingerprint, self._over, bound=self._bound)
        verify(self._public_key, signature, said)
        self.opened = True
        return _OPEN


def _after(word: bytes, size: int, message: bytes) -> bytes:
    if not message.startswith(word) or len(message) != len(word) + size:
        raise WireError("not what opens a link")
    return message[len(word) :]
