"""What goes by itself: users who are silent, rooms that are empty, names of those who went."""

from collections.abc import Iterator

from twisted_chat.directory.directory import Directory, Room, User
from twisted_chat.directory.entries import KeptName
from twisted_chat.moments import NEVER
from twisted_chat.server.bounds import Bounds

EXPIRED_AT_ONCE = 32
"""Users, rooms or names that are dropped in one go, before others are heard again."""
PAUSE = 0.001
"""Seconds until the next go, where more has expired."""


class Expiry:
    """Says what has expired. `wake` is when there may be something."""

    def __init__(self, directory: Directory, bounds: Bounds) -> None:
        self._directory = directory
        self._bounds = bounds
        self.is_paused = False
        """Whether nothing expires for now."""
        self._due = NEVER

    @property
    def wake(self) -> float:
        return NEVER if self.is_paused else self._due

    @wake.setter
    def wake(self, due: float) -> None:
        self._due = due

    def one_too_many(self, host: str) -> KeptName | None:
        """The name that is not kept any longer, where one more is for those who went from this
        host: its site loses its own first, before anybody elsewhere does."""
        directory, bounds = self._directory, self._bounds
        if directory.names_at_site(host) > bounds.names_per_host:
            return directory.longest_absent_from(host)
        if len(directory.kept_names) > bounds.names:
            return directory.longest_absent()
        return None

    def user_heard(self, now: float) -> None:
        """A user without a key has been heard, who is silent from now on."""
        self._due = min(self._due, now + self._bounds.user_ttl)

    def room_empty(self, since: float) -> None:
        """A room is empty since then."""
        self._due = min(self._due, since + self._bounds.room_ttl)

    def name_kept(self, now: float) -> bool:
        """A name is kept from now on for the one who went. Returns whether something is due
        earlier than before."""
        before, self._due = self._due, min(self._due, now + self._bounds.name_ttl)
        return self._due != before

    def over(self, now: float) -> Iterator[User | Room | KeptName]:
        """What has expired, so many at once. Drop each before you ask for the next."""
        directory, bounds = self._directory, self._bounds
        for _ in range(EXPIRED_AT_ONCE):
            user, room = directory.longest_silent(), directory.longest_empty()
            kept = directory.longest_absent()
            if user is not None and user.heard + bounds.user_ttl <= now:
                yield user
            elif room is not None and room.emptied + bounds.room_ttl <= now:
                yield room
            elif kept is not None and kept.since + bounds.name_ttl <= now:
                yield kept
            else:
                self._due = min(
                    user.heard + bounds.user_ttl if user is not None else NEVER,
                    room.emptied + bounds.room_ttl if room is not None else NEVER,
                    kept.since + bounds.name_ttl if kept is not None else NEVER,
                )
                return
        self._due = now + PAUSE
