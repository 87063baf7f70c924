"""A TCP conversation at random over a bad network, and what is true of it."""

import random
from dataclasses import dataclass, field

from tests.support.examples import ACK, PUSH, SYN, SYN_ACK, R, S

WAIT = 0.5
"""Seconds after which something is sent again: much more than a round trip."""
TRIP = 0.004
"""Seconds of a round trip."""


Captured = tuple[float, bool, int, int, bytes, int]
"""When, whether the caller's, position, what is acknowledged, data, flags."""


@dataclass
class Truth:
    """What one side did, as far as a capture can know it, from the first byte that the
    capture has to do with: bytes that are in it, those that are in it again, and those
    that were acknowledged or passed over in it and are not."""

    first: int | None = None
    seen: set[int] = field(default_factory=set)
    again: int = 0
    highest: int = 0

    def put(self, start: int, size: int) -> None:
        """A segment that is in the capture."""
        self.reach(start)
        assert self.first is not None
        for place in range(start, start + size):
            if place in self.seen or place < self.first:
                self.again += 1
            else:
                self.seen.add(place)
        self.reach(start + size)

    def reach(self, position: int) -> None:
        """All before this position has been sent."""
        if self.first is None:
            self.first = self.highest = position
        self.highest = max(self.highest, position)

    @property
    def counts(self) -> tuple[int, int, int]:
        """Bytes sent, sent again, and sent unseen."""
        unseen = self.highest - (self.first or 0) - len(self.seen)
        return len(self.seen), self.again, unseen


@dataclass
class Simulated:
    """Packets as they were captured, and the truth about both sides."""

    packets: list[object]
    caller: Truth
    called: Truth


def simulated(seed: int) -> Simulated:
    """One conversation: words both ways, of two bytes and more, as one byte again is a keepalive,
    each repeated until it is acknowledged. Where the
    capture is made packets are lost, doubled, and out of order by less than a round trip;
    it may begin late."""
    chance = random.Random(seed)
    loss, missing = chance.choice((0.0, 0.1, 0.3)), chance.choice((0.0, 0.0, 0.1))
    late = chance.random() < 0.3
    sequences = chance.randrange(2**32), chance.randrange(2**32)
    captured: list[Captured] = []
    now = 0.0
    sent = [0, 0]  # What each side has said.
    heard = [0, 0]  # What each side has had from the other.
    if not late:
        captured += [
            (0.0, True, 0, 0, b"", SYN),
            (TRIP / 2, False, 0, 0, b"", SYN_ACK),
            (TRIP, True, 1, 1, b"", ACK),
        ]
    now = 1.0
    for _ in range(chance.randrange(3, 15)):
        side = chance.randrange(2)
        data = bytes(chance.choices(b"abc \n", k=chance.randrange(2, 20)))
        start = sent[side]
        sent[side] += len(data)
        while True:
            lost_before = chance.random() < loss
            lost_after = chance.random() < loss
            if not lost_before and chance.random() >= missing:
                captured.append((now, side == 0, 1 + start, 1 + heard[side], data, PUSH))
            arrived = not lost_before and not lost_after
            if arrived:
                heard[1 - side] = max(heard[1 - side], start + len(data))
                far = 1 - side
                told = now + TRIP / 2, side == 1, 1 + sent[far], 1 + heard[far], b"", ACK
                if chance.random() >= loss:
                    if chance.random() >= missing:
                        captured.append(told)
                    now += WAIT
                    break
            now += WAIT
    captured = _disordered(chance, captured)
    truths = (Truth(), Truth()) if late else (Truth(1), Truth(1))
    for truth in truths:
        truth.highest = truth.first or 0
    packets = []
    for at, by_caller, position, acknowledged, data, flags in captured:
        mine, theirs = truths if by_caller else truths[::-1]
        make = S if by_caller else R
        own, other = sequences if by_caller else sequences[::-1]
        first = (own + position) % 2**32
        upto = (other + acknowledged) % 2**32 if flags & ACK else 0
        packets.append(make(first, upto, flags, data, at))
        if flags & SYN:
            continue
        mine.put(position, len(data))
        theirs.reach(acknowledged)
    return Simulated(packets, *truths)


def _disordered(chance: random.Random, captured: list[Captured]) -> list[Captured]:
    """Some twice, and some behind the one that came a moment later."""
    rate = chance.choice((0.0, 0.1))
    found: list[Captured] = []
    for one in captured:
        found += [one] * (2 if chance.random() < rate else 1)
    for place in range(1, len(found)):
        near = found[place][0] - found[place - 1][0] <= TRIP
        if near and not found[place - 1][5] & SYN and chance.random() < rate:
            before, after = found[place - 1], found[place]
            found[place - 1], found[place] = (before[0], *after[1:]), (after[0], *before[1:])
    return found
