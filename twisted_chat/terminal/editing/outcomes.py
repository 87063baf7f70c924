"""What becomes of a key, where it is more than a change of the text."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LineEntered:
    """This is to be said, or done."""

    text: str
    """What, which may have several lines."""
    pasted: bool = False
    """Whether it was pasted, and nothing typed before it, so that no command is meant."""


@dataclass(frozen=True, slots=True)
class Remembered:
    """This is in the history now, and to be kept."""

    text: str


@dataclass(frozen=True, slots=True)
class EndOfInput:
    """Nothing more is typed: Ctrl-D, where nothing was."""


@dataclass(frozen=True, slots=True)
class Interrupt:
    """The person wants to be gone: Ctrl-C, where nothing was typed."""


@dataclass(frozen=True, slots=True)
class Suspend:
    """The person wants their shell for a while: Ctrl-Z."""


@dataclass(frozen=True, slots=True)
class Redraw:
    """What is shown is to be drawn anew: Ctrl-L."""


@dataclass(frozen=True, slots=True)
class Rung:
    """That key has no effect here."""


@dataclass(frozen=True, slots=True)
class Offered:
    """These words can stand here; more has to be typed to tell which."""

    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NotEntered:
    """That could not be entered; it is as it was."""

    why: str


@dataclass(frozen=True, slots=True)
class Unbound:
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
    | NotEntered
    | Unbound
)
