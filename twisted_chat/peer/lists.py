"""How much of a list is kept that a server sends, and how long it may go on."""

from collections.abc import Iterable

MAX_LIST_BYTES = 16 * 1024 * 1024
"""Bytes of one list that are kept: 200,000 names of 16 letters."""
NAME_OVERHEAD = 64
"""Bytes that a name counts for besides its letters."""
LONGEST_LIST = 300.0
"""Seconds that a list, or a roster, takes at most. On the open internet a server of
generation 1 says 50 names a second: 15,000 in that time."""


def weight(names: Iterable[str]) -> int:
    """The bytes that names count for."""
    return sum(len(name) + NAME_OVERHEAD for name in names)
