"""What several events have in common."""

from dataclasses import dataclass, field

from twisted_chat.addresses import Address, host_and_port


@dataclass(frozen=True, slots=True)
class Someone:
    """Somebody, as far as it is known who."""

    name: str = ""
    """Their name, as the server says, or else as they say; empty where none is known."""
    fingerprint: str = field(default="", compare=False)
    """The fingerprint of their key, 64 hexadecimal digits; empty without a key."""
    address: str = ""
    """HOST:PORT, where they cannot be told by a name, or the place matters."""
    keyless: bool = False
    """Whether they have no key among people who have one: nothing to and from them
    is encrypted, while the rest is."""


@dataclass(frozen=True, slots=True)
class Talk:
    """A room or one other person; nobody, where both are left out."""

    room: str = ""
    """The room; empty if it is private."""
    who: Someone | None = None
    """The other person; null if it is a room."""


def at(address: Address) -> str:
    """An address as events have it."""
    return host_and_port(*address)
