"""What is remembered of a key."""

from msgspec import Struct

from twisted_chat.addresses import Address


class KnownName(Struct, frozen=True):
    """The key that a name has been spoken with under. Times are in seconds
    since 1970; `compared` says that the person has compared the fingerprints."""

    name: str
    fingerprint: str
    first_seen: float
    last_seen: float
    compared: bool
    compared_at: float = 0.0
    """When; 0 where that is not known, or they were not compared."""


class KnownServer(Struct, frozen=True):
    """The key that a server has been met with."""

    address: Address
    fingerprint: str
    first_seen: float
    last_seen: float
