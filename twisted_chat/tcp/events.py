"""What a person can learn from TCP chat, and no sentences."""

from enum import Enum

from twisted_chat.events import Event

# --- The line


class TextSaid(Event, frozen=True):
    """The other person has said something."""

    NAME = "said"

    text: str
    """What, without a line end behind it."""


class ConnectedWith(Event, frozen=True):
    """Somebody is on the line."""

    who: str
    """Where they are, as it is known: HOST:PORT, or words."""


class CalledFromElsewhere(Event, frozen=True):
    """The one on the line is not the one for whom something was typed."""

    whom: str
    """Whom it was typed for."""
    stays: bool
    """Whether the line stays, so that it can be typed again."""


class KeptBack(Event, frozen=True):
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


class LineEnded(Event, frozen=True):
    """Nobody is on the line any more."""

    how: LineEnding
    """Who hung up, or what happened."""
    problem: str
    """What the system says of a lost connection, or what was sent that is no text; else empty."""
    waits: bool
    """Whether somebody else may call."""


class NobodyOnLine(Event, frozen=True):
    """Nobody is on the line who could be hung up on, or hear what was said."""

    unsent: bool
    """Whether something was to be said, which is lost."""
    stays: bool
    """Whether it is a daemon's terminal, which can be left."""


class SentLater(Event, frozen=True):
    """Nobody is there yet: what was said is sent as soon as somebody is."""

    whom: str
    """Who is waited for; empty for anybody."""


class StillToDeliver(Event, frozen=True):
    """Before the end, what was said is still to be delivered."""


class NoCommand(Event, frozen=True):
    """A line looked like a command, and was not said."""

    word: str
    """Its first word."""


class Misread(Event, frozen=True):
    """A line on standard input could not be read; nothing was done."""

    why: str
    """What was wrong, and what would be right, in words."""


# --- Finding each other


class Calling(Event, frozen=True):
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


class NobodyAnswered(Event, frozen=True):
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


class CallGivenUp(Event, frozen=True):
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


class NowhereToWait(Event, frozen=True):
    """There is nowhere to wait for a call: this is the end."""

    where: str
    """Where that was to be."""
    problem: str
    """What the system says of it; empty where something else has the place."""
    own_busy: bool
    """Whether it is another chat of the same person that has it, whose line is busy."""


class WaitingForCall(Event, frozen=True):
    """We wait to be called."""

    where: str
    """Where."""


class OwnChatThere(Event, frozen=True):
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


class CallCameToNothing(Event, frozen=True):
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


class Attached(Event, frozen=True):
    """This is the terminal of a daemon now."""

    engaged: bool
    """Whether somebody is on the line."""
    who: str
    """Where they are, as `connected_with` has it; empty where nobody is."""


class AttachedElsewhere(Event, frozen=True):
    """Another terminal is the daemon's now: this is the end of this one."""


class OlderNotKept(Event, frozen=True):
    """Of what happened while no terminal was attached, the oldest is lost."""

    lines: int
    """How many lines."""
