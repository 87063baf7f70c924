"""Events: what is said, and how far it has come."""

from msgspec import Struct

from twisted_chat.events import Event
from twisted_chat.peer.events.event import Someone

LATE_AFTER = 60_000
"""Milliseconds after which it is worth a word when something was said that has just come."""


class Unencrypted(Struct, frozen=True):
    """What is to be known of something that was said without encryption."""

    address: str
    """HOST:PORT where it came from."""
    claims: str = ""
    """The name that they give themselves, where it is another."""
    cut: bool = False
    """Whether there was more of it, which is lost, as it was longer than a datagram may be."""
    stranger: bool = False
    """Whether they are nobody whom we know of, and do not hear us."""
    perhaps_private: bool = False
    """Whether it may have been said in private, and not to the room: in generation 1 nobody can
    tell."""


class Said(Event, frozen=True):
    """Somebody has said something."""

    from_: Someone
    """Who, as far as that is certain."""
    text: str
    """What, without a line end behind it."""
    in_room: bool
    """Whether it was said to a room that we are in; otherwise it is private."""
    unencrypted: Unencrypted | None = None
    """More about it, if it was not encrypted; null if it came over an encrypted link, from
    the one who has the key of `from`."""
    room: str = ""
    """The room that it was said to; empty if it is private."""
    at: int | None = None
    """When, by the author's clock, in milliseconds since 1970, where that was more than a minute
    before it came; null otherwise."""


class TooManySaid(Event, frozen=True):
    """Messages that were not encrypted were dropped: there were too many at once."""

    messages: int
    """How many."""
    last: Someone
    """From whom the last one came."""


class NotArrived(Event, frozen=True):
    """What we said has not arrived everywhere after some seconds; it is tried on."""

    text: str
    """The text, the first of several."""
    people: tuple[Someone, ...]
    """Those who lack it."""
    arrived: int
    """How many have got it."""
    receivers: int
    """How many it was said to."""
    room: str = ""
    """The room that it was said to; empty if that was in private."""


class AllArrived(Event, frozen=True):
    """Somebody who lacked something has got everything now."""

    who: Someone
    """Who."""
    room: str = ""
    """The room that it was said to; empty if that was in private."""


class LostFor(Event, frozen=True):
    """What we say does not go to some: they cannot be reached, and too much waits for them."""

    people: tuple[Someone, ...]
    """Those who will not get it."""
    text: str
    """The text."""
    room: str = ""
    """The room that it was said to; empty if that was in private."""


class NotBackYet(Event, frozen=True):
    """What we say does not go to some members without a key: a server that was started anew
    does not name them yet."""

    people: tuple[Someone, ...]
    """Those who will not get it."""
    text: str
    """The text."""
    room: str = ""
    """The room that it was said to; empty if that was in private."""


class NeverArrived(Event, frozen=True):
    """What was never sent is given up: the one it was said to is gone, or we are."""

    who: Someone
    """Who never got it."""
    lines: int
    """How many texts."""
    text: str
    """The first of them."""
    room: str = ""
    """The room that it was said to; empty if that was in private."""


class ArrivalUnknown(Event, frozen=True):
    """What was sent, and not acknowledged yet, is given up: it may have been shown or not."""

    who: Someone
    """Whom it was said to."""
    lines: int
    """How many texts."""
    text: str
    """The first of them."""
    room: str = ""
    """The room that it was said to; empty if that was in private."""


class WaitsFor(Event, frozen=True):
    """What has not arrived at somebody who is gone or not here, or whom we leave, is kept: it goes
    on when we meet again, in this session or another. Some of it may have arrived."""

    who: Someone
    """Whom it was said to."""
    lines: int
    """How many texts."""
    text: str
    """The first of them."""
    room: str = ""
    """The room that it was said to; empty if that was in private."""


class NotToldApart(Event, frozen=True):
    """Somebody in our room cannot tell whether what we say to them is said to the room, or in
    private: generation 1 has no way to say so. It is told once."""

    who: Someone
    """Who."""


class Waiting(Struct, frozen=True):
    """Somebody for whom something waits."""

    who: Someone
    """Who."""
    lines: int
    """How many texts wait."""
    linked: bool
    """Whether there is a link to them now."""


class Delivery(Event, frozen=True):
    """How far what we said has come, as `status` asked."""

    text: str | None
    """What we said last, wherever; null if that was nothing."""
    arrived: int
    """How many have got that."""
    receivers: int
    """How many it was said to."""
    waiting: tuple[Waiting, ...]
    """Those who lack something."""
