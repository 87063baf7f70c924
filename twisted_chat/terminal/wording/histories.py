"""Lines about what others hand on of what was said in a room."""

from collections.abc import Callable
from typing import Any

from twisted_chat.peer.events import histories
from twisted_chat.terminal.wording.kept import line_of, missing
from twisted_chat.terminal.wording.people import called, excerpt, listed, shown_name, verb

SHOWN = 10
"""Lines that are shown to a newcomer of what was handed on, as at any joining."""


def _many(lines: int) -> str:
    return f"{lines} lines" if lines > 1 else "one line"


def handed_on(event: histories.HandedOn) -> str:
    """What has come, and by whom."""
    who, many, room = listed(event.by), _many(event.count), shown_name(event.room)
    have = verb(len(event.by), "has", "have")
    if not event.first:
        return f"{who} {have} handed on {many} of {room}, which came late"
    if event.part:
        return f"{who} {have} handed on a part of what was said in {room} before: {many}"
    if event.more:
        many = many.removeprefix("one ")
        return f"{who} {have} handed on the last {many} of {room}; more was said before that"
    return f"{who} {have} handed on all that was said in {room} before: {many}"


def _with_lines(event: histories.HandedOn) -> list[str]:
    head = handed_on(event)
    told = [line_of(line) for line in event.lines[-SHOWN if event.first else 0 :]]
    if len(told) < event.count:
        head += f"; the last {len(told)} are these, $history shows more"
    return [head, *told]


def newcomers_get(lines: int) -> str:
    """What members hand on to newcomers, by its number."""
    if lines < 0:
        return "all that was said before"
    return f"the last {_many(lines)} of before" if lines else "nothing of what was said before"


WORDS: dict[type, Callable[[Any], str | list[str]]] = {
    histories.HandedOn: _with_lines,
    histories.WordsMissing: lambda event: (
        f"{missing(event.lines, called(event.who))} in {shown_name(event.room)}:"
        " nobody who is there now can hand them on"
    ),
    histories.TwoTexts: lambda event: (
        f"{called(event.who)} has said two things in one place in {shown_name(event.room)}, and"
        f" others may have heard the other alone: {excerpt(event.other)} and {excerpt(event.text)}"
    ),
    histories.NewcomersGet: lambda event: (
        f"in {shown_name(event.room)} newcomers are given {newcomers_get(event.lines)}"
    ),
}
