"""What a journal keeps, one record for each name and each room: never who is here."""

from msgspec import Struct

from twisted_chat.addresses import Address
from twisted_chat.directory.entries import Who


class NameRecord(Struct, frozen=True):
    """A casefolded name is that of the key with this fingerprint, whose holder is or
    was last at this site; `absent` since the record was written, or here. The key is empty,
    and where the holder is and how it writes the name are told, for a cluster alone."""

    casefolded: str
    fingerprint: str
    site: str
    absent: bool = False
    name: str = ""
    address: Address = ("", 0)


class NameFreed(Struct, frozen=True):
    """A casefolded name is nobody's any more."""

    casefolded: str


class RoomRecord(Struct, frozen=True):
    """A room is that of the key with this fingerprint, or in a cluster of the one without a
    key at this address, which was at this site when it became its."""

    casefolded: str
    name: str
    owner: Who
    site: str
    rules: str = ""
    """How it is run, as `directory.rules` encodes it."""
    giver: str = ""
    """Whose it was before; empty where there was no such room."""


class RoomFreed(Struct, frozen=True):
    """There is no room of this casefolded name any more."""

    casefolded: str


class BanRecord(Struct, frozen=True):
    """Somebody is not let in: by a key, an address or a name, which `kind` says, for so many
    seconds more, or for good."""

    kind: str
    what: str
    seconds: float | None
    reason: str


class BanLifted(Struct, frozen=True):
    """There is no such ban any more."""

    kind: str
    what: str


Record = NameRecord | NameFreed | RoomRecord | RoomFreed | BanRecord | BanLifted


class KeptRecords(Struct, frozen=True):
    """What a journal has kept: the names, in the order in which their holders went, each
    with the seconds since then, the rooms, and the bans that are not over."""

    names: tuple[tuple[NameRecord, float], ...] = ()
    rooms: tuple[RoomRecord, ...] = ()
    bans: tuple[BanRecord, ...] = ()
