"""One of several room servers with one address book: what it writes into their log, and reads.

What happens here is in its own address book at once, and then written. A name or a room
is its asker's when that is written; what others write is carried out here as it comes.
"""

from collections.abc import Callable, Sequence

from twisted_chat.directory.changes import Change
from twisted_chat.directory.directory import Directory, Room, User
from twisted_chat.moments import NEVER
from twisted_chat.server.cluster.about import about
from twisted_chat.server.cluster.absences import Absences
from twisted_chat.server.cluster.absent_names import AbsentNames
from twisted_chat.server.cluster.entries import (
    BAN,
    NAME,
    ROOM,
    SERVER,
    BanEntry,
    ClusterServer,
    Key,
    NameEntry,
    NoEntry,
    RoomEntry,
    read_entry,
)
from twisted_chat.server.cluster.events import Tell
from twisted_chat.server.cluster.follower import Follower
from twisted_chat.server.cluster.other_servers import OtherServers
from twisted_chat.server.cluster.others_names import OthersNames
from twisted_chat.server.cluster.replica import Logged, News, Publish, Replica
from twisted_chat.server.cluster.wanted import WaitingClaim, Wanted
from twisted_chat.server.journal.records import (
    BanLifted,
    BanRecord,
    NameRecord,
    Record,
    RoomRecord,
)
from twisted_chat.server.registry import Registry
from twisted_chat.wire.gen2.answers import Leaving

CUT_OFF = "this server is cut off from those it shares names with, and gives nobody one now"
PATIENCE = 8.0
"""Seconds that a name or a room is waited for: three NATS servers take five to have another
leader when theirs dies."""
BRIEFLY = 6.0
"""Seconds from which on what is claimed is not waited for where the log is not reached."""
AGAIN = 3.0
"""Seconds after which a server says again that it is there."""


class Cluster:
    """`follower` carries out what others write, and `damaged` is told of what is no entry. `wake`
    is when `tick` is due."""

    def __init__(
        self,
        me: str,
        address: tuple[str, int],
        directory: Directory,
        registry: Registry,
        follower: Follower,
        damaged: Callable[[str], None],
        now: float,
    ) -> None:
        self._me = me
        self._address = address
        self._directory = directory
        self._registry = registry
        self._follower = follower
        self._damaged = damaged
        self.is_draining = False
        self._wanted = Wanted(directory, me, lambda: ClusterServer(address, self.is_draining))
        self._replica = Replica(self._wanted)
        self._reading = 0
        follower.is_later = lambda casefolded: (
            self._replica.sequence((NAME, casefolded)) > self._reading
        )
        follower.released = lambda casefolded: self._replica.want((NAME, casefolded))
        self._following = False
        self._ended: list[tuple[int, bool]] = []
        self._tells: list[Tell] = []
        self.others = OtherServers(me, directory, registry)
        self._others_names = OthersNames(
            self._wanted, self._replica, follower, self.others, damaged
        )
        self._absent_names = AbsentNames(self._wanted, self._replica, registry)
        self.is_up = False
        """Whether what is written here reaches the others, and theirs this one."""
        self._changed_at = now + PATIENCE  # There may be much to read first.
        self._says_again = NEVER
        registry.cut_off(True)

    @property
    def wake(self) -> float:
        claims = min((one.until for one in self._wanted.claims.values()), default=NEVER)
        if not self.is_up:
            return claims
        return min(claims, self._says_again, self.others.wake)

    @property
    def has_ended(self) -> bool:
        """Whether `ended` has something."""
        return bool(self._ended)

    @property
    def has_news(self) -> bool:
        """Whether `take` has something, or `ended`."""
        return bool(self._ended or self._tells) or (self.is_up and self._replica.has_news)

    @property
    def servers(self) -> dict[str, ClusterServer]:
        """The other servers, by their numbers."""
        return self.others.there

    def is_gone(self, server: str) -> bool:
        """Whether this server of the cluster is there no more."""
        return server not in self.others.there

    def tell(self, user: User, message: bytes) -> None:
        """Let somebody be told this over the link to the server that serves it."""
        if self.is_up:
            self._tells.append(Tell(user.server, user.fingerprint, message))

    def tells(self) -> list[Tell]:
        """What others are to tell their users now."""
        tells, self._tells = self._tells, []
        return tells

    def figures(self) -> dict[str, int]:
        """How many other servers there are, and how much is to be written."""
        return {"servers": len(self.servers) + 1, "owed": self._replica.owed}

    # --- What happens here

    def changed(self, change: Change, name: str) -> bool:
        """This has happened to the address book. Returns whether it has happened here."""
        key = about(change, name, self._directory, following=self._following)
        if key is not None:
            self._replica.want(key)
        return not self._following

    def put_out(self, room: Room, user: User, how: Leaving) -> None:
        """Somebody at another server was put out of a room here."""
        if how in (Leaving.KICKED, Leaving.BANNED) and not self._following:
            key = NAME, user.casefolded
            self._wanted.hows.setdefault(key, {})[room.casefolded] = how.value
            self._replica.want(key)

    def write(self, records: list[tuple[int, Record]], now: float, wall: float) -> None:
        """Write what is claimed, by numbers, and bans; all else is known from `changed`."""
        for number, record in records:
            match record:
                case NameRecord() | RoomRecord() if number:
                    kind = NAME if isinstance(record, NameRecord) else ROOM
                    key = kind, record.casefolded
                    self._wanted.claims[key] = WaitingClaim(number, record, now + PATIENCE)
                    self._replica.want(key)
                    # Others may have had it first, and this is known since it was claimed.
                    if not self._wanted.is_possible(record) or (
                        not self.is_up and now - self._changed_at >= BRIEFLY
                    ):
                        self._end(key, written=False)
                case BanRecord(kind, what, seconds, reason):
                    until = None if seconds is None else wall + seconds
                    self._want_ban(f"{kind} {what}", BanEntry(until, reason))
                case BanLifted(kind, what):
                    self._want_ban(f"{kind} {what}", None)

    def _want_ban(self, what: str, entry: BanEntry | None) -> None:
        self._wanted.bans[BAN, what] = entry
        self._replica.want((BAN, what))

    # --- What comes of it

    def take(self, now: float, wall: float) -> list[Publish]:
        """What is to be written into the log now."""
        return self._replica.take(now, wall) if self.is_up else []

    def ended(self) -> list[tuple[int, bool]]:
        """Which claims are settled, and whether they are their askers'."""
        ended, self._ended = self._ended, []
        return ended

    def acked(self, key: Key, number: int, sequence: int) -> None:
        """What was taken stands in the log, as its entry of this number."""
        data = self._replica.acked(key, number, sequence)
        if data is None:
            return
        if key[0] == ROOM:
            entry = read_entry(ROOM, data)
            self._follower.noted(key[1], entry if isinstance(entry, RoomEntry) else None)
        self._wanted.hows.pop(key, None)
        if not self._replica.wants(key):
            self._wanted.bans.pop(key, None)
        waiting = self._wanted.claims.get(key)
        if waiting is not None and waiting.data == data:
            self._end(key, written=True)

    def refused(self, key: Key, number: int, last: int) -> None:
        """What was taken does not stand there, as the last entry has this number."""
        self._replica.refused(key, number, last)

    def failed(self, key: Key, number: int) -> None:
        """Nobody knows whether what was taken stands there."""
        self._replica.failed(key, number)

    def linked(self, up: bool, now: float) -> None:
        """What is written reaches the others from now on, and all is known that stood in the
        log, or not."""
        if up is self.is_up:
            return
        self.is_up, self._changed_at = up, now
        self._registry.cut_off(not up)
        if up:
            self._says_again = now + AGAIN
            self._replica.want((SERVER, self._me))
            self.others.begin_anew(now)
        else:
            self._replica.cut_off()

    def fed(self, entries: Sequence[Logged | Absences], now: float, wall: float) -> None:
        """This comes from the log, in its order."""
        self._following = True
        try:
            for logged in self._absent_names.read(entries, now, wall):
                self._feed(logged, now, wall)
        finally:
            self._following = False

    def tick(self, now: float) -> None:
        """Do what has become due."""
        for key, waiting in list(self._wanted.claims.items()):
            if waiting.until <= now:
                self._end(key, written=False)
        if not self.is_up:
            return
        if now >= self._says_again:
            self._says_again = now + AGAIN
            self._replica.want((SERVER, self._me))
        self.others.tick(now)

    # --- What others write

    def _feed(self, logged: Logged, now: float, wall: float) -> None:
        key = kind, what = logged.key
        self._reading = logged.sequence
        if kind == NAME and self._others_names.read(logged, now, wall):
            return
        own = self._replica.own(key)
        changed = self._replica.wants(key)
        news = self._replica.fed(logged)
        if news is News.OURS:
            self.acked(key, self._replica.number(key), logged.sequence)
        if news is not News.OTHERS:
            return
        waiting = self._wanted.claims.get(key)
        if waiting is not None and waiting.data == logged.data:
            self._replica.found(key, logged.data)  # Its acknowledgement was lost.
            self._end(key, written=True)
            return
        try:
            entry = read_entry(kind, logged.data)
            mine = None if own is None else read_entry(kind, own)
            if isinstance(entry, NameEntry) and entry.server:
                self.others.named(entry.server, now)
            if kind == SERVER:
                there = entry if isinstance(entry, ClusterServer) else None
                self.others.said(what, there, now)
                return
            wants = self._follower.carry_out(logged.key, entry, mine, wall, now, changed=changed)
        except (NoEntry, ValueError) as wrong:
            self._damaged(f"{kind} {what}: {wrong}")
            return
        if waiting is not None and not self._wanted.is_possible(waiting.record):
            self._end(key, written=False)
        elif wants or waiting is not None or self._put_out_again(key, now):
            self._replica.want(key)
        elif kind in (NAME, ROOM):
            self._replica.content(key)

    def _put_out_again(self, key: Key, now: float) -> bool:
        """Whether somebody was put out of a room here, which was not known where they are."""
        user = self._directory.users.get(key[1]) if key[0] == NAME else None
        hows = self._wanted.hows.pop(key, {}) if user is not None and user.server else {}
        again = [room for room in user.rooms if room.casefolded in hows] if user else []
        for room in again:
            assert user is not None
            how = hows[room.casefolded]
            self._wanted.hows.setdefault(key, {})[room.casefolded] = how
            self._registry.leave_room(room, user, now, Leaving(how))
        return bool(again)

    def _end(self, key: Key, *, written: bool) -> None:
        waiting = self._wanted.claims.pop(key)
        self._ended.append((waiting.number, written))
        # What stands there, if it does, may not be so.
        self._replica.want(key)
