"""Lines about what is kept of what was said."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from twisted_chat.display import safe
from twisted_chat.peer.events import kept
from twisted_chat.terminal.wording.people import called, excerpt, shown_name

NOSTORE = "$nostore goes on in memory"
OURS = "you"
NOT_THE_KEY = " (not by the key that you know)"


def when(time: int) -> str:
    """A time, in milliseconds since 1970, as a person reads it, in the zone of this machine."""
    try:
        return f"{datetime.fromtimestamp(time / 1000):%Y-%m-%d %H:%M}"
    except (ValueError, OverflowError, OSError):
        return "at no time"


def line_of(text: kept.KeptText, *, placed: bool = False) -> str:
    """A line of what was said; where it was, if it is `placed`."""
    who = OURS if text.own else called(text.from_)
    where = ""
    if placed:
        where = f" in room {shown_name(text.room)}" if text.room else " privately"
        if text.own and not text.room:
            where += f" to {shown_name(text.whom)}"
    if text.claimed:
        who += NOT_THE_KEY
    return f"{when(text.time)} {who}{where}: {safe(text.text)}"


def with_gaps(lines: Sequence[kept.KeptText]) -> list[str]:
    """Lines of what was said, and between them what is missing there."""
    told = []
    for one in lines:
        if one.missing:
            told.append(missing_here(one))
        told.append(line_of(one))
    return told


def missing_here(before: kept.KeptText) -> str:
    """What is missing before a line."""
    return f"{missing(before.missing, OURS if before.own else called(before.from_))} here"


def missing(count: int, whose: str) -> str:
    """That so many messages of somebody are missing."""
    if count == 1:
        return f"one message of {whose} is missing"
    return f"{count} messages of {whose} are missing"


def _history(event: kept.HistoryShown) -> list[str]:
    lines = with_gaps(event.lines)
    if event.joining:
        unread = f" ({event.unread} unread)" if event.unread else ""
        return [*lines, f"what was said before is above{unread}, what is new comes below"]
    if not lines:
        return ["nothing is kept of what was said here"]
    return [*(["there is more before this"] if event.more else []), *lines]


def _earlier(event: kept.EarlierShown) -> list[str]:
    return with_gaps(event.lines) or ["nothing was said here before that"]


def _talked_to(event: kept.EarlierTalks) -> list[str]:
    people = [
        called(one.who) + (f" ({one.unread} unread)" if one.unread else "") for one in event.people
    ]
    return [f"you have talked in private with {', '.join(people) or 'nobody'}"]


def _found(event: kept.SearchFound) -> list[str]:
    lines = [line_of(one, placed=event.conversation is None) for one in event.lines]
    if not lines:
        lines = [f"nobody said {excerpt(event.words)}"]
    elif event.more:
        lines.insert(0, "there is more before this")
    if event.scanned:
        lines.append("the system's SQLite has no FTS5: every line was read")
    return lines


def _outbox(event: kept.OutboxShown) -> list[str]:
    if not event.owed:
        return ["all has arrived that you have said"]
    lines = []
    for one in sorted(event.owed, key=lambda one: called(one.who).lower()):
        many = f"{one.lines} lines" if one.lines > 1 else "one line"
        linked = "" if one.linked else ", to whom there is no link now"
        lines.append(
            f"{many} still to arrive at {called(one.who)} since {when(one.since)}{linked}"
        )
    return lines


def _expired(event: kept.OwedExpired) -> str:
    many = f"{event.lines} lines" if event.lines > 1 else "one line"
    return (
        f"{many}, from {excerpt(event.text)} on, of {when(event.since)}, wait no longer for"
        f" {called(event.who)}, who has not come"
    )


def _nothing(event: kept.NothingKept) -> str:
    if event.name:
        return f"nothing is kept of a room or a person called {shown_name(event.name)}"
    return "there is no conversation here of which something is kept"


WORDS: dict[type, Callable[[Any], str | list[str]]] = {
    kept.StoreFailing: lambda event: (
        f"cannot write {safe(event.why)}; nothing is said or acknowledged until it can be:"
        f" make room or give access, or {NOSTORE}"
    ),
    kept.StoreWorks: lambda event: "what is said is kept again, and what has waited goes on",
    kept.StoreSetAside: lambda event: (
        f"the file with what was said was damaged, and is {safe(event.file)} now:"
        " what it had is not shown, and another is begun"
    ),
    kept.StoreInMemory: lambda event: (
        "what is said from now on is kept in memory, and ends with this program:"
        " what has not arrived by then is lost"
    ),
    kept.HistoryShown: _history,
    kept.EarlierShown: _earlier,
    kept.EarlierTalks: _talked_to,
    kept.OwedExpired: _expired,
    kept.OutboxShown: _outbox,
    kept.SearchFound: _found,
    kept.HistoryNotRead: lambda event: f"what was said cannot be read: {safe(event.why)}",
    kept.NothingKept: _nothing,
    kept.ForgottenNow: lambda event: (
        f"nothing is kept any more of what was said in {shown_name(event.name)}"
    ),
}
