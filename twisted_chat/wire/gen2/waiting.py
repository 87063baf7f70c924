"""How somebody learns that one for whom they have words is here: what they and the server say of
it, over links."""

from dataclasses import dataclass

from twisted_chat.wire.gen2.contact import WORD, arguments, grammar, read_name
from twisted_chat.wire.gen2.pairing import read_fingerprint

_here = grammar(WORD, r"([0-9a-f]{64})")


@dataclass(frozen=True, slots=True)
class AwaitUser:
    """`wait FINGERPRINT`: tell me when this one is here, once."""

    fingerprint: str

    def encode(self) -> bytes:
        return f"wait {self.fingerprint}".encode()


@dataclass(frozen=True, slots=True)
class UserHere:
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
