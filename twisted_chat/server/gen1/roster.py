"""What members of generation 1 are told when their room changes.

A small room gets what the original server sent: at every change, to every
member, the clear and then the list of the others. In a larger room that would
be N x N datagrams a change, so there a newcomer is told to those who are in
it one by one, and departures are gathered for a moment before the clear and
the list go out; for longer where that has just been. Members of generation 2
are in the list, by their addresses, and are told over their links.
"""

from collections.abc import Iterator
from functools import lru_cache

from twisted_chat.addresses import Address
from twisted_chat.directory.directory import Member, Room, User
from twisted_chat.moments import NEVER
from twisted_chat.server.bounds import GATHER, LISTS, REMEMBERED, SMALL_ROOM
from twisted_chat.server.gen1.send_queue import DatagramQueue
from twisted_chat.server.nearby import Nearby
from twisted_chat.server.streams import Slot
from twisted_chat.wire.gen1 import RosterCleared, RosterEntry
from twisted_chat.wire.gen2.answers import Leaving

_CLEARED = RosterCleared().encode()


class DatagramRoster:
    """Tells members about their rooms. `nearby` says where others are to each; `wake`
    is when `tick` is due."""

    def __init__(self, queue: DatagramQueue, nearby: Nearby) -> None:
        self._nearby = nearby
        self._queue = queue
        self._gathering: dict[Room, float] = {}
        # Until when a room has had its share of what goes out.
        self._resting: dict[Room, float] = {}
        self.wake = NEVER

    def came(self, room: Room, newcomer: User, now: float) -> None:
        """This user has just come into this room, and is told who is there."""
        if len(room.members) <= SMALL_ROOM:
            self._tell_all(room)
            return
        for member in room.members if room.holders < len(room.members) else ():
            if member.user is not newcomer and _is_here(member.user):
                # One that is still being sent its list finds the newcomer at the list's end.
                news = self._others(room.members.read(newest=1), member.user)
                self._queue.open(member.address, Slot.ROSTER, news)
        self.renew(room, newcomer)

    def moved(self, room: Room, user: User, before: Address, now: float) -> None:
        """This member is somewhere else now. It has a key, and is told over its link."""
        self._changed(room, now)

    def went(self, room: Room, user: User, now: float) -> None:
        """This user has just gone from this room."""
        self._changed(room, now)

    def _changed(self, room: Room, now: float) -> None:
        if len(room.members) <= SMALL_ROOM:
            self._tell_all(room)
        elif room.holders < len(room.members):
            due = max(now + GATHER, self._resting.get(room, now))
            self._gathering.setdefault(room, due)
            self._arrange()

    def renew(self, room: Room, user: User) -> None:
        """Tell this member the whole list again."""
        if _is_here(user):
            self._queue.replace(user.address, Slot.ROSTER, self._whole(room, user))

    def put_out(self, room: Room | None, user: User, how: Leaving = Leaving.OTHER) -> None:
        """This user is in no room any more."""
        if _is_here(user):
            self._queue.replace(user.address, Slot.ROSTER, iter((_CLEARED,)))

    def emptied(self, room: Room) -> None:
        """All are put out of this room: there is nobody to tell."""
        if self._gathering.pop(room, None) is not None:
            self._arrange()

    def departs(self, user: User, *, expired: bool) -> None:
        """This user is about to be forgotten: send it nothing that has not been sent."""
        if _is_here(user):
            self._queue.cancel(user.address)
            if expired and not user.rooms:
                self.put_out(None, user)  # All that the original understands of it.

    def tick(self, now: float) -> None:
        """Tell the rooms whose moment of gathering is over."""
        if now < self.wake:
            return
        self._resting = {room: until for room, until in self._resting.items() if until > now}
        for room in [room for room, due in self._gathering.items() if due <= now]:
            self._tell_all(room)
            count = len(room.members)
            self._resting[room] = now + (count - room.holders) * count / LISTS

    def _tell_all(self, room: Room) -> None:
        self.emptied(room)
        for member in room.members if room.holders < len(room.members) else ():
            self.renew(room, member.user)

    def _arrange(self) -> None:
        self.wake = min(self._gathering.values(), default=NEVER)

    def _whole(self, room: Room, user: User) -> Iterator[bytes]:
        yield _CLEARED
        yield from self._others(room.members.read(), user)

    def _others(self, members: Iterator[Member], user: User) -> Iterator[bytes]:
        for member in members:
            if member.user is not user:
                yield _entry(self._nearby.seen(member.address, user.address))


def _is_here(user: User) -> bool:
    """Whether this is a user without a key whom no other server serves."""
    return not user.fingerprint and not user.server


@lru_cache(maxsize=REMEMBERED)
def _entry(address: Address) -> bytes:
    return RosterEntry(*address).encode()
