"""How a user finds out what the network does to it: what it asks a server, and is sent.

Asked over a link, a server tells a token and its second port, from which it also sends a
datagram that was not asked for at that port. From then on it sends back to where they came
from the datagrams with that token, at both of its ports:

    kind        1 byte      4 there, 5 back
    token       8 bytes     as the server has told it over the link
    number      2 bytes     of the sender's choice; 65,535 is what nobody asked for
    seen        18 bytes    back: the address it came from, as in `datagrams`; there: zeros
    rest                    zeros, as many as there were
"""

import struct
from enum import Enum
from ipaddress import IPv6Address

from msgspec import Struct

from twisted_chat.addresses import Address, unmapped
from twisted_chat.errors import WireError
from twisted_chat.wire.gen2.contact import NUMBER, arguments, grammar

TOKEN_BYTES = 8
UNASKED = 0xFFFF
"""The number of the datagram from the second port that answers nothing."""
_LAYOUT = struct.Struct(f"!B{TOKEN_BYTES}sH16sH")
SMALLEST_ECHO = _LAYOUT.size
"""Bytes of the smallest of these datagrams: 29."""
LARGEST_ECHO = 1472
"""Bytes of the largest: that of UDP over IPv4 on Ethernet."""


class EchoKind(Enum):
    """Whether it goes there, or comes back."""

    THERE = 4
    BACK = 5


class AskCheckup(Struct, frozen=True):
    """`check`: let me find out what my network does."""

    def encode(self) -> bytes:
        return b"check"


class Checkup(Struct, frozen=True):
    """`check TOKEN PORT`: I send back what has this token, here and at this second port of
    mine; 0: I have none."""

    token: bytes
    port: int

    def encode(self) -> bytes:
        return f"check {self.token.hex()} {self.port}".encode()


class NoCheckup(Struct, frozen=True):
    """`no check SECONDS`: not before so many seconds have passed."""

    seconds: int

    def encode(self) -> bytes:
        return f"no check {self.seconds}".encode()


class Echo(Struct, frozen=True):
    """A datagram of these, of `size` bytes. `seen` is where the server saw it come from,
    None on the way there."""

    kind: EchoKind
    token: bytes
    number: int
    seen: Address | None = None
    size: int = SMALLEST_ECHO

    def encode(self) -> bytes:
        """The datagram. Raises ValueError where `seen` is no literal address."""
        host, port = self.seen or ("::", 0)
        host = host.partition("%")[0]
        packed = IPv6Address(host if ":" in host else f"::ffff:{host}").packed
        said = _LAYOUT.pack(self.kind.value, self.token, self.number, packed, port)
        return said + bytes(self.size - len(said))


def read_echo(datagram: bytes) -> Echo:
    """Read a datagram of these. Raises WireError."""
    if not SMALLEST_ECHO <= len(datagram) <= LARGEST_ECHO:
        raise WireError("not as long as what is sent back")
    kind, token, number, host, port = _LAYOUT.unpack_from(datagram)
    try:
        of_kind = EchoKind(kind)
    except ValueError:
        raise WireError("neither there nor back") from None
    seen = (unmapped(str(IPv6Address(host))), port) if port else None
    return Echo(of_kind, token, number, seen, len(datagram))


_checkup = grammar(f"([0-9a-f]{{{2 * TOKEN_BYTES}}})", NUMBER)
_no_checkup = grammar(NUMBER)


def read_checkup(argument: str) -> Checkup:
    """The arguments of `check`, as a server says it. Raises WireError."""
    token, port = arguments(_checkup, argument)
    if int(port) > 0xFFFF:
        raise WireError("no such port")
    return Checkup(bytes.fromhex(token), int(port))


def read_no_checkup(argument: str) -> NoCheckup:
    """The arguments of `no check`. Raises WireError."""
    return NoCheckup(int(*arguments(_no_checkup, argument)))
