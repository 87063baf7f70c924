"""Where else a user is served: what one of several servers that share their names says of the
others."""

from msgspec import Struct

from twisted_chat.addresses import Address
from twisted_chat.wire.gen2.contact import arguments, grammar
from twisted_chat.wire.gen2.pairing import read_addresses, written

MAX_SERVERS = 8
"""Other servers of which a user is told."""
GO = "go"
"""What asks a user to go to one of them now."""


class ServedElsewhere(Struct, frozen=True):
    """`servers ADDRESSES [go]`: you are served under the same name, and with the same key of the
    server, at these, eight at most, the best for you first; `go`: go there now, as I end soon."""

    addresses: tuple[Address, ...]
    go: bool = False

    def encode(self) -> bytes:
        go = f" {GO}" if self.go else ""
        return f"servers {written(self.addresses)}{go}".encode()


_elsewhere = grammar(r"(\S+)")


def read_elsewhere(argument: str) -> ServedElsewhere:
    """The arguments of `servers`. Raises WireError."""
    (addresses,) = arguments(_elsewhere, argument)
    words = argument.split(" ")
    return ServedElsewhere(read_addresses(addresses, MAX_SERVERS), words[1:2] == [GO])
