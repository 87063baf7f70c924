"""What was said before, and is kept or handed on, as lines of the screen."""

from collections.abc import Iterable

from msgspec.structs import replace

from twisted_chat.peer.events.kept import KeptText
from twisted_chat.terminal.colours import ANSI_256, colour_of
from twisted_chat.terminal.screen.shown_line import LineKind, ShownLine
from twisted_chat.terminal.wording.kept import NOT_THE_KEY, missing_here
from twisted_chat.terminal.wording.people import called

TOGETHER = 60.0
"""Seconds, by clocks that may differ, within which the order of a room says more than the time."""


def time_of(time: int, now: float) -> float:
    """A time of an author's clock, in milliseconds since 1970, as one that there can be."""
    return time / 1000 if 0 <= time / 1000 <= now else now


def said_before(lines: Iterable[KeptText], now: float, colour: int) -> list[ShownLine]:
    """What is kept, in order, and what is missing there. Ours has this colour."""
    shown = []
    for line in lines:
        one = _said(line, now, colour)
        if line.missing:
            shown.append(ShownLine(one.at, LineKind.NOTICE, missing_here(line)))
        shown.append(one)
    return shown


def handed_on(lines: Iterable[KeptText], now: float, colour: int) -> list[ShownLine]:
    """What others hand on, to stand where it belongs by its time: what was said at nearly the
    same time is in the order of the room."""
    shown: list[ShownLine] = []
    before = 0.0
    for line in lines:
        one = _said(line, now, colour)
        if before - TOGETHER < one.at < before:
            one = replace(one, at=before)
        before = one.at
        shown.append(one)
    return shown


def _said(line: KeptText, now: float, colour: int) -> ShownLine:
    when = time_of(line.time, now)
    if line.own:
        own = called(line.from_)  # By the name of then: it may be that we have none yet.
        return ShownLine(when, LineKind.OWN, line.text, own, colour)
    who = called(line.from_) + (NOT_THE_KEY if line.claimed else "")
    theirs = colour_of(line.from_.fingerprint, ANSI_256)
    return ShownLine(when, LineKind.HEARD, line.text, who, theirs)
