"""The analysis as text: the table of a conversation, its bytes, and what there is to say of it."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache

from twisted_chat.display import safe
from twisted_chat.trace.report import (
    ConversationSummary,
    Finding,
    Row,
    at,
    count,
    duration,
    series,
)

WIDEST = 72
"""Columns of the text that says what a packet is; what is longer is cut."""
HOSTS_NAMED = 8
"""Participants that the title of a conversation names."""
_PER_LINE = 16
"""Bytes in one line of a dump."""

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
    hosts = [
        f"{at(address)} ({name})" if name else at(address) for address, name in conversation.hosts
    ]
    named = ", ".join(hosts[:HOSTS_NAMED])
    if len(hosts) > HOSTS_NAMED:
        named += f" and {len(hosts) - HOSTS_NAMED:,} more"
    took = duration(conversation.last - conversation.first)
    packets = count(conversation.packets, "packet")
    return f"{number}. {conversation.kind}, {packets} in {took}: {named}"


_HEADINGS = (
    "no",
    "time, s",
    "source",
    "destination",
    "protocol",
    "bytes",
    "what it is",
    "purpose",
    "layer",
)


def table(
    rows: Iterable[Row],
    conversation: ConversationSummary,
    start: int,
    longest: int,
    *,
    dumped: bool,
) -> Iterator[str]:
    """Every packet of a conversation, times from `start`. `longest` is how long
    the longest text about one is; with `dumped` the bytes follow."""
    address = max((len(at(host)) for host, _ in conversation.hosts), default=0)
    address = max(address, len("destination"))
    what = min(max(longest, len("what it is")), WIDEST)
    # Written out, where a loop over the columns would do: there may be millions of lines.
    line = (
        f"{{:>6}}  {{:>12}}  {{:{address}}}  {{:{address}}}  {{:8}}  {{:>5}}  {{}}  {{:9}}  {{}}"
    )
    yield line.format(*_HEADINGS[:6], fit(_HEADINGS[6], what), *_HEADINGS[7:])
    for row in rows:
        verdict = row.verdict
        yield line.format(
            row.number,
            seconds(row.at - start),
            at(row.source),
            at(row.destination),
            verdict.protocol,
            row.length,
            fit(verdict.whole, what),
            verdict.purpose.value,
            verdict.layer.value,
        )
        if dumped:
            yield from layers(row)


def layers(row: Row) -> Iterator[str]:
    """The bytes of a packet, layer by layer, as hex and as text."""
    for comment in row.comments:
        yield f"        comment: {safe(comment)}"
    for header in row.layout:
        yield f"        {header.name}, {count(header.end - header.start, 'byte')}"
        yield from (f"          {line}" for line in dump(row.frame[header.start : header.end]))


def dump(data: bytes) -> Iterator[str]:
    """Bytes as hex beside the text that they are in ASCII."""
    for start in range(0, len(data), _PER_LINE):
        piece = data[start : start + _PER_LINE]
        text = "".join(chr(byte) if 32 <= byte < 127 else "." for byte in piece)
        yield f"{start:04x}  {piece.hex(' '):<{3 * _PER_LINE - 1}}  {text}"


def told(found: Iterable[Finding]) -> Iterator[str]:
    """What no single packet says."""
    for finding in found:
        cited = f" ({series(finding.packets)})" if finding.packets else ""
        yield f"{finding.topic:>16}  {finding.text}{cited}"
