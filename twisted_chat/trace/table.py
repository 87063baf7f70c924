"""The analysis as text: the table of a conversation, its bytes, and what there is to say of it."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from operator import itemgetter

from twisted_chat.trace.packet import Flag
from twisted_chat.trace.report import (
    ConversationSummary,
    Finding,
    Row,
    SegmentNumbers,
    at,
    called,
    count,
    duration,
    series,
)

WIDEST = 72
"""Columns of the text that says what a packet is; what is longer is cut."""
HOSTS_NAMED = 8
"""Participants that the title of a conversation names."""

_UNUSUAL = re.compile("[^ -~\u00a1-\u02ff\u2010-\u2026\u2190-\u2193\u2400-\u2426─│]")
"""Characters that may take another number of columns than one."""


def cells(text: str) -> int:
    """How many columns of a terminal a text takes (UAX #11)."""
    if text.isascii() or _UNUSUAL.search(text) is None:
        return len(text)
    return sum(map(_cells, text))


@lru_cache(maxsize=4096)
def _cells(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 1 + (unicodedata.east_asian_width(character) in "WF")


def fit(text: str, width: int) -> str:
    """A text cut, or padded, to so many columns."""
    taken = cells(text)
    if taken > width:
        while cells(text) >= width:
            text = text[:-1]
        text += "…"
        taken = cells(text)
    return text + " " * (width - taken)


def seconds(nanoseconds: int) -> str:
    """A time on the axis, in seconds."""
    return f"{nanoseconds / 1e9:.6f}"


def title(number: int, conversation: ConversationSummary) -> str:
    """One line that says what a conversation is."""
    hosts = [called(address, name) for address, name in conversation.hosts]
    named = ", ".join(hosts[:HOSTS_NAMED])
    if len(hosts) > HOSTS_NAMED:
        named += f" and {len(hosts) - HOSTS_NAMED:,} more"
    took = duration(conversation.last - conversation.first)
    packets = count(conversation.packets, "packet")
    return f"{number}. {conversation.kind}, {packets} in {took}: {named}"


_HEADINGS = {
    "no": "no",
    "time": "time, s",
    "source": "source",
    "destination": "destination",
    "protocol": "protocol",
    "bytes": "bytes",
    "flags": "flags",
    "seq": "seq",
    "ack": "ack",
    "len": "len",
    "win": "win",
    "what": "what it is",
    "purpose": "purpose",
    "layer": "layer",
}
COLUMNS = tuple(_HEADINGS)
"""Those there are: `seq`, `ack`, `len`, `win` and `flags` as Wireshark has them, for TCP."""
DEFAULT = ("no", "time", "source", "destination", "protocol", "bytes", "what", "purpose", "layer")
OF_SEGMENTS = (*DEFAULT[:6], "flags", *DEFAULT[6:])
LIVE = (*DEFAULT[:6], "purpose", "what")
_DISPENSABLE = ("layer", "protocol", "bytes", "purpose", "flags")
"""Columns that are left out, in this order, where a terminal is too narrow."""
_WIDTHS = {
    "no": 6,
    "time": 12,
    "protocol": -8,
    "bytes": 5,
    "flags": -13,
    "seq": 7,
    "ack": 7,
    "len": 5,
    "win": 7,
    "purpose": -9,
    "layer": -11,
}
"""Columns of a terminal, to the left of which a text stands where they are less than 0."""
_NUMBERS = frozenset({"seq", "ack", "len", "win"})
NARROWEST = 24
"""Columns that the text keeps of a packet, however narrow the terminal is."""
_NOTHING = ("",) * 5


class Table:
    """Lines of columns: `address` and `what` are how wide addresses and texts are, and
    `width` how many columns the terminal has, where there is one."""

    def __init__(
        self, columns: Sequence[str], *, address: int, what: int, width: int | None = None
    ) -> None:
        chosen = list(columns)
        self._what = max(what, len(_HEADINGS["what"]))
        if width is not None:
            for column in _DISPENSABLE:
                if _taken(chosen, address, self._what) > width and column in chosen:
                    chosen.remove(column)
            over = _taken(chosen, address, self._what) - width
            if over > 0:
                self._what = max(min(NARROWEST, self._what), self._what - over)
        self._is_last = chosen[-1:] == ["what"]
        self._of_segment = segment if _NUMBERS & set(chosen) else _flags_alone
        places = {name: place for place, name in enumerate(COLUMNS)}
        self._chosen = itemgetter(*map(places.__getitem__, chosen))
        widths = {**_WIDTHS, "source": -address, "destination": -address, "what": ""}
        self._heading = "  ".join(f"%{widths[name]}s" for name in chosen)
        widths["time"] = f"{_WIDTHS['time']}.6"
        self._line = "  ".join(
            f"%{widths[name]}{'f' if name == 'time' else 's'}" for name in chosen
        )

    def heading(self) -> str:
        """The names of the columns."""
        names = dict(_HEADINGS)
        names["what"] = self._fit(names["what"])
        heading: str = self._heading % self._chosen(tuple(names.values()))
        return heading.rstrip()

    def row(self, row: Row, start: int) -> str:
        """One packet, its time from `start`."""
        number, now, source, destination, length, verdict, _, _, _, _ = row
        what, purpose, layer, protocol, note, numbers, _ = verdict
        if note:
            what = f"{what} ({note})"
        columns = (
            number,
            (now - start) / 1e9,
            at(source),
            at(destination),
            protocol,
            length,
            *(_NOTHING if numbers is None else self._of_segment(numbers)),
            self._fit(what),
            purpose,
            layer,
        )
        line: str = self._line % self._chosen(columns)
        return line.rstrip()

    def _fit(self, text: str) -> str:
        taken = cells(text)
        if taken > self._what:
            return fit(text, self._what)
        return text if self._is_last else text + " " * (self._what - taken)


def _taken(columns: Sequence[str], address: int, what: int) -> int:
    """How many columns of a terminal lines take."""
    widths = {name: abs(width) for name, width in _WIDTHS.items()}
    widths.update(source=address, destination=address, what=what)
    return sum(widths[name] + 2 for name in columns) - 2


def segment(numbers: SegmentNumbers) -> tuple[str, ...]:
    """What Wireshark shows of a segment: flags by name, and Seq, Ack, Len and Win."""
    flags, sequence, acknowledged, length, window = numbers
    told = "" if acknowledged is None else str(acknowledged)
    return flag_names(flags), str(sequence), told, str(length), str(window)


def _flags_alone(numbers: SegmentNumbers) -> tuple[str, ...]:
    return flag_names(numbers.flags), *_NOTHING[1:]


@lru_cache(maxsize=256)
def flag_names(flags: int) -> str:
    """Flags by name, in the order of their bits."""
    return ", ".join(flag.name for flag in Flag if flags & flag)


def table(
    rows: Iterable[Row],
    conversation: ConversationSummary,
    start: int,
    longest: int,
    *,
    below: Callable[[Row], Iterable[str]] | None = None,
    columns: Sequence[str] = (),
    width: int | None = None,
) -> Iterator[str]:
    """Every packet of a conversation, times from `start`, and the lines `below` each.
    `longest` is how long the longest text about one is."""
    address = max((len(at(host)) for host, _ in conversation.hosts), default=0)
    lines = Table(
        columns or (OF_SEGMENTS if conversation.kind == "TCP chat" else DEFAULT),
        address=max(address, len("destination")),
        what=min(longest, WIDEST),
        width=width,
    )
    yield lines.heading()
    line = lines.row
    for row in rows:
        yield line(row, start)
        if below is not None:
            yield from below(row)


def told(found: Iterable[Finding]) -> Iterator[str]:
    """What no single packet says."""
    for finding in found:
        cited = f" ({series(finding.packets)})" if finding.packets else ""
        yield f"{finding.topic:>16}  {finding.text}{cited}"
