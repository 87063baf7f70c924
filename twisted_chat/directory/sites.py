"""Where users are registered from: who is at an address, how many at a site, and
which site has the most without a key.

One who floods a server comes from somewhere, so those who are there lose their
places before anybody elsewhere does. Sites are kept by their size, so that the
largest is found without a search, however many there are.
"""

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Literal

from twisted_chat.addresses import Address, site
from twisted_chat.directory.entries import KeyHolder, User
from twisted_chat.directory.shards import Shards


@dataclass(eq=False, slots=True)
class _Site:
    """Those without a key, in the order in which they were last heard, and how many have one."""

    users: OrderedDict[Address, User] = field(default_factory=OrderedDict)
    holders: int = 0


class Sites:
    """Users by the sites of their addresses. Every step takes constant time."""

    __slots__ = ("_largest", "_sites", "_sizes")

    def __init__(self) -> None:
        # Most users are alone at their site, and an index by address besides would be
        # a tenth of all memory; an entry for the site of one with a key, two fifths.
        self._sites: Shards[str, User | _Site] = Shards()
        # The sites with two users without a key, or more, by how many these are.
        self._sizes: dict[int, dict[_Site, None]] = {}
        self._largest = 1

    def __len__(self) -> int:
        """How many sites there are."""
        return len(self._sites)

    def __bool__(self) -> Literal[True]:
        return True

    def user_at(self, address: Address) -> User | None:
        """The user without a key at this address."""
        here = self._sites.get(site(address[0]))
        if type(here) is _Site:
            return here.users.get(address)
        if type(here) is User and here.address == address:
            return here
        return None

    def count(self, host: str) -> int:
        """How many users are registered from where this host address belongs."""
        here = self._sites.get(site(host))
        return len(here.users) + here.holders if isinstance(here, _Site) else int(here is not None)

    def count_holders(self, host: str) -> int:
        """How many of them have a key."""
        here = self._sites.get(site(host))
        return here.holders if isinstance(here, _Site) else int(isinstance(here, KeyHolder))

    def silent_at_largest(self) -> User | None:
        """The one who has not been heard for the longest time, of those without a key at the site
        with the most of them; None where each of them is alone at a site."""
        for here in self._sizes.get(self._largest, ()):
            return next(iter(here.users.values()))
        return None

    def add(self, user: User) -> None:
        """This user, who was just heard, is there."""
        owner = site(user.address[0])
        here = self._sites.get(owner)
        if here is None:
            self._sites.set(owner, user)
            return
        if not isinstance(here, _Site):
            alone, here = here, _Site()
            self._sites.set(owner, here)
            self._put(here, alone)
        self._put(here, user)

    def _put(self, here: _Site, user: User) -> None:
        if isinstance(user, KeyHolder):
            here.holders += 1
        else:
            here.users[user.address] = user
            self._resize(here, len(here.users) - 1)

    def heard(self, user: User) -> None:
        """This user without a key, who is there, was just heard."""
        here = self._sites.get(site(user.address[0]))
        if isinstance(here, _Site):
            here.users.move_to_end(user.address)

    def remove(self, user: User) -> None:
        """This user is there no longer."""
        owner = site(user.address[0])
        here = self._sites.get(owner)
        if not isinstance(here, _Site):
            self._sites.discard(owner)
            return
        if isinstance(user, KeyHolder):
            here.holders -= 1
        else:
            del here.users[user.address]
            self._resize(here, len(here.users) + 1)
        if here.holders or len(here.users) > 1:
            return
        for alone in here.users.values():
            self._sites.set(owner, alone)
            return
        self._sites.discard(owner)

    def _resize(self, here: _Site, before: int) -> None:
        """A site has one user without a key more, or fewer, than `before`."""
        size = len(here.users)
        if before > 1:
            del self._sizes[before][here]
            if not self._sizes[before]:
                del self._sizes[before]
        if size > 1:
            self._sizes.setdefault(size, {})[here] = None
        if size > self._largest or (before == self._largest and before not in self._sizes):
            self._largest = max(size, 1)
