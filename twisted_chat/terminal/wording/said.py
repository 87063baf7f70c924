"""Lines about what is said, and how far it has come."""

from collections.abc import Callable
from typing import Any

from twisted_chat.display import safe
from twisted_chat.peer.events import said
from twisted_chat.peer.events.event import Someone
from twisted_chat.terminal.wording.kept import when
from twisted_chat.terminal.wording.people import called, excerpt, listed, shown_name, verb

CUT = " [cut: longer than a datagram may be]"
"""What stands behind a line of which the original shows no more either."""


PRIVATELY = "privately"
"""What everything says that is private."""


def spoken(event: said.Said, where: str) -> str:
    """The line of one who says something; `where` is empty or tells in which conversation."""
    if event.unencrypted is None and event.at is None:  # As nearly always.
        return f"< {shown_name(event.from_.name)}{where}: {safe(event.text)}"
    return f"< {who(event)}{where}{late(event)}: {safe(told(event))}"


def late(event: said.Said) -> str:
    """When something was said that has come late, as it stands behind who says it."""
    return "" if event.at is None else f" ({when(event.at)})"


def who(event: said.Said) -> str:
    """How one who says something is introduced."""
    how = event.unencrypted
    return shown_name(event.from_.name) if how is None else speaker(event.from_, how)


def told(event: said.Said) -> str:
    """What is shown of what they say, which is still to be made safe."""
    cut = event.unencrypted is not None and event.unencrypted.cut
    return f"{event.text}{CUT}" if cut else event.text


def place(event: said.Said, here: str) -> str:
    """In which conversation something is said, as it stands behind who says it; `here` is the
    room in which what the person types is said. Empty for what was said there."""
    how = event.unencrypted
    if not event.room:
        return "" if how is not None and how.stranger else f" {PRIVATELY}"
    room = f" in room {shown_name(event.room)}"
    if how is not None and how.perhaps_private:
        return f"{room} or {PRIVATELY}"
    return "" if event.room == here else room


def about(room: str, here: str) -> str:
    """With what a notice begins that is about a conversation: nothing for the room in which
    what the person types is said."""
    if not room:
        return f"{PRIVATELY}: "
    return "" if room == here else f"in room {shown_name(room)}: "


def speaker(who: Someone, how: said.Unencrypted) -> str:
    """How to introduce what is said without encryption."""
    name = called(who)
    if how.stranger:
        return f"stranger {name} at {how.address}"
    if not how.claims:
        return name
    if who.keyless:
        return f"{name}, who says to be {shown_name(how.claims)}"
    return f"{shown_name(how.claims)} (registered as {name})"


def _too_many(event: said.TooManySaid) -> str:
    kind, last = "messages", called(event.last)
    if event.last.keyless:
        kind, last = "unencrypted messages", event.last.address
    return f"{event.messages} {kind} were not shown: too many at once, the last from {last}"


def _not_arrived(event: said.NotArrived) -> str:
    return (
        f"{listed(event.people)} {verb(len(event.people), 'has', 'have')} not got"
        f" {excerpt(event.text)} yet ({event.arrived} of {event.receivers} have)"
    )


def _lost(event: said.LostFor) -> str:
    return (
        f"{listed(event.people)} cannot be reached, and too much waits already:"
        f" {excerpt(event.text)} is lost for them"
    )


def _not_back(event: said.NotBackYet) -> str:
    return (
        f"{listed(event.people)} {verb(len(event.people), 'is', 'are')} not back at the server"
        f" yet: {excerpt(event.text)} is lost for them"
    )


def _never(event: said.NeverArrived) -> str:
    return f"{called(event.who)} never got {_many(event.lines)}, from {excerpt(event.text)} on"


def _unknown(event: said.ArrivalUnknown) -> str:
    return (
        f"it is not known whether {called(event.who)} got {_many(event.lines)},"
        f" from {excerpt(event.text)} on"
    )


def _waits_for(event: said.WaitsFor) -> str:
    return (
        f"{called(event.who)} gets {_many(event.lines)}, from {excerpt(event.text)} on,"
        " when you meet again"
    )


def _many(lines: int) -> str:
    return f"{lines} lines" if lines > 1 else "one line"


def _delivery(event: said.Delivery) -> list[str]:
    if event.text is None:
        return ["you have said nothing yet"]
    lines = [f"{excerpt(event.text)} has arrived at {event.arrived} of {event.receivers}"]
    for one in sorted(event.waiting, key=lambda one: called(one.who).lower()):
        linked = "" if one.linked else ", to whom there is no link now"
        lines.append(f"{_many(one.lines)} still to arrive at {called(one.who)}{linked}")
    return lines


WORDS: dict[type, Callable[[Any], str | list[str]]] = {
    said.TooManySaid: _too_many,
    said.NotArrived: _not_arrived,
    said.AllArrived: lambda event: f"{called(event.who)} has got everything now",
    said.LostFor: _lost,
    said.NotBackYet: _not_back,
    said.NeverArrived: _never,
    said.ArrivalUnknown: _unknown,
    said.WaitsFor: _waits_for,
    said.Delivery: _delivery,
    said.NotToldApart: lambda event: (
        f"{called(event.who)}, who is in a room with you, cannot tell what you say there from"
        " what you say privately: generation 1 does not tell"
    ),
}
