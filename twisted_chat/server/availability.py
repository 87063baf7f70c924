"""What there is a place for: names, users and rooms, within the bounds of a room server.

What somebody waits for, while the journal writes it, counts as had.
"""

from contextlib import suppress

from twisted_chat.addresses import site
from twisted_chat.directory.directory import Directory, Room, User
from twisted_chat.errors import NameRefused
from twisted_chat.likeness import twins
from twisted_chat.names import casefold
from twisted_chat.server.bounds import Bounds
from twisted_chat.server.journal.ledger import Ledger


class Availability:
    """Looks at the address book, and changes nothing."""

    def __init__(self, directory: Directory, bounds: Bounds, ledger: Ledger) -> None:
        self._directory = directory
        self._bounds = bounds
        self._ledger = ledger
        self.is_draining = False
        """Whether nobody else is to come, as the server is to be taken out."""

    def find(self, name: str) -> User | None:
        """The user of this name, in any case of letters."""
        with suppress(NameRefused):
            return self._directory.users.get(casefold(name, self._bounds.name))
        return None

    def room(self, name: str) -> Room | None:
        """The room of this name, in any case of letters."""
        with suppress(NameRefused):
            return self._directory.rooms.get(casefold(name, self._bounds.name))
        return None

    # --- Users

    def is_free(self, name: str, casefolded: str, fingerprint: str = "") -> bool:
        """Whether this name may be registered: it is nobody else's, and not drawn like
        one that is."""
        return self._is_free(casefolded, fingerprint) and (
            name.isascii() or all(self._is_free(twin, fingerprint) for twin in twins(name))
        )

    def _is_free(self, casefolded: str, fingerprint: str) -> bool:
        free = self._directory.is_free(casefolded, fingerprint)
        return free and not self._ledger.has_name(casefolded)

    def is_full(self, host: str) -> bool:
        """Whether no more users with a key can come from this host address. Those of
        its site who have none cannot keep them out of their share."""
        bounds, directory = self._bounds, self._directory
        coming = self._ledger.names_at(site(host))
        share = bounds.users_per_host - bounds.without_key(bounds.users_per_host)
        return (
            self.is_draining
            or len(directory.users) + self._ledger.names >= bounds.users
            or (
                directory.users_at_site(host) + coming >= bounds.users_per_host
                and directory.holders_at_site(host) + coming >= share
            )
        )

    def is_full_without_key(self, host: str) -> bool:
        """Whether no more users without a key can come from this host address."""
        here = self._directory.users_at_site(host)
        return self.is_draining or here >= self._bounds.users_per_host

    def has_place_without_key(self) -> bool:
        """Whether not all places of those without a key are taken."""
        bounds, directory = self._bounds, self._directory
        count = len(directory.users)
        without_key = count - len(directory.holders)
        return count < bounds.users and without_key < bounds.without_key(bounds.users)

    # --- Rooms

    def can_own(self, user: User) -> bool:
        """Whether one more room can be this user's. Those of its site who have no key
        cannot keep those who have one out of their share."""
        bounds, owners = self._bounds, self._directory.room_counts
        here, most = site(user.address[0]), bounds.rooms_per_host
        coming = self._ledger.rooms_at(here)
        return owners.of(user.who) < bounds.rooms_per_user and (
            owners.at(here) + coming < most
            or (
                bool(user.fingerprint)
                and owners.of_holders_at(here) + coming < most - bounds.without_key(most)
            )
        )

    def is_room_free(self, name: str, casefolded: str) -> bool:
        """Whether there can be a room of this name: there is none, nor one that is drawn
        like it."""
        return not any(map(self._has_room, (casefolded, *twins(name))))

    def _has_room(self, casefolded: str) -> bool:
        return casefolded in self._directory.rooms or self._ledger.has_room(casefolded)

    def has_room_place(self, creator: User) -> bool:
        """Whether there can be one more room, of this creator."""
        bounds, directory = self._bounds, self._directory
        count, theirs = len(directory.rooms), directory.room_counts.without_key
        return count + self._ledger.rooms < bounds.rooms and bool(
            creator.fingerprint or theirs < bounds.without_key(bounds.rooms)
        )
