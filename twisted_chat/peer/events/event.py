"""What several events have in common."""

from msgspec import Struct

from twisted_chat.addresses import Address, host_and_port


class Someone(Struct, frozen=True):
    """Somebody, as far as it is known who."""

    name: str = ""
    """Their name, as the server says, or else as they say; empty where none is known."""
    fingerprint: str = ""
    """The fingerprint of their key, 64 hexadecimal digits; empty without a key."""
    address: str = ""
    """HOST:PORT, where they cannot be told by a name, or the place matters."""
    keyless: bool = False
    """Whether they have no key among people who have one: nothing to and from them
    is encrypted, while the rest is."""

    def __eq__(self, other: object) -> bool:
        """Whether both are told by the same words; a key is not told."""
        return self is other or (isinstance(other, Someone) and self._told == other._told)

    def __hash__(self) -> int:
        return hash(self._told)

    @property
    def _told(self) -> tuple[str, str, bool]:
        return self.name, self.address, self.keyless


class Talk(Struct, frozen=True):
    """A room or one other person; nobody, where both are left out."""

    room: str = ""
    """The room; empty if it is private."""
    who: Someone | None = None
    """The other person; null if it is a room."""


def at(address: Address) -> str:
    """An address as events have it."""
    return host_and_port(*address)
