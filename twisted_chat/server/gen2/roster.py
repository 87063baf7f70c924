"""What members of generation 2 are told when their room changes.

A roster comes once, then its changes, numbered for each receiver and room. In a small room
each is told at once. In a larger one they are gathered for a moment, and what is told
then is what has come of them: those who came and went meanwhile are told to nobody but
those whose roster was under way in this moment, as they may have it, or not.

While a roster is on its way, piece by piece, the changes since it began are kept, and
follow its end: those who left meanwhile are told of, and those who came too, though
they may have been listed. Where the roster has not begun, or there is too much to
keep or to take, the whole roster comes when its turn does.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from twisted_chat.addresses import Address
from twisted_chat.directory.directory import Member, Room, User
from twisted_chat.directory.rules import origin_of
from twisted_chat.moments import NEVER
from twisted_chat.server.bounds import GATHER, SMALL_ROOM
from twisted_chat.server.gen2.send_queue import LinkQueue, Outlet
from twisted_chat.server.nearby import Nearby
from twisted_chat.wire.gen2.answers import Introduced, Leaving, PutOut
from twisted_chat.wire.gen2.contact import ContactInfo
from twisted_chat.wire.gen2.growth import HISTORY
from twisted_chat.wire.gen2.room_news import HistoryRules, Muting, Topic
from twisted_chat.wire.gen2.roster import Came, RosterBegins, RosterEnds, RosterMember, Went

MISSED = 1000
"""Changes that are kept for a member while its roster is on its way, before that begins anew."""

_Change = ContactInfo | str
"""The one who came, or is elsewhere now, or the name of the one who went."""


def contact(user: User) -> ContactInfo:
    """Who this user is, and where."""
    return ContactInfo(user.name, user.fingerprint, *user.address)


@dataclass(slots=True)
class _Stay:
    """What became of one name in the room: who had it `before`, and who has it `after`,
    which is `user`."""

    before: ContactInfo | None
    after: ContactInfo | None
    user: User

    def changes(self) -> Iterator[_Change]:
        """What there is to tell, whatever the receiver knows."""
        before, after = self.before, self.after
        if before and not (
            after and after.fingerprint and after.fingerprint == before.fingerprint
        ):
            yield before.name
        if after:
            yield after
        elif not before:
            yield self.user.name


@dataclass(slots=True)
class _Gathered:
    """The changes of one room that are to be told when it is `due`, by
    casefolded names; `fresh` are those who were given a roster meanwhile."""

    due: float
    stays: dict[str, _Stay] = field(default_factory=dict)
    fresh: set[Outlet] = field(default_factory=set)


class LinkRoster:
    """Tells members about their rooms; `outlets` are theirs, by fingerprint. `nearby`
    says where others are to each; `entered` is told who is in a room from elsewhere;
    `wake` is when `tick` is due."""

    def __init__(
        self,
        queue: LinkQueue,
        outlets: Mapping[str, Outlet],
        nearby: Nearby,
        entered: Callable[[Room, User, float], None],
    ) -> None:
        self._entered = entered
        self._nearby = nearby
        self._queue = queue
        self._outlets = outlets
        self._gathering: dict[Room, _Gathered] = {}
        self.tell_elsewhere: Callable[[User, bytes], None] = lambda user, message: None
        """Tells somebody whom another server serves."""

    @property
    def wake(self) -> float:
        # In the order in which they were begun, and all wait equally long.
        return next((one.due for one in self._gathering.values()), NEVER)

    def came(self, room: Room, newcomer: User, now: float) -> None:
        """This user has just come into this room, and is told who is there."""
        self._changed(room, newcomer, None, contact(newcomer), now)
        self.renew(room, newcomer)
        self._entered(room, newcomer, now)

    def moved(self, room: Room, user: User, before: Address, now: float) -> None:
        """This member was at the address `before`, and is told who is there."""
        was = ContactInfo(user.name, user.fingerprint, *before)
        self._changed(room, user, was, contact(user), now)
        self.renew(room, user)
        self._entered(room, user, now)

    def went(self, room: Room, user: User, now: float) -> None:
        """This user has just gone from this room."""
        self._changed(room, user, contact(user), None, now)

    def renew(self, room: Room, user: User) -> None:
        """Tell this member the whole roster."""
        outlet, member = self._outlets.get(user.fingerprint), room.members.get(user.casefolded)
        if outlet is not None and member is not None:
            outlet.awaits.add(room)
            outlet.later.pop(room, None)
            self._queue.replace(outlet, room, self._whole(room, member, outlet))

    def put_out(self, room: Room | None, user: User, how: Leaving) -> None:
        """This user is not in this room any more."""
        outlet = self._outlets.get(user.fingerprint)
        if outlet is not None and room is not None:
            self._queue.cancel_roster(outlet, room)
            self._queue.send(outlet, PutOut(room.name, how).encode())

    def tell_all(self, room: Room, message: bytes) -> None:
        """Tell the members something of their room that the whole roster says too."""
        self._tell_members(room, message)

    def _tell_members(self, room: Room, message: bytes, feature: str = "") -> None:
        for member in room.members:
            outlet = self._outlets.get(member.user.fingerprint)
            if outlet is None or (feature and not outlet.link.has(feature)):
                continue
            if not self._queue.tell(outlet, message):
                self.renew(room, member.user)

    def tell_history(self, room: Room) -> None:
        """Tell the members whose programs know of it what is handed to those who come."""
        self._tell_members(room, _history(room), HISTORY)

    def news(self, user: User, message: bytes) -> None:
        """Tell a user what somebody who runs a room has done for it, or to it."""
        outlet = self._outlets.get(user.fingerprint)
        if outlet is not None:
            self._queue.tell(outlet, message)
        elif user.server:
            self.tell_elsewhere(user, message)

    def introduce(self, asker: User, found: User) -> None:
        """The one has asked for the other."""
        if asker is not found and found.fingerprint:
            told = self._nearby.contact(contact(asker), found.address)
            self.news(found, Introduced(told).encode())

    def emptied(self, room: Room) -> None:
        """All are put out of this room, or told its whole roster: tell them nothing else."""
        self._gathering.pop(room, None)

    def departs(self, user: User, *, expired: bool) -> None:
        """This user is about to be forgotten, and its link has said why."""

    def tick(self, now: float) -> None:
        """Tell the rooms whose moment of gathering is over."""
        while self.wake <= now:
            self._tell_gathered(next(iter(self._gathering)))

    # --- Changes

    def _changed(
        self,
        room: Room,
        user: User,
        before: ContactInfo | None,
        after: ContactInfo | None,
        now: float,
    ) -> None:
        gathered = self._gathering.get(room)
        if not room.holders:
            self._gathering.pop(room, None)
        elif gathered is None and len(room.members) <= SMALL_ROOM:
            self._tell_others(room, user, list(_Stay(before, after, user).changes()))
        else:
            if gathered is None:
                gathered = self._gathering[room] = _Gathered(now + GATHER)
            stay = gathered.stays.setdefault(user.casefolded, _Stay(before, after, user))
            stay.after, stay.user = after, user

    def _tell_others(self, room: Room, user: User, changes: list[_Change]) -> None:
        for member in room.members:
            outlet = self._outlets.get(member.user.fingerprint)
            if outlet is not None and member.user is not user:
                self._tell(room, member, outlet, changes)

    def _tell_gathered(self, room: Room) -> None:
        gathered = self._gathering.pop(room)
        every = [
            (stay.user, change) for stay in gathered.stays.values() for change in stay.changes()
        ]
        net = [
            (stay.user, change)
            for stay in gathered.stays.values()
            if stay.before != stay.after
            for change in stay.changes()
        ]
        for member in room.members:
            outlet = self._outlets.get(member.user.fingerprint)
            if outlet is not None:
                whole = room in outlet.later or outlet in gathered.fresh
                changes = every if whole else net
                told = [change for user, change in changes if user is not member.user]
                self._tell(room, member, outlet, told)

    def _tell(
        self, room: Room, member: Member, outlet: Outlet, changes: Iterable[_Change]
    ) -> None:
        for change in changes:
            if room in outlet.awaits:
                return
            if isinstance(change, ContactInfo):
                change = self._nearby.contact(change, member.address)
            later = outlet.later.get(room)
            if later is not None and len(later) < MISSED:
                later.append(change)
            elif later is not None or not self._queue.tell(
                outlet, _numbered(room, member, change)
            ):
                self.renew(room, member.user)

    def _whole(self, room: Room, receiver: Member, outlet: Outlet) -> Iterator[bytes]:
        outlet.awaits.discard(room)
        later = outlet.later[room] = deque()
        yield RosterBegins(room.name, receiver.told, room.rules.private).encode()
        if outlet.link.has(HISTORY):
            yield _history(room)
        for member in room.members.read():
            if member is not receiver:
                told = self._nearby.contact(contact(member.user), receiver.address)
                yield RosterMember(room.name, told).encode()
        for key, _ in room.rules.muted:
            yield Muting(room.name, key, True).encode()
        yield RosterEnds(room.name).encode()
        if room.rules.topic:
            yield Topic(room.name, room.rules.topic).encode()
        while later:
            yield _numbered(room, receiver, later.popleft())
        del outlet.later[room]
        if (gathered := self._gathering.get(room)) is not None:
            gathered.fresh.add(outlet)


def _history(room: Room) -> bytes:
    rules = room.rules
    return HistoryRules(room.name, origin_of(room.casefolded, rules), rules.for_new).encode()


def _numbered(room: Room, receiver: Member, change: _Change) -> bytes:
    """A change as its receiver is told it. Where the link lags behind and it is not told
    after all, the whole roster goes on from its number."""
    receiver.told += 1
    if isinstance(change, ContactInfo):
        return Came(room.name, receiver.told, change).encode()
    return Went(room.name, receiver.told, change).encode()
