"""What the analysis says of a capture: of each packet, and of each conversation.

Texts are fit to show: what a stranger typed has been made safe in them.
Times are in nanoseconds since 1970, or between two moments.
"""

from collections.abc import Sequence
from enum import StrEnum
from functools import lru_cache, partial
from typing import NamedTuple, Protocol

from msgspec import Struct

from twisted_chat.addresses import Address, host_and_port
from twisted_chat.display import safe
from twisted_chat.trace.link import Header

LONGEST_TEXT = 60
"""Characters of a stranger's text that are quoted."""


class Purpose(StrEnum):
    """What a packet is there for."""

    SET_UP = "set-up"
    DATA = "data"
    KEEPALIVE = "keepalive"
    RECOVERY = "recovery"
    CLOSE = "close"
    UNKNOWN = "unknown"


class Layer(StrEnum):
    """Whose business a packet is."""

    NETWORK = "network"
    TRANSPORT = "transport"
    APPLICATION = "application"


class SegmentNumbers(NamedTuple):
    """Where a TCP segment stands, as Wireshark has it: numbers from the first of each
    side, the acknowledged one None without the flag, `window` in bytes where its scale is
    known."""

    flags: int
    sequence: int
    acknowledged: int | None
    length: int
    window: int


class Inside(NamedTuple):
    """Something in what was decrypted: whose business it is, and its bytes from `start` to
    `end` of all that was decrypted, none where it is put together from several packets."""

    layer: str
    text: str
    start: int
    end: int


class Opened(NamedTuple):
    """One encrypted packet that was opened: its name, what was in it, and what that is."""

    name: str
    plain: bytes
    inside: tuple[Inside, ...]


class Dissection(NamedTuple):
    """What one packet is; `protocol` as a person would call it. A `note` says
    what follows from other packets, such as what it answers."""

    what: str
    purpose: Purpose
    layer: Layer
    protocol: str
    note: str = ""
    numbers: SegmentNumbers | None = None
    opened: tuple[Opened, ...] = ()

    @property
    def whole(self) -> str:
        """What it is, with the note."""
        return f"{self.what} ({self.note})" if self.note else self.what


new_numbers = partial(tuple.__new__, SegmentNumbers)
new_dissection = partial(tuple.__new__, Dissection)
"""Either of a tuple with all of its fields, which takes half the time of a call of the class."""


class Row(NamedTuple):
    """One packet of a conversation, as the table has it. `length` is in bytes
    on the network, `payload` where it is in `frame`, and `end` where the packet
    ends there: what follows is padding of the network below it."""

    number: int
    at: int
    source: Address
    destination: Address
    length: int
    verdict: Dissection
    frame: bytes
    headers: tuple[Header, ...]
    comments: tuple[str, ...]
    end: int

    @property
    def payload(self) -> Header:
        """What is behind the last header."""
        return Header("payload", self.headers[-1].end, self.end)

    @property
    def layout(self) -> tuple[Header, ...]:
        """All that the frame is made of, in order: nothing that has no bytes."""
        parts = (*self.headers, self.payload, Header("padding", self.end, len(self.frame)))
        return tuple(part for part in parts if part.start < part.end)


new_row = partial(tuple.__new__, Row)
"""One of a tuple with all of its fields, which takes half the time of a call of the class."""


class Finding(Struct, frozen=True):
    """Something about a conversation that no single packet says. `packets`
    are the numbers of those it was read from, `took` is a time where one was measured."""

    topic: str
    text: str
    packets: tuple[int, ...] = ()
    took: int | None = None


class ConversationSummary(Struct, frozen=True):
    """A conversation as a whole: `hosts` are its participants, in the order
    of the ladder, each with what it is called."""

    kind: str
    hosts: tuple[tuple[Address, str], ...]
    packets: int
    first: int
    last: int


class Sink(Protocol):
    """Where the analysis puts what it says, conversation by number."""

    def row(self, conversation: int, row: Row) -> None: ...

    def finding(self, conversation: int, finding: Finding) -> None: ...

    def concluded(self, conversation: int, summary: ConversationSummary) -> None: ...

    def merged(self, conversation: int, into: int) -> None:
        """All of the first has turned out to belong to the second."""


@lru_cache(maxsize=65_536)
def at(address: Address) -> str:
    """An address as it is shown; ICMP's has no port."""
    return host_and_port(*address) if address[1] else address[0]


def called(address: Address, name: str) -> str:
    """An address, with what the one there is called, where that is known."""
    return f"{at(address)} ({name})" if name else at(address)


def quoted(text: str | bytes) -> str:
    """A stranger's text, made safe, short, and marked as theirs."""
    if isinstance(text, bytes):
        text = text[: 4 * LONGEST_TEXT].decode("utf-8", "replace")
    shown = safe(text[: LONGEST_TEXT + 1])
    return f"“{shown[:LONGEST_TEXT]}…”" if len(shown) > LONGEST_TEXT else f"“{shown}”"


@lru_cache(maxsize=4_096)
def count(number: int, noun: str) -> str:
    """A number with its noun."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def duration(nanoseconds: int) -> str:
    """A time as a person reads it, with three digits or so."""
    seconds = nanoseconds / 1e9
    for size, unit in ((1.0, "s"), (1e-3, "ms")):
        if abs(seconds) >= size:
            return f"{seconds / size:.3f} {unit}"
    return f"{seconds * 1e6:.0f} µs"


def series(numbers: Sequence[int]) -> str:
    """Packet numbers as they are cited."""
    return ", ".join(f"#{number}" for number in numbers)
