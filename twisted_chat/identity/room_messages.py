"""The signatures of what is said in rooms (Ed25519, RFC 8032): made, and checked."""

from collections.abc import Callable

from msgspec import Struct
from msgspec.structs import replace

from twisted_chat.identity.keys import RAW_BYTES, Identity, verify_raw
from twisted_chat.wire.gen2.history import RoomMessage


class Signer(Struct, frozen=True):
    """The one who says something: `key` is the 32 bytes of their public key, in hexadecimal
    digits."""

    key: str
    _sign: Callable[[bytes], bytes]

    @classmethod
    def of(cls, identity: Identity) -> "Signer":
        """The one whose identity this is."""
        return cls(identity.public_key[-RAW_BYTES:].hex(), identity.sign)

    def sign(self, message: RoomMessage) -> RoomMessage:
        """The same message, signed; its key has to be ours."""
        return replace(message, signature=self._sign(message.statement).hex())


def check(message: RoomMessage) -> None:
    """See that a message is signed by its author. Raises WireError."""
    verify_raw(bytes.fromhex(message.key), bytes.fromhex(message.signature), message.statement)
