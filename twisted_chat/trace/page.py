"""The analysis as a picture: one self-contained HTML page with the ladders.

It loads nothing: its policy allows the one style and the one script in it, by
their digests, and no connection at all. Every text that comes from a capture
is escaped for where it stands.
"""

import base64
import hashlib
import html
import json
from collections.abc import Iterable, Sequence
from importlib.resources import files
from itertools import islice
from string import Template

from twisted_chat.addresses import Address
from twisted_chat.display import safe
from twisted_chat.trace.document import Told
from twisted_chat.trace.fields import EXPLAINED, explained, fields, layer_of
from twisted_chat.trace.report import (
    ConversationSummary,
    Finding,
    Purpose,
    Row,
    at,
    count,
    duration,
    series,
)
from twisted_chat.trace.table import seconds, segment

MAX_PACKETS = 5_000
"""Packets in one page; a browser scrolls through so many smoothly."""
MAX_CONVERSATIONS = 500
"""Conversations in one page."""
MAX_FINDINGS = 200
"""Findings of one conversation in a page."""
LINES = 12
"""Hosts that get a line of their own; all others share one."""
PAUSES = (100_000_000, 1_000_000_000, 10_000_000_000, 60_000_000_000)
"""Nanoseconds of silence before a packet, from which the ladder shows it as a wider step."""

_DATA = files("twisted_chat.trace") / "data"


def page(title: str, about: str, conversations: Iterable[Told], start: int) -> str:
    """The whole page. `title` and `about` are shown as they are; times count
    from `start`, in nanoseconds."""
    sections, choices, frames = [], [], {}
    left = MAX_PACKETS
    told = iter(conversations)
    for number, (conversation, rows, findings) in enumerate(islice(told, MAX_CONVERSATIONS), 1):
        shown = [row for row, _ in zip(rows, range(left), strict=False)]
        left -= len(shown)
        sections.append(_section(number, conversation, shown, findings, start))
        name = f"{number}. {conversation.kind}, {count(conversation.packets, 'packet')}"
        choices.append(f'<option value="talk-{number}">{html.escape(name)}</option>')
        frames.update({row.number: _frame(row) for row in shown})
    if more := sum(1 for _ in told):
        left_out = f"{count(more, 'more conversation')}, which chat-analyze prints"
        sections.append(f'<p class="note">and {left_out}</p>')
    style = _data("page.css") + _columns()
    script = _data("page.js")
    return Template(_data("page.html")).substitute(
        policy=f"default-src 'none'; style-src '{_digest(style)}'; script-src '{_digest(script)}';"
        " base-uri 'none'; form-action 'none'",
        title=html.escape(safe(title)),
        about=html.escape(safe(about)),
        style=style,
        script=script,
        purposes="\n".join(map(_purpose, Purpose)),
        choices="".join(choices),
        sections="\n".join(sections),
        frames=_json(frames),
        explained=_json(EXPLAINED),
    )


def _data(name: str) -> str:
    return (_DATA / name).read_text()


def _digest(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _json(value: object) -> str:
    """JSON that cannot end the script element it stands in."""
    text = json.dumps(value)
    for character in "<>&":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


def _columns() -> str:
    """The places of the lines, as a strict policy allows no styles in the body."""
    rules = [f".n{number} {{ --n: {number}; }}" for number in range(1, LINES + 2)]
    rules += [f".a{number} {{ --a: {number}; }}" for number in range(LINES + 1)]
    rules += [f".s{number} {{ --s: {number}; }}" for number in range(LINES + 1)]
    return "\n".join(rules) + "\n"


def _purpose(purpose: Purpose) -> str:
    name = purpose.value
    return (
        f'<label class="{name}"><input type="checkbox" value="{name}" checked>'
        f'<span class="swatch"></span>{name}</label>'
    )


def _section(
    number: int,
    conversation: ConversationSummary,
    rows: Sequence[Row],
    findings: Iterable[Finding],
    start: int,
) -> str:
    lines = {address: min(place, LINES) for place, (address, _) in enumerate(conversation.hosts)}
    width = max(2, min(len(conversation.hosts), LINES + 1))
    took = duration(conversation.last - conversation.first)
    head = f"{number}. {conversation.kind}, {count(conversation.packets, 'packet')} in {took}"
    note = ""
    if len(rows) < conversation.packets:
        note = f'<p class="note">The first {len(rows):,} of them are in this page.</p>'
    previous = [row.at for row in rows[:1]] + [row.at for row in rows]
    items = "\n".join(
        _item(row, lines, row.at - before, start)
        for row, before in zip(rows, previous, strict=False)
    )
    return (
        f'<section class="talk" id="talk-{number}" aria-labelledby="title-{number}">\n'
        f'<h2 id="title-{number}">{html.escape(head)}</h2>\n{note}'
        f'<div class="heads n{width}"><span>no</span><span>time, s</span>\n'
        f'<ul class="hosts" aria-label="Hosts">{_heads(conversation)}</ul></div>\n'
        f'<ol class="ladder n{width}" aria-labelledby="title-{number}">\n{items}\n</ol>\n'
        f"<details><summary>What they say together</summary>\n{_findings(findings)}\n</details>\n"
        "</section>"
    )


def _heads(conversation: ConversationSummary) -> str:
    heads = [
        f"<li>{html.escape(at(address))}<b>{html.escape(name)}</b></li>"
        for address, name in conversation.hosts[:LINES]
    ]
    if (more := len(conversation.hosts) - LINES) > 0:
        heads.append(f"<li>{more:,} more</li>")
    return "".join(heads)


def _findings(findings: Iterable[Finding]) -> str:
    items = []
    for place, finding in enumerate(findings):
        if place == MAX_FINDINGS:
            items.append('<li class="note">and more, which chat-analyze prints</li>')
            break
        cited = f" ({series(finding.packets)})" if finding.packets else ""
        items.append(
            f"<li><b>{html.escape(finding.topic)}</b>{html.escape(finding.text + cited)}</li>"
        )
    return f'<ul class="findings">{"".join(items)}</ul>'


def _item(row: Row, lines: dict[Address, int], pause: int, start: int) -> str:
    source, destination = (_line(lines, end) for end in (row.source, row.destination))
    left, span = min(source, destination), abs(source - destination)
    direction = "right" if destination > source else "left" if span else "self"
    verdict = row.verdict
    purpose = verdict.purpose.value
    gap = sum(pause >= least for least in PAUSES)
    classes = f"packet {purpose} a{left} s{span} {direction} g{gap}"
    time = seconds(row.at - start)
    spoken = (
        f"Packet {row.number}, {time} seconds, {at(row.source)} to {at(row.destination)}:"
        f" {verdict.whole}. {purpose}, {verdict.protocol}, {row.length} bytes"
    )
    return (
        f'<li><button type="button" class="{classes}" data-packet="{row.number}"'
        f' data-purpose="{purpose}" aria-label="{html.escape(spoken)}" title="{purpose}">'
        f'<span class="no">{row.number}</span><span class="time">{time}</span>'
        f'<span class="lane"><span class="what">{html.escape(verdict.what)}</span>'
        f'<span class="arrow"></span></span></button></li>'
    )


def _line(lines: dict[Address, int], address: Address) -> int:
    """Its line; a host that speaks ICMP stands where its chat does."""
    if address in lines:
        return lines[address]
    return next((line for (host, _), line in lines.items() if host == address[0]), 0)


def _frame(row: Row) -> dict[str, object]:
    verdict = row.verdict
    about = [
        f"{at(row.source)} → {at(row.destination)}",
        verdict.whole,
        f"{verdict.protocol}, {count(row.length, 'byte')}",
        f"purpose: {verdict.purpose.value}; layer: {verdict.layer.value}",
        *map(safe, row.comments),
    ]
    if verdict.numbers is not None:
        flags, sequence, acknowledged, length, window = segment(verdict.numbers)
        told = f"Seq={sequence}, " + (f"Ack={acknowledged}, " if acknowledged else "")
        about.insert(2, f"[{flags}] {told}Len={length}, Win={window}")
    layers = [
        (
            part.name,
            part.start,
            part.end,
            "link" if part.name == "padding" else layer_of(part, row),
            [
                (
                    one.name,
                    one.start - part.start,
                    safe(one.value),
                    explained(part, row, one.name),
                )
                for one in fields(part, row)
            ],
        )
        for part in row.layout
    ]
    opened = [(one.name, one.plain.hex(), one.inside) for one in verdict.opened]
    return {"about": about, "layers": layers, "bytes": row.frame.hex(), "opened": opened}
