"""What becomes of a key, where it is more than a change of the text."""

from msgspec import Struct


class LineEntered(Struct, frozen=True):
    """This is to be said, or done."""

    text: str
    """What, which may have several lines."""
    pasted: bool = False
    """Whether it was pasted, and nothing typed before it, so that no command is meant."""


class Remembered(Struct, frozen=True):
    """This is in the history now, and to be kept."""

    text: str


class EndOfInput(Struct, frozen=True):
    """Nothing more is typed: Ctrl-D, where nothing was."""


class Interrupt(Struct, frozen=True):
    """The person wants to be gone: Ctrl-C, where nothing was typed."""


class Suspend(Struct, frozen=True):
    """The person wants their shell for a while: Ctrl-Z."""


class Redraw(Struct, frozen=True):
    """What is shown is to be drawn anew: Ctrl-L."""


class Rung(Struct, frozen=True):
    """That key has no effect here."""


class Offered(Struct, frozen=True):
    """These words can stand here; more has to be typed to tell which."""

    words: tuple[str, ...]


class RoomsWanted(Struct, frozen=True):
    """It takes the rooms that the server lists to tell which words can stand here."""


class NotEntered(Struct, frozen=True):
    """That could not be entered; it is as it was."""

    why: str


class Unbound(Struct, frozen=True):
    """A key for which an input line has no use."""

    key: str


Outcome = (
    LineEntered
    | Remembered
    | EndOfInput
    | Interrupt
    | Suspend
    | Redraw
    | Rung
    | Offered
    | RoomsWanted
    | NotEntered
    | Unbound
)
