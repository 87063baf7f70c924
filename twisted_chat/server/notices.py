"""What members of generation 2 are told when their room changes.

A roster comes once, then its changes, each with the number that the roster has
with it. While a roster is on its way, piece by piece, the changes since it began
are kept, and follow its end: whoever was listed and left meanwhile is told of,
and whoever came is told of though perhaps listed. Where the roster has not begun,
or there is too much to keep or to take, the whole roster comes when its turn does.
"""

from collections import deque
from collections.abc import Iterator, Mapping

from twisted_chat.directory.directory import Room, User
from twisted_chat.frames import (
    Came,
    Contact,
    Introduced,
    PutOut,
    RosterBegins,
    RosterEnds,
    RosterMember,
    Went,
)
from twisted_chat.server.delivery import Delivery, Outlet
from twisted_chat.server.pacing import Slot

MISSED = 1000
"""Changes that are kept for a member while its roster is on its way, before that begins anew."""


def contact(user: User) -> Contact:
    """Who this user is, and where."""
    return Contact(user.name, user.fingerprint, *user.address)


class Notices:
    """Tells members about their rooms; `outlets` are theirs, by fingerprint."""

    def __init__(self, delivery: Delivery, outlets: Mapping[str, Outlet]) -> None:
        self._delivery = delivery
        self._outlets = outlets

    def came(self, room: Room, newcomer: User) -> None:
        """This user has just come into this room, or is at another address now."""
        self._tell_others(room, newcomer, Came(room.number, contact(newcomer)).encode())

    def went(self, room: Room, user: User) -> None:
        """This user has just gone from this room."""
        self._tell_others(room, user, Went(room.number, user.name).encode())

    def renew(self, room: Room, user: User) -> None:
        """Tell this member the whole roster."""
        outlet = self._outlets.get(user.fingerprint)
        if outlet is not None:
            outlet.awaits_roster, outlet.later = True, None
            self._delivery.replace(outlet, Slot.ROSTER, _whole(room, user, outlet))

    def put_out(self, room: Room | None, user: User) -> None:
        """This user is not in this room any more, or was in none."""
        outlet = self._outlets.get(user.fingerprint)
        if outlet is not None:
            self._delivery.cancel_roster(outlet)
            self._delivery.send(outlet, PutOut(room.name if room else "").encode())

    def introduce(self, asker: User, found: User) -> None:
        """The one has asked for the other."""
        outlet = self._outlets.get(found.fingerprint)
        if outlet is not None and asker is not found:
            self._delivery.tell(outlet, Introduced(contact(asker)).encode())

    def _tell_others(self, room: Room, user: User, message: bytes) -> None:
        for member in room.members if room.holders else ():
            outlet = self._outlets.get(member.user.fingerprint)
            if outlet is None or outlet.awaits_roster or member.user is user:
                continue
            if outlet.later is not None and len(outlet.later) < MISSED:
                outlet.later.append(message)
            elif outlet.later is not None or not self._delivery.tell(outlet, message):
                self.renew(room, member.user)


def _whole(room: Room, user: User, outlet: Outlet) -> Iterator[bytes]:
    outlet.awaits_roster, outlet.later = False, deque()
    yield RosterBegins(room.name, room.number).encode()
    for member in room.members.read():
        if member.user is not user:
            yield RosterMember(contact(member.user)).encode()
    yield RosterEnds().encode()
    while outlet.later:
        yield outlet.later.popleft()
    outlet.later = None
