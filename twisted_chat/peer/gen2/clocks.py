"""Which clock is followed in a room, among those that messages and members claim."""

from itertools import pairwise

MAX_AHEAD = 1_000_000
"""How far the clock of a message can take ours ahead: one that claims more is shown where it
claims to be, and what is said later is not drawn there."""


def usual_clock(clocks: list[int]) -> int:
    """The first of those of these, in order, of which there are most with nothing far ahead
    between; 0 for none."""
    steps = enumerate(pairwise(clocks), 1)
    starts = [0] + [at for at, (one, two) in steps if two - one > MAX_AHEAD]
    lengths = [end - start for start, end in pairwise([*starts, len(clocks)])]
    return clocks[starts[lengths.index(max(lengths))]] if clocks else 0
