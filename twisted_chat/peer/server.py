"""What a peer needs of a room server: each generation fills it in its own way."""

from collections.abc import Callable
from enum import Enum
from typing import Protocol

from msgspec import Struct

from twisted_chat.events import Event
from twisted_chat.peer.commands import Command
from twisted_chat.peer.contacts.contact import Contact


class Outcome(Enum):
    """What has become of a request."""

    DONE = "done"
    REFUSED = "refused"
    UNANSWERED = "unanswered"
    IMPOSSIBLE = "impossible"
    """It makes no sense to ask."""
    NOT_HERE = "not_here"
    """This generation has no such thing."""

    @classmethod
    def of(cls, done: bool) -> "Outcome":
        """Of one that was answered."""
        return cls.DONE if done else cls.REFUSED


class Found(Struct, frozen=True):
    """Somebody whom the server knows."""

    contact: Contact | None
    """None where nobody more can be known."""
    ourselves: bool = False
    address: str = ""
    """HOST:PORT, where that is all that is certain of them."""


Close = Callable[[Outcome, float], None]
CloseList = Callable[[list[str] | None, float], None]
"""Is given the names, or None without an answer."""


class Registration(Protocol):
    """Our name at the server, and whether it is there."""

    @property
    def name(self) -> str:
        """The name that the server has given us last, also while it is away."""

    @property
    def wanted(self) -> str:
        """The name that we have asked for and not got yet."""

    @property
    def valid(self) -> bool:
        """Whether the server knows us, as far as we know."""

    @property
    def away(self) -> bool:
        """Whether the server cannot be reached, and the person was told."""

    @property
    def failed(self) -> bool:
        """Whether there is no point in going on."""

    @property
    def lacks_name(self) -> bool:
        """Whether this is a script that has not said its name yet."""

    @property
    def registering(self) -> bool:
        """Whether it is about to show if the name that is wanted is ours."""

    @property
    def takes_name(self) -> bool:
        """Whether a text can be taken for a name now."""

    @property
    def in_question(self) -> bool:
        """Whether `$trust server` has something to decide."""

    def call_me(self, text: str, now: float) -> None:
        """Ask for this name."""

    def trust(self, now: float) -> None:
        """The person accepts what the server is now."""

    def unavailable(self, command: Command | None, now: float) -> Event | None:
        """Why the server cannot be asked for what a command wants, or a text not said at all.
        None if it can."""

    def give_up(self) -> None:
        """There is no point in going on."""


class Server(Protocol):
    """What can be asked of the server. Each `close` is called once: now, or later."""

    def users(self, close: CloseList, now: float) -> None:
        """Who is registered."""

    def rooms(self, close: CloseList, now: float, *, aside: bool = False) -> None:
        """Which rooms there are. What is asked `aside` holds up nothing that was typed."""

    def find(self, name: str, found: list[Found], close: Close, now: float) -> None:
        """Who somebody is and where: the answer is added to `found`."""

    @property
    def why(self) -> str:
        """Why it has just refused something, as a word; empty where it does not say."""

    @property
    def slow(self) -> bool:
        """Whether the person was told that its answer is late, and none has come since."""

    creator_joins: bool
    """Whether one who creates a room wants to be in it: in generation 1 that is said apart."""

    def create(self, room: str, close: Close, now: float, *, private: bool = False) -> None:
        """Create a room, without going there; into a `private` one only those come who are
        invited."""

    def join(self, room: str, close: Close, now: float) -> None:
        """Be let into a room."""

    def leave_room(self, room: str, close: Close, now: float) -> None:
        """Leave a room that we are in."""

    def kick(self, room: str, name: str, close: Close, now: float) -> None:
        """Put a member out of a room of ours, or without a name all of them. IMPOSSIBLE where
        there is no server, or the room has no name."""

    def close_room(self, room: str, close: Close, now: float) -> None:
        """Close a room of ours."""

    def give_room(self, room: str, name: str, close: Close, now: float) -> None:
        """Give a room of ours to another member."""

    def run(self, command: Command, room: str, name: str, close: Close, now: float) -> None:
        """What one who runs a room wants for somebody: one of RUNNING."""

    def set_topic(self, room: str, text: str, close: Close, now: float) -> None:
        """Say what a room is about."""

    def set_history(self, room: str, for_new: int, close: Close, now: float) -> None:
        """Say how many lines of before newcomers to a room of ours are given, or -1 for all."""

    def leave(self, close: Close, now: float) -> None:
        """Be registered no longer."""

    def vanish(self) -> None:
        """Say that we are gone, without waiting for an answer, and that nothing more is asked."""
