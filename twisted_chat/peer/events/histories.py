"""Events: what was said in rooms while we were not there, or did not get it, and comes later."""

from twisted_chat.events import Event
from twisted_chat.peer.events.event import Someone
from twisted_chat.peer.events.kept import KeptText


class HandedOn(Event, frozen=True):
    """Members of a room have handed on what was said there, each line signed by its author."""

    room: str
    """Where."""
    by: tuple[Someone, ...]
    """Who."""
    lines: tuple[KeptText, ...]
    """What was said, in the order of the room; of very much the last."""
    count: int
    """How many lines there are in all; they are kept, and `history` shows them."""
    first: bool
    """Whether this was said before we came, and we had nothing of that, or not all yet."""
    more: bool
    """Whether more was said before that, which we are not given, as far as is known."""
    part: bool = False
    """Whether other lines of before have come already, or are still to come."""


class WordsMissing(Event, frozen=True):
    """What somebody has said in a room is missing here, and no member that we reach has it. It is
    handed on when somebody comes who does."""

    who: Someone
    """Who has said it."""
    lines: int
    """How many lines."""
    room: str
    """Where."""


class TwoTexts(Event, frozen=True):
    """Somebody has said two things where there can be one only: others may have heard the other
    alone."""

    who: Someone
    """Who."""
    text: str
    """What has come now."""
    other: str
    """What had come before."""
    room: str
    """Where."""


class NewcomersGet(Event, frozen=True):
    """So much of what was said before is given to those who come into a room, as its owner has
    said."""

    room: str
    """Which."""
    lines: int
    """How many lines; -1 for all."""
