"""Events: which way words go to others, and why not another one."""

from enum import Enum

from msgspec import Struct

from twisted_chat.events import Event
from twisted_chat.peer.events.event import Someone


class Way(Enum):
    """How there is a link to somebody, if there is one."""

    NONE = "none"
    DIRECT = "direct"
    RELAYED = "relayed"


class Origin(Enum):
    """How an address of somebody was learned."""

    SEEN = "seen"
    OWN = "own"
    HEARD = "heard"
    CLAIMED = "claimed"


class Hindrance(Enum):
    """Why there is no direct way, as far as one can tell."""

    LOOKING = "looking"
    NO_LINK_WANTED = "no_link_wanted"
    NO_INTRODUCTION = "no_introduction"
    FAMILIES = "families"
    NO_ADDRESS = "no_address"
    BOTH_VARY = "both_vary"
    OURS_VARIES = "ours_varies"
    THEIRS_VARIES = "theirs_varies"
    ONE_WAY = "one_way"
    SILENT = "silent"


class Tried(Struct, frozen=True):
    """An address at which somebody was looked for."""

    address: str
    """HOST:PORT."""
    origin: Origin
    """The server sees them there; they are behind our own router, and say that it is their own;
    they were heard from there; or they say over the server that it is their own."""
    probes: int
    """How many small datagrams went there, since they were looked for last."""
    heard: bool
    """Whether something of theirs came from there."""
    answered: bool
    """Whether it has answered."""
    milliseconds: int | None
    """How long the answer took; null if there was none."""


class PathTo(Struct, frozen=True):
    """The way to somebody."""

    who: Someone
    """Who."""
    way: Way
    """None; directly; or over the server, which cannot read what is said."""
    address: str
    """HOST:PORT where they are; empty unless it is directly."""
    seconds: int
    """For how long it has been so."""
    milliseconds: int | None
    """How long an answer takes to come from there; null where that is not known."""
    sent: int
    """Datagrams that have gone over the link; 0 where that is not known."""
    lost: int
    """How many of them were lost, as far as that is known."""
    largest: int | None
    """Bytes of the largest datagrams that the link has: so large ones have come through both ways
    when it was made; null where there is none."""
    tried: tuple[Tried, ...]
    """Where they were looked for."""
    why_not_direct: Hindrance | None
    """They are looked for; there is to be no link to them; the server does not introduce them and
    us; they have IPv6 alone and we have IPv4, or the other way around; nothing may be sent to
    where they are said to be; both routers give everybody another port; ours does; theirs
    does; they are heard, and do not hear; or nothing comes. Null where it is directly."""
    carried: bool
    """Whether the server would carry between us."""


class PathsShown(Event, frozen=True):
    """The ways to others, as `path` asked."""

    here: str
    """HOST:PORT where the server sees us; empty if it has not said so."""
    port: int
    """Our own port, which a router would have to forward."""
    relays: bool
    """Whether we take what a server carries."""
    people: tuple[PathTo, ...]
    """The way to each."""
    asked_for: str
    """The name that was asked for; empty where all are meant."""


class GoesOverServer(Event, frozen=True):
    """What is said to somebody goes over the server from now on, which cannot read it: there is no
    direct way."""

    people: tuple[Someone, ...]
    """To whom."""


class GoesDirectly(Event, frozen=True):
    """What is said to somebody goes directly again, and no longer over the server."""

    people: tuple[Someone, ...]
    """To whom."""
