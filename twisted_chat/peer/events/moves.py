"""Events: who comes and goes in our rooms, gathered where it is much."""

from twisted_chat.events import Event
from twisted_chat.peer.events.event import Someone


class PeopleCame(Event, frozen=True):
    """Some are in a room of ours now."""

    people: tuple[Someone, ...]
    """The first of them."""
    others: int
    """How many more."""
    room: str
    """The room."""


class PeopleLeft(Event, frozen=True):
    """Some are not in a room of ours any more."""

    people: tuple[Someone, ...]
    """The first of them."""
    others: int
    """How many more."""
    room: str
    """The room."""


class LeftAndCameBack(Event, frozen=True):
    """Some have left the room, and are in it again."""

    people: tuple[Someone, ...]
    """The first of them."""
    others: int
    """How many more."""
    room: str
    """The room."""


class CameAndLeft(Event, frozen=True):
    """Some have been in the room, and are not any more."""

    people: tuple[Someone, ...]
    """The first of them."""
    others: int
    """How many more."""
    room: str
    """The room."""


class CameOrLeftOften(Event, frozen=True):
    """Somebody comes and goes so often that it is counted and not told."""

    who: Someone
    """Who."""
    times: int
    """How often since it was told last."""
    here: bool
    """Whether they are in the room now."""
    room: str
    """The room."""
