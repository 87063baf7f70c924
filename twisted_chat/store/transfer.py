"""What was said, written out for other programs and people, and read in again."""

import html
import json
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

from msgspec import Struct

from twisted_chat.display import one_line, safe
from twisted_chat.errors import UsageMistake
from twisted_chat.names import folded
from twisted_chat.store.queries import KeptLine
from twisted_chat.store.records import TalkKey

LONGEST = 1024 * 1024
"""Bytes of a line that is read in."""
_TEXTS = ("server", "room", "with", "with_key", "from", "key", "text")


class CarriedLine(Struct, frozen=True):
    """A line, and the conversation that it belongs to."""

    talk: TalkKey
    author: str
    fingerprint: str
    own: bool
    time: int
    text: str


def json_lines(talk: TalkKey, lines: Iterable[KeptLine]) -> Iterator[str]:
    """One object in each line."""
    private = not talk.room
    for line in lines:
        yield (
            json.dumps(
                {
                    "server": talk.server,
                    "room": "" if private else talk.name,
                    "with": talk.name if private else "",
                    "with_key": talk.key if private else "",
                    "from": line.author,
                    "key": line.fingerprint,
                    "own": line.own,
                    "time": line.time,
                    "text": line.text,
                },
                ensure_ascii=False,
            )
            + "\n"
        )


def text_lines(
    talk: TalkKey, lines: Iterable[KeptLine], when: Callable[[int], str]
) -> Iterator[str]:
    """One line for each that was said, as it is shown: nothing in it is obeyed by a terminal."""
    for line in lines:
        yield f"{when(line.time)} {one_line(line.author)}: {safe(line.text)}\n"


_HEAD = """<!DOCTYPE html>
<html><head><meta charset="utf-8"><title>{title}</title>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<style>
body {{ font-family: sans-serif; max-width: 50em; margin: 2em auto; padding: 0 1em; }}
p {{ margin: 0.2em 0; white-space: pre-wrap; overflow-wrap: anywhere; }}
time {{ color: #666; }} b {{ color: #246; }} b.own {{ color: #264; }}
</style></head><body><h1>{title}</h1>
"""


def page_lines(
    talk: TalkKey, lines: Iterable[KeptLine], when: Callable[[int], str]
) -> Iterator[str]:
    """A page that loads nothing from anywhere, and runs nothing."""
    yield _HEAD.format(title=html.escape(one_line(talk.name)))
    for line in lines:
        own = ' class="own"' if line.own else ""
        stamp = datetime.fromtimestamp(min(line.time, 253_402_300_799_000) / 1000, UTC)
        yield (
            f'<p><time datetime="{stamp:%Y-%m-%dT%H:%M:%SZ}">{when(line.time)}</time>'
            f" <b{own}>{html.escape(one_line(line.author))}</b>:"
            f" {html.escape(safe(line.text))}</p>\n"
        )
    yield "</body></html>\n"


def read_lines(lines: Iterable[bytes]) -> Iterator[CarriedLine]:
    """What `json_lines` has written. Raises UsageMistake, with the number of the line."""
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            if len(line) > LONGEST:
                raise UsageMistake(f"it has more than {LONGEST:,} bytes")
            yield _read(json.loads(line.decode()))
        except (UnicodeDecodeError, ValueError, RecursionError):
            raise UsageMistake(f"line {number}: this is no JSON in UTF-8") from None
        except UsageMistake as mistake:
            raise UsageMistake(f"line {number}: {mistake}") from None


def _read(found: Any) -> CarriedLine:
    if not isinstance(found, dict):
        raise UsageMistake("this is no object")
    for name in _TEXTS:
        if not isinstance(found.get(name, ""), str):
            raise UsageMistake(f"{name} is to be a text")
    time, own = found.get("time"), found.get("own", False)
    if type(time) is not int or not 0 <= time < 2**53:
        raise UsageMistake("time is to be a number: milliseconds since 1970")
    if type(own) is not bool:
        raise UsageMistake("own is to be true or false")
    room, whom = found.get("room", ""), found.get("with", "")
    if bool(room) is bool(whom) or not isinstance(found.get("text"), str):
        raise UsageMistake("a line has a text, and either a room or a with")
    server = found.get("server", "")
    if room:
        talk = TalkKey(server, folded(room), "", room)
    else:
        key = found.get("with_key", "") or f"@{folded(whom)}"
        talk = TalkKey(server, "", key, whom)
    author, fingerprint = found.get("from", ""), found.get("key", "")
    return CarriedLine(talk, author, "" if own else fingerprint, own, time, found["text"])
