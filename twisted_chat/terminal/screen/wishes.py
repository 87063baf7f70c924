"""What the person at the screen wants of those outside of it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TextEntered:
    """This was entered in a conversation."""

    text: str
    key: str
    """The conversation's."""
    pasted: bool = False
    """Whether it was pasted, so that no command is meant."""


@dataclass(frozen=True, slots=True)
class TurnedTo:
    """The person looks at another conversation."""

    key: str


@dataclass(frozen=True, slots=True)
class EarlierWanted:
    """The person has read up to the oldest line of a conversation, or nearly."""

    key: str
    """The conversation's."""


@dataclass(frozen=True, slots=True)
class ToRemember:
    """This was entered, and can be entered again after the next start."""

    entry: str


@dataclass(frozen=True, slots=True)
class Copied:
    """This text is to go to the clipboard of the terminal."""

    text: str


@dataclass(frozen=True, slots=True)
class BellWanted:
    """A key had no effect."""


@dataclass(frozen=True, slots=True)
class DrawAnew:
    """Something else has drawn on the terminal."""


@dataclass(frozen=True, slots=True)
class LeaveWanted:
    """Nothing more will be typed."""

    hurried: bool = False
    """Whether the person wants to be gone at once, as Ctrl-C has it."""


@dataclass(frozen=True, slots=True)
class PauseWanted:
    """The person wants their shell for a while."""


Wish = (
    TextEntered
    | TurnedTo
    | EarlierWanted
    | ToRemember
    | Copied
    | BellWanted
    | DrawAnew
    | LeaveWanted
    | PauseWanted
)
