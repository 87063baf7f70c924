"""Events: rooms, and what is done in them by those who run them."""

from twisted_chat.events import Event
from twisted_chat.peer.commands import Command
from twisted_chat.peer.events.event import Someone

# --- Being in one


class RoomEntered(Event, frozen=True):
    """We are in a room."""

    room: str
    """Its name."""
    people: tuple[Someone, ...]
    """Who else is in it."""
    ignored: tuple[Someone, ...]
    """Who else is in it, and is ignored here."""
    encrypted: bool
    """Whether links to those with a key are encrypted; in generation 1 nothing is."""
    remembered: bool = False
    """Whether the server is away, and these are those who were in it when we were there last: who
    of them is found, is there."""


class NoSuchRoom(Event, frozen=True):
    """A room cannot be joined: there is none of this name, or it is full."""

    room: str
    """The name."""
    why: str = ""
    """Why, in one of the words of docs/wire.md, where the server says so."""


class LeftRoom(Event, frozen=True):
    """We are not in a room any more."""

    room: str
    """Its name."""
    confirmed: bool
    """Whether the server has confirmed it."""


class PutOutOf(Event, frozen=True):
    """We are not in a room any more: we were put out of it, or it was closed."""

    room: str
    """Its name."""
    how: str = ""
    """`kicked`, `banned` or `closed`, where the server says so, in a word."""
    by: str = ""
    """Who has banned us, where that is known."""


class InNoRoom(Event, frozen=True):
    """There is no room to be left, or asked for something."""


class WhichRoom(Event, frozen=True):
    """A command has no effect, as it is not told which room is meant."""

    command: Command
    """The command."""
    rooms: tuple[str, ...]
    """Those that we are in."""


class NotInRoom(Event, frozen=True):
    """We are not in a room of this name."""

    room: str
    """The name."""


class InTooManyRooms(Event, frozen=True):
    """A room cannot be joined: we are in as many as may be."""

    room: str
    """Its name."""


# --- Having one


class RoomMade(Event, frozen=True):
    """A room was created; to be in it, join it."""

    room: str
    """Its name."""
    joins: bool = False
    """Whether we are going to be in it without that."""


class RoomNotMade(Event, frozen=True):
    """A room cannot be created: it exists already, most likely."""

    room: str
    """Its name."""
    why: str = ""
    """Why, in one of the words of docs/wire.md, where the server says so."""


class RoomClosed(Event, frozen=True):
    """The room that we had created is closed."""

    room: str
    """Its name."""


class RoomNotClosed(Event, frozen=True):
    """A room is not ours to close."""

    room: str
    """Its name; empty if we are in none."""


class RoomHandedOn(Event, frozen=True):
    """The room that we had created is somebody else's."""

    name: str
    """Whose."""
    room: str
    """Its name."""


class RoomNotGiven(Event, frozen=True):
    """A room is not ours to give away, or there is no member with a key of this name."""

    name: str
    """The name."""
    room: str
    """That of the room; empty if we are in none."""


class KickedOut(Event, frozen=True):
    """Somebody has been put out of our room."""

    name: str
    """Who; empty for everybody else."""
    room: str
    """The room."""


class NotKickedOut(Event, frozen=True):
    """Somebody cannot be put out: the room is not ours, or they are not in it."""

    name: str
    """Who."""
    hears: bool
    """Whether they still hear us."""
    room: str
    """The room."""


class KickFromWhere(Event, frozen=True):
    """Nobody was put out: we talk in none of the rooms that we share with somebody, nor with
    them in private."""

    name: str
    """Who."""
    rooms: tuple[str, ...]
    """The rooms."""


# --- Running one


class RoomRun(Event, frozen=True):
    """What was wanted for somebody in a room of ours is so."""

    command: Command
    """What."""
    room: str
    """The room."""
    name: str
    """Who; empty for what is about the room itself."""


class RoomNotRun(Event, frozen=True):
    """The server has refused that."""

    command: Command
    """What."""
    room: str
    """The room."""
    name: str
    """Who; empty for what is about the room itself."""
    why: str
    """Why, in one of the words of docs/wire.md; empty where it does not say."""


class NewsOfRoom(Event, frozen=True):
    """Somebody who runs a room has done something for us, or to us."""

    command: Command
    """What."""
    room: str
    """The room."""
    by: str
    """Who."""


class TopicShown(Event, frozen=True):
    """What a room of ours is about."""

    topic: str
    """That; empty: nothing."""
    room: str
    """The room."""


class PersonMuted(Event, frozen=True):
    """Those who run a room of ours want nothing to be shown of what somebody says there, or want
    it to be shown again. It is for the programs of the members to do so; ours does."""

    who: Someone
    """Who; without a name: we ourselves."""
    room: str
    """The room."""
    muted: bool
    """Whether nothing is shown from now on."""
