"""The analysis as text: the table of a conversation, its bytes, and what there is to say of it."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache

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
    return sum(map(_cells, text)) if _UNUSUAL.search(text) else len(text)


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
    "no": ">6",
    "time": ">12",
    "protocol": "8",
    "bytes": ">5",
    "flags": "13",
    "seq": ">7",
    "ack": ">7",
    "len": ">5",
    "win": ">7",
    "purpose": "9",
    "layer": "11",
}
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
        if chosen[-1:] == ["what"]:
            self._fit: Callable[[str, int], str] = _cut
        else:
            self._fit = fit
        places = {name: place for place, name in enumerate(COLUMNS)}
        widths = {**_WIDTHS, "source": f"{address}", "destination": f"{address}", "what": ""}
        self._line = "  ".join(f"{{{places[name]}:{widths[name]}}}" for name in chosen)

    def heading(self) -> str:
        """The names of the columns."""
        names = dict(_HEADINGS)
        names["what"] = self._fit(names["what"], self._what)
        return self._line.format(*names.values()).rstrip()

    def row(self, row: Row, start: int) -> str:
        """One packet, its time from `start`."""
        verdict = row.verdict
        numbers = verdict.numbers
        return self._line.format(
            row.number,
            seconds(row.at - start),
            at(row.source),
            at(row.destination),
            verdict.protocol,
            row.length,
            *(_NOTHING if numbers is None else segment(numbers)),
            self._fit(verdict.whole, self._what),
            verdict.purpose,
            verdict.layer,
        ).rstrip()


def _taken(columns: Sequence[str], address: int, what: int) -> int:
    """How many columns of a terminal lines take."""
    widths = {name: int(width.lstrip(">")) for name, width in _WIDTHS.items()}
    widths.update(source=address, destination=address, what=what)
    return sum(widths[name] + 2 for name in columns) - 2


def _cut(text: str, width: int) -> str:
    return text if cells(text) <= width else fit(text, width)


def segment(numbers: SegmentNumbers) -> tuple[str, ...]:
    """What Wireshark shows of a segment: flags by name, and Seq, Ack, Len and Win."""
    flags, sequence, acknowledged, length, window = numbers
    told = "" if acknowledged is None else str(acknowledged)
    return flag_names(flags), str(sequence), told, str(length), str(window)


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
    below: Callable[[Row], Iterable[str]] = lambda row: (),
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
        yield from below(row)


def told(found: Iterable[Finding]) -> Iterator[str]:
    """What no single packet says."""
    for finding in found:
        cited = f" ({series(finding.packets)})" if finding.packets else ""
        yield f"{finding.topic:>16}  {finding.text}{cited}"
