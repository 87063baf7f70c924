"""How far a connection is, and what the one who has it is told."""

from collections.abc import Sequence
from enum import Enum
from typing import Protocol, TypeVar

from twisted_chat.addresses import Address

Connection = TypeVar("Connection", contravariant=True)


class Stage(Enum):
    """Of a link: its keys are being proven, both may speak, or it has ended."""

    PROVING = "proving"
    OPEN = "open"
    OVER = "over"


class Owner(Protocol[Connection]):
    """The one who is told what happens on a connection."""

    def id_issued(self, connection: Connection, identifier: bytes) -> None: ...
    def id_retired(self, connection: Connection, identifier: bytes) -> None: ...
    def opened(self, connection: Connection) -> None: ...
    def received(self, connection: Connection, messages: Sequence[bytes]) -> None: ...
    def moved(self, connection: Connection, former: Address) -> None: ...
    def overdue(self, connection: Connection) -> None: ...
    def doubted(self, connection: Connection) -> None: ...
    def trusted(self, connection: Connection) -> None:
        """There was an answer, after it was doubted."""

    def over(self, connection: Connection, why: str) -> None:
        """Once, unless we closed it. What it still has to send is to be sent."""
