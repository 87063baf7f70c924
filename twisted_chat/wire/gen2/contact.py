"""Who somebody is and where, and the arguments that messages of generation 2 have in common."""

import re

from msgspec import Struct

from twisted_chat.errors import WireError
from twisted_chat.names import may_travel
from twisted_chat.wire.common import ENDPOINT, checked_address
from twisted_chat.wire.gen2.growth import MORE

NO_KEY = "-"
"""The fingerprint of those who have no key."""


class ContactInfo(Struct, frozen=True):
    """Who somebody is and where: on the wire `NAME FINGERPRINT IP PORT`.

    `fingerprint` is the SHA-256 of their public key, 64 lower-case hexadecimal
    digits; empty for a user of generation 1.
    """

    name: str
    fingerprint: str
    host: str
    port: int

    def __str__(self) -> str:
        return f"{self.name} {self.fingerprint or NO_KEY} {self.host} {self.port}"


NUMBER = r"(0|[1-9][0-9]{0,17}|[1-8][0-9]{18})"
"""Below 9 * 10**18, so that it has a place in 64 bits with a sign, as in a database."""
WORD = r"([^ ]+)"
ORIGIN = r"([0-9a-f]{32})"
CONTACT = WORD + r" ([0-9a-f]{64}|-) " + ENDPOINT


def grammar(*parts: str) -> re.Pattern[str]:
    """The pattern of these arguments, after which more may follow."""
    return re.compile(" ".join(parts) + MORE)


def arguments(pattern: re.Pattern[str], argument: str) -> tuple[str, ...]:
    """The arguments of a message, as its pattern cuts them. Raises WireError."""
    found = pattern.fullmatch(argument)
    if found is None:
        raise WireError("not the arguments of this message")
    return found.groups()


def read_name(text: str) -> str:
    """A name that there can be. Raises WireError."""
    if not may_travel(text):
        raise WireError("what is no name")
    return text


def read_contact(name: str, fingerprint: str, host: str, port: str) -> ContactInfo:
    """A contact from what CONTACT matches. Raises WireError."""
    address = checked_address(host, int(port))
    return ContactInfo(read_name(name), "" if fingerprint == NO_KEY else fingerprint, *address)
