"""One direction of a TCP connection: what was sent, where it stands, what is missing.

What is said of a segment is what can be known when it passes: of bytes that
fill a gap only time tells whether they were overtaken, or lost and sent again.
"""

from dataclasses import dataclass, field, replace
from functools import lru_cache

from twisted_chat.addresses import Address
from twisted_chat.trace.report import Purpose, count

MAX_GAPS = 64
"""Gaps in one direction that are remembered; older ones count as closed."""
MAX_CITED = 20
"""Repeated packets of one direction whose numbers are remembered."""
OVERTAKING = 3_000_000
"""Nanoseconds within which a segment that fills a gap was overtaken, where
the handshake has not shown how long a round trip takes."""

CIRCLE = 1 << 32
"""Sequence numbers there are (RFC 9293, 3.4)."""
_DATA, _RECOVERY = Purpose.DATA, Purpose.RECOVERY


@dataclass(slots=True)
class _Gap:
    """Bytes from `start` to `end` that were not there yet when later ones came, or
    when the other side `confirmed` them already."""

    start: int
    end: int
    since: int
    confirmed: bool = False


@dataclass(slots=True)
class Direction:
    """What one side sent. Positions count from the sequence number `origin`,
    its SYN or the first byte seen, and only ever grow; `next` is where new
    bytes go, `acknowledged` how far this side has those of the other.
    """

    address: Address
    origin: int | None = None
    syn: int | None = None
    next: int = 0
    acknowledged: int | None = None
    window: int | None = None
    zero: int | None = None
    """The sequence number that people call 0: of its SYN, or before the first byte seen."""
    scale: int | None = None
    """The power of two that its SYN says its windows are multiplied by."""
    probing: bool = False

    data: int = 0
    segments: int = 0
    resent: int = 0
    repeats: int = 0
    cited: list[int] = field(default_factory=list)
    overtaken: int = 0
    duplicates: int = 0
    stalls: int = 0
    unseen: int = 0
    fin: int | None = None
    fin_at: int = 0
    fin_number: int = 0
    data_after_fin: int = 0
    """Bytes that the other side sent when this one was done."""
    _gaps: list[_Gap] = field(default_factory=list)

    def position(self, sequence: int) -> int:
        """Where a sequence number is, the nearest to what came last (RFC 9293, 3.4)."""
        if self.origin is None:
            self.origin = sequence
        distance = (sequence - self.origin - self.next) % CIRCLE
        return self.next + (distance - CIRCLE if distance >= CIRCLE // 2 else distance)

    def counted(self, sequence: int) -> int:
        """A sequence number as people count: a SYN has 0, and the first byte 1."""
        if self.zero is None:
            self.zero = sequence - 1
        return (sequence - self.zero) % CIRCLE

    def repeat(self, number: int) -> None:
        """Count a packet that repeats another."""
        self.repeats += 1
        if len(self.cited) < MAX_CITED:
            self.cited.append(number)

    def place(
        self, start: int, size: int, number: int, now: int, *, confirmed: int | None, trip: int
    ) -> tuple[str, Purpose]:
        """Where these bytes stand among those that were there.

        The other side has `confirmed` those before this position. `trip` is
        how long a round trip takes, in nanoseconds.
        """
        self.segments += 1
        if start >= self.next:
            return self._append(start, size, now)
        end = start + size
        for gap in self._gaps:
            if start < gap.end and gap.start < end:
                return self._fill(gap, start, size, number, now - gap.since < trip)
        new = end - self.next
        if new > 0:
            self.resent += size - new
            self.data += new
            self.next = end
            return f"data, {count(size, 'byte')}, {new:,} of them new", _DATA
        self.resent += size
        self.repeat(number)
        needless = confirmed is not None and confirmed >= end
        why = ", which had been acknowledged" if needless else ""
        return f"retransmission, {count(size, 'byte')}{why}", _RECOVERY

    def _append(self, start: int, size: int, now: int) -> tuple[str, Purpose]:
        missing = start - self.next
        self.next = start + size
        self.data += size
        if not missing:
            return _data(size), _DATA
        self._leave(_Gap(start - missing, start, now))
        return f"data, {count(size, 'byte')}, after a gap of {missing:,}", _DATA

    def lacks(self, position: int) -> bool:
        """Whether the byte there was passed over, and has not been seen since."""
        return any(gap.start <= position < gap.end for gap in self._gaps)

    def confirm(self, told: int, now: int) -> None:
        """The other side has all before `told`, of which some was not captured,
        or is not captured yet: where packets pass is not where they are answered."""
        self._leave(_Gap(self.next, told, now, confirmed=True))
        self.next = told

    def _leave(self, gap: _Gap) -> None:
        self._gaps = [*self._gaps, gap][-MAX_GAPS:]
        self.unseen += gap.end - gap.start

    def _fill(
        self, gap: _Gap, start: int, size: int, number: int, soon: bool
    ) -> tuple[str, Purpose]:
        end = start + size
        self._gaps.remove(gap)
        for left in (replace(gap, end=start), replace(gap, start=end)):
            if left.start < left.end:
                self._gaps.append(left)
        filled = min(end, gap.end) - max(start, gap.start)
        self.unseen -= filled
        self.data += filled
        if soon and gap.confirmed:
            return f"data, {count(size, 'byte')}, captured after its ACK", _DATA
        if soon:
            self.overtaken += 1
            return f"data, {count(size, 'byte')}, out of order", _RECOVERY
        self.resent += filled
        self.repeat(number)
        return f"retransmission, {count(size, 'byte')}, of what was lost before", _RECOVERY


@lru_cache(maxsize=4_096)
def _data(size: int) -> str:
    return f"data, {count(size, 'byte')}"
