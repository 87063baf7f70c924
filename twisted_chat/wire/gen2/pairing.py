"""How two users find a way to each other: what they and the server say of it, over links.

The server tells both of a pair the same tag and the same secret, and each where the
other is. From then on both send datagrams to each other: see `datagrams`.
"""

import re
from enum import Enum

from msgspec import Struct

from twisted_chat.addresses import Address
from twisted_chat.errors import WireError
from twisted_chat.wire.common import read_address
from twisted_chat.wire.gen2.beats import BEAT_TOKEN_BYTES
from twisted_chat.wire.gen2.contact import (
    CONTACT,
    NUMBER,
    ContactInfo,
    arguments,
    grammar,
    read_contact,
)

MAX_OWN = 4
"""Addresses of its own machine that a user may tell of."""
TAG_DIGITS = 16
"""Hexadecimal digits of the tag of a pair: 8 bytes."""
SECRET_DIGITS = 64
"""Hexadecimal digits of the secret of a pair: 32 bytes."""


NONE = "-"
"""What stands for no addresses."""


class PathVerb(Enum):
    """The verbs of this."""

    MINE = "own"
    SEEN = "seen"
    PAIR = "pair"
    CARRY = "carry"


def written(addresses: tuple[Address, ...]) -> str:
    """Addresses as one argument: `IP,PORT`, with a semicolon between two, or a dash for none."""
    return ";".join(f"{host},{port}" for host, port in addresses) or NONE


# --- What a user says


class OwnAddresses(Struct, frozen=True):
    """`own ADDRESSES`: my own machine has these, four at most."""

    addresses: tuple[Address, ...] = ()

    def encode(self) -> bytes:
        return f"own {written(self.addresses)}".encode()


class AskPairing(Struct, frozen=True):
    """`pair FINGERPRINT`: introduce this one and me to each other, anew."""

    fingerprint: str

    def encode(self) -> bytes:
        return f"pair {self.fingerprint}".encode()


class AskCarrying(Struct, frozen=True):
    """`carry FINGERPRINT`: carry datagrams between this one and me."""

    fingerprint: str

    def encode(self) -> bytes:
        return f"carry {self.fingerprint}".encode()


# --- What a server says


class Seen(Struct, frozen=True):
    """`seen IP PORT [TOKEN [ADDRESS]]`: this is where I see you; by TOKEN I know your beats, to
    which I listen if I say one; `also` is where I am over the other family, if I am."""

    address: Address
    token: bytes = b""
    also: Address | None = None

    def encode(self) -> bytes:
        words = ["seen", self.address[0], str(self.address[1])]
        if self.token:
            words.append(self.token.hex())
            if self.also is not None:
                words.append(written((self.also,)))
        return " ".join(words).encode()


class Pairing(Struct, frozen=True):
    """`pair NAME FINGERPRINT IP PORT TAG SECRET RELAY ADDRESSES [ADDRESS]`: look for a way to
    this one, who looks for one to you.

    `contact` is who that is and where I see them; `tag` and `secret` are the same for both
    of you; `carried` says whether I would carry datagrams between you; `own` are addresses
    of their own machine, which I see behind the same address as yours; `also` is where I see
    them over the other family, if I do.
    """

    contact: ContactInfo
    tag: bytes
    secret: bytes
    carried: bool
    own: tuple[Address, ...] = ()
    also: Address | None = None

    def encode(self) -> bytes:
        words = (
            *("pair", str(self.contact), self.tag.hex(), self.secret.hex()),
            "relay" if self.carried else "-",
            written(self.own),
            *(() if self.also is None else (written((self.also,)),)),
        )
        return " ".join(words).encode()


class NotPaired(Struct, frozen=True):
    """`no pair FINGERPRINT SECONDS`: there is no introducing this one and you before so many
    seconds have passed; 0: not at all, as one of you does not probe, or you have nothing to
    do with each other."""

    fingerprint: str
    seconds: int = 0

    def encode(self) -> bytes:
        return f"no pair {self.fingerprint} {self.seconds}".encode()


class Carrying(Struct, frozen=True):
    """`carry FINGERPRINT`: I carry datagrams between this one and you from now on."""

    fingerprint: str

    def encode(self) -> bytes:
        return f"carry {self.fingerprint}".encode()


class NotCarrying(Struct, frozen=True):
    """`no carry FINGERPRINT`: I carry nothing between this one and you."""

    fingerprint: str

    def encode(self) -> bytes:
        return f"no carry {self.fingerprint}".encode()


# --- Reading

_FINGERPRINT = r"([0-9a-f]{64})"
_fingerprint = re.compile(_FINGERPRINT)
_not_paired = grammar(_FINGERPRINT, NUMBER)
_ADDRESS = r"([^ ,;]+,[0-9]+)"
_token = rf"([0-9a-f]{{{2 * BEAT_TOKEN_BYTES}}})(?= |$)"
_seen = grammar(rf"(\S+ [0-9]+)(?: {_token}(?: {_ADDRESS}(?= |$))?)?")
_own = grammar(r"(\S+)")
_pairing = grammar(
    CONTACT,
    f"([0-9a-f]{{{TAG_DIGITS}}})",
    f"([0-9a-f]{{{SECRET_DIGITS}}})",
    r"(relay|-)",
    rf"(\S+)(?: {_ADDRESS}(?= |$))?",
)


def read_fingerprint(argument: str) -> str:
    """The whole fingerprint of a key. Raises WireError."""
    if _fingerprint.fullmatch(argument) is None:
        raise WireError("not a fingerprint")
    return argument


def read_asked_pairing(argument: str) -> AskPairing:
    """The argument of `pair`, as a user says it. Raises WireError."""
    return AskPairing(read_fingerprint(argument))


def read_asked_carrying(argument: str) -> AskCarrying:
    """The argument of `carry`, as a user says it. Raises WireError."""
    return AskCarrying(read_fingerprint(argument))


def read_addresses(argument: str, most: int = MAX_OWN) -> tuple[Address, ...]:
    """Read addresses in one argument, so many at most. Raises WireError."""
    if argument == NONE:
        return ()
    every = argument.split(";")
    if len(every) > most:
        raise WireError("too many addresses")
    return tuple(read_address(one.replace(",", " ")) for one in every)


def read_own(argument: str) -> OwnAddresses:
    """The arguments of `own`. Raises WireError."""
    (addresses,) = arguments(_own, argument)
    return OwnAddresses(read_addresses(addresses))


def read_seen(argument: str) -> Seen:
    """The arguments of `seen`. Raises WireError."""
    address, token, also = arguments(_seen, argument)
    return Seen(read_address(address), bytes.fromhex(token or ""), _other(also))


def read_not_paired(argument: str) -> NotPaired:
    """The arguments of `no pair`. Raises WireError."""
    fingerprint, seconds = arguments(_not_paired, argument)
    return NotPaired(fingerprint, int(seconds))


def read_pairing(argument: str) -> Pairing:
    """The arguments of `pair`, as a server says it. Raises WireError."""
    *who, tag, secret, relay, own, also = arguments(_pairing, argument)
    contact = read_contact(*who)
    if not contact.fingerprint:
        raise WireError("nobody without a key can be introduced so")
    return Pairing(
        contact,
        bytes.fromhex(tag),
        bytes.fromhex(secret),
        relay == "relay",
        read_addresses(own),
        _other(also),
    )


def _other(argument: str | None) -> Address | None:
    """An address that need not be there. Raises WireError."""
    return None if argument is None else read_addresses(argument)[0]
