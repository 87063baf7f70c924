"""How somebody learns that one for whom they have words is here: what they and the server say of
it, over links."""

from msgspec import Struct

from twisted_chat.wire.gen2.contact import WORD, arguments, grammar, read_name
from twisted_chat.wire.gen2.pairing import read_fingerprint

_here = grammar(WORD, r"([0-9a-f]{64})")


class AwaitUser(Struct, frozen=True):
    """`wait FINGERPRINT`: tell me when this one is here, once."""

    fingerprint: str

    def encode(self) -> bytes:
        return f"wait {self.fingerprint}".encode()


class UserHere(Struct, frozen=True):
    """`here NAME FINGERPRINT`: the one whom you wait for is here, under this name."""

    name: str
    fingerprint: str

    def encode(self) -> bytes:
        return f"here {self.name} {self.fingerprint}".encode()


def read_await(argument: str) -> AwaitUser:
    """The argument of `wait`. Raises WireError."""
    return AwaitUser(read_fingerprint(argument))


def read_here(argument: str) -> UserHere:
    """The arguments of `here`. Raises WireError."""
    name, fingerprint = arguments(_here, argument)
    return UserHere(read_name(name), fingerprint)
