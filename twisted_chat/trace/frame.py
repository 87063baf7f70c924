"""What a capture holds, one after the other."""

from typing import NamedTuple


class Frame(NamedTuple):
    """A packet as it stands in a capture: `at` in nanoseconds since 1970, `length`
    in bytes on the network, of which `data` is what was captured, at the
    interface of this number. One that was put together has its `parts`."""

    number: int
    at: int
    linktype: int
    data: bytes
    length: int
    comments: tuple[str, ...] = ()
    interface: int = 0
    parts: tuple["Frame", ...] = ()
