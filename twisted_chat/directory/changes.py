"""What can happen to the address book."""

from collections.abc import Sequence
from typing import NamedTuple

from msgspec import Struct

from twisted_chat.addresses import Address
from twisted_chat.directory.entries import Who
from twisted_chat.directory.rules import PUBLIC, RoomRules


class Registered(Struct, frozen=True):
    """A user came; one of generation 1 has no fingerprint. `server` is which other one of a
    cluster serves it; empty: this one. Does not apply if the address or the fingerprint is
    registered, the casefolded name taken, or the name kept for another."""

    address: Address
    name: str
    casefolded: str
    fingerprint: str = ""
    server: str = ""

    @property
    def who(self) -> Who:
        return self.fingerprint or self.address


class Heard(Struct, frozen=True):
    """A sign of life from a user of generation 1."""

    who: Address


class Moved(Struct, frozen=True):
    """A user of generation 2 is at another address."""

    fingerprint: str
    address: Address


class ServedBy(Struct, frozen=True):
    """Another server of a cluster serves a user from now on; empty: this one does."""

    who: Who
    server: str


class Departed(Struct, frozen=True):
    """A user is gone, from all rooms too; `expired` when it was silence that said so.
    The name of one of generation 2 is kept for its key."""

    who: Who
    expired: bool = False


class NameKept(NamedTuple):
    """The name of somebody who went from this site before the server was started. Does
    not apply if somebody has it, or it is kept already. A tuple, which is made in a third of the
    time, as there may be a million of them then."""

    casefolded: str
    fingerprint: str
    site: str


class NamesKept(NamedTuple):
    """The same of many names, with when their holders went. Does not apply if that of one of them
    would not, or one is there twice."""

    casefolded: Sequence[str]
    fingerprints: Sequence[str]
    sites: Sequence[str]
    since: Sequence[float]


class NameForgotten(Struct, frozen=True):
    """A name is not kept for an absent user any more."""

    casefolded: str


class RoomCreated(Struct, frozen=True):
    """There is a new room, nobody in it; `site` says where its creator was who is not
    here. Does not apply if the name is taken."""

    name: str
    casefolded: str
    creator: Who
    site: str = ""
    rules: RoomRules = PUBLIC


class RoomJoined(Struct, frozen=True):
    """A user is in this room now too."""

    who: Who
    casefolded: str


class RoomLeft(Struct, frozen=True):
    """A user is in this room no longer."""

    who: Who
    casefolded: str


class RoomGiven(Struct, frozen=True):
    """A room is another member's now, who is of generation 2; `site` says where it was then if
    it need be no member here."""

    casefolded: str
    fingerprint: str
    site: str = ""


class RoomRuled(Struct, frozen=True):
    """A room is run by these rules now. Does not apply if it was before."""

    casefolded: str
    rules: RoomRules


class RoomGone(Struct, frozen=True):
    """A room is no more. Does not apply if somebody is in it."""

    casefolded: str


Change = (
    Registered
    | Heard
    | Moved
    | ServedBy
    | Departed
    | NameForgotten
    | NameKept
    | NamesKept
    | RoomCreated
    | RoomJoined
    | RoomLeft
    | RoomGiven
    | RoomRuled
    | RoomGone
)
