"""Who is told what happens on a port's links, and on one connection."""

from typing import TYPE_CHECKING, Protocol

from twisted_chat.addresses import Address
from twisted_chat.links import Link

if TYPE_CHECKING:
    from twisted_chat.net.quic_connection import Connection


class Listener(Protocol):
    """Who is told what happens on links; see `twisted_chat.links`."""

    def opened(self, link: Link) -> None:
        """Both keys are proven; frames may be sent, and come."""

    def received(self, link: Link, message: bytes) -> None:
        """A frame, whole and in order."""

    def taken(self, link: Link) -> None:
        """Nothing of what was sent waits any more."""

    def moved(self, link: Link) -> None:
        """The other end is at another address now."""

    def lost(self, link: Link, why: str) -> None:
        """An open link has ended, and not because we closed it."""

    def dial_failed(self, address: Address, fingerprint: str, why: str, found: str) -> None:
        """There will be no link for this Dial. `found` is the fingerprint of the key
        that was proven to be there, empty if none was."""


class Owner(Protocol):
    """Who is told what happens on a connection."""

    def id_issued(self, connection: "Connection", identifier: bytes) -> None: ...

    def id_retired(self, connection: "Connection", identifier: bytes) -> None: ...

    def opened(self, connection: "Connection") -> None: ...

    def received(self, connection: "Connection", message: bytes) -> None: ...

    def moved(self, connection: "Connection") -> None: ...

    def over(self, connection: "Connection", why: str) -> None:
        """Once, unless we closed it. What it still has to send is to be sent."""
