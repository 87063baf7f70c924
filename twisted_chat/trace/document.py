"""The analysis for programs: one JSON document, written piece by piece."""

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from twisted_chat.display import safe
from twisted_chat.trace.fields import layer_of
from twisted_chat.trace.link import Header
from twisted_chat.trace.report import ConversationSummary, Finding, Opened, Row, SegmentNumbers
from twisted_chat.trace.table import flag_names

Told = tuple[ConversationSummary, Iterable[Row], Iterable[Finding]]


def document(
    conversations: Iterable[Told],
    start: int,
    *,
    packets: int,
    dropped: int,
    passed_over: dict[str, int],
    problems: Sequence[str],
) -> Iterator[str]:
    """The pieces of the document. Its `at` is in nanoseconds since 1970, all
    other times are in seconds, those of packets counted from there."""
    about = {
        "packets": packets,
        "dropped": dropped,
        "at": start,
        "passed_over": passed_over,
        "problems": problems,
    }
    yield f'{{"capture": {json.dumps(about)},\n"conversations": ['
    comma = "\n"
    for conversation, rows, findings in conversations:
        head = {
            "kind": conversation.kind,
            "hosts": [
                {"host": host, "port": port, "name": name}
                for (host, port), name in conversation.hosts
            ],
            "count": conversation.packets,
        }
        yield f'{comma}{json.dumps(head)[:-1]}, "packets": ['
        comma = ",\n"
        yield from _items(packet(row, start) for row in rows)
        yield '\n],\n"findings": ['
        yield from _items(_finding(finding) for finding in findings)
        yield "\n]}"
    yield "\n]}\n"


def packet(row: Row, start: int) -> dict[str, Any]:
    """One packet; `bytes` is its frame in hex, which `layers` divides, and `opened` what
    was encrypted in it."""
    verdict = row.verdict
    return {
        "number": row.number,
        "time": (row.at - start) / 1e9,
        "source": dict(zip(("host", "port"), row.source, strict=True)),
        "destination": dict(zip(("host", "port"), row.destination, strict=True)),
        "protocol": verdict.protocol,
        "length": row.length,
        "what": verdict.what,
        "note": verdict.note,
        "purpose": verdict.purpose.value,
        "layer": verdict.layer.value,
        "segment": None if verdict.numbers is None else _segment(verdict.numbers),
        "layers": [_layer(header, row) for header in row.layout],
        "opened": [_opened(one) for one in verdict.opened],
        "bytes": row.frame.hex(),
        "comments": [safe(comment) for comment in row.comments],
    }


def _segment(numbers: SegmentNumbers) -> dict[str, Any]:
    flags, seq, ack, length, window = numbers
    return {"flags": flag_names(flags), "seq": seq, "ack": ack, "len": length, "win": window}


def _layer(part: Header, row: Row) -> dict[str, Any]:
    return {
        "name": part.name,
        "layer": "link" if part.name == "padding" else layer_of(part, row),
        "start": part.start,
        "end": part.end,
    }


def _opened(opened: Opened) -> dict[str, Any]:
    return {
        "name": opened.name,
        "bytes": opened.plain.hex(),
        "inside": [one._asdict() for one in opened.inside],
    }


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "topic": finding.topic,
        "text": finding.text,
        "packets": finding.packets,
        "seconds": None if finding.took is None else finding.took / 1e9,
    }


def _items(items: Iterable[dict[str, Any]]) -> Iterator[str]:
    comma = "\n"
    for item in items:
        yield comma + json.dumps(item)
        comma = ",\n"
