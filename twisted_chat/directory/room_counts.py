"""How many rooms somebody has: a user, a site, those with a key there, and all who have none."""

from collections import Counter

from twisted_chat.directory.entries import Room, Who


class RoomCounts:
    """Rooms by whose they are."""

    __slots__ = ("_holders", "_sites", "_users", "without_key")

    def __init__(self) -> None:
        self._users: Counter[Who] = Counter()
        self._sites: Counter[str] = Counter()
        self._holders: Counter[str] = Counter()
        self.without_key = 0

    def of(self, who: Who) -> int:
        """How many rooms are this user's."""
        return self._users[who]

    def at(self, site: str) -> int:
        """How many rooms are of those at this site."""
        return self._sites[site]

    def of_holders_at(self, site: str) -> int:
        """How many of these are of those with a key."""
        return self._holders[site]

    def add(self, room: Room) -> None:
        """Count this room, which is not counted."""
        self._users[room.creator] += 1
        self._sites[room.site] += 1
        if isinstance(room.creator, str):
            self._holders[room.site] += 1
        else:
            self.without_key += 1

    def remove(self, room: Room) -> None:
        """Count this room, which is counted, no longer."""
        self._users[room.creator] -= 1
        self._sites[room.site] -= 1
        if not self._users[room.creator]:
            del self._users[room.creator]
        if not self._sites[room.site]:
            del self._sites[room.site]
        if not isinstance(room.creator, str):
            self.without_key -= 1
            return
        self._holders[room.site] -= 1
        if not self._holders[room.site]:
            del self._holders[room.site]
