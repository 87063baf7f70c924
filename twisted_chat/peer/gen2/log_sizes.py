"""How much is held of what was said in each room."""

from collections.abc import Iterable

MAX_HELD = 10_000
"""Messages of one room that are held, the last: what stands before them is in the store alone,
and handed to nobody."""
MAX_IN_ALL, LEAST_HELD = 40_000, 500
"""Those of all rooms together, but for the last of each."""


def most_of_another(others: Iterable[int]) -> int:
    """How many messages are to be held of another room, beside so many of each of these."""
    return max(LEAST_HELD, min(MAX_HELD, MAX_IN_ALL - sum(others)))
