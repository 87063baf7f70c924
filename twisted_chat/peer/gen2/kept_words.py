"""Words for members who left by silence, as those do whose machine sleeps or whose network is
gone: they wait for an hour, and go on when that one is back, under the numbers that they had.

What was sent and not acknowledged may have been shown: it stays in its outbox, so that it is
shown once. What was never sent goes out when that one is back in the room that it was said to.
"""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

from twisted_chat.moments import NEVER
from twisted_chat.peer.contacts.line import Line, size_of
from twisted_chat.peer.events.event import Someone
from twisted_chat.peer.gen2.outboxes import Outboxes

KEPT_FOR = 3600.0
"""Seconds from the last of them for which words wait for one who has left so."""
MAX_PEOPLE = 256
"""Those for whom words wait so, the latest."""
MAX_BYTES = 1024 * 1024
"""Bytes that wait so in all; those of whoever has been gone the longest make way."""


@dataclass(eq=False, slots=True)
class _Kept:
    """What waits for one: an outbox of which all was sent, and, by room, what never was."""

    who: Someone
    outbox: Outboxes | None = None
    unsent: dict[str, list[Line]] = field(default_factory=dict)

    @property
    def lines(self) -> list[Line]:
        sent = [] if self.outbox is None else self.outbox.lines()
        return [*sent, *(line for lines in self.unsent.values() for line in lines)]

    @property
    def until(self) -> float:
        return max((line.at for line in self.lines), default=-NEVER) + KEPT_FOR


class KeptWords:
    """All of them, by fingerprint. `lost` is told of what is kept no longer: whom it was for,
    which lines were sent, and which never were."""

    def __init__(self, lost: Callable[[Someone, list[Line], list[Line]], None]) -> None:
        self._lost = lost
        self._kept: OrderedDict[str, _Kept] = OrderedDict()

    def waiting(self) -> list[tuple[Someone, int]]:
        """For whom how many lines wait."""
        return [(kept.who, len(kept.lines)) for kept in self._kept.values()]

    def keep_sent(self, fingerprint: str, who: Someone, outbox: Outboxes) -> None:
        """Keep an outbox of which all was sent."""
        self._of(fingerprint, who).outbox = outbox
        self._make_room()

    def keep_unsent(self, fingerprint: str, who: Someone, room: str, lines: list[Line]) -> None:
        """Keep lines for a room, which were never sent."""
        self._of(fingerprint, who).unsent.setdefault(room, []).extend(lines)
        self._make_room()

    def take_sent(self, fingerprint: str) -> Outboxes | None:
        """The outbox of one who is back, which is kept no longer."""
        kept = self._kept.get(fingerprint)
        if kept is None:
            return None
        outbox, kept.outbox = kept.outbox, None
        self._drop_empty(fingerprint)
        return outbox

    def take_unsent(self, fingerprint: str, room: str) -> list[Line]:
        """The lines for one who is back in this room, which are kept no longer."""
        kept = self._kept.get(fingerprint)
        if kept is None:
            return []
        lines = kept.unsent.pop(room, [])
        self._drop_empty(fingerprint)
        return lines

    def give_up_all(self) -> None:
        """We end: nothing is kept any more."""
        while self._kept:
            self._give_up(next(iter(self._kept)))

    @property
    def wake(self) -> float:
        """When `tick` is due."""
        return min((kept.until for kept in self._kept.values()), default=NEVER)

    def tick(self, now: float) -> None:
        """Give up what has waited for too long."""
        for fingerprint in [one for one, kept in self._kept.items() if kept.until <= now]:
            self._give_up(fingerprint)

    def _of(self, fingerprint: str, who: Someone) -> _Kept:
        kept = self._kept.setdefault(fingerprint, _Kept(who))
        self._kept.move_to_end(fingerprint)
        return kept

    def _drop_empty(self, fingerprint: str) -> None:
        kept = self._kept[fingerprint]
        if kept.outbox is None and not kept.unsent:
            del self._kept[fingerprint]

    def _make_room(self) -> None:
        while len(self._kept) > MAX_PEOPLE or self._bytes > MAX_BYTES:
            self._give_up(next(iter(self._kept)))

    @property
    def _bytes(self) -> int:
        return sum(size_of(line.text) for kept in self._kept.values() for line in kept.lines)

    def _give_up(self, fingerprint: str) -> None:
        kept = self._kept.pop(fingerprint)
        sent = [] if kept.outbox is None else kept.outbox.lines()
        self._lost(kept.who, sent, [line for lines in kept.unsent.values() for line in lines])
