"""One who is in a room with us and speaks of its history over a link."""

from dataclasses import dataclass, field

from twisted_chat.peer.gen2.ranges import FeedRanges, Range
from twisted_chat.wire.gen2.history import Have


@dataclass(slots=True)
class LinkedMember:
    """What they say to have and to follow, and what of it is asked of them."""

    quiet_at: float
    """When one who has something to say to us will have begun."""
    clock: int | None = None
    """What they say to follow."""
    has: dict[str, Have] = field(default_factory=dict)
    lacks: dict[str, None] = field(default_factory=dict)
    """Feeds of which they have something that we may lack, and that may be asked of them."""
    resting: dict[str, None] = field(default_factory=dict)
    """Those of which all that we lack was asked, of somebody: they are not looked at before some
    of that may be asked anew."""
    asked: dict[Range, float] = field(default_factory=dict)
    """Until when each of these is waited for."""
    refused: FeedRanges = field(default_factory=FeedRanges)
    """Those that they have not given."""

    def has_more(self, have: Have) -> None:
        """They say to have this."""
        self.has[have.feed] = have
        self.refused.forget(have.feed)
        self.look_at(have.feed)

    def rest(self, feed: str) -> None:
        """There is nothing of this feed to be asked of them now."""
        self.lacks.pop(feed, None)
        self.resting[feed] = None

    def look_at(self, feed: str) -> None:
        """There may be something of it to be asked of them."""
        self.resting.pop(feed, None)
        self.lacks[feed] = None

    def look_at_all(self, now: float) -> None:
        """So there may be of all of them, as time has passed."""
        self.refused.end(now)
        self.lacks |= self.resting
        self.resting.clear()
