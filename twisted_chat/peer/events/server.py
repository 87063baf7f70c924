"""Events: the server, our name there, and what it was asked."""

from enum import Enum

from twisted_chat.events import Event
from twisted_chat.peer.commands import Command
from twisted_chat.peer.events.event import Someone

# --- Our name


class NameWanted(Event, frozen=True):
    """A name is needed: the text that comes next is taken for it."""


class RegisteredAs(Event, frozen=True):
    """The server knows us."""

    name: str
    """Our name there."""


class Reason(Enum):
    """Why a name is not ours."""

    IMPOSSIBLE = "impossible"
    TAKEN = "taken"
    TAKEN_OR_KEPT = "taken_or_kept"


class NotRegistered(Event, frozen=True):
    """A name cannot be ours."""

    name: str
    """The name that was wanted."""
    reason: Reason
    """No name at all; somebody else's; or somebody else's, or kept for them."""
    why: str
    """What is wrong with one that is `impossible`, in words."""
    asked_again: bool
    """Whether the text that comes next is taken for another name; otherwise this is the end."""


class OtherProgram(Event, frozen=True):
    """Another program with our key is registered, and alive. A script ends, others try again."""

    name: str
    """The name that it has."""
    seconds: int
    """For how long."""


class NotServed(Event, frozen=True):
    """The server serves us no longer, or not at all. A script ends, others try again."""

    why: str
    """What the server says: a line."""
    tried_again: bool
    """Whether it is asked again, now and then; otherwise this is the end."""


# --- Whether it is there


class ServerAwaited(Event, frozen=True):
    """The server has not answered yet; it is tried on."""

    server: str
    """HOST:PORT, as it was given."""
    answers: bool
    """Whether it answers, but no encrypted link to it comes up."""
    endless: bool
    """Whether it is tried until the program is ended."""


class NoServer(Event, frozen=True):
    """No server has answered for so long that the program ends."""

    server: str
    """HOST:PORT, as it was given."""


class NoEncryptedLink(Event, frozen=True):
    """The server answers, and no encrypted link to it can be had."""

    server: str
    """HOST:PORT, as it was given."""
    decides: bool
    """Whether `trust server` goes on without encryption."""


class ServerSlow(Event, frozen=True):
    """The server has not answered yet what it was asked; it is waited for."""


class ServerAway(Event, frozen=True):
    """The server does not answer any more; it is tried on. Those whom we talk to still hear us."""


class ServerBack(Event, frozen=True):
    """The server knows us again."""

    name: str
    """Our name there."""
    rooms: tuple[str, ...]
    """The rooms that we go back to."""


class StillToDo(Event, frozen=True):
    """Nothing more will be typed, and what was typed still waits for the server: that is
    waited for before the end."""


class GoesOnUnencrypted(Event, frozen=True):
    """From now on this is generation 1, in which nothing is encrypted."""

    server: str
    """HOST:PORT, as it was given."""
    chosen: bool
    """Whether that was decided here; otherwise the server knows nothing else."""


class LinkBroken(Event, frozen=True):
    """A link was closed, as something came on it that the protocol does not allow."""

    with_: Someone | None
    """Who sent it; null for the server."""
    why: str
    """What that was, in words."""


# --- Knocking it


class NeedsServer(Event, frozen=True):
    """A command has no effect, as the server does not answer now, or not as it should."""

    command: Command
    """The command."""
    in_question: bool = False
    """Whether it answers with another key, or without one, which `trust server` accepts."""


class TurnedAway(Event, frozen=True):
    """What was typed has no effect, as another program with our key is registered."""

    command: Command | None
    """The command; null for a text, which was said to nobody."""
    name: str
    """The name that the other program has."""
    seconds: int
    """For how long."""


class NameFirst(Event, frozen=True):
    """A command has no effect before there is a name: the text that comes next is taken for it."""


class NotInGeneration1(Event, frozen=True):
    """A command has no meaning here, where nobody has a key and no room an owner."""

    command: Command
    """The command."""
    argument: str
    """The name that was given with it."""


class NoAnswer(Event, frozen=True):
    """The server did not answer what a command had asked it."""

    command: Command
    """The command."""
    argument: str
    """The room or the name that was given with it."""


class UserList(Event, frozen=True):
    """The users of the server, as `userlist` asked."""

    names: tuple[str, ...]
    """All of them, in the order of the alphabet."""


class RoomList(Event, frozen=True):
    """The rooms of the server, as `roomlist` asked."""

    names: tuple[str, ...]
    """All of them, in the order of the alphabet."""


class RoomsKnown(Event, frozen=True):
    """The rooms of the server, as a terminal has asked that completes what is typed."""

    names: tuple[str, ...]
    """Those that it lists, in the order of the alphabet; none where it does not answer, or was
    asked a moment ago."""


class InvitationShown(Event, frozen=True):
    """A line with which others get in, as `link` asked."""

    link: str
    """It: udpchat://HOST:PORT/ROOM?key=FINGERPRINT."""
    room: str
    """The room that it leads to; empty for the server alone."""


# --- What was typed


class Help(Event, frozen=True):
    """The commands that there are, as `help` asked."""

    commands: tuple[Command, ...]
    """All of them."""


class HelpMeant(Event, frozen=True):
    """The first text was `help`, which is a command; it was not said to anybody."""


class Mistake(Event, frozen=True):
    """A line on standard input could not be read; nothing was done."""

    why: str
    """What was wrong, and what would be right, in words."""
    turning: bool = False
    """Whether it was to change where what is said goes."""


class NotDone(Event, frozen=True):
    """Lines that were typed before the end, or after `quit`, are not done any more."""

    texts: int
    """How many texts were not said to anybody."""
    text: str
    """The first of them."""
    orders: int
    """How many commands were not obeyed."""


class LinesUnseen(Event, frozen=True):
    """Standard output was not read for a while, and what should have gone there was dropped."""

    lines: int
    """How many lines."""
