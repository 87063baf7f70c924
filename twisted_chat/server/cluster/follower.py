"""Carries out here what others have written into the log of a cluster."""

import math
from collections.abc import Callable
from contextlib import suppress

from twisted_chat.addresses import site
from twisted_chat.directory.directory import (
    Directory,
    KeyHolder,
    Moved,
    NameForgotten,
    NameKept,
    Registered,
    Room,
    RoomCreated,
    RoomGiven,
    ServedBy,
    User,
)
from twisted_chat.directory.rules import PUBLIC, RoomRules, read_rules
from twisted_chat.errors import UsageMistake
from twisted_chat.server.cluster.entries import (
    BAN,
    NAME,
    ROOM,
    BanEntry,
    Entry,
    Key,
    NameEntry,
    RoomEntry,
)
from twisted_chat.server.gen2.roster import LinkRoster
from twisted_chat.server.operators.bans import Ban, BanKind, Bans
from twisted_chat.server.registry import Registry
from twisted_chat.wire.gen2.answers import Leaving
from twisted_chat.wire.gen2.room_news import Muting, Topic

TAKEN_OVER = "you are at another server of this cluster now"
LOST = "your name is somebody else's: it was let go while this server was cut off"


class Follower:
    """`me` is the number of this server. `expel` takes somebody out of it, and tells them
    why; `let_go` ends a link, and its user is here no more but somewhere else; `sweep` puts out
    those who are banned now."""

    def __init__(
        self,
        me: str,
        directory: Directory,
        registry: Registry,
        roster: LinkRoster,
        bans: Bans,
        expel: Callable[[User, str, float], None],
        let_go: Callable[[str, str, float], None],
        sweep: Callable[[float], None],
    ) -> None:
        self._sweep = sweep
        self._me = me
        self._directory = directory
        self._registry = registry
        self._roster = roster
        self._bans = bans
        self._expel = expel
        self._let_go = let_go
        self.released: Callable[[str], None] = lambda casefolded: None
        """Told of the name of somebody who is somewhere by another name."""
        self.is_later: Callable[[str], bool] = lambda casefolded: False
        """Whether what was last said of a name comes after what is said now."""
        # Who at another server is in a room of which nothing is known here yet.
        self._awaited: dict[str, dict[str, None]] = {}
        # How rooms are run, as it last stood in the log.
        self._rules: dict[str, RoomRules] = {}

    def carry_out(
        self,
        key: Key,
        entry: Entry | None,
        own: Entry | None,
        wall: float,
        now: float,
        *,
        changed: bool,
    ) -> bool:
        """Carry out what is said of a name, a room or a ban, of which this server said `own`
        last, and was to say something else if that has `changed`. Returns whether something
        else is to be said of it from here."""
        kind, what = key
        if kind == NAME and (entry is None or isinstance(entry, NameEntry)):
            mine = own if isinstance(own, NameEntry) else None
            return self.name(what, entry, mine, wall, now)
        if kind == ROOM and (entry is None or isinstance(entry, RoomEntry)):
            return self.room(what, entry, now, changed=changed)
        if kind == BAN and (entry is None or isinstance(entry, BanEntry)):
            of, _, target = what.partition(" ")
            self.ban(of, target, entry, wall, now)
        return False

    # --- Names

    def name(
        self, casefolded: str, entry: NameEntry | None, own: NameEntry | None, wall: float,
        now: float,
    ) -> bool:  # fmt: skip
        """This is said of a name, of which this server said `own` last. Returns whether
        something else is to be said of it from here."""
        if entry is None or not entry.server:
            return self._absent(casefolded, entry, wall, now)
        user = self._directory.users.get(casefolded)
        same = user is not None and user.who == (entry.fingerprint or entry.address)
        if entry.server == self._me:
            if user is None or not same or user.server:
                self._nobody(casefolded, entry, user, now)
                return True
            self._leave(user, entry, own, now)
            return True
        if user is not None and not same:
            self._lose(user, now)
            user = None
        other = self._directory.user(entry.fingerprint or entry.address)
        if user is None and other is not None and self.is_later(other.casefolded):
            self._nobody(casefolded, entry, None, now)
            return True
        if user is None:
            user = self._come(casefolded, entry, now)
        elif not user.server:
            self._serve(user, entry.server, now)
            if isinstance(user, KeyHolder):
                self._let_go(user.fingerprint, TAKEN_OVER, now)
        else:
            self._serve(user, entry.server, now)
        if isinstance(user, KeyHolder) and user.address != entry.address:
            self._registry.move(user, Moved(user.fingerprint, entry.address), now)
        self._leave(user, entry, None, now)
        for room_name in entry.rooms:
            self._enter(user, room_name, now)
        return False

    def _absent(self, casefolded: str, entry: NameEntry | None, wall: float, now: float) -> bool:
        directory, registry = self._directory, self._registry
        user = directory.users.get(casefolded)
        if user is not None:
            lost = entry is not None and entry.fingerprint != user.fingerprint
            if not user.server and not lost:
                return True  # They are here: others had let them go.
            self._lose(user, now)
        if entry is None:
            if directory.kept_names.get(casefolded) is not None:
                registry.apply(NameForgotten(casefolded), casefolded, now)
            return False
        since = now - max(0.0, wall - entry.since)
        kept = NameKept(casefolded, entry.fingerprint, entry.site)
        if not registry.keep_names(kept, since):  # It was kept before, for this key or another.
            registry.apply(NameForgotten(casefolded), casefolded, now)
            registry.keep_names(kept, since)
        return False

    def _come(self, casefolded: str, entry: NameEntry, now: float) -> User:
        directory, registry = self._directory, self._registry
        fingerprint = entry.fingerprint
        other = directory.user(fingerprint or entry.address)
        if other is not None:  # The same one, of another name.
            self._lose(other, now)
            self.released(other.casefolded)
        kept = directory.kept_names.get(casefolded)
        if kept is not None and kept.fingerprint != fingerprint:
            registry.apply(NameForgotten(casefolded), casefolded, now)
        come = Registered(entry.address, entry.name, casefolded, fingerprint, entry.server)
        registry.register(come, now)
        user = directory.users.get(casefolded)
        assert user is not None
        return user

    def _nobody(self, casefolded: str, entry: NameEntry, user: User | None, now: float) -> None:
        """Somebody is said to be here who has not waited for that: they are gone."""
        registry = self._registry
        if user is not None:
            self._lose(user, now)
        kept = self._directory.kept_names.get(casefolded)
        if kept is not None and kept.fingerprint != entry.fingerprint:
            registry.apply(NameForgotten(casefolded), casefolded, now)
        if entry.fingerprint:
            at = site(entry.address[0])
            registry.keep_names(NameKept(casefolded, entry.fingerprint, at), now)

    def _lose(self, user: User, now: float) -> None:
        if user.server:
            self._registry.depart(user, now)
        else:
            self._expel(user, LOST, now)

    def _serve(self, user: User, server: str, now: float) -> None:
        self._registry.apply(ServedBy(user.who, server), user.name, now)

    def _leave(self, user: User, entry: NameEntry, own: NameEntry | None, now: float) -> None:
        how = Leaving(entry.how) if entry.how in _HOW else Leaving.LEFT
        for room in user.rooms:
            gone = room.casefolded not in entry.rooms
            if gone and (user.server or own is None or room.casefolded in own.rooms):
                self._registry.leave_room(room, user, now, how)

    def _enter(self, user: User, room_name: str, now: float) -> None:
        room = self._directory.rooms.get(room_name)
        if room is None:
            self._awaited.setdefault(room_name, {})[user.casefolded] = None
        elif room not in user.rooms:
            self._registry.take_in(room, user, now)

    # --- Rooms

    def room(self, casefolded: str, entry: RoomEntry | None, now: float, *, changed: bool) -> bool:
        """This is said of a room, of which something else was to be said from here if it
        was `changed`. Returns whether something is."""
        room = self._directory.rooms.get(casefolded)
        before = self._rules.pop(casefolded, PUBLIC)
        if entry is None:
            self._awaited.pop(casefolded, None)
            if room is not None:
                self._registry.close_room(room, now)
            return False
        rules = self._rules[casefolded] = read_rules(entry.rules)
        if room is None:
            self._create(casefolded, entry, rules, now)
            return False
        if changed:
            rules = rules.merge(before, room.rules)
        self._rule(room, rules, now)
        if room.creator != entry.owner and isinstance(entry.owner, str):
            given = RoomGiven(casefolded, entry.owner, entry.site)
            self._registry.apply(given, room.name, now)
        return changed and rules != self._rules[casefolded]

    def noted(self, casefolded: str, entry: RoomEntry | None) -> None:
        """This server has said this of a room."""
        if entry is None:
            self._rules.pop(casefolded, None)
        else:
            self._rules[casefolded] = read_rules(entry.rules)

    def _create(self, casefolded: str, entry: RoomEntry, rules: RoomRules, now: float) -> None:
        created = RoomCreated(entry.name, casefolded, entry.owner, entry.site, rules)
        self._registry.add_room(created, now)
        for name in self._awaited.pop(casefolded, ()):
            user = self._directory.users.get(name)
            if user is not None and user.server:
                self._enter(user, casefolded, now)

    def _rule(self, room: Room, rules: RoomRules, now: float) -> None:
        before = room.rules
        self._registry.rule(room, rules, now)
        if rules.topic != before.topic:
            self._roster.tell_all(room, Topic(room.name, rules.topic).encode())
        if rules.for_new != before.for_new:
            self._roster.tell_history(room)
        muted, were = (frozenset(key for key, _ in one.muted) for one in (rules, before))
        for key in sorted(muted ^ were):
            self._roster.tell_all(room, Muting(room.name, key, key in muted).encode())

    # --- Bans

    def ban(self, kind: str, what: str, entry: BanEntry | None, wall: float, now: float) -> None:
        """This is said of a ban."""
        if entry is None:
            self._bans.lift(BanKind(kind), what)
            return
        until = math.inf if entry.until is None else now + entry.until - wall
        if until > now:
            with suppress(UsageMistake):  # There are as many as there can be.
                self._bans.add(Ban(BanKind(kind), what, until, entry.reason))
            self._sweep(now)


_HOW = frozenset(one.value for one in Leaving)
