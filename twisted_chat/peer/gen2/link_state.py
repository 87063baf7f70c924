"""How far a peer is with the link to its server, and what can come after what."""

from enum import Enum


class LinkState(Enum):
    """How far we are with the link to the server."""

    IDLE = "idle"
    """Nothing is tried: it has not begun, or there is nothing to say to the server."""
    ASKING = "asking"
    """It is asked in generation 1. After PROBE seconds once more, PROBES times in all."""
    DIALLING = "dialling"
    """Links are on their way to its addresses. After FIRST_CONTACT seconds none has come up."""
    OPEN = "open"
    """There is a link. It ends when an answer is overdue, which the request knows."""
    RESTING = "resting"
    """It rests, as nothing was said for a while: see `resting`. What is said needs no other one,
    or another is dialled, while it rests on."""
    WAITING = "waiting"
    """There is no link. After a while that grows another is tried."""
    UNANSWERED = "unanswered"
    """The same, and what was asked may still be answered, from far away."""
    REFUSED = "refused"
    """Another key is there, and the person decides. There is no deadline."""
    UNENCRYPTED = "unencrypted"
    """Generation 1 is gone on with, and no link wanted any more."""
    OVER = "over"
    """There is no point in going on."""


_TRIED = {LinkState.ASKING, LinkState.DIALLING}
_LATER = {LinkState.WAITING, LinkState.REFUSED, LinkState.UNENCRYPTED}

NEXT: dict[LinkState, set[LinkState]] = {
    LinkState.IDLE: {*_TRIED, *_LATER, LinkState.OPEN},
    LinkState.ASKING: {*_TRIED, *_LATER, LinkState.UNANSWERED, LinkState.OPEN},
    LinkState.DIALLING: {*_TRIED, *_LATER, LinkState.OPEN, LinkState.RESTING},
    LinkState.OPEN: {LinkState.WAITING, LinkState.RESTING},
    LinkState.RESTING: {LinkState.DIALLING, LinkState.WAITING},
    LinkState.WAITING: {*_TRIED, *_LATER, LinkState.OPEN, LinkState.RESTING},
    LinkState.UNANSWERED: {*_TRIED, *_LATER, LinkState.OPEN},
    LinkState.REFUSED: {*_TRIED, *_LATER, LinkState.OPEN},
    LinkState.UNENCRYPTED: set(),
    LinkState.OVER: set(),
}
"""What comes after what."""
ALWAYS = {LinkState.IDLE, LinkState.OVER}
"""What may come at any time: a link is lost, everything is stopped, a script gives up."""
