"""How a room is run: who may come in, who helps to run it, and what it is about.

A person is meant by their key. What stands here never changes: a rule that is changed is
another one, which takes the place of the one before.
"""

import hashlib
import json

from msgspec import Struct
from msgspec.structs import replace

MOST_OPS, MOST_INVITED, MOST_BANNED, MOST_MUTED = 32, 256, 256, 256
"""Keys of those who help to run one room, who are invited into it, who are banned from it, and
whose words are not to be shown in it."""
FOR_NEW, ALL = 100, -1
"""How many lines of before somebody is given who comes into a room, unless its owner has said
otherwise; and what stands for all of them."""
ORIGIN_BYTES = 16
"""Drawn for each room, so that no two of one name are taken for each other."""


class RoomRules(Struct, frozen=True):
    """`banned` and `muted` are keys, with the name that each had then."""

    private: bool = False
    """Whether only the owner, the ops and those who are invited are let in."""
    topic: str = ""
    ops: frozenset[str] = frozenset()
    invited: frozenset[str] = frozenset()
    banned: tuple[tuple[str, str], ...] = ()
    muted: tuple[tuple[str, str], ...] = ()
    origin: str = ""
    """What was drawn when it was created, in hexadecimal digits; empty for one of a time when
    nothing was."""
    for_new: int = FOR_NEW
    """How many lines of before members hand to somebody who comes into it, or ALL."""

    def bans(self, fingerprint: str) -> bool:
        """Whether the one with this key is banned."""
        return any(key == fingerprint for key, _ in self.banned)

    def mutes(self, fingerprint: str) -> bool:
        """Whether the members are not to show what the one with this key says."""
        return any(key == fingerprint for key, _ in self.muted)

    def admits(self, fingerprint: str) -> bool:
        """Whether the one with this key, or without one, is let in who is not the owner."""
        if self.bans(fingerprint):
            return False
        return not self.private or fingerprint in self.ops | self.invited

    def ban(self, fingerprint: str, name: str) -> "RoomRules":
        """The same, but that this key is banned, and neither invited nor an op's."""
        others = tuple(one for one in self.banned if one[0] != fingerprint)
        without = self.invited - {fingerprint}, self.ops - {fingerprint}
        return replace(
            self, banned=(*others, (fingerprint, name)), invited=without[0], ops=without[1]
        )

    def unban(self, fingerprints: frozenset[str]) -> "RoomRules":
        """The same, but that these keys are not banned."""
        return replace(
            self, banned=tuple(one for one in self.banned if one[0] not in fingerprints)
        )

    def mute(self, fingerprint: str, name: str) -> "RoomRules":
        """The same, but that this key is muted."""
        others = self.unmute(frozenset({fingerprint})).muted
        return replace(self, muted=(*others, (fingerprint, name)))

    def unmute(self, fingerprints: frozenset[str]) -> "RoomRules":
        """The same, but that these keys are not muted."""
        return replace(self, muted=tuple(one for one in self.muted if one[0] not in fingerprints))

    def merge(self, before: "RoomRules", after: "RoomRules") -> "RoomRules":
        """These rules, with what another change has made of `before`, which is `after`."""
        keys = {
            field: (getattr(self, field) | getattr(after, field) - getattr(before, field))
            - (getattr(before, field) - getattr(after, field))
            for field in ("ops", "invited")
        }
        for field in ("banned", "muted"):
            gone = set(getattr(before, field)) - set(getattr(after, field))
            mine = [one for one in getattr(self, field) if one not in gone]
            new = [one for one in getattr(after, field) if one not in getattr(before, field)]
            keys[field] = (*mine, *(one for one in new if one not in mine))
        topic = self.topic if after.topic == before.topic else after.topic
        private = self.private if after.private == before.private else after.private
        for_new = self.for_new if after.for_new == before.for_new else after.for_new
        return RoomRules(private, topic, **keys, origin=self.origin, for_new=for_new)

    def encode(self) -> str:
        """As it is kept: empty for a room that anybody may come into, without a topic."""
        if self == PUBLIC:
            return ""
        return json.dumps(
            {
                "private": self.private,
                "topic": self.topic,
                "ops": sorted(self.ops),
                "invited": sorted(self.invited),
                "banned": self.banned,
                "muted": self.muted,
                "origin": self.origin,
                "for_new": self.for_new,
            }
        )


PUBLIC = RoomRules()


def read_rules(text: str) -> RoomRules:
    """Read what was kept. Raises ValueError."""
    if not text:
        return PUBLIC
    kept = json.loads(text)
    banned = tuple((str(key), str(name)) for key, name in kept["banned"])
    muted = tuple((str(key), str(name)) for key, name in kept.get("muted", ()))
    return RoomRules(
        bool(kept["private"]),
        str(kept["topic"]),
        frozenset(map(str, kept["ops"])),
        frozenset(map(str, kept["invited"])),
        banned,
        muted,
        str(kept.get("origin", "")),
        int(kept.get("for_new", FOR_NEW)),
    )


def origin_of(casefolded: str, rules: RoomRules) -> str:
    """What tells the room of this name from others that have had it: of one of a time when
    nothing was drawn, always the same."""
    return rules.origin or hashlib.sha256(casefolded.encode()).hexdigest()[: 2 * ORIGIN_BYTES]
