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
from twisted_chat.terminal.place_wording import listening_example, not_listening

_UNSENT = "; nothing was sent"


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
    if event.where:
        return f"calling {event.whom}; listening in between on {event.where}"
    right = f"to be called over {event.over} too, give --listen {listening_example(event.over)}"
    return f"calling {event.whom}; not listening meanwhile: {right}"


_UNREACHED = {
    events.Unreached.NOBODY_WAITS: "nobody waits there (connection refused)",
    events.Unreached.NO_ANSWER: "no answer comes back",
    events.Unreached.NO_ADDRESS: "its name leads to no address now",
    events.Unreached.NO_ROUTE: "there is no way to it from here",
    events.Unreached.NO_HANDSHAKE: (
        "what took the call did not finish the TLS handshake; does it wait with TLS?"
    ),
    events.Unreached.HUNG_UP: "it hung up at once",
    events.Unreached.OTHER_TLS: "it does not speak TLS as we do ({})",
    events.Unreached.OTHER: "{}",
}


def why_unreached(why: events.Unreached, problem: str) -> str:
    """Why a call reached nobody, and what the system or OpenSSL says of it."""
    return _UNREACHED[why].format(problem)


def _unanswered(event: events.NobodyAnswered) -> str:
    why = why_unreached(event.why, event.problem)
    unsent = "" if event.waits else _UNSENT
    return f"nobody answered at {event.whom} for {event.seconds:g} seconds: {why}{unsent}"


_TRUST = (
    ": to trust it, or who signed it, put that certificate into a file DIRECTORY/NAME.pem and"
    " add :trustRoots=DIRECTORY, or set SSL_CERT_FILE to the file"
)
_CERTIFICATE = {
    events.CallRefusal.WRONG_NAME: (
        "is not for {}: call it by a name that its certificate has, or have its owner get one"
        " for this name"
    ),
    events.CallRefusal.NOT_YET_VALID: "is not valid yet: is the clock of one of you wrong?",
    events.CallRefusal.EXPIRED: "has expired: its owner has to renew it",
    events.CallRefusal.SELF_SIGNED: f"is signed by itself{_TRUST}",
    events.CallRefusal.UNKNOWN_ISSUER: f"is signed by somebody who is not trusted here{_TRUST}",
    events.CallRefusal.REVOKED: "was revoked",
    events.CallRefusal.NOT_GOOD: "is not good",
}


def _given_up(event: events.CallGivenUp) -> str:
    match event.why:
        case events.CallRefusal.BUSY:
            return f"{event.whom} says that the line is busy{_UNSENT}"
        case events.CallRefusal.NO_TLS:
            why = (
                "does so without TLS: let it wait with --listen ssl:..., or call it without tls:,"
                " where everybody on the path can read"
            )
        case of_certificate:
            its = _CERTIFICATE[of_certificate].format(event.names or "that name")
            why = f"cannot be trusted: its certificate {its}"
    return f"the one who answers at {event.whom} {why}{_UNSENT}"


def _nowhere(event: events.NowhereToWait) -> str:
    busy = "; another chat of yours has it, and the line is busy" if event.own_busy else ""
    return not_listening(event.where, event.problem) + busy


_MISSED = {
    events.Missed.HUNG_UP: "it hung up at once",
    events.Missed.SPEAKS_TLS: "it speaks TLS, and here is none: wait with --listen ssl:...",
    events.Missed.UNTRUSTING: "it does not trust our certificate ({})",
    events.Missed.REFUSED_HANDSHAKE: "it refused the TLS handshake ({})",
    events.Missed.UNFINISHED_HANDSHAKE: "it did not finish the TLS handshake",
    events.Missed.LEFT_HANDSHAKE: (
        "it left in the TLS handshake or right after it:"
        " is our certificate for the name that it calls?"
    ),
    events.Missed.OTHER_TLS: "it does not speak TLS as we do ({})",
}


def _to_nothing(event: events.CallCameToNothing) -> str:
    why = _MISSED[event.why].format(event.problem)
    others = f" ({event.others:,} more calls before it did too)" if event.others else ""
    return f"a call from {event.who} came to nothing: {why}{others}"


def _attached(event: events.Attached) -> str:
    who = (safe(event.who) or "somebody") if event.engaged else "nobody"
    return f"attached; {who} is on the line. Ctrl-D leaves, and the daemon stays; {QUIT} hangs up"


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
    events.NobodyAnswered: _unanswered,
    events.CallGivenUp: _given_up,
    events.NowhereToWait: _nowhere,
    events.WaitingForCall: lambda event: f"waiting on {event.where}",
    events.OwnChatThere: lambda event: f"{event.where} has another chat of yours: calling it",
    events.CallCameToNothing: _to_nothing,
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
      | attached;\ nobody\ is\ on\ the\ line\..*
      | attached;\ (.*)\ is\ on\ the\ line\..*
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
