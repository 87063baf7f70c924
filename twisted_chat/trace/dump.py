"""The bytes of a packet as text: layer by layer, with what each field says."""

from collections.abc import Iterator

from twisted_chat.display import safe
from twisted_chat.trace.fields import fields, layer_of
from twisted_chat.trace.report import Row, count

_PER_LINE = 16
"""Bytes in one line of a dump."""


def layers(row: Row) -> Iterator[str]:
    """The bytes of a packet, layer by layer, as hex and as text, and the fields in them;
    then what was encrypted, where it was opened."""
    for comment in row.comments:
        yield f"        comment: {safe(comment)}"
    for part in row.layout:
        layer = "link" if part.name == "padding" else layer_of(part, row)
        yield f"        {part.name}, {count(part.end - part.start, 'byte')} ({layer})"
        yield from (f"          {line}" for line in dump(row.frame[part.start : part.end]))
        for field in fields(part, row):
            yield f"          {layer:11} {field.name:25} {safe(field.value)}"
    for opened in row.verdict.opened:
        yield f"        opened: {opened.name}, {count(len(opened.plain), 'byte')}"
        yield from (f"          {line}" for line in dump(opened.plain))
        for one in opened.inside:
            yield f"          {one.layer:11} {one.text}"


def dump(data: bytes) -> Iterator[str]:
    """Bytes as hex beside the text that they are in ASCII."""
    for start in range(0, len(data), _PER_LINE):
        piece = data[start : start + _PER_LINE]
        text = "".join(chr(byte) if 32 <= byte < 127 else "." for byte in piece)
        yield f"{start:04x}  {piece.hex(' '):<{3 * _PER_LINE - 1}}  {text}"
