"""What a peer's decisions ask the shell to do."""

from collections.abc import Sequence

from msgspec import Struct

from twisted_chat.addresses import Address
from twisted_chat.events import Event
from twisted_chat.links import (
    Abandon,
    AskAll,
    CloseLink,
    Dial,
    Link,
    LinkEffect,
    RelayOver,
    SendFrames,
    Validate,
)
from twisted_chat.peer.events.rooms import RoomEntered
from twisted_chat.peer.events.undone import LOST, UNDONE
from twisted_chat.store.queries import StoreQuery
from twisted_chat.store.records import Kept
from twisted_chat.wire.common import Request
from twisted_chat.wire.gen1 import NamedText


class Send(Struct, frozen=True):
    """A message for an address."""

    message: Request | NamedText
    to: Address


class Finish(Struct, frozen=True):
    """This is the end; the exit status says whether it was wanted."""

    status: int


class Resolve(Struct, frozen=True):
    """See to which addresses this place, a host as it was typed and a port, leads now."""

    place: Address


class SendProbe(Struct, frozen=True):
    """A probe, or an answer to one, for an address. With `opens` it is to get no further than
    through our own router."""

    datagram: bytes
    to: Address
    opens: bool = False


class StoreRecords(Struct, frozen=True):
    """Keep these; the session is told of each that has a number when it is kept."""

    records: list[tuple[int, Kept]]


class AskStore(Struct, frozen=True):
    """Look something up; the session is told by the number."""

    number: int
    query: StoreQuery


class StoreOff(Struct, frozen=True):
    """Keep in memory what is said from now on."""


_NOTED = frozenset((*UNDONE, *LOST, RoomEntered))

StoreEffect = StoreRecords | AskStore | StoreOff
Effect = Event | Send | Finish | Resolve | SendProbe | LinkEffect | StoreEffect


class Effects:
    """The effects that are to be carried out next, in order."""

    def __init__(self) -> None:
        self._waiting: list[Effect] = []
        self.undone = False
        """Whether a line that was typed was not done, as has been told."""
        self.lost = False
        """Whether something that was said has been given up, as has been told."""
        self.entered: list[str] = []
        """Rooms that we are in since it was looked at last."""

    def tell(self, event: Event) -> None:
        kind = type(event)
        if kind in _NOTED:
            self.undone = self.undone or kind in UNDONE
            self.lost = self.lost or kind in LOST
            if isinstance(event, RoomEntered):
                self.entered.append(event.room)
        self._waiting.append(event)

    def send(self, message: Request | NamedText, to: Address) -> None:
        self._waiting.append(Send(message, to))

    def frame(self, message: bytes, link: Link) -> None:
        self._waiting.append(SendFrames(link, (message,)))

    def frames(self, messages: Sequence[bytes], link: Link) -> None:
        self._waiting.append(SendFrames(link, messages))

    def close(self, link: Link, why: str) -> None:
        self._waiting.append(CloseLink(link, why))

    def dial(self, address: Address, fingerprint: str, *, watch: bool = False) -> None:
        self._waiting.append(Dial(address, fingerprint, watch))

    def abandon(self, address: Address, fingerprint: str) -> None:
        self._waiting.append(Abandon(address, fingerprint))

    def relay_over(self, server: Address | None) -> None:
        self._waiting.append(RelayOver(server))

    def validate(self, address: Address) -> None:
        """What is sent to this address is read there."""
        self._waiting.append(Validate(address))

    def probe(self, datagram: bytes, to: Address, *, opens: bool = False) -> None:
        self._waiting.append(SendProbe(datagram, to, opens))

    def ask_all(self) -> None:
        self._waiting.append(AskAll())

    def resolve(self, place: Address) -> None:
        self._waiting.append(Resolve(place))

    def store_off(self) -> None:
        self._waiting.append(StoreOff())

    def finish(self, status: int) -> None:
        self._waiting.append(Finish(status))

    def take(self) -> list[Effect]:
        """All of them, which are then no longer waiting."""
        waiting, self._waiting = self._waiting, []
        return waiting
