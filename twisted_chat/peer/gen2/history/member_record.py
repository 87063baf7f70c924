"""What one member has done with us in a room, so that what they cost is bounded."""

from dataclasses import dataclass

GIVEN_WITHIN = 60.0
"""Seconds in which one member is given so much, and so much is looked at for them."""
MAX_LOOKED = 500_000
"""Messages of ours that are compared in that time with what one member says to have: 50 times all
that is held, and half a second."""


@dataclass(slots=True)
class MemberRecord:
    """Of one, whether they are linked or not."""

    wrong: int = 0
    strange: int = 0
    given: int = 0
    given_bytes: int = 0
    looked: int = 0
    since: float = 0.0

    def begin_anew(self, now: float) -> None:
        """Count again what was given, and looked at, where that was long ago."""
        if now >= self.since + GIVEN_WITHIN:
            self.given = self.given_bytes = self.looked = 0
            self.since = now

    def may_look(self, count: int, now: float) -> bool:
        """Whether so many messages more may be compared now."""
        self.begin_anew(now)
        self.looked += count
        return self.looked <= MAX_LOOKED
