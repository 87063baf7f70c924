"""What stands in the address book.

A user of generation 1 is known by its address, one of generation 2 by the
fingerprint of its key, wherever it is. Which of the two it is costs a user of
generation 1 nothing: there may be a million of them.
"""

from dataclasses import dataclass, field
from typing import Union

from twisted_chat.addresses import Address
from twisted_chat.directory.index import Index
from twisted_chat.directory.queue import Place
from twisted_chat.directory.rules import PUBLIC, RoomRules

Who = Union[Address, str]  # noqa: UP007 - an alias of tuple and str that isinstance is not asked about
"""An address in generation 1, a fingerprint in generation 2."""


@dataclass(eq=False, slots=True)
class User(Place):
    """Somebody who is registered. `casefolded` is what the name is compared by."""

    address: Address
    name: str
    casefolded: str
    heard: float
    rooms: "tuple[Room, ...]" = ()
    """Those that the user is in, in the order in which it came into them."""
    server: str = ""
    """Which other server of a cluster serves the user; empty: this one."""

    @property
    def fingerprint(self) -> str:
        """Of the user's key; empty for a user of generation 1, who has none."""
        return ""

    @property
    def who(self) -> Who:
        return self.address


@dataclass(eq=False, slots=True)
class KeyHolder(User):
    """A user of generation 2. `address` is where its link comes from."""

    fingerprint: str = field(kw_only=True)

    @property
    def who(self) -> Who:
        return self.fingerprint


@dataclass(eq=False, slots=True)
class KeptName(Place):
    """A name that is kept for the key that had it, since its holder went from this site."""

    casefolded: str
    fingerprint: str
    site: str
    since: float


@dataclass(eq=False, slots=True)
class Member:
    """A user's stay in one room. `told` is the number of the last change of the roster
    that the user was told: the one who tells it keeps it here, where it costs least."""

    user: User
    told: int = 1

    @property
    def address(self) -> Address:
        return self.user.address


@dataclass(eq=False, slots=True)
class Room:
    """A room, and those who are in it by their casefolded names.

    `creator` is the address or the fingerprint of the one who may close it, `site` where
    that was when the room became theirs;
    `holders` how many members are of generation 2.
    """

    name: str
    casefolded: str
    creator: Who
    site: str
    members: Index[str, Member]
    emptied: float
    holders: int = 0
    rules: RoomRules = PUBLIC

    def let_in(self, user: User) -> bool:
        """Whether this user may come in."""
        owned = bool(user.fingerprint) and user.fingerprint == self.creator
        return owned or self.rules.admits(user.fingerprint)

    def helped_by(self, user: User) -> bool:
        """Whether this user may invite, put out, ban, and set the topic."""
        return bool(user.fingerprint) and (
            user.fingerprint == self.creator or user.fingerprint in self.rules.ops
        )
