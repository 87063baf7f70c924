"""What a person can learn from TCP chat, and no sentences."""

from dataclasses import dataclass
from enum import Enum

from twisted_chat.events import Event

# --- The line


@dataclass(frozen=True, slots=True)
class TextSaid(Event):
    """The other person has said something."""

    NAME = "said"

    text: str
    """What, without a line end behind it."""


@dataclass(frozen=True, slots=True)
class ConnectedWith(Event):
    """Somebody is on the line."""

    who: str
    """Where they are, as it is known: HOST:PORT, or words."""


@dataclass(frozen=True, slots=True)
class CalledFromElsewhere(Event):
    """The one on the line is not the one for whom something was typed."""

    whom: str
    """Whom it was typed for."""
    stays: bool
    """Whether the line stays, so that it can be typed again."""


@dataclass(frozen=True, slots=True)
class KeptBack(Event):
    """Something that was typed was not sent to somebody else than the one it was for."""

    text: str
    """What."""


class LineEnding(Enum):
    """How nobody is on the line any more."""

    WE_HUNG_UP = "we_hung_up"
    THEY_HUNG_UP = "they_hung_up"
    LOST = "lost"
    """The connection broke."""
    SILENT = "silent"
    """The other side does not answer any more."""
    NOT_TEXT = "not_text"
    """The other side sent what is no line of text."""
    BUSY = "busy"
    """The other side said no more than that the line is busy."""
    UNPROVEN = "unproven"
    """The other side hung up at the first words, and nothing shows that they were delivered."""


@dataclass(frozen=True, slots=True)
class LineEnded(Event):
    """Nobody is on the line any more."""

    how: LineEnding
    """Who hung up, or what happened."""
    problem: str
    """What the system says of a lost connection, or what was sent that is no text; else empty."""
    waits: bool
    """Whether somebody else may call."""


@dataclass(frozen=True, slots=True)
class NobodyOnLine(Event):
    """Nobody is on the line who could be hung up on, or hear what was said."""

    unsent: bool
    """Whether something was to be said, which is lost."""
    stays: bool
    """Whether it is a daemon's terminal, which can be left."""


@dataclass(frozen=True, slots=True)
class SentLater(Event):
    """Nobody is there yet: what was said is sent as soon as somebody is."""

    whom: str
    """Who is waited for; empty for anybody."""


@dataclass(frozen=True, slots=True)
class StillToDeliver(Event):
    """Before the end, what was said is still to be delivered."""


@dataclass(frozen=True, slots=True)
class NoCommand(Event):
    """A line looked like a command, and was not said."""

    word: str
    """Its first word."""


@dataclass(frozen=True, slots=True)
class Misread(Event):
    """A line on standard input could not be read; nothing was done."""

    why: str
    """What was wrong, and what would be right, in words."""


# --- Finding each other


@dataclass(frozen=True, slots=True)
class Calling(Event):
    """Somebody is called."""

    whom: str
    """Who."""
    over: str
    """Over what: the kind of an endpoint, such as `tcp` or `tls`."""
    where: str
    """Where we listen in between; empty where we do not, as nobody is to come with less
    protection than was asked for."""


class Unreached(Enum):
    """Why a call reached nobody."""

    NOBODY_WAITS = "nobody_waits"
    """The other machine refuses it."""
    NO_ANSWER = "no_answer"
    NO_ADDRESS = "no_address"
    """The name leads to no address."""
    NO_ROUTE = "no_route"
    NO_HANDSHAKE = "no_handshake"
    """What took the call did not finish the TLS handshake."""
    HUNG_UP = "hung_up"
    """It hung up at once."""
    OTHER_TLS = "other_tls"
    """It does not speak TLS as we do."""
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class NobodyAnswered(Event):
    """Nobody took the call for so long that it was given up."""

    whom: str
    """Who was called."""
    seconds: float
    """For how long."""
    why: Unreached
    """Why nobody was reached."""
    problem: str
    """What the system or OpenSSL says of it, with `other` and `other_tls`; else empty."""
    waits: bool
    """Whether we wait to be called now; else this is the end, and nothing was sent."""


class CallRefusal(Enum):
    """Why a call was given up that had reached somebody."""

    BUSY = "busy"
    """The line is busy there."""
    NO_TLS = "no_tls"
    """They speak no TLS."""
    WRONG_NAME = "wrong_name"
    """Their certificate is not for the name that was called."""
    NOT_YET_VALID = "not_yet_valid"
    """As all that follow, of their certificate."""
    EXPIRED = "expired"
    SELF_SIGNED = "self_signed"
    UNKNOWN_ISSUER = "unknown_issuer"
    REVOKED = "revoked"
    NOT_GOOD = "not_good"
    """Anything else."""


@dataclass(frozen=True, slots=True)
class CallGivenUp(Event):
    """Somebody was reached, and the call was given up; nothing was sent."""

    whom: str
    """Who was called."""
    why: CallRefusal
    """Why."""
    names: str
    """With `wrong_name`, for what the certificate would have to be; empty where that is
    not known, and with all others."""
    waits: bool
    """Whether we wait to be called now; else this is the end."""


@dataclass(frozen=True, slots=True)
class NowhereToWait(Event):
    """There is nowhere to wait for a call: this is the end."""

    where: str
    """Where that was to be."""
    problem: str
    """What the system says of it; empty where something else has the place."""
    own_busy: bool
    """Whether it is another chat of the same person that has it, whose line is busy."""


@dataclass(frozen=True, slots=True)
class WaitingForCall(Event):
    """We wait to be called."""

    where: str
    """Where."""


@dataclass(frozen=True, slots=True)
class OwnChatThere(Event):
    """Where we would wait is another chat of the same person; it is called."""

    where: str
    """Where."""


class Missed(Enum):
    """Why somebody who called was not let onto the line."""

    HUNG_UP = "hung_up"
    """They hung up at once."""
    SPEAKS_TLS = "speaks_tls"
    """They speak TLS, and we do not."""
    UNTRUSTING = "untrusting"
    """They do not trust our certificate."""
    REFUSED_HANDSHAKE = "refused_handshake"
    """They refused the TLS handshake."""
    UNFINISHED_HANDSHAKE = "unfinished_handshake"
    """They did not finish it."""
    LEFT_HANDSHAKE = "left_handshake"
    """They left in it or right after it."""
    OTHER_TLS = "other_tls"
    """They do not speak TLS as we do."""


@dataclass(frozen=True, slots=True)
class CallCameToNothing(Event):
    """Somebody called, and was not let onto the line."""

    who: str
    """Where they are."""
    why: Missed
    """Why."""
    problem: str
    """What OpenSSL says of it, with `untrusting`, `refused_handshake` and `other_tls`; else
    empty."""
    others: int
    """How many more calls did so before, since that was told last."""


# --- A daemon's terminal


@dataclass(frozen=True, slots=True)
class Attached(Event):
    """This is the terminal of a daemon now."""

    engaged: bool
    """Whether somebody is on the line."""


@dataclass(frozen=True, slots=True)
class AttachedElsewhere(Event):
    """Another terminal is the daemon's now: this is the end of this one."""


@dataclass(frozen=True, slots=True)
class OlderNotKept(Event):
    """Of what happened while no terminal was attached, the oldest is lost."""

    lines: int
    """How many lines."""
