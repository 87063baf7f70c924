"""Events: the server, our name there, and what it was asked."""

from dataclasses import dataclass
from enum import Enum

from twisted_chat.events import Event
from twisted_chat.peer.commands import Command
from twisted_chat.peer.events.event import Someone

# --- Our name


@dataclass(frozen=True, slots=True)
class NameWanted(Event):
    """A name is needed: the text that comes next is taken for it."""


@dataclass(frozen=True, slots=True)
class RegisteredAs(Event):
    """The server knows us."""

    name: str
    """Our name there."""


class Reason(Enum):
    """Why a name is not ours."""

    IMPOSSIBLE = "impossible"
    TAKEN = "taken"
    TAKEN_OR_KEPT = "taken_or_kept"


@dataclass(frozen=True, slots=True)
class NotRegistered(Event):
    """A name cannot be ours."""

    name: str
    """The name that was wanted."""
    reason: Reason
    """No name at all; somebody else's; or somebody else's, or kept for them."""
    why: str
    """What is wrong with one that is `impossible`, in words."""
    asked_again: bool
    """Whether the text that comes next is taken for another name; otherwise this is the end."""


@dataclass(frozen=True, slots=True)
class OtherProgram(Event):
    """Another program with our key is registered, and alive. A script ends, others try again."""

    name: str
    """The name that it has."""
    seconds: int
    """For how long."""


@dataclass(frozen=True, slots=True)
class NotServed(Event):
    """The server serves us no longer, or not at all. A script ends, others try again."""

    why: str
    """What the server says: a line."""
    tried_again: bool
    """Whether it is asked again, now and then; otherwise this is the end."""


# --- Whether it is there


@dataclass(frozen=True, slots=True)
class ServerAwaited(Event):
    """The server has not answered yet; it is tried on."""

    server: str
    """HOST:PORT, as it was given."""
    answers: bool
    """Whether it answers, but no encrypted link to it comes up."""
    endless: bool
    """Whether it is tried until the program is ended."""


@dataclass(frozen=True, slots=True)
class NoServer(Event):
    """No server has answered for so long that the program ends."""

    server: str
    """HOST:PORT, as it was given."""


@dataclass(frozen=True, slots=True)
class NoEncryptedLink(Event):
    """The server answers, and no encrypted link to it can be had."""

    server: str
    """HOST:PORT, as it was given."""
    decides: bool
    """Whether `trust server` goes on without encryption."""


@dataclass(frozen=True, slots=True)
class ServerSlow(Event):
    """The server has not answered yet what it was asked; it is waited for."""


@dataclass(frozen=True, slots=True)
class ServerAway(Event):
    """The server does not answer any more; it is tried on. Those whom we talk to still hear us."""


@dataclass(frozen=True, slots=True)
class ServerBack(Event):
    """The server knows us again."""

    name: str
    """Our name there."""
    rooms: tuple[str, ...]
    """The rooms that we go back to."""


@dataclass(frozen=True, slots=True)
class StillToDo(Event):
    """Nothing more will be typed, and what was typed still waits for the server: that is
    waited for before the end."""


@dataclass(frozen=True, slots=True)
class GoesOnUnencrypted(Event):
    """From now on this is generation 1, in which nothing is encrypted."""

    server: str
    """HOST:PORT, as it was given."""
    chosen: bool
    """Whether that was decided here; otherwise the server knows nothing else."""


@dataclass(frozen=True, slots=True)
class LinkBroken(Event):
    """A link was closed, as something came on it that the protocol does not allow."""

    with_: Someone | None
    """Who sent it; null for the server."""
    why: str
    """What that was, in words."""


# --- Knocking it


@dataclass(frozen=True, slots=True)
class NeedsServer(Event):
    """A command has no effect, as the server does not answer now, or not as it should."""

    command: Command
    """The command."""
    in_question: bool = False
    """Whether it answers with another key, or without one, which `trust server` accepts."""


@dataclass(frozen=True, slots=True)
class TurnedAway(Event):
    """What was typed has no effect, as another program with our key is registered."""

    command: Command | None
    """The command; null for a text, which was said to nobody."""
    name: str
    """The name that the other program has."""
    seconds: int
    """For how long."""


@dataclass(frozen=True, slots=True)
class NameFirst(Event):
    """A command has no effect before there is a name: the text that comes next is taken for it."""


@dataclass(frozen=True, slots=True)
class NotInGeneration1(Event):
    """A command has no meaning here, where nobody has a key and no room an owner."""

    command: Command
    """The command."""
    argument: str
    """The name that was given with it."""


@dataclass(frozen=True, slots=True)
class NoAnswer(Event):
    """The server did not answer what a command had asked it."""

    command: Command
    """The command."""
    argument: str
    """The room or the name that was given with it."""


@dataclass(frozen=True, slots=True)
class UserList(Event):
    """The users of the server, as `userlist` asked."""

    names: tuple[str, ...]
    """All of them, in the order of the alphabet."""


@dataclass(frozen=True, slots=True)
class RoomList(Event):
    """The rooms of the server, as `roomlist` asked."""

    names: tuple[str, ...]
    """All of them, in the order of the alphabet."""


@dataclass(frozen=True, slots=True)
class InvitationShown(Event):
    """A line with which others get in, as `link` asked."""

    link: str
    """It: udpchat://HOST:PORT/ROOM?key=FINGERPRINT."""
    room: str
    """The room that it leads to; empty for the server alone."""


# --- What was typed


@dataclass(frozen=True, slots=True)
class Help(Event):
    """The commands that there are, as `help` asked."""

    commands: tuple[Command, ...]
    """All of them."""


@dataclass(frozen=True, slots=True)
class HelpMeant(Event):
    """The first text was `help`, which is a command; it was not said to anybody."""


@dataclass(frozen=True, slots=True)
class Mistake(Event):
    """A line on standard input could not be read; nothing was done."""

    why: str
    """What was wrong, and what would be right, in words."""
    turning: bool = False
    """Whether it was to change where what is said goes."""


@dataclass(frozen=True, slots=True)
class NotDone(Event):
    """Lines that were typed before the end, or after `quit`, are not done any more."""

    texts: int
    """How many texts were not said to anybody."""
    text: str
    """The first of them."""
    orders: int
    """How many commands were not obeyed."""


@dataclass(frozen=True, slots=True)
class LinesUnseen(Event):
    """Standard output was not read for a while, and what should have gone there was dropped."""

    lines: int
    """How many lines."""
