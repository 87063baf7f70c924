"""How it stands with a peer, for those who look: nobody need be told."""

from msgspec import Struct

from twisted_chat.peer.events.event import Talk


class Glance(Struct, frozen=True):
    """Where we are, and where what is typed goes."""

    name: str
    """Our name; empty while we have none."""
    away: bool
    """Whether the server does not answer, or not yet, as the person was told."""
    talks: tuple[Talk, ...]
    """All conversations, rooms first."""
    current: Talk
    """Where what is typed goes."""
    busy: bool
    """Whether something that was typed is still to be done, or may change where it goes."""
