"""What an operator asks of a running room server, and what comes of it.

An order is a mapping as it stands in a line of JSON, `{"do": "kick", "name": "bob"}`; so is
the reply: `{"ok": true, ...}`, or `{"ok": false, "why": ...}`.
"""

import math
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from twisted_chat.addresses import host_and_port
from twisted_chat.directory.directory import Directory, Room, User
from twisted_chat.errors import NameRefused, UsageMistake
from twisted_chat.identity.fingerprints import spoken
from twisted_chat.moments import NEVER, Soonest
from twisted_chat.names import casefold
from twisted_chat.server.availability import Availability
from twisted_chat.server.journal.ledger import Ledger
from twisted_chat.server.journal.records import BanLifted, BanRecord
from twisted_chat.server.operators.bans import LONGEST_REASON, Ban, BanKind, Bans, read_target
from twisted_chat.server.registry import Registry

LISTED = 1000
"""Users or rooms in one reply."""
SWEPT_AT_ONCE = 500
"""Users who are looked at in one go, when a ban is to put out those who are here."""
PAUSE = 0.001
"""Seconds until the next go."""

Reply = dict[str, Any]
_TARGETS = {kind.value: kind for kind in BanKind}


class Operations:
    """The orders. `links` says how many links there are, and `resting` how many users there are
    whose links rest; `expel` takes somebody out of the
    server, and tells them why; `drain` sends those who are here to other servers, or does so no
    more. `wake` is when `tick` is due, which goes on with what takes long, and of which `soonest`
    is told.
    """

    def __init__(
        self,
        directory: Directory,
        registry: Registry,
        available: Availability,
        ledger: Ledger,
        bans: Bans,
        links: Callable[[], int],
        resting: Callable[[], int],
        expel: Callable[[User, str, float], None],
        drain: Callable[[bool, float], None],
        soonest: Soonest,
    ) -> None:
        self._soonest = soonest
        self._directory = directory
        self._registry = registry
        self._available = available
        self._ledger = ledger
        self._bans = bans
        self._links, self._resting = links, resting
        self._expel = expel
        self._send_away = drain
        self._sweep: Iterator[User] | None = None
        self.wake = NEVER
        self._do: dict[str, Callable[[Mapping[str, Any], float], Reply]] = {
            "status": lambda order, now: self.figures(),
            "users": self._users,
            "rooms": self._rooms,
            "who": self._who,
            "kick": self._kick,
            "close": self._close,
            "ban": self._ban,
            "unban": self._unban,
            "bans": self._list_bans,
            "drain": self._drain,
            "undrain": self._undrain,
        }

    def do(self, order: Mapping[str, Any], now: float) -> Reply:
        """Carry out an order."""
        word = order.get("do")
        action = self._do.get(word) if isinstance(word, str) else None
        if action is None:
            return _no(f"there is no such order: there are {', '.join(self._do)} and reload")
        try:
            return {"ok": True, **action(order, now)}
        except (UsageMistake, NameRefused) as mistake:
            return _no(str(mistake))

    def tick(self, now: float) -> None:
        """Look at some more of those who are here."""
        self.wake = NEVER
        if self._sweep is None:
            return
        for _ in range(SWEPT_AT_ONCE):
            user = next(self._sweep, None)
            if user is None:
                self._sweep = None
                return
            address, name = user.address, user.casefolded
            ban = self._bans.found(user.fingerprint, address[0], name, now)
            if ban is not None and not user.server:
                self._expel(user, told(ban, now), now)
        self.wake = now + PAUSE

    def sweep(self, now: float) -> None:
        """There are bans that those who are here have not been looked at for."""
        self._sweep, self.wake = self._directory.users.read(), now
        self._soonest.by(now)

    # --- Looking

    def figures(self) -> Reply:
        """How many there are of what."""
        directory = self._directory
        return {
            "users": len(directory.users),
            "with_key": len(directory.holders),
            "rooms": len(directory.rooms),
            "links": self._links(),
            "resting": self._resting(),
            "kept_names": len(directory.kept_names),
            "bans": len(self._bans),
            "draining": self._available.is_draining,
        }

    def _users(self, order: Mapping[str, Any], now: float) -> Reply:
        return _listed("users", self._directory.users.read(), _user, order)

    def _rooms(self, order: Mapping[str, Any], now: float) -> Reply:
        return _listed("rooms", self._directory.rooms.read(), _room, order)

    def _who(self, order: Mapping[str, Any], now: float) -> Reply:
        return _user(self._user(order))

    # --- Doing

    def _kick(self, order: Mapping[str, Any], now: float) -> Reply:
        user = self._user(order)
        if user.server:
            raise UsageMistake(
                f"{user.name} is at another server of this cluster, {user.server}: ask there"
            )
        reason = _reason(order)
        self._expel(user, _because("the operator of this server has put you out", reason), now)
        return {"name": user.name}

    def _close(self, order: Mapping[str, Any], now: float) -> Reply:
        name = _text(order, "room")
        room = self._directory.rooms.get(casefold(name))
        if room is None:
            raise UsageMistake(f"there is no room {name}")
        self._registry.close_room(room, now)
        return {"room": room.name}

    def _ban(self, order: Mapping[str, Any], now: float) -> Reply:
        kind, what = _target(order)
        seconds = order.get("seconds")
        if seconds is not None and (
            isinstance(seconds, bool) or not isinstance(seconds, int | float) or seconds <= 0
        ):
            raise UsageMistake("seconds is to be a number above 0, or left out for good")
        until = math.inf if seconds is None else now + seconds
        ban = Ban(kind, what, until, _reason(order))
        self._bans.add(ban)
        left = None if seconds is None else float(seconds)
        self._ledger.note(BanRecord(kind.value, what, left, ban.reason))
        self.sweep(now)
        return _described(ban, now)

    def _unban(self, order: Mapping[str, Any], now: float) -> Reply:
        kind, what = _target(order)
        if not self._bans.lift(kind, what):
            raise UsageMistake(f"there is no ban of the {kind.value} {what}")
        self._ledger.note(BanLifted(kind.value, what))
        return {kind.value: what}

    def _list_bans(self, order: Mapping[str, Any], now: float) -> Reply:
        return {"bans": [_described(ban, now) for ban in self._bans.read(now)]}

    def _drain(self, order: Mapping[str, Any], now: float) -> Reply:
        self._available.is_draining = True
        self._send_away(True, now)
        return {"users": len(self._directory.users)}

    def _undrain(self, order: Mapping[str, Any], now: float) -> Reply:
        self._available.is_draining = False
        self._send_away(False, now)
        return {"users": len(self._directory.users)}

    def _user(self, order: Mapping[str, Any]) -> User:
        name = _text(order, "name")
        user = self._available.find(name)
        if user is None:
            raise UsageMistake(f"there is no user {name}")
        return user


def told(ban: Ban, now: float) -> str:
    """What somebody is told who is not let in."""
    if ban.until == math.inf:
        how_long = ""
    else:
        how_long = f" for {_duration(max(1, round(ban.until - now)))} more"
    return _because(f"you are banned from this server{how_long}", ban.reason)


def _duration(seconds: int) -> str:
    for length, unit in ((86_400, "days"), (3_600, "hours"), (60, "minutes")):
        if seconds >= 2 * length:
            return f"{round(seconds / length)} {unit}"
    return "1 second" if seconds == 1 else f"{seconds} seconds"


def _because(what: str, reason: str) -> str:
    return f"{what}: {reason}" if reason else what


def _no(why: str) -> Reply:
    return {"ok": False, "why": why}


def _text(order: Mapping[str, Any], field: str) -> str:
    found = order.get(field)
    if not isinstance(found, str) or not found:
        raise UsageMistake(f"{field} is missing, or no text")
    return found


def _reason(order: Mapping[str, Any]) -> str:
    reason = order.get("reason", "")
    if not isinstance(reason, str) or len(reason) > LONGEST_REASON or not reason.isprintable():
        raise UsageMistake(f"reason is to be one line of {LONGEST_REASON} characters at most")
    return reason


def _target(order: Mapping[str, Any]) -> tuple[BanKind, str]:
    """What an order is to ban or not. Raises UsageMistake."""
    given = [word for word in _TARGETS if word in order]
    if len(given) != 1:
        raise UsageMistake(f"give one of {', '.join(_TARGETS)}")
    kind = _TARGETS[given[0]]
    return kind, read_target(kind, _text(order, given[0]))


def _described(ban: Ban, now: float) -> Reply:
    seconds = None if ban.until == math.inf else round(ban.until - now)
    return {ban.kind.value: ban.what, "seconds": seconds, "reason": ban.reason}


def _listed(
    what: str, entries: Iterator[Any], describe: Callable[[Any], Reply], order: Mapping[str, Any]
) -> Reply:
    like = order.get("like", "")
    if not isinstance(like, str):
        raise UsageMistake("like is to be a part of a name")
    part = like.casefold()
    found = [entry for entry in entries if part in entry.casefolded]
    return {
        what: [describe(entry) for entry in found[:LISTED]],
        "left_out": max(0, len(found) - LISTED),
    }


def _user(user: User) -> Reply:
    return {
        "name": user.name,
        "address": host_and_port(*user.address),
        "key": spoken(user.fingerprint) if user.fingerprint else None,
        "in": [room.name for room in user.rooms],
    }


def _room(room: Room) -> Reply:
    owner = room.creator
    return {
        "name": room.name,
        "members": len(room.members),
        "owner": spoken(owner) if isinstance(owner, str) else host_and_port(*owner),
    }
