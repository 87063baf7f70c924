"""What those who run a room do with others: kick, invite, ban, mute, op; by keys, from names."""

from collections.abc import Callable

from msgspec.structs import replace

from twisted_chat.directory.directory import Directory, KeyHolder, Room, User
from twisted_chat.directory.rules import (
    MOST_BANNED,
    MOST_INVITED,
    MOST_MUTED,
    MOST_OPS,
    RoomRules,
)
from twisted_chat.names import folded
from twisted_chat.server.availability import Availability
from twisted_chat.server.gen2.roster import LinkRoster
from twisted_chat.server.registry import Registry
from twisted_chat.wire.gen2.answers import Leaving
from twisted_chat.wire.gen2.grounds import Ground
from twisted_chat.wire.gen2.requests import Kick, RoomVerb, RunRoom
from twisted_chat.wire.gen2.room_news import Muting, RoomNews, Topic


class Moderation:
    """Each request comes from one who may make it."""

    def __init__(
        self,
        directory: Directory,
        registry: Registry,
        available: Availability,
        roster: LinkRoster,
    ) -> None:
        self._directory = directory
        self._registry = registry
        self._available = available
        self._roster = roster
        self._does: dict[RoomVerb, Callable[[Room, str, str, KeyHolder, float], Ground | None]] = {
            RoomVerb.INVITE: self._invite,
            RoomVerb.BAN: self._ban,
            RoomVerb.OP: self._op,
            RoomVerb.DEOP: self._deop,
            RoomVerb.MUTE: self._mute,
        }

    def run(self, request: RunRoom, room: Room, by: KeyHolder, now: float) -> Ground | None:
        """Do what is asked. Returns why it cannot be done, if so."""
        name = request.name
        if request.verb is RoomVerb.UNBAN:
            return self._unban(room, name, by, now)
        if request.verb is RoomVerb.UNMUTE:
            return self._unmute(room, name, by, now)
        user = self._available.find(name)
        if user is not None and not user.fingerprint:
            return Ground.NO_KEY
        kept = self._directory.kept_names.get(folded(name))
        key = user.fingerprint if user is not None else kept.fingerprint if kept else ""
        if not key or key in (by.fingerprint, room.creator):
            return Ground.NOBODY
        return self._does[request.verb](room, key, name, by, now)

    def kick(self, request: Kick, room: Room, by: KeyHolder, now: float) -> Ground | None:
        """Put a member out of a room, or all but the one who asks. Returns why that cannot
        be, if so."""
        if not request.name:
            self._registry.empty_room(room, now, Leaving.KICKED, keep=by)
            return None
        member = self._available.find(request.name)
        if member is None or member is by or room not in member.rooms:
            return Ground.NOBODY
        if room.helped_by(member) and room.creator != by.fingerprint:
            return Ground.NOT_YOURS
        self._registry.leave_room(room, member, now, Leaving.KICKED)
        return None

    def set_topic(self, room: Room, text: str, by: KeyHolder, now: float) -> None:
        """Let a room be about this, and tell its members."""
        if text != room.rules.topic:
            self._registry.rule(room, replace(room.rules, topic=text), now)
            self._registry.charge_telling(room, by, now)
            self._roster.tell_all(room, Topic(room.name, text).encode())

    def set_history(self, room: Room, for_new: int, by: KeyHolder, now: float) -> None:
        """Let members give so many lines of before to those who come, and tell them."""
        if for_new != room.rules.for_new:
            self._registry.rule(room, replace(room.rules, for_new=for_new), now)
            self._registry.charge_telling(room, by, now)
            self._roster.tell_history(room)

    def given(self, room: Room, heir: str, by: User) -> None:
        """Tell the one with this key that the room is theirs now."""
        self._tell(heir, RoomVerb.GIVE, room, by)

    def _invite(self, room: Room, key: str, name: str, by: KeyHolder, now: float) -> Ground | None:
        rules = room.rules
        if rules.bans(key):
            return Ground.BANNED
        if key not in rules.invited and len(rules.invited) >= MOST_INVITED:
            return Ground.MANY
        self._rule(room, replace(rules, invited=rules.invited | {key}), now)
        self._tell(key, RoomVerb.INVITE, room, by)
        return None

    def _ban(self, room: Room, key: str, name: str, by: KeyHolder, now: float) -> Ground | None:
        rules = room.rules
        if key in rules.ops and by.fingerprint != room.creator:
            return Ground.NOT_YOURS
        if not rules.bans(key) and len(rules.banned) >= MOST_BANNED:
            return Ground.MANY
        self._rule(room, rules.ban(key, name), now)
        self._tell(key, RoomVerb.BAN, room, by)  # First, so that it is known who did it.
        user = self._directory.holders.get(key)
        if user is not None and room in user.rooms:
            self._registry.leave_room(room, user, now, Leaving.BANNED)
        return None

    def _unban(self, room: Room, name: str, by: KeyHolder, now: float) -> Ground | None:
        known_as = self._those_called(name, room.rules.banned)
        if not known_as:
            return Ground.NOBODY
        self._rule(room, room.rules.unban(known_as), now)
        for key in sorted(known_as):
            self._tell(key, RoomVerb.UNBAN, room, by)
        return None

    def _those_called(self, name: str, those: tuple[tuple[str, str], ...]) -> frozenset[str]:
        """The keys among those of whoever has this name, or had it then."""
        user = self._available.find(name)
        now = "" if user is None else user.fingerprint
        return frozenset(key for key, had in those if key == now or folded(had) == folded(name))

    def _mute(self, room: Room, key: str, name: str, by: KeyHolder, now: float) -> Ground | None:
        rules = room.rules
        if key in rules.ops and by.fingerprint != room.creator:
            return Ground.NOT_YOURS
        if rules.mutes(key):
            return None
        if len(rules.muted) >= MOST_MUTED:
            return Ground.MANY
        self._rule(room, rules.mute(key, name), now)
        self._tell_muting(room, [key], by, now, muted=True)
        return None

    def _unmute(self, room: Room, name: str, by: KeyHolder, now: float) -> Ground | None:
        known_as = self._those_called(name, room.rules.muted)
        if not known_as:
            return Ground.NOBODY
        self._rule(room, room.rules.unmute(known_as), now)
        self._tell_muting(room, sorted(known_as), by, now, muted=False)
        return None

    def _tell_muting(
        self, room: Room, keys: list[str], by: KeyHolder, now: float, *, muted: bool
    ) -> None:
        """Tell all members, who are to carry it out."""
        for key in keys:
            self._registry.charge_telling(room, by, now)
            self._roster.tell_all(room, Muting(room.name, key, muted).encode())

    def _op(self, room: Room, key: str, name: str, by: KeyHolder, now: float) -> Ground | None:
        rules = room.rules
        if rules.bans(key):
            return Ground.BANNED
        if key not in rules.ops and len(rules.ops) >= MOST_OPS:
            return Ground.MANY
        self._rule(room, replace(rules, ops=rules.ops | {key}), now)
        self._tell(key, RoomVerb.OP, room, by)
        return None

    def _deop(self, room: Room, key: str, name: str, by: KeyHolder, now: float) -> Ground | None:
        if key not in room.rules.ops:
            return Ground.NOBODY
        self._rule(room, replace(room.rules, ops=room.rules.ops - {key}), now)
        self._tell(key, RoomVerb.DEOP, room, by)
        return None

    def _rule(self, room: Room, rules: RoomRules, now: float) -> None:
        self._registry.rule(room, rules, now)

    def _tell(self, key: str, verb: RoomVerb, room: Room, by: User) -> None:
        user = self._directory.holders.get(key)
        if user is not None:
            self._roster.news(user, RoomNews(verb, room.name, by.name).encode())
