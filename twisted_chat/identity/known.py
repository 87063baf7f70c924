"""Which keys are known: what decisions may ask, and what they may say to remember."""

from dataclasses import dataclass
from typing import Protocol

from twisted_chat.addresses import Address


@dataclass(frozen=True, slots=True)
class KnownName:
    """The key that a name has been spoken with under. Times are in seconds
    since 1970; `compared` says that the person has compared the fingerprints."""

    name: str
    fingerprint: str
    first_seen: float
    last_seen: float
    compared: bool


@dataclass(frozen=True, slots=True)
class KnownServer:
    """The key that a server has been met with."""

    address: Address
    fingerprint: str
    first_seen: float
    last_seen: float


class Known(Protocol):
    """What is remembered. All of it raises ChatError where it cannot be."""

    def server(self, address: Address) -> KnownServer | None:
        """What is known of the server at this address."""

    def remember_server(self, address: Address, fingerprint: str) -> None:
        """A server was met. Changes no key that is known already."""

    def trust_server(self, address: Address, fingerprint: str) -> None:
        """The person accepts that the server has this key now."""

    def name(self, name: str) -> KnownName | None:
        """What is known of whoever has this name."""

    def every_name(self) -> list[str]:
        """The names of which something is known, those seen last first."""

    def remember(self, name: str, fingerprint: str) -> None:
        """Somebody was spoken with. Changes no key that is known already."""

    def trust(self, name: str, fingerprint: str) -> None:
        """The person accepts that this name has this key now; not compared yet."""

    def verify(self, name: str, fingerprint: str) -> None:
        """The person has compared this fingerprint for this name, and accepts it."""

    def doubt(self, name: str) -> None:
        """The person has not compared the fingerprint of this name after all."""
