"""What the line terminal says of each event of TCP chat."""

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

from twisted_chat.display import safe
from twisted_chat.events import Event
from twisted_chat.tcp import events
from twisted_chat.tcp.typed import QUIT
from twisted_chat.terminal.entry import Entry, Mark


def _elsewhere(event: events.CalledFromElsewhere) -> str:
    again = "; type it again to send it" if event.stays else "; nothing is sent"
    return f"this is a call from elsewhere, and not {event.whom}{again}"


def _nobody(event: events.NobodyOnLine) -> str:
    if event.unsent:
        return "nobody is on the line; that was not sent"
    return "nobody is on the line" + ("; Ctrl-D leaves" if event.stays else "")


def _later(event: events.SentLater) -> str:
    return f"nobody is there yet; it is sent when {event.whom or 'somebody'} is"


def _no_command(event: events.NoCommand) -> str:
    word = event.word
    if word.isalpha():
        return f"{QUIT} hangs up; {word} alone was not said"
    begin = f"{word} is no command, and was not said"
    return f"{begin}; {QUIT} alone hangs up, and {word[:1]}{word} says it"


def _calling(event: events.Calling) -> str:
    meanwhile = "listening in between on " if event.listens else ""
    return f"calling {event.whom}; {meanwhile}{event.where}"


def _to_nothing(event: events.CallCameToNothing) -> str:
    others = f" ({event.others:,} more calls before it did too)" if event.others else ""
    return f"a call from {event.who} came to nothing: {event.why}{others}"


def _attached(event: events.Attached) -> str:
    state = "somebody is on the line" if event.engaged else "nobody is on the line"
    return f"attached; {state}. Ctrl-D leaves, and the daemon stays; {QUIT} hangs up"


def _older(event: events.OlderNotKept) -> str:
    return f"{event.lines:,} older {'line was' if event.lines == 1 else 'lines were'} not kept"


_ENDINGS = {
    events.LineEnding.WE_HUNG_UP: "you hung up",
    events.LineEnding.THEY_HUNG_UP: "the other side hung up",
    events.LineEnding.LOST: "the connection was lost: {}",
    events.LineEnding.SILENT: "the connection was lost: the other side does not answer any more",
    events.LineEnding.NOT_TEXT: "the chat was ended: the other side sent {}",
    events.LineEnding.BUSY: "the other side hung up, and said no more than that the line is busy",
    events.LineEnding.UNPROVEN: (
        "the other side hung up at the first words, and said none:"
        " nothing shows that they were delivered; does it wait with TLS?"
    ),
}


def how_it_ended(how: events.LineEnding, problem: str) -> str:
    """Why nobody is on the line any more."""
    return _ENDINGS[how].format(problem)


_WORDS: dict[type, Callable[[Any], str]] = {
    events.TextSaid: lambda event: safe(event.text),
    events.ConnectedWith: lambda event: f"connected with {event.who}; {QUIT} hangs up",
    events.CalledFromElsewhere: _elsewhere,
    events.KeptBack: lambda event: f"not sent: {safe(event.text)}",
    events.LineEnded: lambda event: (
        how_it_ended(event.how, event.problem)
        + ("; waiting for the next caller" if event.waits else "")
    ),
    events.NobodyOnLine: _nobody,
    events.SentLater: _later,
    events.StillToDeliver: lambda event: "waiting to deliver what you typed; Ctrl-C gives up",
    events.NoCommand: _no_command,
    events.Misread: lambda event: event.why,
    events.Calling: _calling,
    events.NobodyAnswered: lambda event: (
        f"nobody answered at {event.whom} for {event.seconds:g} seconds: {event.why}"
    ),
    events.CallGivenUp: lambda event: f"{event.why}; nothing was sent",
    events.WaitingForCall: lambda event: f"waiting on {event.where}",
    events.OwnChatThere: lambda event: f"{event.where} has another chat of yours: calling it",
    events.CallCameToNothing: _to_nothing,
    events.NoLine: lambda event: event.why,
    events.Attached: _attached,
    events.AttachedElsewhere: lambda event: "attached elsewhere",
    events.OlderNotKept: _older,
}


ALONE = "[nobody] "
"""What stands before what is typed while nobody is on the line."""


def words(event: Event) -> str:
    """What is said of an event, without the mark that goes before it."""
    return _WORDS[type(event)](event)


class TcpWording:
    """Turns events into lines."""

    def lines(self, event: Event, at: float | None = None) -> list[str]:
        """What is shown of an event, with the time of day, in seconds since 1970, at which
        it happened, if it is told later."""
        mark = "<" if type(event) is events.TextSaid else ">"
        when = f"[{datetime.fromtimestamp(at):%Y-%m-%d %H:%M:%S}] " if at is not None else ""
        return [f"{mark} {when}{words(event)}"]


_TOLD = re.compile(
    rf"""
    >\ (?: connected\ with\ (.*);\ {QUIT}\ hangs\ up
      | attached;\ (somebody)\ is\ on\ the\ line\..*
      | attached;\ nobody\ is\ on\ the\ line\..*
      | .*;\ waiting\ for\ the\ next\ caller
    )
    """,
    re.VERBOSE,
)
"""Lines of a daemon that tell who is on the line from then on."""


def told_prompt(line: str, before: str) -> str:
    """What stands before what is typed, once a daemon's terminal has shown this line."""
    told = _TOLD.fullmatch(line)
    if told is None:
        return before
    who = told[1] or told[2]
    return f"[{who}] " if who else ALONE


class TcpEntryWording:
    """Turns events into entries, and knows what stands before what is typed."""

    def __init__(self) -> None:
        self.prompt = ALONE

    def entries(self, event: Event) -> list[Entry]:
        """What is shown of an event."""
        if isinstance(event, events.ConnectedWith):
            self.prompt = f"[{event.who}] "
        elif isinstance(event, events.LineEnded):
            self.prompt = ALONE
        elif isinstance(event, events.TextSaid):
            return [Entry(Mark.HEARD, event.text)]
        return [Entry(Mark.NOTICE, words(event))]
