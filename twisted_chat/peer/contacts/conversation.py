"""What a peer needs of a way to talk to contacts: each generation has one."""

from collections.abc import Sequence
from typing import Protocol, TypeVar

from twisted_chat.addresses import Address
from twisted_chat.peer.contacts.line import Line
from twisted_chat.wire.gen1 import NamedText

C = TypeVar("C")


class Conversations(Protocol[C]):
    """Talks to any number of contacts. When one is out of its hands it tells Contacts to
    forget them."""

    @property
    def acknowledged(self) -> bool:
        """Whether it is known what has arrived, so that words wait for those who are away."""

    def meet(self, contact: C, now: float) -> None:
        """Somebody may be talked to, or is elsewhere than before."""

    def part(self, contact: C, now: float, *, tell: bool = False) -> None:
        """Nothing more is said; with `tell`, they are told that nothing is heard either."""

    def tell_parted(self, contact: C) -> None:
        """Tell somebody with whom we share a room that we do not talk in private any more."""

    def left(self, contact: C, room: str, *, drop: bool) -> None:
        """Somebody is not in a room with us any more. Where there is no link to them, or with
        `drop`, what was said there and has not arrived waits for them to be there again, if
        it can."""

    def entered(self, contact: C, room: str, now: float) -> None:
        """Somebody is in a room with us, for whom what was said there may have waited."""

    def forget(self, contact: C) -> None:
        """Have nothing to do with somebody any more, at once."""

    def returned(self, contact: C, now: float) -> None:
        """Somebody for whom words may have waited is in a room again."""

    def stored(self, contacts: Sequence[C]) -> None:
        """Something that was said to these is kept now, and may go to them."""

    def has_room(self, contacts: Sequence[C], size: int) -> bool:
        """Whether a text that counts for so many bytes can be said to all of them now."""

    def say(
        self, lines: Sequence[Line], contacts: Sequence[C], now: float
    ) -> Sequence[tuple[Line, C]]:
        """Say lines of one conversation to them. Returns for whom there was no room of what."""


class DatagramConversations(Conversations[C], Protocol[C]):
    """Talks in datagrams of generation 1, which those have who have no key, in a room of
    generation 2 too."""

    dropped: int
    """Messages of those whom the server has not named, and should have."""

    def heard(self, message: NamedText, source: Address, now: float) -> None:
        """Somebody says something, from an address."""
