"""Names of rooms and people that a person has met, so that they need not be typed in full."""

from collections.abc import Iterable
from typing import Any

from msgspec.structs import asdict

from twisted_chat.events import Event
from twisted_chat.peer.events import rooms, server
from twisted_chat.peer.events.event import Someone, Talk
from twisted_chat.peer.events.said import Said
from twisted_chat.peer.events.talk import Present

MOST_NAMES = 5_000
"""Names of each kind that are known; those that were met longest ago are forgotten first."""

_IN_VAIN = frozenset({rooms.InTooManyRooms, rooms.NoSuchRoom, rooms.NotInRoom, rooms.RoomNotMade})
"""Events about a room that may be none."""


class Vocabulary:
    """What was met in events. A stranger, of whom the server says nothing, is nobody to be
    spoken to by half a name."""

    def __init__(self) -> None:
        self._rooms: dict[str, None] = {}
        self._people: dict[str, None] = {}

    @property
    def rooms(self) -> tuple[str, ...]:
        """The rooms, the one that was met last first."""
        return tuple(reversed(self._rooms))

    @property
    def people(self) -> tuple[str, ...]:
        """The people, the one that was met last first."""
        return tuple(reversed(self._people))

    def learn(self, event: Event) -> None:
        """Something has happened."""
        kind = type(event)
        if isinstance(event, server.UserList):
            _meet(self._people, event.names)
        elif isinstance(event, server.RoomList | server.RoomsKnown):
            _meet(self._rooms, event.names)
        elif kind in _IN_VAIN or (
            isinstance(event, Said)
            and event.unencrypted is not None
            and event.unencrypted.stranger
        ):
            return
        else:
            for name in kind.__struct_fields__:
                self._take(name, getattr(event, name))

    def _take(self, field: str, value: Any) -> None:
        if field == "room" and value:
            _meet(self._rooms, [value])
        elif field == "rooms":
            _meet(self._rooms, value)
        elif isinstance(value, tuple):
            for one in value:
                self._take("", one)
        elif isinstance(value, Someone):
            _meet(self._people, [value.name] if value.name else [])
        elif isinstance(value, Talk | Present):
            if isinstance(value, Present) and value.name:
                _meet(self._people, [value.name])
            for name, one in asdict(value).items():
                self._take(name, one)


def _meet(known: dict[str, None], names: Iterable[str]) -> None:
    for name in names:
        known.pop(name, None)
        known[name] = None
    while len(known) > MOST_NAMES:
        del known[next(iter(known))]
