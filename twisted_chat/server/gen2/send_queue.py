"""When messages go out over links: at once if they are few, in turns if they are many.

What belongs together, a list or a roster, is a stream, produced piece by
piece: so much a turn for each link, so many bytes a second for each site as it
is granted, and no more than a window before the link has taken what it had. So
what waits for a slow link is its streams, which have produced nothing yet, and
as many messages as it asked for or as its window holds.
"""

from collections import OrderedDict, deque
from collections.abc import Iterator
from dataclasses import dataclass, field

from twisted_chat.addresses import Address
from twisted_chat.directory.directory import Room
from twisted_chat.links import (
    CloseLink,
    HoldLink,
    Link,
    LinkEffect,
    ReadLink,
    SendFrames,
    Validate,
)
from twisted_chat.moments import NEVER
from twisted_chat.rate import Rate
from twisted_chat.server.gen2.at_rest import Rest
from twisted_chat.server.streams import TURN, Slot
from twisted_chat.wire.gen2.contact import ContactInfo

WINDOW = 64 * 1024
"""Bytes that a link has not taken yet from which on its streams wait."""
LAG = 128 * 1024
"""Bytes that a link has not taken yet from which on it is told nothing that it
did not ask for. Half of what makes a link end."""
LAG_AT_REST = 16 * 1024
"""The same of one whose link rests, until it is there again."""
TURN_PER_LINK = 16 * 1024
"""Bytes of streams for one link in a turn; the last message may go beyond it."""
TURN_IN_ALL = 256 * 1024
"""Bytes of streams in a turn."""


@dataclass(eq=False, slots=True)
class Outlet:
    """The way out to one link. `address` is where its other end was when it came up, and
    has shown to be; `link.address` only where it seems to be. `untaken` is how many bytes
    it was given since it last had taken everything; `streams` the lists that are on their way,
    and the rosters, by their rooms. Of a room whose roster it `awaits` it need not be told
    changes; in `later` are those since a roster began that is under way, which follow it. As long
    as there is a `rest`, nothing goes over the link."""

    link: Link
    address: Address = field(init=False)
    untaken: int = 0
    streams: dict[Slot | Room, Iterator[bytes]] = field(default_factory=dict)
    awaits: set[Room] = field(default_factory=set)
    later: dict[Room, deque[ContactInfo | str]] = field(default_factory=dict)
    rest: Rest | None = None

    def __post_init__(self) -> None:
        self.address = self.link.address


class LinkQueue:
    """What is on its way out over links. `wake` is when the next turn is due."""

    def __init__(self, answers: Rate) -> None:
        self._answers = answers
        self._waiting: OrderedDict[Outlet, None] = OrderedDict()
        self._fresh: list[Outlet] = []
        self._out: list[LinkEffect] = []
        self._turned = 0
        self.wake = NEVER
        self.wanted: dict[Outlet, None] = {}
        """Those whose links rest, and for whom there is something."""
        self.overfull: dict[Outlet, None] = {}
        """Those whose links rest, and who ask for ever more and take nothing of it."""

    @property
    def has_news(self) -> bool:
        """Whether there is something to send, or to call those for whose links rest."""
        return bool(self._out or self._fresh or self.wanted or self.overfull)

    def send(self, outlet: Outlet, message: bytes) -> None:
        """Send what was asked for, or has to be known."""
        outlet.untaken += len(message)
        if outlet.rest is None:
            self._out.append(SendFrames(outlet.link, (message,)))
        elif outlet.untaken <= LAG:
            outlet.rest.wait(message)
            self.wanted[outlet] = None
        else:
            self.overfull[outlet] = None

    def tell(self, outlet: Outlet, message: bytes) -> bool:
        """Send what was not asked for, unless the link lags behind. False if it does."""
        if outlet.untaken >= (LAG if outlet.rest is None else LAG_AT_REST):
            return False
        self.send(outlet, message)
        return True

    def open(self, outlet: Outlet, slot: Slot | Room, stream: Iterator[bytes]) -> None:
        """Send a stream, unless one is already on its way in this slot."""
        if slot not in outlet.streams:
            self.replace(outlet, slot, stream)

    def replace(self, outlet: Outlet, slot: Slot | Room, stream: Iterator[bytes]) -> None:
        """Send a stream in place of the one in this slot, if there is one."""
        outlet.streams[slot] = stream
        self._wait(outlet)

    def cancel_roster(self, outlet: Outlet, room: Room) -> None:
        """Send nothing more of a roster."""
        outlet.streams.pop(room, None)
        outlet.awaits.discard(room)
        outlet.later.pop(room, None)

    def taken(self, outlet: Outlet) -> None:
        """The link has taken all that it was given."""
        if outlet.rest is None:
            outlet.untaken = 0
            self.go_on(outlet)

    def go_on(self, outlet: Outlet) -> None:
        """Send its streams, if there are any."""
        if outlet.streams:
            self._wait(outlet)

    def close(self, outlet: Outlet, why: str) -> None:
        """End a link that was given something."""
        self.drop(outlet)
        self.end(outlet.link, why)

    def end(self, link: Link, why: str) -> None:
        """End a link."""
        self._out.append(CloseLink(link, why))

    def validate(self, address: Address) -> None:
        """What is sent to this address is read there."""
        self._out.append(Validate(address))

    def hold(self, link: Link) -> None:
        """Read nothing more from a link."""
        self._out.append(HoldLink(link))

    def read(self, link: Link) -> None:
        """Read on from a link."""
        self._out.append(ReadLink(link))

    def drop(self, outlet: Outlet) -> None:
        """There is no such link any more."""
        outlet.streams.clear()
        self._waiting.pop(outlet, None)
        self.wanted.pop(outlet, None)
        self.overfull.pop(outlet, None)

    def flush(self, now: float) -> list[LinkEffect]:
        """What goes out without waiting for a turn."""
        if self._fresh:
            fresh, self._fresh = self._fresh, []
            for outlet in fresh:
                if outlet in self._waiting:
                    self._serve(outlet, now)
        out, self._out, self._turned = self._out, [], 0
        return out

    def turn(self, now: float) -> None:
        """Produce what is due in a turn. Those who got nothing are first in the next."""
        self._fresh.clear()
        self.wake, self._turned = NEVER, 0
        for _ in range(len(self._waiting)):
            if not self._serve(next(iter(self._waiting)), now):
                break

    def _wait(self, outlet: Outlet) -> None:
        if outlet.rest is not None:
            self.wanted[outlet] = None
        elif outlet not in self._waiting:
            self._waiting[outlet] = None
            self._fresh.append(outlet)

    def _serve(self, outlet: Outlet, now: float) -> bool:
        """Give one link its turn. False if this turn is full."""
        host, left = outlet.address[0], TURN_PER_LINK
        while outlet.streams and outlet.untaken < WINDOW:
            wait = self._answers.wait(host, now)
            if wait or left <= 0:
                self._waiting.move_to_end(outlet)
                self.wake = min(self.wake, now + max(wait, TURN))
                return True
            if self._turned >= TURN_IN_ALL:
                self.wake = min(self.wake, now + TURN)
                return False
            size = self._produce(outlet)
            self._answers.charge(host, now, size)
            self._turned += size
            left -= size
        del self._waiting[outlet]
        return True

    def _produce(self, outlet: Outlet) -> int:
        """Send the next message of a stream: of each roster in turn, and then of each list."""
        streams = outlet.streams
        rosters = (slot for slot in streams if isinstance(slot, Room))
        slot: Slot | Room = next(rosters, next(iter(streams)))
        stream = streams.pop(slot)
        message = next(stream, None)
        if message is None:
            return 0
        streams[slot] = stream
        self.send(outlet, message)
        return len(message)
